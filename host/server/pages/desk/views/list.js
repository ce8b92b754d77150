// Conversations: who waits, for how long, in which mood, for what.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { repeat } from "../../shared/vendor/lit-html/directives/repeat.js";
import * as control from "../control.js";
import { clockTime, initials, nameOf, shade, since } from "../../shared/format.js";
import { page } from "../../shared/page.js";
import { t, tCount, tWord } from "../words.js";
import { change, listed, state } from "../store.js";
import * as icons from "../../shared/icons.js";

/** @import { Person } from "../../shared/types" */
/** @import { Emotion, State, Summary } from "../types" */

export function list() {
  const { waiting, answered } = listed();
  return html`
    <div class="pane-head">
      <h2 id="list-title">${t("list.title")}</h2>
      <div class="choice" role="group" aria-label=${t("list.filter")}>
        ${choice("all", t("list.all"))} ${choice("waiting", `${t("list.waiting")} ${waiting.length || ""}`)}
      </div>
    </div>
    <div class="scroll">${content(waiting, answered)}</div>
  `;
}

/** @param {State["filter"]} filter @param {string} name */
const choice = (filter, name) => html`
  <button aria-pressed=${state.filter === filter} @click=${() => change({ filter })}>${name}</button>
`;

/** @param {Summary[]} waiting @param {Summary[]} answered */
function content(waiting, answered) {
  if (state.list_state === "loading") return html`<div class="bones" aria-hidden="true">${"·".repeat(6).split("").map(bone)}</div>`;
  if (state.list_state === "failed") {
    return html`<p class="empty">${t("list.failed")}
      <button @click=${control.loadList}>${t("retry")}</button></p>`;
  }
  if (state.summaries.size === 0) return html`<p class="empty"><b>${t("list.empty")}</b>${t("list.empty_hint")}</p>`;
  return html`
    ${waiting.length > 0 ? group(t("list.waiting"), waiting) : html`<p class="empty">${t("list.none_waiting")}</p>`}
    ${answered.length > 0 ? group(t("list.answered"), answered) : ""}
    ${state.next && state.filter === "all"
      ? html`<button class="more" @click=${control.loadOlder}>${t("list.more")}</button>`
      : ""}
  `;
}

export const bone = () => html`<div class="bone"></div>`;

/** @param {string} title @param {Summary[]} items */
const group = (title, items) => html`
  <h3>${title}</h3>
  <ul class="conversations">${repeat(items, (it) => it.id, item)}</ul>
`;

/** @param {Summary} it */
const item = (it) => html`
  <li>
    <a class="conversation" href="/desk?conversation=${encodeURIComponent(it.id)}"
      aria-current=${it.id === state.open ? "true" : "false"} @click=${(/** @type {MouseEvent} */ event) => choose(event, it.id)}>
      ${avatar(it.customer)}
      <span class="name"><bdi>${nameOf(it.customer)}</bdi></span>
      ${it.waiting_since ? wait(it) : html`<time datetime=${it.last_message.at}>${clockTime(it.last_message.at)}</time>`}
      <span class="excerpt">${it.last_message.role === "agent" ? html`<span>${t("list.agent")}</span> ` : ""}<bdi
        >${it.last_message.text}</bdi></span>
      <span class="marks">
        ${it.emotion && it.emotion.label !== "neutral" ? mood(it.emotion) : ""}
        ${it.scenario && it.scenario.id !== "none" ? html`<span class="chip">${control.scenarioName(it.scenario)}</span>` : ""}
        ${it.channel === "web_chat" ? "" : html`<span class="chip plain">${tWord("channel", it.channel)}</span>`}
      </span>
    </a>
  </li>
`;

/** @param {Summary} it */
const wait = (it) => html`
  <span class="wait ${urgency(it)}" title=${t("list.waits", { time: since(it.waiting_since ?? "", page.now) })}>
    <span class="unseen">${t("list.waits", { time: since(it.waiting_since ?? "", page.now) })},
      ${tCount("list.unread", it.unanswered)}</span>
    <span aria-hidden="true">${icons.clock()}${since(it.waiting_since ?? "", page.now)}</span>
  </span>
`;

/** Minutes that a chat may wait before the colour says so. @param {Summary} it */
function urgency(it) {
  const minutes = (page.now - Date.parse(it.waiting_since ?? "")) / 60_000;
  return minutes > 15 ? "late" : minutes > 5 ? "soon" : "";
}

/** @param {Person} person */
export const avatar = (person) => html`
  <span class="avatar shade-${shade(person.id)}" aria-hidden="true">${initials(person)}</span>
`;

/** @param {Emotion} emotion */
export const mood = ({ label, trend }) => html`
  <span class="chip mood ${label}">${tWord("mood", label)}${trend === "steady" ? "" : html`<span
    aria-label=${t(`trend.${trend}`)} role="img">${trend === "rising" ? "↑" : "↓"}</span>`}</span>
`;

/** @param {MouseEvent} event @param {string} id */
function choose(event, id) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  control.open(id);
}
