// Figures side by side: scenarios, plugins and their versions, how long agents have been here, and what would have been
// without suggestions and without contacts.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { ago } from "../../shared/format.js";
import { page } from "../../shared/page.js";
import { count, interval, ofAll, percent, scenario, time } from "../format.js";
import { t } from "../words.js";

/** @import { Figures, Rate, Report } from "../types" */

/** @param {Report} report */
export const tables = (report) => html`
  ${panel("scenarios", report.scenarios.toSorted((one, other) => other.turns - one.turns), t("column.scenario"), (it) => html`<bdi>${scenario(it.name)}</bdi>
    <small>${it.reviewed ? t("table.reviewed", { ago: ago(it.reviewed.at, page.now) }) : t("table.never")}</small>`)}
  ${panel("plugins", report.plugins, t("column.plugin"), (it) => html`<bdi>${it.name}</bdi> <small>${it.version}</small>`)}
  ${panel("tenures", report.tenures, t("column.tenure"), (it) => html`${t(/** @type {any} */ (`tenure.${it.name}`))}`)}
  ${report.held_out.turns + report.held_out.cases === 0
    ? html`<section class="panel" aria-labelledby="holdout-title"><h2 id="holdout-title">${t("table.holdout")}</h2><p class="hint">${t("table.holdout_none")}</p></section>`
    : panel("holdout", [report.offered, report.held_out], t("column.group"), (it) => html`${t(/** @type {any} */ (`holdout.${it.name}`))}`)}
  ${prevented(report)}
`;

/** @param {Rate} rate */
const cell = (rate) => html`<td>${percent(rate.rate)}${rate.rate === null ? "" : html`<small>${ofAll(rate)}<br>${interval(rate)}</small>`}</td>`;

/** @param {"scenarios" | "plugins" | "tenures" | "holdout"} id @param {Figures[]} rows @param {string} first @param {(it: Figures) => unknown} name */
const panel = (id, rows, first, name) => html`
  <section class="panel" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${t(`table.${id}`)}</h2>
    ${rows.length === 0 ? html`<p class="hint">${t("table.nothing")}</p>` : html`
    <div class="scroll" tabindex="0" role="group" aria-labelledby="${id}-title">
      <table>
        <thead><tr>
          <th scope="col">${first}</th><th scope="col">${t("measure.turns")}</th><th scope="col">${t("column.shown")}</th>
          <th scope="col">${t("measure.accepted")}</th><th scope="col">${t("measure.edit_share")}</th>
          <th scope="col">${t("measure.answer_seconds")}</th><th scope="col">${t("measure.resolved")}</th>
          <th scope="col">${t("measure.reopened")}</th><th scope="col">${t("measure.calmed")}</th><th scope="col">${t("measure.angered")}</th>
        </tr></thead>
        <tbody>${rows.map((it) => html`
          <tr>
            <th scope="row">${name(it)}</th><td>${count(it.turns)}</td><td>${count(it.shown)}</td>${cell(it.accepted)}
            <td>${percent(it.edit_share)}</td><td>${time(it.answer_median)}<small>${t("tiles.p90", { time: time(it.answer_p90) })}</small></td>
            ${cell(it.resolved)}${cell(it.reopened)}${cell(it.calmed)}${cell(it.angered)}
          </tr>`)}
        </tbody>
      </table>
    </div>`}
  </section>
`;

/** @param {Report} report */
const prevented = (report) => html`
  <section class="panel" aria-labelledby="prevented-title">
    <h2 id="prevented-title">${t("prevented.title")}</h2>
    <p class="hint">${t(report.prevented.length === 0 ? "prevented.none" : "prevented.hint")}</p>
    ${report.prevented.length === 0 ? "" : html`
    <div class="scroll" tabindex="0" role="group" aria-labelledby="prevented-title">
      <table>
        <thead><tr><th scope="col">${t("column.scenario")}</th><th scope="col">${t("prevented.told")}</th>
          <th scope="col">${t("prevented.untold")}</th><th scope="col">${t("prevented.per")}</th></tr></thead>
        <tbody>${report.prevented.map((it) => html`
          <tr><th scope="row"><bdi>${scenario(it.scenario)}</bdi></th>${cell(it.contacted.wrote)}${cell(it.held_out.wrote)}
            <td>${it.prevented ? html`${hundred(it.prevented.by)}<small>${t("interval", { low: hundred(it.prevented.low), high: hundred(it.prevented.high) })}</small>` : "–"}</td></tr>`)}
        </tbody>
      </table>
    </div>`}
  </section>
`;

/** @param {number} share */
const hundred = (share) => (share * 100).toFixed(1);
