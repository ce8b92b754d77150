// Insights: what became of messages and cases, what to look at first, and whether what one wants is reached.

import { html } from "../shared/vendor/lit-html/lit-html.js";
import { begin } from "../shared/frame.js";
import { load, state } from "./store.js";
import { edits, attention, uncovered } from "./views/attention.js";
import { charts, draw } from "./views/charts.js";
import { filters } from "./views/filters.js";
import { tables } from "./views/tables.js";
import * as targets from "./views/targets.js";
import { tiles } from "./views/tiles.js";
import { t } from "./words.js";

/** @import { Report } from "./types" */

/** @param {Report} report */
const shown = (report) =>
  report.total.turns === 0 && report.total.cases === 0
    ? html`<div class="empty panel"><b>${t("empty")}</b><span>${t("empty_hint")}</span></div>`
    : html`
        <section class="first" aria-labelledby="first-title">
          <h2 id="first-title">${t("first.title")}</h2>
          <div class="columns">${attention(report)} ${uncovered(report)} ${edits(report)}</div>
        </section>
        ${tiles(report)} ${targets.list(report)} ${charts(report)} ${tables(report)}
      `;

const main = () => html`
  <main class="insights" aria-busy=${state.loading}>
    <div class="head"><h1>${t("nav.insights")}</h1>${filters()}</div>
    ${state.failed ? html`<div class="empty panel" role="alert"><b>${state.failed}</b>
      <button @click=${load}>${t("retry")}</button></div>` : ""}
    ${state.report ? shown(state.report) : state.failed ? "" : html`<div class="bones"><div class="bone"></div><div class="bone"></div></div>`}
  </main>
  ${targets.dialog()}
`;

begin({ name: "nav.insights", title: () => t("nav.insights"), main, drawn: draw, started: load });
