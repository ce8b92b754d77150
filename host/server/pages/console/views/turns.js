// Turns that were kept, newest first; those in which something failed can be found.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { notice } from "../../shared/page.js";
import { change, readTurns, reasonOf, state } from "../store.js";
import { t, tWord } from "../words.js";
import { link, moment, time, waiting } from "./parts.js";

/** @import { TurnSummary } from "../types" */

export const turns = () => html`
  <section class="panel" aria-labelledby="turns-title">
    <h2 id="turns-title">${t("view.turns")}</h2>
    <form class="row filter" @submit=${filter} @change=${filter}>
      <label>${t("turns.plugin")} <input name="plugin" .value=${state.only.plugin} maxlength="64" autocomplete="off" spellcheck="false"></label>
      <label class="switch"><input type="checkbox" role="switch" name="failed" .checked=${state.only.failed}> ${t("turns.failed")}</label>
      <button>${t("turns.look")}</button>
    </form>
    ${!state.turns ? waiting() : html`
    ${state.turns.length === 0 ? html`<p class="muted" role="status">${t("turns.none")}</p>` : html`
    <table class="stacked">
      <thead><tr><th scope="col">${t("turn")}</th><th scope="col">${t("scenario")}</th><th scope="col">${t("suggestions")}</th>
        <th scope="col">${t("failures")}</th><th scope="col" class="figure">${t("took")}</th></tr></thead>
      <tbody>${state.turns.map(row)}</tbody>
    </table>`}
    ${state.turns_next ? html`<button class="more" @click=${more}>${t("turns.more")}</button>` : ""}`}
  </section>
`;

/** @param {TurnSummary} it */
const row = (it) => html`
  <tr>
    <th scope="row">${link("turns", it.id, moment(it.at))}<small><bdi>${it.conversation_id}</bdi> · ${tWord("channel", it.channel)}</small></th>
    <td data-label=${t("scenario")}>${tWord("scenario", it.scenario)} <small>${tWord("mood", it.emotion)} · ${it.language}</small></td>
    <td data-label=${t("suggestions")}>${it.suggestions.length ? it.suggestions.map((plugin) => html`<bdi class="chip plain">${plugin}</bdi> `) : "–"}</td>
    <td data-label=${t("failures")}>${it.failures.length ? it.failures.map((failed) => html`<span class="chip bad"><bdi>${failed.plugin}</bdi>: ${tWord("kind", failed.kind)}</span> `) : "–"}</td>
    <td class="figure" data-label=${t("took")}>${time(it.total_us)}</td>
  </tr>
`;

/** @param {Event} event */
function filter(event) {
  event.preventDefault();
  const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
  change({ only: { plugin: String(form.get("plugin") ?? "").trim(), failed: form.has("failed") }, turns: null });
  ask(null);
}

const more = () => ask(state.turns_next);

/** @param {string | null} before */
const ask = (before) => readTurns(before).catch((error) => notice(reasonOf(error), "error"));
