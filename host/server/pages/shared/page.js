// What every page has: who is logged in, the language, the theme, a note at the foot, and the moment to draw again. A page
// keeps its own state beside this one and says `redraw` when it changes. Knows nothing of the screen.
//
// How a page is made (the desk is the example): a folder beside this one with `index.html`, an `app.js` that calls
// `frame.begin`, a `words.js` with its dictionaries, and its styles; its files in `http/pages.rs`, its address in
// `http/routes/pages.rs`, its name in `header.js`. A module imports what is shared by `../shared/`.

/** @import { PageState } from "./types" */

/** @param {string} name @param {string} other */
export function remembered(name, other) {
  try {
    return localStorage.getItem(`cuecard.${name}`) ?? other;
  } catch {
    return other;
  }
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
  try {
    localStorage.setItem(`cuecard.${name}`, value);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

/** @type {PageState} */
export const page = {
  phase: "starting",
  session: null,
  was_in: false,
  live: "connecting",
  notice: null,
  language: remembered("language", ""),
  theme: /** @type {PageState["theme"]} */ (remembered("theme", "auto")),
  now: Date.now(),
};

let draw = () => {};
let is_due = false;

/** @param {() => void} then called after a change, once for all changes of a moment */
export function whenChanged(then) {
  draw = then;
}

export function redraw() {
  if (is_due) return;
  is_due = true;
  queueMicrotask(() => {
    is_due = false;
    draw();
  });
}

/** @param {Partial<PageState>} patch */
export function changePage(patch) {
  Object.assign(page, patch);
  redraw();
}

/** Says something at the foot of the page, for a while. @param {string} text @param {"info" | "error"} [kind] */
export function notice(text, kind = "info") {
  const notice = { text, kind };
  changePage({ notice });
  setTimeout(() => page.notice === notice && changePage({ notice: null }), kind === "error" ? 10_000 : 4000);
}
