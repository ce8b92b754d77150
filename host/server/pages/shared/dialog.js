// A window over the page. The browser keeps the focus in it, and gives it back.

import { html } from "./vendor/lit-html/lit-html.js";
import { t } from "./words.js";
import * as icons from "./icons.js";

/** @param {string} id @param {string} title @param {unknown} content */
export const dialog = (id, title, content) => html`
  <dialog id=${id} aria-labelledby="${id}-title">
    <header>
      <h2 id="${id}-title">${title}</h2>
      <button class="quiet" @click=${() => close(id)} aria-label=${t("close")}>${icons.cross()}</button>
    </header>
    ${content}
  </dialog>
`;

/** @param {string} id */
const find = (id) => /** @type {HTMLDialogElement | null} */ (document.getElementById(id));

/** @param {string} id */
export function show(id) {
  const found = find(id);
  if (found && !found.open) found.showModal();
}

/** @param {string} id */
export function close(id) {
  find(id)?.close();
}
