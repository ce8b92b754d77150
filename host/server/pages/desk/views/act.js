// What a suggestion offers to do. Nothing is done before the agent has said so twice.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { act } from "../control.js";
import { t, tWord } from "../words.js";
import { change, state } from "../store.js";
import * as windows from "../../shared/dialog.js";
import * as icons from "../../shared/icons.js";

/** @import { Action, Card } from "../types" */

/** @type {{ card: Card, number: number } | null} */
let asked = null;

/** @param {Card} card */
export function actions(card) {
  const { actions } = card.suggestion;
  if (actions.length === 0) return "";
  return html`
    <div class="actions" role="group" aria-label=${t("cards.actions")}>
      <span class="label" aria-hidden="true">${t("cards.actions")}</span>
      ${actions.map((action, place) => (state.thread?.can_act ? button(card, action, place + 1) : offer(action)))}
    </div>
  `;
}

/** The merchant has settled no address for actions, so the agent does it by hand. @param {Action} action */
const offer = (action) => html`<span class="chip"><bdi>${tWord("action", action.type)}</bdi></span>`;

/** @param {Card} card @param {Action} action @param {number} number */
function button(card, action, number) {
  const done = card.acted[number];
  return html`
    <button ?disabled=${Boolean(done)} aria-busy=${done === "busy"} @click=${() => ask(card, number)}>
      ${done === "done" ? icons.check() : icons.bolt()}<bdi>${tWord("action", action.type)}</bdi>
    </button>
  `;
}

/** @param {Card} card @param {number} number */
function ask(card, number) {
  asked = { card, number };
  change();
  queueMicrotask(() => windows.show("act"));
}

export function dialog() {
  const action = asked?.card.suggestion.actions[asked.number - 1];
  return windows.dialog("act", t("action.ask"), html`
    <p class="what"><bdi>${action ? tWord("action", action.type) : ""}</bdi></p>
    <dl class="facts">
      ${Object.entries(action?.args ?? {}).map(([name, value]) => html`<div><dt>${name.replaceAll("_", " ")}</dt>
        <dd><bdi>${typeof value === "object" ? JSON.stringify(value) : String(value)}</bdi></dd></div>`)}
    </dl>
    <div class="row">
      <button class="primary" @click=${go} autofocus>${t("action.run")}</button>
      <button @click=${() => windows.close("act")}>${t("cancel")}</button>
    </div>
  `);
}

function go() {
  windows.close("act");
  if (asked) act(asked.card, asked.number);
  asked = null;
}
