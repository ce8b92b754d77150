// The keys, all on one page.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { live } from "../../shared/vendor/lit-html/directives/live.js";
import { t } from "../words.js";
import { setSingleKeys } from "../keys.js";
import { state } from "../store.js";
import * as windows from "../../shared/dialog.js";

export function show() {
  windows.show("help");
}

export const dialog = () => windows.dialog("help", t("help.title"), html`
  <dl class="keys">
    ${line(["1", "2", "3"], t("help.insert"))} ${line(["Enter"], t("help.send"))}
    ${line(["Shift+Enter"], t("help.newline"))} ${line(["E"], t("help.edit"))} ${line(["X"], t("help.dismiss"))}
    ${line(["T"], t("help.read"))} ${line(["/"], t("help.scripts"))} ${line(["J", "K"], t("help.next"))}
    ${line(["Esc"], t("help.leave"))} ${line(["?"], t("help.help"))}
  </dl>
  <label class="switch"><input type="checkbox" role="switch" .checked=${live(state.single_keys)}
    @change=${() => setSingleKeys(!state.single_keys)}><span>${t("help.single")}</span></label>
  <p class="hint">${t("help.when")}</p>
`);

/** @param {string[]} keys @param {string} what */
const line = (keys, what) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${what}</dd></div>`;
