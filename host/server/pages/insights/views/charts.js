// How it went over time: lines by uPlot, and for each the same as a table.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { formatLocale } from "../../shared/i18n.js";
import { page } from "../../shared/page.js";
import { count, day, percent, time } from "../format.js";
import { state } from "../store.js";
import { t } from "../words.js";
import uPlot from "../vendor/uplot/uPlot.js";

/** @import { Figures, Report } from "../types" */
/** @typedef {{ label: string, color: string, of: (it: Figures) => number | null, low?: (it: Figures) => number | null, high?: (it: Figures) => number | null }} Line */
/** @typedef {{ id: string, title: string, say: (value: number) => string, most: number | null, lines: Line[] }} Chart */

/** @type {() => Chart[]} */
const all = () => [
  {
    id: "rates", title: t("chart.rates"), say: percent, most: 1,
    lines: [
      rate(t("measure.accepted"), "--line-1", (it) => it.accepted),
      rate(t("measure.resolved"), "--line-2", (it) => it.resolved),
      rate(t("measure.reopened"), "--line-3", (it) => it.reopened),
    ],
  },
  {
    id: "answers", title: t("chart.answers"), say: time, most: null,
    lines: [
      { label: t("chart.median"), color: "--line-1", of: (it) => it.answer_median },
      { label: t("chart.p90"), color: "--line-3", of: (it) => it.answer_p90 },
    ],
  },
  {
    id: "turns", title: t("chart.turns"), say: count, most: null,
    lines: [
      { label: t("measure.turns"), color: "--line-1", of: (it) => it.turns },
      { label: t("chart.used"), color: "--line-2", of: (it) => it.accepted.count },
      { label: t("chart.uncovered"), color: "--line-3", of: (it) => it.covered.of - it.covered.count },
    ],
  },
];

/** @param {string} label @param {string} color @param {(it: Figures) => import("../types").Rate} of @returns {Line} */
function rate(label, color, of) {
  const bound = (/** @type {"low" | "high"} */ end) => (/** @type {Figures} */ it) => (of(it).rate === null ? null : of(it)[end]);
  return { label, color, of: (it) => of(it).rate, low: bound("low"), high: bound("high") };
}

/** @param {Report} report */
export const charts = (report) => html`
  <section aria-labelledby="charts-title">
    <h2 id="charts-title">${t("chart.title")}</h2>
    <p class="hint">${t("chart.hint")}</p>
    <div class="charts">${all().map((chart) => html`
      <figure class="panel" aria-labelledby="chart-${chart.id}">
        <figcaption id="chart-${chart.id}">${chart.title}</figcaption>
        <ul class="legend">${chart.lines.map((line, place) => html`<li class="line-${place + 1} of-${chart.lines.length}"><span aria-hidden="true"></span>${line.label}</li>`)}</ul>
        <div class="plot" data-chart=${chart.id} aria-hidden="true"></div>
        <details><summary>${t("chart.table")}</summary>${table(chart, report)}</details>
      </figure>`)}
    </div>
  </section>
`;

/** @param {Chart} chart @param {Report} report */
const table = (chart, report) => html`
  <div class="scroll" tabindex="0" role="group" aria-labelledby="chart-${chart.id}">
    <table>
      <thead><tr><th scope="col">${t("column.day")}</th>${chart.lines.map((line) => html`<th scope="col">${line.label}</th>`)}</tr></thead>
      <tbody>${report.days.map((it) => html`<tr><th scope="row">${day(it.name)}</th>${chart.lines.map((line) => {
        const value = line.of(it);
        return html`<td>${value === null ? "–" : chart.say(value)}</td>`;
      })}</tr>`)}</tbody>
    </table>
  </div>
`;

/** @type {Map<string, { plot: uPlot, key: string }>} */
const plots = new Map();

/** Draws what has changed since it was last drawn: the figures, the language, the colours, the width. */
export function draw() {
  const { report } = state;
  for (const [id, { plot }] of plots) {
    if (!plot.root.isConnected) {
      plot.destroy();
      plots.delete(id);
    }
  }
  if (!report) return;
  const dark = getComputedStyle(document.documentElement).getPropertyValue("color-scheme") + matchMedia("(prefers-color-scheme: dark)").matches;
  for (const chart of all()) {
    const place = /** @type {HTMLElement | null} */ (document.querySelector(`[data-chart="${chart.id}"]`));
    if (!place || place.clientWidth === 0) continue;
    const key = [place.clientWidth, page.language, page.theme, dark, report.from, report.to, JSON.stringify(report.days.map((it) => chart.lines.map((line) => line.of(it))))].join(" ");
    const drawn = plots.get(chart.id);
    if (drawn?.key === key) continue;
    drawn?.plot.destroy();
    plots.set(chart.id, { plot: plotted(chart, report, place), key });
  }
}

/** @param {Chart} chart @param {Report} report @param {HTMLElement} place */
function plotted(chart, report, place) {
  const color = (/** @type {string} */ name) => paint(place, name);
  const days = report.days;
  const at = days.map((it) => Date.parse(`${it.name}T00:00:00Z`) / 1000);
  /** @type {(number | null)[][]} */
  const data = chart.lines.map((line) => days.map(line.of));
  /** @type {uPlot.Series[]} */
  const series = [{}, ...chart.lines.map((line) => ({ label: line.label, stroke: color(line.color), width: 2, points: { show: days.length < 32, size: 5 } }))];
  /** @type {uPlot.Band[]} */
  const bands = [];
  chart.lines.forEach((line) => {
    const { low, high } = line;
    if (!low || !high || !isNarrow(days, low, high)) return;
    const first = series.length;
    data.push(days.map(high), days.map(low));
    series.push({ stroke: "transparent", points: { show: false } }, { stroke: "transparent", points: { show: false } });
    bands.push({ series: [first, first + 1], fill: `${color(line.color)}20` });
  });
  const axis = { stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  const short = new Intl.DateTimeFormat(formatLocale(), { day: "numeric", month: "numeric", timeZone: "UTC" });
  /** @type {uPlot.Options} */
  const options = {
    width: place.clientWidth,
    height: 200,
    series,
    bands,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: (_, low, high) => (low === high ? [low - 86_400, high + 86_400] : [low, high]) },
      y: { range: (_, __, high) => [0, chart.most ?? Math.max(1, (high ?? 1) * 1.1)] },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 64, incrs: [1, 2, 3, 7, 14, 28].map((step) => step * 86_400), values: (_, ticks) => ticks.map((tick) => short.format(tick * 1000)) },
      { ...axis, size: 64, ...(chart.id === "answers" ? { incrs: [5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400] } : {}), values: (_, ticks) => ticks.map((tick) => chart.say(tick)) },
    ],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
  };
  return new uPlot(options, /** @type {any} */ ([at, ...data]), place);
}

/** Whether a shade says something: where a day has a handful of cases, all of the chart would be shade.
 * @param {Figures[]} days @param {(it: Figures) => number | null} low @param {(it: Figures) => number | null} high */
function isNarrow(days, low, high) {
  const widths = days.map((it) => (high(it) ?? NaN) - (low(it) ?? NaN)).filter((width) => !Number.isNaN(width));
  return widths.length > 0 && widths.reduce((sum, width) => sum + width, 0) / widths.length < 0.25;
}

/** A colour of the style sheet as a canvas takes it. @param {HTMLElement} place @param {string} name */
function paint(place, name) {
  const probe = document.createElement("span");
  probe.hidden = true;
  place.append(probe);
  probe.style.color = `var(${name})`;
  const [red = 0, green = 0, blue = 0] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number);
  probe.remove();
  return `#${[red, green, blue].map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

addEventListener("resize", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
