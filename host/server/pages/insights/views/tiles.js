// The figures at a glance, each with the interval in which it lies.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { count, interval, ofAll, percent, time } from "../format.js";
import { t } from "../words.js";

/** @import { Rate, Report } from "../types" */

/** @param {Report} report */
export const tiles = ({ total, rules }) => html`
  <section aria-labelledby="tiles-title">
    <h2 id="tiles-title">${t("tiles.title")}</h2>
    <dl class="tiles">
      ${tile(t("measure.turns"), count(total.turns), t("tiles.turns", { cases: count(total.cases) }))}
      ${rated("covered", total.covered)} ${rated("accepted", total.accepted)}
      ${tile(t("measure.edit_share"), percent(total.edit_share), t("tiles.edits", { sent: count(total.sent), edited: count(total.edited) }))}
      ${tile(t("measure.answer_seconds"), time(total.answer_median), t("tiles.p90", { time: time(total.answer_p90) }))}
      ${rated("resolved", total.resolved)} ${rated("reopened", total.reopened)} ${rated("escalated", total.escalated)}
      ${rated("calmed", total.calmed)} ${rated("angered", total.angered)} ${rated("rated_well", total.rated_well)} ${rated("kept", total.kept)}
    </dl>
    <p class="hint">${t("tiles.rules", { hours: rules.quiet_hours, reopen: rules.reopen_days, refund: rules.refund_days })}</p>
  </section>
`;

/** @param {string} name @param {string} value @param {string} below */
const tile = (name, value, below) => html`<div class="tile"><dt>${name}</dt><dd><b>${value}</b><small>${below}</small></dd></div>`;

/** @param {"covered" | "accepted" | "resolved" | "reopened" | "escalated" | "calmed" | "angered" | "rated_well" | "kept"} name @param {Rate} rate */
const rated = (name, rate) => tile(t(`measure.${name}`), percent(rate.rate), rate.rate === null ? t("tiles.nothing") : `${ofAll(rate)} · ${interval(rate)}`);
