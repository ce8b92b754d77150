// What was loaded or refused: when, by whom, and where a refused one is wrong.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { state } from "../store.js";
import { t } from "../words.js";
import { evidence } from "./canary.js";
import { link, moment, number, outcomeChip, waiting } from "./parts.js";
import { refusal } from "./refusal.js";

/** @import { Reload } from "../types" */

export function reloads() {
  if (!state.reloads) return waiting();
  return html`
    <section class="panel" aria-labelledby="reloads-title">
      <h2 id="reloads-title">${t("view.reloads")}</h2>
      ${state.reloads.length === 0 ? html`<p class="muted">${t("reloads.none")}</p>` : html`<ol class="history">${state.reloads.map(entry)}</ol>`}
    </section>
  `;
}

/** @param {Reload} it */
const entry = (it) => html`
  <li class="entry" data-outcome=${it.outcome}>
    <p class="row">${outcomeChip(it.outcome)} <b>${link("plugins", it.plugin, html`<bdi>${it.plugin}</bdi>`)}</b>
      <bdi>${it.version || "?"}</bdi></p>
    <p class="muted">${moment(it.at)} · <bdi>${it.by === "canary" ? t("by.canary") : it.by}</bdi> · ${t("generation")} ${number(it.generation)} ·
      ${it.scope === "shared" ? t("scope.shared") : t("scope.own")}</p>
    ${refusal(it)} ${evidence(it)}
    ${it.problems?.length || it.evidence || !it.reason ? "" : html`<p class="reason" dir="auto">${it.reason}</p>`}
  </li>
`;
