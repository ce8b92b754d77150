// A rehearsal found more difference than the merchant lets pass without a person's word: what it is, and the word.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as windows from "../../shared/dialog.js";
import * as control from "../control.js";
import { state } from "../store.js";
import { t, tCount } from "../words.js";
import { counted, event, turn } from "./output.js";

/** Turns and events that are shown. */
const FIRST = 5;

export const dialog = () => windows.dialog("asked", t("asked.title"), state.asked ? content(state.asked.rehearsal) : "");

/** @param {NonNullable<typeof state.asked>["rehearsal"]} rehearsal */
function content(rehearsal) {
  const { summary, times, turns, events, plugin, old, new: now } = rehearsal;
  const slower = times.filter((it) => it.plugin === plugin && it.slower);
  const different = [...turns.filter((it) => it.different).map(turn), ...events.filter((it) => it.different).map(event)];
  const left_out = summary.left_out + summary.events_left_out;
  return html`
    <p>${summary.different ? t("asked.turns", { now: now?.version ?? "", different: summary.different, turns: summary.turns }) : ""}
      ${summary.events_different ? t("asked.events", { now: now?.version ?? "", different: summary.events_different, events: summary.events }) : ""}
      ${t("asked.until", { old: old?.version ?? "" })}</p>
    <p class="tally"><span>${tCount("turns", summary.turns)}${summary.events ? `, ${tCount("events", summary.events)}` : ""}</span> ${counted(summary)}
      ${slower.map((it) => html`<span class="chip warn">${t("asked.slower", { now: it.new.p50_us, before: it.old.p50_us })}</span>`)}
      ${left_out ? html`<span class="chip plain">${t("asked.left_out", { count: left_out })}</span>` : ""}</p>
    <ul class="turns" tabindex="0" aria-label=${t("output")}>${different.slice(0, FIRST)}</ul>
    ${different.length > FIRST ? html`<p class="hint">${t("asked.more", { count: different.length - FIRST })}</p>` : ""}
    <div class="row end">
      <button @click=${() => windows.close("asked")}>${t("asked.back")}</button>
      <button class="primary" data-do="confirm" @click=${control.confirm}>${t("asked.go")}</button>
    </div>
  `;
}
