// A rehearsal found more difference than the merchant lets pass without a person's word: what it is, and the word.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as windows from "../../shared/dialog.js";
import * as control from "../control.js";
import { state } from "../store.js";
import { t, tCount } from "../words.js";
import { counted, turn } from "./output.js";

/** Turns that are shown. */
const FIRST = 5;

export const dialog = () => windows.dialog("asked", t("asked.title"), state.asked ? content(state.asked.rehearsal) : "");

/** @param {NonNullable<typeof state.asked>["rehearsal"]} rehearsal */
function content(rehearsal) {
  const { summary, times, turns, plugin, old, new: now } = rehearsal;
  const slower = times.filter((it) => it.plugin === plugin && it.slower);
  const different = turns.filter((it) => it.different);
  return html`
    <p>${t("asked.what", { old: old?.version ?? "", now: now?.version ?? "", different: summary.different, turns: summary.turns })}</p>
    <p class="tally"><span>${tCount("turns", summary.turns)}</span> ${counted(summary)}
      ${slower.map((it) => html`<span class="chip warn">${t("asked.slower", { now: it.new.p50_us, before: it.old.p50_us })}</span>`)}
      ${summary.left_out ? html`<span class="chip plain">${t("asked.left_out", { count: summary.left_out })}</span>` : ""}</p>
    <ul class="turns" tabindex="0" aria-label=${t("output")}>${different.slice(0, FIRST).map(turn)}</ul>
    ${different.length > FIRST ? html`<p class="hint">${t("asked.more", { count: different.length - FIRST })}</p>` : ""}
    <div class="row end">
      <button @click=${() => windows.close("asked")}>${t("asked.back")}</button>
      <button class="primary" data-do="confirm" @click=${control.confirm}>${t("asked.go")}</button>
    </div>
  `;
}
