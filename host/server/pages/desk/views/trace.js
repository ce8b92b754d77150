// The wording of a card: each rule that changed it, what was before and after, and a switch where the rule has one.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { live } from "../../shared/vendor/lit-html/directives/live.js";
import { toggleRule } from "../control.js";
import { t, tCount } from "../words.js";

/** @import { Card, Trace } from "../types" */

/** Sections of rules that an agent may switch off; the host decides. */
const SWITCHED = ["taboo", "claim", "tone", "style", "empathy", "apology", "greeting", "closing", "holiday", "brand.emoji",
  "brand.exclamation", "text.mojibake", "text.mixed-scripts", "text.mixed-register"];

/** @param {Trace} entry */
function hasSwitch({ stage, rule, before, after }) {
  const id = rule.split("/").at(-1) ?? "";
  const is_change = before !== undefined && after !== undefined && before !== after;
  return stage !== "guard" && is_change && SWITCHED.some((it) => id === it || id.startsWith(`${it}.`));
}

/** @param {Card} card */
export function trace(card) {
  const entries = card.suggestion.trace;
  if (entries.length === 0) return "";
  const count = tCount("cards.rules", entries.length);
  return html`
    <details class="trace">
      <summary>${t("cards.wording", { count })}</summary>
      ${card.off.length > 0 ? html`<p class="hint">${t("cards.reworded", { count: card.off.length })}</p>` : ""}
      <ol>${entries.map((entry) => line(card, entry))}</ol>
    </details>
  `;
}

/** @param {Card} card @param {Trace} entry */
const line = (card, entry) => html`
  <li>
    ${hasSwitch(entry)
      ? html`<label class="switch"><input type="checkbox" role="switch" .checked=${live(!card.off.includes(entry.rule))}
          ?disabled=${card.is_busy} aria-label=${t("cards.rule_on", { rule: entry.rule })}
          @change=${() => toggleRule(card, entry.rule)}><span><bdi>${entry.rule}</bdi></span></label>`
      : html`<span class="rule"><bdi>${entry.rule}</bdi></span>`}
    <p><bdi>${entry.why}</bdi></p>
    ${entry.before === undefined ? "" : html`<p class="before"><span class="unseen">${t("cards.rule_before")}: </span><del dir="auto">${entry.before}</del></p>`}
    ${entry.after === undefined ? "" : html`<p class="after"><span class="unseen">${t("cards.rule_after")}: </span><ins dir="auto">${entry.after}</ins></p>`}
  </li>
`;
