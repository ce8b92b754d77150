// How a turn came about, as a waterfall: a table whose last column draws when each stage and each hook began and how long
// it took.

import { html, svg } from "../../shared/vendor/lit-html/lit-html.js";
import { fullTime, percent } from "../../shared/format.js";
import { state } from "../store.js";
import { t, tWord } from "../words.js";
import { link, number, problem, time, waiting } from "./parts.js";

/** @import { Call, Trace, Turn } from "../types" */

const WIDTH = 400;
/** In which stage a hook is called. @type {Record<string, string>} */
const STAGE = { classify: "understand", compose: "compose", localize: "compose" };

export function turn() {
  const it = state.turn;
  if (!it) return waiting();
  const { scenario, emotion, language, stage } = it.signals;
  return html`
    <p class="way-back">${link("turns", null, t("back.turns"))}</p>
    <section class="panel" aria-labelledby="turn-title">
      <h2 id="turn-title">${t("turn")} <small><code>${it.id}</code></small></h2>
      <blockquote dir="auto">${it.text}</blockquote>
      <dl class="facts">
        <div><dt>${t("at")}</dt><dd>${fullTime(it.at)}</dd></div>
        <div><dt>${t("conversation")}</dt><dd><bdi>${it.conversation_id}</bdi> · ${tWord("channel", it.channel)}</dd></div>
        <div><dt>${t("scenario")}</dt><dd>${tWord("scenario", scenario.id)} ${percent(scenario.confidence)}</dd></div>
        <div><dt>${t("emotion")}</dt><dd>${tWord("mood", emotion.label)} ${percent(emotion.intensity)}, ${tWord("trend", emotion.trend)}</dd></div>
        <div><dt>${t("language")}</dt><dd>${language.tag} ${percent(language.confidence)}</dd></div>
        <div><dt>${t("stage")}</dt><dd>${tWord("stage", stage)}</dd></div>
        <div><dt>${t("generation")}</dt><dd>${number(it.generation)}</dd></div>
      </dl>
      ${changed(it.trace, "turn.changed")}
    </section>
    ${waterfall(it)}
    ${it.failures.length === 0 ? "" : html`<section class="panel" aria-labelledby="failed-title"><h3 id="failed-title">${t("failures")}</h3>
      <ul class="failures">${it.failures.map((failed) => html`<li><p class="row"><span class="chip bad">${tWord("kind", failed.kind)}</span>
        <bdi>${failed.plugin}</bdi></p>${problem(failed.problem)}</li>`)}</ul></section>`}
    ${said(it.calls)}
    <section class="panel" aria-labelledby="offered-title"><h3 id="offered-title">${t("suggestions")}</h3>
      ${it.suggestions.length === 0 ? html`<p class="muted">${t("suggestions.none")}</p>` : ""}
      <ol class="offered">${it.suggestions.map((offer) => html`
        <li><p class="row"><b dir="auto">${offer.title}</b> <span class="chip plain"><bdi>${offer.plugin}</bdi></span> ${percent(offer.confidence)}</p>
          <p dir="auto" class="words">${offer.text}</p><p class="hint" dir="auto">${offer.reason}</p>${changed(offer.trace, "turn.wording")}</li>`)}</ol>
    </section>
  `;
}

/** @param {Turn} it */
function waterfall(it) {
  const all = Math.max(1, it.timing_us.total, ...it.spans.map((span) => span.start_us + span.us));
  return html`
    <section class="panel" aria-labelledby="time-title"><h3 id="time-title">${t("turn.time", { time: time(it.timing_us.total) })}</h3>
      <table class="waterfall"><thead><tr><th scope="col">${t("turn.what")}</th><th scope="col" class="figure">${t("turn.start")}</th>
        <th scope="col" class="figure">${t("took")}</th><th scope="col" class="drawn" aria-hidden="true"></th></tr></thead>
      <tbody>${it.spans.map((span) => html`
        <tr class="stage"><th scope="row">${tWord("span", span.stage)}</th><td class="figure">${time(span.start_us)}</td>
          <td class="figure">${time(span.us)}</td><td class="drawn" aria-hidden="true">${bar(span.start_us, span.us, all)}</td></tr>
        ${it.calls.filter((call) => STAGE[call.hook] === span.stage).sort(byStart).map((call) => hook(call, all))}`)}</tbody></table>
    </section>
  `;
}

/** Those that were not called come last. @param {Call} one @param {Call} other */
const byStart = (one, other) => (one.start_us ?? Infinity) - (other.start_us ?? Infinity) || 0;

/** @param {Call} call @param {number} all */
const hook = (call, all) => html`
  <tr class="hook-row ${call.failure ? "failed" : ""}"><th scope="row"><bdi>${call.plugin}</bdi> <small>${tWord("hook", call.hook)}${call.failure ? html` · <b>${tWord("kind", call.failure)}</b>` : ""}</small></th>
    <td class="figure">${call.start_us === undefined ? "–" : time(call.start_us)}</td><td class="figure">${time(call.us)}</td>
    <td class="drawn" aria-hidden="true">${call.start_us === undefined ? "" : bar(call.start_us, call.us, all)}</td></tr>
`;

/** @param {number} start @param {number} length @param {number} all */
const bar = (start, length, all) => html`
  <svg viewBox="0 0 ${WIDTH} 12" preserveAspectRatio="none">${svg`<rect x=${((start / all) * (WIDTH - 2)).toFixed(1)} y="1" height="10"
    width=${Math.max(2, (length / all) * WIDTH).toFixed(1)} rx="1"/>`}</svg>
`;

/** @param {Trace[]} trace @param {"turn.changed" | "turn.wording"} title */
const changed = (trace, title) => trace.length === 0 ? "" : html`
  <details class="trace" ?open=${title === "turn.changed"}><summary>${t(title)} (${number(trace.length)})</summary>
    <ol>${trace.map((it) => html`<li><code><bdi>${it.rule}</bdi></code> <span dir="auto">${it.why}</span>
      ${it.before === undefined ? "" : html`<del dir="auto">${it.before}</del>`} ${it.after === undefined ? "" : html`<ins dir="auto">${it.after}</ins>`}</li>`)}</ol>
  </details>
`;

/** @param {Call[]} calls */
function said(calls) {
  const lines = calls.flatMap((call) => (call.log ?? []).map((line) => ({ ...line, plugin: call.plugin, hook: call.hook })));
  if (lines.length === 0) return "";
  return html`
    <section class="panel" aria-labelledby="said-title"><h3 id="said-title">${t("log")}</h3>
      <div class="log" tabindex="0" role="log" aria-labelledby="said-title"><ol>${lines.map((line) => html`<li class="level-${line.level}"><span class="chip plain">${line.level}</span>
        <span class="said" dir="auto">${line.text}</span> <small><bdi>${line.plugin}</bdi> ${tWord("hook", line.hook)}</small></li>`)}</ol></div></section>
  `;
}
