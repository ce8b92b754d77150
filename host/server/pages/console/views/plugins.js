// All plugins of the merchant, and how they do.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { repeat } from "../../shared/vendor/lit-html/directives/repeat.js";
import { exactTime } from "../../shared/format.js";
import { state } from "../store.js";
import { t, tWord } from "../words.js";
import { canary } from "./canary.js";
import { buttons } from "./confirm.js";
import { link, moment, number, stateChip, time, waiting } from "./parts.js";
import { refusal } from "./refusal.js";

/** @import { Plugin } from "../types" */

export function plugins() {
  if (!state.plugins) return waiting();
  return html`
    <section class="panel" aria-labelledby="plugins-title">
      <h2 id="plugins-title">${t("view.plugins")}</h2>
      ${state.plugins.length === 0 ? html`<p class="empty">${t("plugins.none")}</p>` : html`
      <table class="plugins stacked">
        <thead><tr>
          <th scope="col">${t("plugin")}</th><th scope="col">${t("state")}</th><th scope="col">${t("since")}</th>
          <th scope="col" class="figure">${t("calls")}</th><th scope="col" class="figure">${t("failures")}</th>
          <th scope="col" class="figure">${t("half")}</th><th scope="col" class="figure">${t("most")}</th>
          <th scope="col"><span class="unseen">${t("actions")}</span></th>
        </tr></thead>
        <tbody>${repeat(state.plugins, (it) => `${it.scope} ${it.id}`, row)}</tbody>
      </table>`}
    </section>
  `;
}

/** @param {Plugin} it */
const row = (it) => html`
  <tr data-plugin=${it.id}>
    <th scope="row">${link("plugins", it.id, html`<bdi>${it.id}</bdi>`)}
      <small><bdi>${it.version || "?"}</bdi> · ${it.scope === "shared" ? t("scope.shared") : t("scope.own")}
        ${it.runtime ? html`· ${tWord("runtime", it.runtime)}` : ""}</small></th>
    <td data-label=${t("state")}>${stateChip(it.state)}${notes(it)}</td>
    <td data-label=${t("since")}>${it.since ? html`${moment(it.since.at)}<small><bdi>${it.since.by}</bdi></small>` : "–"}</td>
    <td class="figure" data-label=${t("calls")}>${number(it.calls ?? 0)}</td>
    <td class="figure ${it.failures ? "bad" : ""}" data-label=${t("failures")}>${number(it.failures ?? 0)}</td>
    <td class="figure" data-label=${t("half")}>${it.calls ? time(it.p50_us ?? 0) : "–"}</td>
    <td class="figure" data-label=${t("most")}>${it.calls ? time(it.p99_us ?? 0) : "–"}</td>
    <td><div class="acts">${buttons(it)}</div></td>
  </tr>
  ${it.canary ? html`<tr class="beside" data-canary=${it.id}><td colspan="8">${canary(it, it.canary)}</td></tr>` : ""}
`;

/** Why it does not serve, or why the newest version does not. @param {Plugin} it */
export const notes = (it) => html`
  ${it.failing?.rests_until ? aside(it, it.failing.rests_until) : ""}
  ${it.refused ? html`<div class="why"><p>${it.state === "refused" ? t("refused.only") : t("refused.newer", { version: it.refused.version || "?" })}</p>
    ${refusal(it.refused)}</div>` : ""}
`;

/** It failed too often: until when it rests, and who answers. @param {Plugin} it @param {string} until */
const aside = ({ state, failing, relief }, until) => html`
  <div class="why aside">
    <p><b>${state === "set_aside" ? t("aside.until", { until: exactTime(until) }) : t("aside.due")}</b>
      ${relief ? t(state === "set_aside" ? "aside.relief" : "aside.relief_due", { version: relief }) : t("aside.nobody")}</p>
    <p>${t("aside.why", { times: failing?.in_a_row ?? 0, kind: tWord("kind", failing?.last ?? "") })}</p>
  </div>
`;
