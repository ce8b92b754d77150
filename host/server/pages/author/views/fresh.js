// A new plugin, from the template that passes its own tests; and a new file of one.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as windows from "../../shared/dialog.js";
import * as control from "../control.js";
import { t } from "../words.js";

export const show = () => windows.show("fresh");

export const dialog = () => windows.dialog("fresh", t("fresh.title"), html`
  <form @submit=${submit}>
    <label for="fresh-id">${t("fresh.id")}</label>
    <input id="fresh-id" name="id" required maxlength="64" pattern="[a-z0-9\\-]+" autocomplete="off" spellcheck="false" aria-describedby="fresh-hint">
    <p id="fresh-hint" class="hint">${t("fresh.hint")}</p>
    <div class="row"><button class="primary">${t("fresh.go")}</button></div>
  </form>
`);

export const askFile = () => windows.show("fresh-file");

export const fileDialog = () => windows.dialog("fresh-file", t("file.add"), html`
  <form @submit=${submitFile}>
    <label for="file-name">${t("file.name")}</label>
    <input id="file-name" name="id" required maxlength="100" autocomplete="off" spellcheck="false" aria-describedby="file-hint">
    <p id="file-hint" class="hint">${t("file.hint")}</p>
    <div class="row"><button class="primary">${t("file.go")}</button></div>
  </form>
`);

/** What was asked for; the form is empty again. @param {SubmitEvent} event @param {string} window */
function asked(event, window) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const found = String(new FormData(form).get("id")).trim();
  form.reset();
  windows.close(window);
  return found;
}

/** @param {SubmitEvent} event */
function submit(event) {
  control.open(asked(event, "fresh"), { template: true });
}

/** @param {SubmitEvent} event */
function submitFile(event) {
  control.addFile(asked(event, "fresh-file"));
}
