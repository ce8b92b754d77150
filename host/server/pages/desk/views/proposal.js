// Words that worked, as a proposal for a script: what is known of the customer is a variable. Shown before it is kept.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as windows from "../../shared/dialog.js";
import { notice } from "../../shared/page.js";
import { api } from "../../shared/session.js";
import { reasonOf } from "../control.js";
import { change, state } from "../store.js";
import { t } from "../words.js";

/** @typedef {{ message: string, variables: { name: string, value: string, placeholder: string }[] }} Preview */

let words = "";
/** @type {Preview | null} */
let preview = null;

const body = () => ({ conversation_id: state.open, text: words });

/** @param {string} text what stands in the reply, or was sent */
export async function show(text) {
  words = text.trim();
  try {
    preview = await api("POST", "/v1/proposals/preview", body());
    change();
    queueMicrotask(() => windows.show("proposal"));
  } catch (error) {
    notice(reasonOf(error), "error");
  }
}

export const dialog = () => windows.dialog("proposal", t("propose.title"), html`
  <p class="hint">${t("propose.hint")}</p>
  <p class="proposed" dir="auto">${preview?.message ?? ""}</p>
  ${preview?.variables.length ? html`<dl class="facts">${preview.variables.map((it) => html`
    <dt>${it.placeholder}</dt><dd><bdi>${it.value}</bdi></dd>`)}</dl>` : html`<p class="hint">${t("propose.none")}</p>`}
  <div class="row"><button class="primary" @click=${save}>${t("propose.go")}</button></div>
`);

async function save() {
  try {
    await api("POST", "/v1/proposals", body());
    windows.close("proposal");
    notice(t("propose.done"));
  } catch (error) {
    notice(reasonOf(error), "error");
  }
}
