// Contacts that plugins propose and that wait for an agent's word.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { repeat } from "../../shared/vendor/lit-html/directives/repeat.js";
import { decide } from "../control.js";
import { ago, nameOf } from "../../shared/format.js";
import { page } from "../../shared/page.js";
import { t, tWord } from "../words.js";
import { state } from "../store.js";
import * as icons from "../../shared/icons.js";

/** @import { Outreach } from "../types" */

export const outreach = () =>
  state.outreach.length === 0
    ? ""
    : html`
        <section class="outreach" aria-labelledby="outreach-title">
          <h2 id="outreach-title">${t("outreach.title")} <span class="count">${state.outreach.length}</span></h2>
          <ul>${repeat(state.outreach, (it) => it.id, contact)}</ul>
        </section>
      `;

/** The customer's name, where a conversation has told it. @param {string} id */
function who(id) {
  const known = [...state.summaries.values()].find((it) => it.customer.id === id);
  return known ? nameOf(known.customer) : id;
}

/** @param {Outreach} it */
function contact(it) {
  const { purpose, scenario, text, message, reason } = it.outreach;
  const channel = it.channel ?? it.outreach.channel;
  const said = (state.is_reading && it.rendered?.text_for_agent) || (it.edited ?? it.rendered?.text ?? text ?? message);
  return html`
    <li>
      <p><b><bdi>${t("outreach.to", { name: who(it.customer) })}</bdi></b>
        <span class="chip">${scenario ? tWord("scenario", scenario) : t(purpose === "marketing" ? "outreach.marketing" : "outreach.service")}</span>
        ${channel ? html`<span class="chip plain">${tWord("channel", channel)}</span>` : ""}</p>
      <p class="words" dir="auto">${said}</p>
      ${it.detail ? html`<p class="gap">${icons.warning()}<bdi>${it.detail}</bdi></p>` : ""}
      <p class="why"><span class="label">${t("cards.why")}</span><bdi>${reason}</bdi> <small>${ago(it.created_at, page.now)}</small></p>
      <div class="row">
        <button class="primary" @click=${() => decide(it, "approve")}>${t("outreach.approve")}</button>
        <button @click=${() => decide(it, "cancel")}>${t("outreach.cancel")}</button>
      </div>
    </li>
  `;
}
