// What waits, how much may, and what the host stands on.

import { html, svg } from "../../shared/vendor/lit-html/lit-html.js";
import { formatLocale } from "../../shared/i18n.js";
import { fullTime } from "../../shared/format.js";
import { state } from "../store.js";
import { t, tWord } from "../words.js";
import { bytes, number, waiting } from "./parts.js";

export function host() {
  const it = state.status;
  if (!it) return waiting();
  const { workers, turns, streams } = it;
  return html`
    <section class="panel" aria-labelledby="host-title">
      <h2 id="host-title">${t("view.host")}</h2>
      <ul class="meters">
        ${meter("turns", turns.answering, turns.limit)}
        ${meter("workers", workers.count - workers.idle, workers.count)}
        ${meter("waiting", workers.waiting, workers.queue)}
        ${meter("streams", streams.open, null)}
        ${meter("open_events", it.waiting.open_events, null)}
        ${meter("timers", it.waiting.timers, null)}
        ${meter("contacts", it.waiting.contacts, null)}
        ${meter("replaced", workers.replaced, null)}
      </ul>
    </section>
    <div class="columns">
      <section class="panel" aria-labelledby="about-title"><h3 id="about-title">${t("host.about")}</h3>
        <dl class="facts single">
          <div><dt>${t("host.version")}</dt><dd>${it.version}</dd></div>
          <div><dt>${t("generation")}</dt><dd>${number(it.generation)}</dd></div>
          <div><dt>${t("host.started")}</dt><dd>${fullTime(it.started_at)} · ${span(it.uptime_s)}</dd></div>
          <div><dt>${t("host.storage")}</dt><dd class=${it.engine_ready ? "" : "bad"}>${t(it.engine_ready ? "host.storage.ready" : "host.storage.failed")}</dd></div>
          <div><dt>${t("host.data")}</dt><dd>${bytes(it.data.bytes)} · <code><bdi>${it.data.folder}</bdi></code></dd></div>
        </dl>
        <h3>${t("host.confinement")}</h3>
        <ul class="layers">${it.confinement.map((layer) => html`<li><span class="chip ${layer.granted ? "good" : "warn"}">${t(layer.granted ? "host.granted" : "host.refused")}</span>
          <b>${tWord("layer", layer.layer)}</b> ${layer.why ? html`<small><bdi>${layer.why}</bdi></small>` : ""}</li>`)}</ul>
      </section>
      <section class="panel" aria-labelledby="limits-title"><h3 id="limits-title">${t("host.limits")}</h3>
        ${table({ ...it.limits, workers_per_merchant: workers.per_merchant, queue_per_merchant: workers.queue_per_merchant, patience_ms: workers.patience_ms })}
        <h3>${t("host.plugin_limits")}</h3>${table(it.plugin_limits)}
      </section>
    </div>
  `;
}

/** @param {string} name @param {number} value @param {number | null} most */
const meter = (name, value, most) => html`
  <li><span class="label">${tWord("meter", name)}</span>
    <b>${number(value)}${most === null ? "" : html` <small>/ ${number(most)}</small>`}</b>
    ${most === null ? "" : html`<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      ${svg`<rect class="all" width="100" height="4"/><rect class="now" width=${Math.min(100, (value / Math.max(1, most)) * 100)} height="4"/>`}</svg>`}</li>
`;

/** @param {Record<string, number>} limits */
const table = (limits) => html`
  <table class="small"><tbody>${Object.entries(limits).map(([name, value]) => html`
    <tr><th scope="row">${tWord("limit", name)}</th><td class="figure">${amount(name, value)}</td></tr>`)}</tbody></table>
`;

/** @param {string} name @param {number} value */
const amount = (name, value) =>
  name.endsWith("_ms") ? `${number(value)} ms` : name.endsWith("_bytes") ? bytes(value) : number(value);

/** @param {number} seconds */
function span(seconds) {
  const units = /** @type {const} */ ([["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]]);
  const [unit, length] = units.find(([, length]) => seconds >= length) ?? units[3];
  return new Intl.NumberFormat(formatLocale(), { style: "unit", unit, unitDisplay: "long" }).format(Math.floor(seconds / length));
}
