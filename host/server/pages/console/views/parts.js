// Small parts that several views show: a state, a place in a file with its hint, a time, a number.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { ago, fullTime } from "../../shared/format.js";
import { formatLocale } from "../../shared/i18n.js";
import { page } from "../../shared/page.js";
import { go } from "../store.js";
import { t, tWord } from "../words.js";

/** @import { Plugin, Problem, View } from "../types" */

/** @param {number} value @param {number} [digits] */
export const number = (value, digits = 0) =>
  new Intl.NumberFormat(formatLocale(), { maximumFractionDigits: digits }).format(value);

/** Microseconds as people read them. @param {number} us */
export function time(us) {
  if (us < 1000) return `${number(us)} µs`;
  if (us < 1_000_000) return `${number(us / 1000, us < 10_000 ? 2 : 1)} ms`;
  return `${number(us / 1_000_000, 2)} s`;
}

const LONG = /** @type {const} */ ([["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]]);

/** Seconds as people read them, in up to two units. @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const first = LONG.findIndex(([, length]) => whole >= length);
  const units = LONG.slice(first < 0 ? -1 : first).slice(0, whole >= 600 && whole < 3600 ? 1 : 2);
  let rest = whole;
  const parts = units.map(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    const style = /** @type {const} */ ({ style: "unit", unitDisplay: "short" });
    return { count, text: new Intl.NumberFormat(formatLocale(), { ...style, unit }).format(count) };
  });
  return parts.filter(({ count }, place) => count || place === 0).map(({ text }) => text).join(" ");
}

/** @param {number} size */
export function bytes(size) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let place = 0;
  for (; size >= 1024 && place < units.length - 1; place++) size /= 1024;
  return `${number(size, place ? 1 : 0)} ${units[place]}`;
}

/** @param {string} at */
export const moment = (at) => html`<time datetime=${at} title=${fullTime(at)}>${ago(at, page.now)}</time>`;

/** @param {Plugin["state"]} state */
export const stateChip = (state) => html`<span class="chip state-${state}">${tWord("state", state)}</span>`;

/** @param {string} outcome */
export const outcomeChip = (outcome) => html`<span class="chip outcome-${outcome}">${tWord("outcome", outcome)}</span>`;

/** @param {Problem} problem */
export const problem = ({ file, line, column, reason, hint }) => html`
  <div class="problem">
    ${file ? html`<code class="place"><bdi>${[file, line, column].filter(Boolean).join(":")}</bdi></code>` : ""}
    <p class="reason" dir="auto">${reason}</p>
    ${hint ? html`<p class="hint">${t("hint")}: <bdi>${hint}</bdi></p>` : ""}
  </div>
`;

/** A way to another part of this page that is a link for every browser. @param {View} view @param {string | null} id
 * @param {unknown} content */
export const link = (view, id, content) => html`
  <a href="?view=${view}${id ? `&id=${encodeURIComponent(id)}` : ""}" @click=${(/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(view, id);
  }}>${content}</a>
`;

export const waiting = () => html`
  <div class="bones" role="status"><span class="unseen">${t("reading")}</span>
    <div class="bone"></div><div class="bone"></div><div class="bone"></div></div>
`;
