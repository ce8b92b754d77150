// Where the focus goes, and what a screen reader is told. A change of the page never loses the focus: who takes its place
// away says where it goes.

/** What is to have the focus once the page is drawn. @type {{ name: string, at: number | undefined } | null} */
let wanted = null;

/** @param {string} name of an element's `data-focus` @param {number} [at] where the caret goes */
export function focus(name, at) {
  wanted = { name, at };
}

/** Called when the page is drawn. */
export function settle() {
  if (!wanted) return;
  const { name, at } = wanted;
  const element = /** @type {HTMLElement | null} */ (document.querySelector(`[data-focus="${name}"]`));
  if (!element) return;
  wanted = null;
  element.focus();
  if (at !== undefined && element instanceof HTMLTextAreaElement) {
    element.setSelectionRange(at, at);
    element.scrollTop = element.scrollHeight;
  }
}

/** Where the caret of the reply stands, if the reply has the focus. */
export function caret() {
  const element = document.activeElement;
  const is_reply = element instanceof HTMLTextAreaElement && element.dataset["focus"] === "composer";
  return is_reply ? element.selectionStart : null;
}

/** Tells a screen reader, when it has nothing else to say. @param {string} text */
export function say(text) {
  const polite = document.getElementById("polite");
  if (!polite) return;
  // The same words twice are two events.
  polite.textContent = polite.textContent === text ? `${text}\u00a0` : text;
}
