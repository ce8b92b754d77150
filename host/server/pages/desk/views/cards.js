// Suggestions: what to say, why, and what changed the wording.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { repeat } from "../../shared/vendor/lit-html/directives/repeat.js";
import * as control from "../control.js";
import { percent } from "../../shared/format.js";
import { pageLanguage } from "../../shared/i18n.js";
import { t, tWord } from "../words.js";
import { change, state, wordsOf } from "../store.js";
import { actions } from "./act.js";
import * as dismissal from "./dismiss.js";
import * as icons from "../../shared/icons.js";
import { trace } from "./trace.js";

/** @import { Card } from "../types" */

export const cards = () => html`
  <div class="pane-head">
    <h2 id="cards-title" tabindex="-1" data-focus="cards">${t("cards.title")}</h2>
    ${state.cards.some((card) => wordsOf(card).text_for_agent)
      ? html`<button class="quiet" aria-pressed=${state.is_reading} @click=${toggleReading}>
          ${t("cards.read")}<kbd aria-hidden="true">T</kbd></button>`
      : ""}
  </div>
  ${state.cards.length > 0
    ? html`<ol class="cards">${repeat(state.cards, (card) => card.suggestion.id, card)}</ol>`
    : nothing()}
`;

function nothing() {
  const { thread } = state;
  if (!thread) return html`<p class="empty">${t("cards.wait")}</p>`;
  if (thread.held_out) return html`<p class="empty"><b>${t("cards.held_out")}</b>${t("cards.held_out_hint")}</p>`;
  const is_answered = thread.messages.at(-1)?.role === "agent";
  return is_answered
    ? html`<p class="empty">${t("cards.answered")}</p>`
    : html`<p class="empty"><b>${t("cards.none")}</b>${t("cards.none_hint")}</p>`;
}

/** @param {Card} card @param {number} place */
function card(card, place) {
  const { suggestion } = card;
  const number = place + 1;
  const title = `card-${number}-title`;
  return html`
    <li>
      <article class="card" tabindex="-1" data-card=${suggestion.id} data-focus="card-${place}" aria-labelledby=${title}
        aria-busy=${card.is_busy}>
        <header>
          <kbd aria-hidden="true">${number}</kbd>
          <h3 id=${title}><span class="unseen">${t("cards.number", { number })}: </span><bdi
            >${tWord("scenario", suggestion.scenario, suggestion.title)}</bdi></h3>
          ${sure(suggestion.confidence)}
        </header>
        ${words(card)}
        ${suggestion.missing.length > 0
          ? html`<p class="gap">${icons.warning()}${t("cards.missing", { names: suggestion.missing.join(", ") })}</p>`
          : ""}
        <p class="why"><span class="label">${t("cards.why")}</span><bdi>${suggestion.reason}</bdi></p>
        ${actions(card)}
        <div class="row">
          <button class="primary" @click=${() => control.insert(number)}>${t("cards.insert")}</button>
          <button @click=${() => dismissal.ask(card)}>${t("cards.dismiss")}<kbd aria-hidden="true">X</kbd></button>
          <span class="from"><bdi>${suggestion.plugin}</bdi></span>
        </div>
        ${trace(card)}
      </article>
    </li>
  `;
}

/** @param {number} share */
const sure = (share) => html`
  <span class="sure" title=${t("cards.confidence", { share: percent(share) })}>
    <meter min="0" max="1" low="0.5" high="0.75" optimum="1" value=${share} aria-hidden="true"></meter>
    <span class="unseen">${t("cards.confidence", { share: percent(share) })}</span>
    <span aria-hidden="true">${percent(share)}</span>
  </span>
`;

/** What is sent, part by part; or the same in the agent's language. @param {Card} card */
function words(card) {
  const said = wordsOf(card);
  if (state.is_reading && said.text_for_agent) {
    return html`<div class="words reading" dir="auto">
      ${said.text_for_agent_machine_translated ? html`<span class="label">${t("thread.machine")}</span>` : ""}
      <p>${said.text_for_agent}</p></div>`;
  }
  const parts = said.steps.map((step) => step.text).join("\n");
  const is_whole = said.steps.length > 0 && parts === said.text;
  return html`<div class="words" dir="auto" lang=${said.locale}>
    ${said.machine_translated ? html`<span class="label" lang=${pageLanguage()}>${t("thread.machine")}</span>` : ""}
    ${is_whole
      ? said.steps.map(
          (step) => html`<p class="step ${step.kind}"><span class="kind" lang=${pageLanguage()}>${tWord("step", step.kind)}</span
            ><span class="said">${step.text}</span></p>`,
        )
      : html`<p>${said.text}</p>`}
  </div>`;
}

export function toggleReading() {
  change({ is_reading: !state.is_reading });
}

/** A card counts as shown once it is really on the screen. */
export function reportShown() {
  if (document.visibilityState !== "visible") return;
  const seen = [...document.querySelectorAll("[data-card]")].filter((it) => it.checkVisibility());
  control.tellShown(seen.map((it) => /** @type {HTMLElement} */ (it).dataset["card"] ?? ""));
}
