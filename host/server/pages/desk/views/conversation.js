// The conversation: what was said, in which mood, in the words of whoever said it and in the agent's.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { repeat } from "../../shared/vendor/lit-html/directives/repeat.js";
import * as control from "../control.js";
import { clockTime, day, fullTime, languageName, nameOf } from "../../shared/format.js";
import { t, tWord } from "../words.js";
import { state } from "../store.js";
import * as icons from "../../shared/icons.js";
import { avatar, bone, mood } from "./list.js";
import { curve } from "./mood.js";

/** @import { ForAgent, Message, Thread } from "../types" */

export function conversation() {
  const { thread, thread_state, open } = state;
  if (!open) {
    return html`<div class="nothing"><h2 id="thread-title" tabindex="-1" data-focus="thread">${t("thread.none")}</h2>
      <p>${t("thread.none_hint")}</p></div>`;
  }
  if (thread_state === "failed") {
    return html`<div class="nothing"><h2 id="thread-title">${t("thread.failed")}</h2>
      <button @click=${() => control.open(open)}>${t("retry")}</button></div>`;
  }
  if (!thread) {
    return html`<h2 id="thread-title" class="unseen">${t("list.title")}</h2>
      <div class="bones" aria-hidden="true">${bone()}${bone()}${bone()}</div>`;
  }
  return html`${head(thread)}${messages(thread)}`;
}

/** @param {Thread} thread */
function head(thread) {
  const signals = thread.messages.findLast((it) => it.signals)?.signals;
  return html`
    <div class="thread-head">
      <button class="quiet narrow-only" @click=${() => control.open(null)} aria-label=${t("thread.back")}>${icons.back()}</button>
      ${avatar(thread.customer)}
      <div class="about">
        <h2 id="thread-title" tabindex="-1" data-focus="thread"><bdi>${nameOf(thread.customer)}</bdi></h2>
        <p>
          ${tWord("channel", thread.channel)}
          ${signals ? html`· ${languageName(signals.language.tag)} · ${tWord("stage", signals.stage)}` : ""}
        </p>
      </div>
      <div class="outcome">
        <button class="quiet" @click=${() => control.cameOf("resolved")} aria-label=${t("thread.resolved")} title=${t("thread.resolved")}>${icons.check()}</button>
        <button class="quiet" @click=${() => control.cameOf("escalated")} aria-label=${t("thread.escalated")} title=${t("thread.escalated")}>${icons.up()}</button>
      </div>
      ${signals
        ? html`<div class="feeling">${mood(signals.emotion)}${curve(signals.emotion, thread.messages)}</div>`
        : ""}
    </div>
  `;
}

/** @param {Thread} thread */
const messages = (thread) => html`
  <div class="scroll messages" id="messages" role="log" aria-label=${t("thread.messages")} tabindex="0">
    ${thread.next ? html`<button class="more" @click=${control.loadEarlier}>${t("thread.older")}</button>` : ""}
    ${repeat(thread.messages, (it) => it.id, (it, place) => message(thread, it, thread.messages[place - 1]))}
  </div>
`;

/** @param {Thread} thread @param {Message} it @param {Message | undefined} before */
const message = (thread, it, before) => html`
  ${before && day(before.at) === day(it.at) ? "" : html`<p class="day"><span>${day(it.at)}</span></p>`}
  <article class="message ${it.role} ${it.state ?? ""}">
    <h3 class="unseen">${it.role === "customer" ? nameOf(thread.customer) : t("thread.agent")}</h3>
    <div class="bubble">
      <p class="text" dir="auto" lang=${it.signals?.language.tag ?? ""}>${it.text}</p>
      ${it.message_for_agent?.text ? translation(it.message_for_agent) : ""}
    </div>
    <p class="meta">
      <time datetime=${it.at} title=${fullTime(it.at)}>${clockTime(it.at)}</time>
      ${it.state === "sending" ? t("thread.sending") : ""}
      ${it.signals && it.signals.emotion.label !== "neutral" ? mood(it.signals.emotion) : ""}
      ${it.signals && it.signals.scenario.id !== "none" ? control.scenarioName(it.signals.scenario) : ""}
    </p>
  </article>
`;

/** @param {ForAgent} said */
const translation = (said) => html`
  <p class="translation" dir="auto" lang=${said.language}>
    <span class="label">${t(said.machine_translated ? "thread.machine" : "thread.translated")}</span>${said.text}
  </p>
`;

let last_seen = "";

/** The newest message stays in sight: when it comes, and when a conversation is opened. */
export function keepAtEnd() {
  const element = document.getElementById("messages");
  const newest = state.thread?.messages.at(-1)?.id ?? "";
  const seen = `${state.open} ${newest} ${state.view === "thread"}`;
  if (!element || seen === last_seen) return;
  last_seen = seen;
  element.scrollTop = element.scrollHeight;
  document.querySelector('.conversation[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
}

