// Agents' words that may become scripts of the plugin that is open.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as windows from "../../shared/dialog.js";
import * as control from "../control.js";
import { state } from "../store.js";
import { moment, t } from "../words.js";

/** @import { Proposal } from "../types" */

export const show = () => windows.show("proposals");

export const dialog = () => windows.dialog("proposals", t("proposals"), html`
  <p class="hint">${state.base ? t("proposals.hint", { plugin: state.base.plugin }) : t("proposals.choose")}</p>
  ${state.proposals.length ? html`<ul class="proposals">${state.proposals.map(one)}</ul>` : html`<p class="empty">${t("proposals.none")}</p>`}
`);

/** @param {Proposal} proposal */
const one = (proposal) => html`
  <li>
    <p class="words" dir="auto">${proposal.message}</p>
    <p class="hint"><bdi>${proposal.by.replace(/^\w+:/, "")}</bdi> · ${moment(proposal.at)} · ${proposal.locale}</p>
    <form class="row" @submit=${(/** @type {SubmitEvent} */ event) => take(event, proposal)}>
      <label class="unseen" for="key-${proposal.id}">${t("proposal.key")}</label>
      <input id="key-${proposal.id}" name="key" required maxlength="64" pattern="[a-z0-9_]+" placeholder=${t("proposal.key")} autocomplete="off" spellcheck="false">
      <button class="primary" ?disabled=${!state.base}>${t("proposal.take")}</button>
      <button type="button" @click=${() => control.settle(proposal, { state: "dismissed" })}>${t("proposal.dismiss")}</button>
    </form>
  </li>
`;

/** @param {SubmitEvent} event @param {Proposal} proposal */
async function take(event, proposal) {
  event.preventDefault();
  const key = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("key"));
  windows.close("proposals");
  await control.take(proposal, key);
}
