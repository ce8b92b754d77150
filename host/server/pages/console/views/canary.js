// A version on trial beside the one that serves: on which terms, how much of its window is left, what both have done, and
// with what it ended.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { percent } from "../../shared/format.js";
import { isOperator } from "../store.js";
import { t } from "../words.js";
import { actButtons } from "./confirm.js";
import { duration, moment, number, time } from "./parts.js";

/** @import { Canary, Counts, Plugin, Reload, Side } from "../types" */

/** @param {Plugin} plugin @param {Canary} it */
export const canary = (plugin, it) => html`
  <div class="canary">
    <p class="row"><span class="chip canary-chip">${t("canary")}</span>
      <b><bdi>${plugin.version}</bdi> <span aria-hidden="true">→</span> <bdi>${it.version}</bdi></b>
      <span>${t("canary.share", { share: percent(it.share), version: it.version })}</span></p>
    <p class="muted">${t("since_by")} ${moment(it.since)} · <bdi>${it.by}</bdi> · <code title=${it.hash}>${it.hash.slice(0, 8)}</code></p>
    ${progress(it)}
    ${it.candidate && it.stable ? html`
      ${sides(side(it.stable), side(it.candidate), `${plugin.version} · ${percent(1 - it.share)}`, `${it.version} · ${percent(it.share)}`)}
      <p class="hint">${t("canary.rules", { calls: number(it.min_calls), slower: number(it.slower, 1), more: time(it.slower_us) })}</p>`
    : html`<p class="hint">${t("canary.unseen")}</p>`}
    ${plugin.scope !== "shared" || isOperator() ? html`<div class="acts">${actButtons(plugin, ["promote", "take_back"])}</div>` : ""}
  </div>
`;

/** How much of its window is left, and what else it waits for. @param {Canary} it */
function progress(it) {
  const left = it.waits_for?.window_s ?? (it.candidate ? 0 : Math.max(0, (Date.parse(it.since) - Date.now()) / 1000 + it.window_s));
  const window = t("canary.window", { left: duration(left), window: duration(it.window_s) });
  const missing = it.waits_for?.calls;
  const said = left > 0 ? window : missing ? t("canary.calls", { calls: number(missing) }) : it.candidate ? t("canary.due") : t("canary.over");
  return html`
    <div class="window"><progress max=${it.window_s || 1} value=${it.window_s ? it.window_s - left : 1} aria-label=${t("canary.progress")}></progress>
      <span>${said}</span></div>
    ${it.waits_for ? html`<p class="so-far">${t("canary.so_far")}</p>` : ""}
  `;
}

/** @param {Counts} it @returns {Side} */
const side = ({ errors, limits, ...rest }) => ({ ...rest, failed: errors + limits });

/** Both versions beside each other. @param {Side} stable @param {Side} candidate @param {string} before @param {string} now
 * @param {unknown} [caption] */
export function sides(stable, candidate, before, now, caption) {
  const taken = (/** @type {Side} */ it) => it.offered ? t("canary.taken_of", { taken: number(it.accepted), offered: number(it.offered), share: percent(it.accepted / it.offered) }) : "–";
  const failed = (/** @type {Side} */ it) => it.failed ? html`<span class="bad">${number(it.failed)}${it.calls ? ` (${number((it.failed / it.calls) * 100, 1)} %)` : ""}</span>` : "0";
  const took = (/** @type {number} */ us, /** @type {Side} */ it) => (it.calls > it.failed ? time(us) : "–");
  /** @type {[string, (it: Side) => unknown][]} */
  const rows = [
    [t("calls"), (it) => number(it.calls)], [t("failures"), failed], [t("half"), (it) => took(it.p50_us, it)],
    [t("most"), (it) => took(it.p99_us, it)], [t("canary.taken"), taken],
  ];
  return html`
    <table class="small sides">${caption ? html`<caption>${caption}</caption>` : ""}
      <thead><tr><th scope="col"><span class="unseen">${t("canary.figure")}</span></th>
        <th scope="col" class="figure"><bdi>${before}</bdi></th><th scope="col" class="figure"><bdi>${now}</bdi></th></tr></thead>
      <tbody>${rows.map(([name, of]) => html`<tr><th scope="row">${name}</th><td class="figure">${of(stable)}</td><td class="figure">${of(candidate)}</td></tr>`)}</tbody>
    </table>
  `;
}

/** With what a canary ended. @param {Reload} it */
export function evidence(it) {
  const found = it.evidence;
  if (!found) return "";
  const why = found.against ? t(`against.${found.against}`) : it.by === "canary" ? t("against.none") : t("against.person");
  return html`
    <p>${why}</p>
    ${sides(found.stable, found.candidate, t("canary.other"), it.version, t("canary.in", { time: duration(found.seconds) }))}
  `;
}

/** How one is begun. @param {Plugin} plugin */
export const begin = (plugin) => html`
  <p>${t("canary.none")}</p>
  <p><code class="command">cuecard push plugins/${plugin.id} --canary 10% --window 30m${plugin.scope === "shared" ? " --shared" : ""}</code></p>
`;
