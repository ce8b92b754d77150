// What happens elsewhere, as it happens. The browser takes a broken line up again by itself and says what it heard last;
// after too long a pause the host answers with `reset`, and everything is read anew, as it is on a line that is new.

import { changePage } from "./page.js";

/** @type {EventSource | null} */
let source = null;

/** @typedef {(heard: any) => void} Hears */

/**
 * @param {Record<string, Hears>} hears what is done about each kind of event
 * @param {() => void} reset reads everything anew
 * @param {() => void} lost the host has refused the line
 */
export function listen(hears, reset, lost) {
  stop();
  const line = new EventSource("/v1/stream");
  source = line;
  let is_new = true;
  line.onopen = () => {
    changePage({ live: "open" });
    if (is_new) reset();
    is_new = false;
  };
  line.onerror = () => {
    changePage({ live: "lost" });
    // Refused, not broken: the browser does not come back by itself.
    if (line.readyState === EventSource.CLOSED) lost();
  };
  for (const [name, hear] of Object.entries(hears)) {
    line.addEventListener(name, (event) => hear(JSON.parse(/** @type {MessageEvent} */ (event).data)));
  }
  line.addEventListener("reset", reset);
}

export function stop() {
  source?.close();
  source = null;
}
