// How long a hook's calls took: bars on a logarithmic scale, and the same as a table for who cannot see them.

import { html, svg } from "../../shared/vendor/lit-html/lit-html.js";
import { t, tCount, tWord } from "../words.js";
import { number, time } from "./parts.js";

/** @import { Figures } from "../types" */

const BAR = 16;
const HEIGHT = 72;

/** @param {Figures} it */
export function histogram(it) {
  const most = Math.max(1, ...it.histogram.map((bucket) => bucket.calls));
  const wide = Math.max(24, it.histogram.length + 1) * BAR;
  const failed = Object.entries(it.failures);
  return html`
    <li class="hook">
      <h4>${tWord("hook", it.hook)} <small>${tCount("calls", it.calls)}</small></h4>
      ${failed.length > 0 ? html`<p class="kinds">${failed.map(([kind, count]) => html`<span class="chip bad">${tWord("kind", kind)}: ${number(count)}</span>`)}</p>` : ""}
      ${it.histogram.length === 0 ? "" : html`
      <p class="hint">${t("quantiles", { half: time(it.p50_us), most: time(it.p99_us) })}</p>
      <svg class="bars" viewBox="${-BAR} 0 ${wide + BAR} ${HEIGHT + 16}" preserveAspectRatio="xMinYMid meet" role="img"
        aria-label=${t("histogram", { hook: it.hook, half: time(it.p50_us), most: time(it.p99_us) })}>
        ${it.histogram.map((bucket, place) => {
          const height = bucket.calls === 0 ? 0 : Math.max(2, (bucket.calls / most) * HEIGHT);
          const past = bucket.below_us > it.p99_us ? "tail" : "";
          return svg`<rect class=${past} x=${place * BAR + 1} y=${HEIGHT - height} width=${BAR - 2} height=${height} rx="2">
            <title>${t("below", { time: time(bucket.below_us) })}: ${number(bucket.calls)}</title></rect>`;
        })}
        ${svg`<path class="ground" d="M0 ${HEIGHT + 1}H${wide}"/>`}
        ${it.histogram.map((bucket, place) => ((it.histogram.length - 1 - place) % 4 === 0 ? svg`<text x=${(place + 1) * BAR} y=${HEIGHT + 12}>${time(bucket.below_us)}</text>` : ""))}
      </svg>
      <details><summary>${t("as_table")}</summary>
        <table class="small"><thead><tr><th scope="col">${t("took")}</th><th scope="col" class="figure">${t("calls")}</th></tr></thead>
          <tbody>${it.histogram.map((bucket) => html`<tr><td>${t("below", { time: time(bucket.below_us) })}</td>
            <td class="figure">${number(bucket.calls)}</td></tr>`)}</tbody></table>
      </details>`}
    </li>
  `;
}
