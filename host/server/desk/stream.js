// What happens elsewhere, as it happens. The browser takes a broken line up again by itself and says what it heard last;
// after too long a pause the host answers with `reset`, and everything is read anew, as it is on a line that is new.

import * as store from "./store.js";

/** @type {EventSource | null} */
let source = null;

/** @typedef {(heard: any) => void} Hears */

/** @param {{ wrote: Hears, answered: Hears, withdrawn: Hears, reset: () => void, lost: () => void }} then */
export function listen(then) {
  stop();
  const line = new EventSource("/v1/stream");
  source = line;
  let is_new = true;
  line.onopen = () => {
    store.change({ live: "open" });
    if (is_new) then.reset();
    is_new = false;
  };
  line.onerror = () => {
    store.change({ live: "lost" });
    // Refused, not broken: the browser does not come back by itself.
    if (line.readyState === EventSource.CLOSED) then.lost();
  };
  /** @param {string} name @param {Hears} what */
  const on = (name, what) =>
    line.addEventListener(name, (event) => what(JSON.parse(/** @type {MessageEvent} */ (event).data)));
  on("suggestion", then.wrote);
  on("message", then.answered);
  on("withdrawn", then.withdrawn);
  on("outreach", store.proposed);
  on("reset", then.reset);
}

export function stop() {
  source?.close();
  source = null;
}
