// What the version in the editor says in real conversations and decides on real events, beside the version that serves.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as control from "../control.js";
import { difference } from "../difference.js";
import { state } from "../store.js";
import { moment, t, tCount, tWord } from "../words.js";
import { goTo } from "./files.js";

/** @import { Case, Decision, Offer, Plan, Rehearsal, ShopEvent, Turn, Words } from "../types" */

export function output() {
  const { base, result, talks, talk } = state;
  return html`
    <div class="output-head">
      <h2 id="output-title">${t("output")}</h2>
      <label class="chooser"><span class="unseen">${t("talk")}</span>
        <select id="talk" ?disabled=${!base} @change=${(/** @type {Event} */ event) => control.choose(/** @type {HTMLSelectElement} */ (event.target).value)}>
          <option value="" ?selected=${!talk}>${t("talk.all")}</option>
          ${talks.map((it) => html`<option value=${it.id} ?selected=${it.id === talk}>${it.text.slice(0, 60)}</option>`)}
        </select>
      </label>
    </div>
    <p class="tally" role="status" aria-busy=${state.rehearsal === "running"}>${tally()}</p>
    ${result ? html`${tests(result.cases)}<ul class="turns">${result.turns.map(turn)}${result.events.map(event)}</ul>` : ""}
    ${base && result && result.summary.turns + result.summary.events === 0 && result.new ? html`<div class="empty"><b>${t("turns.none")}</b></div>` : ""}
  `;
}

function tally() {
  const { base, result, rehearsal } = state;
  if (!base) return t("output.none");
  if (rehearsal === "failed") return t("rehearsal.failed");
  if (!result) return rehearsal === "running" ? t("rehearsal.running") : "";
  if (!result.new) return html`<span class="chip bad">${t("rehearsal.broken")}</span>`;
  const { summary, times } = result;
  const own = times.find((it) => it.plugin === result.plugin && it.hook === "compose");
  const cost = own && own.new.calls ? t("cost", { now: own.new.p50_us, before: own.old.calls ? own.old.p50_us : "–" }) : "";
  return html`
    <span>${tCount("turns", summary.turns)}${summary.events ? `, ${tCount("events", summary.events)}` : ""}</span> ${counted(summary)}
    <span class="hint">${cost} <span id="took" data-ms=${summary.took_ms}>${t("took", { ms: summary.took_ms })}</span></span>
  `;
}

/** What is different, in numbers. @param {Rehearsal["summary"]} summary */
export function counted(summary) {
  const both = (/** @type {"changed" | "gained" | "lost"} */ it) => summary[it] + summary[`decisions_${it}`];
  const counts = { changed: both("changed"), gained: both("gained"), lost: both("lost"), failing: summary.failing, mended: summary.mended };
  const found = /** @type {const} */ (["changed", "gained", "lost", "failing", "mended"]).filter((it) => counts[it]);
  return found.length ? found.map((it) => html`<span class="chip ${it}">${t(`count.${it}`, { count: counts[it] })}</span>`)
    : html`<span class="chip plain">${t("count.same")}</span>`;
}

/** @param {Case[]} cases */
function tests(cases) {
  if (!cases.length) return "";
  const failed = cases.filter((it) => !it.passed);
  return html`
    <details class="tests" ?open=${failed.length > 0}>
      <summary>${t("tests", { passed: cases.length - failed.length, all: cases.length })}</summary>
      <ul>${cases.map((it) => html`
        <li class=${it.passed ? "passed" : "failed"}>
          <span class="mark" aria-hidden="true">${it.passed ? "✓" : "✗"}</span>
          <button class="quiet" @click=${() => goTo({ file: it.file, line: it.line, reason: "" })}><span class="unseen">${t(it.passed ? "test.passed" : "test.failed")}: </span><bdi>${it.name}</bdi></button>
          ${it.differences.map((text) => html`<pre>${text}</pre>`)}
        </li>`)}
      </ul>
    </details>
  `;
}

/** @param {Turn} turn */
export const turn = (turn) => html`
  <li class="turn" data-different=${turn.different}>
    <p class="said" dir="auto"><bdi>${turn.message}</bdi></p>
    <p class="hint">${moment(turn.at)} · ${tWord("scenario", turn.signals.scenario.id)}${turn.signals_before ? html` <span class="chip warn">${t("understood", { before: tWord("scenario", turn.signals_before.scenario.id) })}</span>` : ""}${turn.approximate.length ? html` <span class="chip plain">${t("approximate")}</span>` : ""}</p>
    ${turn.failures.map((it) => html`<p class="failure ${it.kind}"><b>${it.plugin}</b> ${t(`failure.${it.kind}`)}: <bdi>${it.detail}</bdi></p>`)}
    ${turn.offers.map(offer)}
    ${turn.log.map((it) => html`<p class="log"><span class="label">${it.level}</span><bdi>${it.text}</bdi></p>`)}
    ${turn.offers.length + turn.failures.length ? "" : html`<p class="hint">${t("silent")}</p>`}
  </li>
`;

/** @param {ShopEvent} event */
export const event = (event) => html`
  <li class="turn" data-different=${event.different}>
    <p class="said"><bdi>${event.type}</bdi></p>
    <p class="hint">${moment(event.at)} · <bdi>${event.event_id}</bdi></p>
    ${event.failures.map((it) => html`<p class="failure ${it.kind}"><b>${it.plugin}</b> ${t(`failure.${it.kind}`)}: <bdi>${it.detail}</bdi></p>`)}
    ${event.decisions.map(decision)}
    ${event.log.map((it) => html`<p class="log"><span class="label">${it.level}</span><bdi>${it.text}</bdi></p>`)}
    ${event.decisions.length + event.failures.length ? "" : html`<p class="hint">${t("undecided")}</p>`}
  </li>
`;

/** @param {Plan} plan */
const planned = (plan) => [plan.text ?? plan.held ?? plan.name, plan.at ? moment(plan.at) : ""].filter(Boolean).join(" · ");

/** @param {Decision} decision */
function decision({ plugin, decision, kind, fields, old, new: now }) {
  const sides = kind === "changed" && old && now
    ? beside(planned(old), planned(now))
    : html`<div class="words" dir="auto">${planned(now ?? old ?? { name: "" })}</div>`;
  return html`<div class="offer ${kind}">${heading(plugin, kind, [t(`decision.${decision}`), ...fields.map((it) => tWord("field", it))])}${sides}</div>`;
}

/** @param {string} plugin @param {Offer["kind"]} kind @param {string[]} notes */
const heading = (plugin, kind, notes) => html`
  <p class="offer-head"><b>${plugin}</b><span class="chip ${kind}">${t(`kind.${kind}`)}</span>${notes.length ? html`<span class="hint">${notes.join(", ")}</span>` : ""}</p>`;

/** @param {Offer} offer */
function offer(offer) {
  const { plugin, kind, fields, old, new: now } = offer;
  const head = heading(plugin, kind, fields.map((it) => tWord("field", it)));
  if (kind !== "changed" || !old || !now) {
    const words = now ?? old;
    return html`<div class="offer ${kind}">${head}${words ? html`<div class="words" dir="auto">${words.text}</div>` : ""}</div>`;
  }
  return html`<div class="offer ${kind}">${head}${beside(old.text, now.text)}${rest(fields, old, now)}</div>`;
}

/** Two texts, and what differs in them. @param {string} old @param {string} now */
function beside(old, now) {
  const pieces = difference(old, now);
  const side = (/** @type {"del" | "ins"} */ leaves) => pieces.map((it) =>
    it.kind === leaves ? "" : it.kind === "del" ? html`<del>${it.text}</del>` : it.kind === "ins" ? html`<ins>${it.text}</ins>` : it.text);
  return html`
    <div class="sides">
      <div class="words old" dir="auto"><span class="unseen">${t("before")}: </span>${side("ins")}</div>
      <div class="words now" dir="auto"><span class="unseen">${t("after")}: </span>${side("del")}</div>
    </div>`;
}

/** What has changed beside the text. @param {string[]} fields @param {Words} old @param {Words} now */
function rest(fields, old, now) {
  /** @type {[string, (words: Words) => string][]} */
  const shown = [
    ["title", (it) => it.title], ["reason", (it) => it.reason], ["scenario", (it) => it.scenario],
    ["confidence", (it) => it.confidence.toFixed(2)], ["missing", (it) => it.missing.join(", ")],
    ["actions", (it) => JSON.stringify(it.actions)], ["arguments", (it) => JSON.stringify(it.actions)],
  ];
  return shown.filter(([name]) => fields.includes(name)).map(([name, of]) => html`
    <p class="rest"><span class="label">${tWord("field", name)}</span><del>${of(old)}</del> <ins>${of(now)}</ins></p>`);
}
