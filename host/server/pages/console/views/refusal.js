// Why a version was refused: what is wrong and where, or what a rehearsal found and how a person lets it pass.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { t, tCount } from "../words.js";
import { number, problem } from "./parts.js";

/** @import { Reload } from "../types" */

/** Problems that are shown at once. */
const FIRST = 5;

/** @param {Reload} it */
export function refusal(it) {
  const { problems = [], rehearsal } = it;
  if (!rehearsal) return problems.slice(0, FIRST).map(problem);
  return html`
    <p>${t(rehearsal.asks ? "rehearsal.asks" : "rehearsal.fails")}</p>
    ${counts(rehearsal)}
    ${problems.slice(1, FIRST).map(problem)}
    ${rehearsal.asks && it.hash ? html`
      <p class="hint">${t("rehearsal.confirm")}</p>
      <p><code class="command">cuecard push plugins/${it.plugin}${it.scope === "shared" ? " --shared" : ""} --confirm ${it.hash}</code></p>` : ""}
  `;
}

/** @param {NonNullable<Reload["rehearsal"]>} it */
function counts(it) {
  const counted = /** @type {const} */ (["gained", "lost", "changed", "failing", "slower"]);
  return html`
    <p class="row counts">
      ${it.turns ? html`<span>${tCount("rehearsal.turns", it.turns)}:</span>
        <span class="chip ${it.different ? "warn" : "plain"}">${t("rehearsal.different", { count: number(it.different) })}</span>` : ""}
      ${it.events ? html`<span>${tCount("rehearsal.events", it.events)}:</span>
        <span class="chip ${it.events_different ? "warn" : "plain"}">${t("rehearsal.decided", { count: number(it.events_different) })}</span>` : ""}
      ${counted.map((name) => html`<span class="chip ${it[name] ? KIND[name] : "plain"}">${t(`rehearsal.${name}`, { count: number(it[name]) })}</span>`)}
      ${it.left_out ? html`<span class="chip plain">${t("rehearsal.left_out", { count: number(it.left_out) })}</span>` : ""}</p>
  `;
}

/** How each count reads, where there is something to count. */
const KIND = { gained: "good", lost: "warn", changed: "warn", failing: "bad", slower: "warn" };
