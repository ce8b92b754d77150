// Why a suggestion does not fit: one key says it.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { dismiss } from "../control.js";
import { t } from "../words.js";
import { change } from "../store.js";
import * as windows from "../../shared/dialog.js";

/** @import { Card } from "../types" */

const REASONS = /** @type {const} */ (
  ["wrong_scenario", "wrong_facts", "wrong_tone", "wrong_language", "not_needed", "other"]
);

/** @type {Card | undefined} */
let asked;

/** @param {Card | undefined} card */
export function ask(card) {
  if (!card) return;
  asked = card;
  change();
  queueMicrotask(() => windows.show("dismiss"));
}

export const dialog = () => windows.dialog("dismiss", t("dismiss.title"), html`
  <form @submit=${submit} @keydown=${key}>
    <ul class="reasons">
      ${REASONS.map((reason, place) => html`
        <li><button type="button" value=${reason} ?autofocus=${place === 0} @click=${() => done(reason)}>
          <kbd aria-hidden="true">${place + 1}</kbd>${t(`dismiss.${reason}`)}</button></li>`)}
    </ul>
    <label for="dismiss-words">${t("dismiss.more")}</label>
    <div class="row"><input id="dismiss-words" name="words" maxlength="300" dir="auto" autocomplete="off">
      <button class="primary">${t("dismiss.go")}</button></div>
  </form>
`);

/** @param {KeyboardEvent} event */
function key(event) {
  const is_writing = event.target instanceof HTMLInputElement;
  const reason = REASONS[Number(event.key) - 1];
  if (is_writing || !reason || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  done(reason);
}

/** @param {SubmitEvent} event */
function submit(event) {
  event.preventDefault();
  done("other");
}

/** @param {string} reason */
function done(reason) {
  const input = /** @type {HTMLInputElement} */ (document.getElementById("dismiss-words"));
  const words = input.value.trim();
  input.value = "";
  windows.close("dismiss");
  if (asked) dismiss(asked, words ? `${reason}: ${words}` : reason);
  asked = undefined;
}
