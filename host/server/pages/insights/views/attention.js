// What a person should look at first: scenarios that do worse or that nobody looked over, messages without an offer,
// and edits that agents keep making.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { ago } from "../../shared/format.js";
import * as icons from "../../shared/icons.js";
import { page } from "../../shared/page.js";
import { count, percent, scenario } from "../format.js";
import { review } from "../store.js";
import { t, tCount } from "../words.js";

/** @import { Attention, Reason, Report } from "../types" */

/** How many of each are shown at once. */
const FIRST = 6;

/** @template T @param {T[]} all @param {(one: T) => unknown} draw */
const some = (all, draw) => html`
  <ul>${all.slice(0, FIRST).map(draw)}</ul>
  ${all.length > FIRST ? html`<details><summary>${t("more", { count: all.length - FIRST })}</summary><ul>${all.slice(FIRST).map(draw)}</ul></details>` : ""}
`;

/** @param {Report} report */
export const attention = (report) => html`
  <section class="panel attention" aria-labelledby="attention-title">
    <h3 id="attention-title">${t("first.scenarios")}</h3>
    <p class="hint">${t("first.scenarios_hint", { days: report.rules.review_days })}</p>
    ${report.attention.length === 0 ? html`<p class="good">${icons.check()} ${t("first.none")}</p>` : some(report.attention, one)}
  </section>
`;

/** @param {Attention} it */
const one = (it) => html`
  <li>
    <div class="grow">
      <b><bdi>${scenario(it.scenario)}</bdi></b> <small>${tCount("messages", it.turns)}</small>
      ${it.reasons.map((reason) => html`<p class="reason ${reason.kind}">${reason.kind === "below_average" ? icons.warning() : icons.clock()}<span>${why(reason)}</span></p>`)}
    </div>
    <button @click=${() => review(it.scenario)} aria-label="${t("first.review")}: ${scenario(it.scenario)}">${t("first.review")}</button>
  </li>
`;

/** @param {Reason} reason */
function why(reason) {
  if (reason.kind === "unreviewed") return t("first.unreviewed", { ago: ago(reason.since, page.now) });
  const { lately, before } = reason;
  const values = { measure: t(/** @type {any} */ (`measure.${reason.measure}`)), lately: percent(lately.rate), before: percent(before.rate), of: count(lately.of) };
  return t("first.below", values);
}

/** @param {Report} report */
export const uncovered = (report) => html`
  <section class="panel" aria-labelledby="uncovered-title">
    <h3 id="uncovered-title">${t("uncovered.title")}</h3>
    <p class="hint">${t("uncovered.hint")}</p>
    ${report.uncovered.length === 0 ? html`<p class="good">${icons.check()} ${t("uncovered.none")}</p>` : some(report.uncovered, (it) => html`
      <li>
        <span class="count" aria-label=${tCount("messages", it.count)}>${count(it.count)}</span>
        <div class="grow">
          ${it.terms.length > 0 ? html`<b><bdi>${it.terms.join(" · ")}</bdi></b>` : ""}
          ${it.examples.map((text) => html`<q dir="auto">${text}</q>`)}
        </div>
      </li>`)}
  </section>
`;

/** @param {Report} report */
export const edits = (report) => html`
  <section class="panel" aria-labelledby="edits-title">
    <h3 id="edits-title">${t("edits.title")}</h3>
    <p class="hint">${t("edits.hint")}</p>
    ${report.edits.length === 0 ? html`<p class="good">${icons.check()} ${t("edits.none")}</p>` : some(report.edits, (it) => html`
      <li>
        <span class="count" aria-label=${t("edits.times", { count: it.count, of: it.of })}>${count(it.count)}</span>
        <div class="grow">
          <b><bdi>${it.title || scenario(it.scenario)}</bdi></b> <small><bdi>${it.plugin}</bdi> · ${t("edits.times", { count: it.count, of: it.of })}</small>
          <p class="change" dir="auto">
            ${it.before ? html`<del><span class="unseen">${t("edits.out")} </span>${it.before}</del>` : ""}
            ${it.after ? html`<ins><span class="unseen">${t("edits.in")} </span>${it.after}</ins>` : ""}
          </p>
        </div>
      </li>`)}
  </section>
`;
