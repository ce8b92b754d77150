// What happens elsewhere, as it happens. The browser takes a broken line up again by itself and says what it heard last;
// after too long a pause the host answers with `reset`, and everything is read anew.

import * as store from "./store.js";

/** @type {EventSource | null} */
let source = null;

/**
 * @param {{ wrote: (heard: any) => void, withdrawn: (heard: any) => void, reset: () => void, lost: () => void }} then
 */
export function listen(then) {
  stop();
  const line = new EventSource("/v1/stream");
  source = line;
  let was_lost = false;
  line.onopen = () => {
    store.change({ live: "open" });
    // The first line begins with what is read anyway; a later one may follow a new login.
    if (was_lost && line === source) then.reset();
    was_lost = false;
  };
  line.onerror = () => {
    was_lost = true;
    store.change({ live: "lost" });
    // Refused, not broken: the browser does not come back by itself.
    if (line.readyState === EventSource.CLOSED) then.lost();
  };
  /** @param {string} name @param {(heard: any) => void} what */
  const on = (name, what) =>
    line.addEventListener(name, (event) => what(JSON.parse(/** @type {MessageEvent} */ (event).data)));
  on("suggestion", then.wrote);
  on("message", store.agentWrote);
  on("withdrawn", then.withdrawn);
  on("outreach", store.proposed);
  on("reset", then.reset);
}

export function stop() {
  source?.close();
  source = null;
}
