// The suggestions of the open conversation, each to be copied or put away.

import { html } from "../shared/vendor/lit-html/lit-html.js";
import { repeat } from "../shared/vendor/lit-html/directives/repeat.js";
import { focus, say } from "../shared/focus.js";
import { nameOf, percent } from "../shared/format.js";
import * as icons from "../shared/icons.js";
import { change, read, state, tell } from "./store.js";
import { t, tWord } from "./words.js";

/** @import { Suggestion } from "../desk/types" */

const REASONS = ["wrong_scenario", "wrong_facts", "wrong_tone", "wrong_language", "not_needed", "other"];

/** Suggestions that were said to be on the screen. @type {Set<string>} */
const shown = new Set();

/** Who it is, and how they feel. */
export function about() {
  const { thread } = state;
  if (!thread) return "";
  const signals = thread.messages.findLast((message) => message.signals)?.signals;
  const { emotion, scenario } = signals ?? {};
  return html`<p class="about"><b><bdi>${nameOf(thread.customer)}</bdi></b>
    ${emotion ? html`<span class="chip mood ${emotion.label}">${t(`mood.${emotion.label}`)}</span>` : ""}
    ${scenario ? html`<span class="chip plain">${tWord("scenario", scenario.id)}</span>` : ""}</p>`;
}

export function cards() {
  const { thread, status } = state;
  if (status === "unknown") return html`<p class="empty">${t("embed.unknown")}</p>`;
  if (status === "failed") {
    return html`<div class="out"><p>${t("embed.failed")}</p>
      <button @click=${() => read(state.conversation)}>${t("retry")}</button></div>`;
  }
  if (!thread) return html`<div class="bones" aria-hidden="true"><div class="bone"></div><div class="bone"></div></div>`;
  if (thread.suggestions.length > 0) {
    return html`<ol class="cards">${repeat(thread.suggestions, (it) => it.id, card)}</ol>`;
  }
  const is_answered = thread.messages.at(-1)?.role === "agent";
  return html`<p class="empty">${is_answered ? t("cards.answered") : html`<b>${t("cards.none")}</b>`}</p>`;
}

/** @param {Suggestion} suggestion @param {number} place */
function card(suggestion, place) {
  const id = `card-${place + 1}-title`;
  const doing = state.doing[suggestion.id];
  return html`
    <li>
      <article class="card" tabindex="-1" data-card=${suggestion.id} data-focus="card-${place}" aria-labelledby=${id}>
        <header>
          <h2 id=${id}><span class="unseen">${t("cards.number", { number: place + 1 })}: </span><bdi
            >${tWord("scenario", suggestion.scenario, suggestion.title)}</bdi></h2>
          <span class="sure">${t("cards.confidence", { share: percent(suggestion.confidence) })}</span>
        </header>
        <div class="words" dir="auto" lang=${suggestion.locale}><p>${suggestion.text}</p></div>
        ${suggestion.text_for_agent && suggestion.text_for_agent !== suggestion.text
          ? html`<div class="meaning" dir="auto"><span class="label">${t("cards.read")}${
              suggestion.text_for_agent_machine_translated ? ` · ${t("thread.machine")}` : ""}</span>${suggestion.text_for_agent}</div>`
          : ""}
        ${suggestion.missing.length > 0
          ? html`<p class="gap">${icons.warning()}${t("cards.missing", { names: suggestion.missing.join(", ") })}</p>`
          : ""}
        <p class="why"><span class="label">${t("cards.why")}</span><bdi>${suggestion.reason}</bdi></p>
        ${doing === "asked" ? reasons(suggestion, place) : html`<div class="row">
          <button class="primary" data-focus="copy-${place}" @click=${() => copy(suggestion)}>${t("embed.copy")}</button>
          <button @click=${() => askWhy(suggestion, place)}>${t("cards.dismiss")}</button>
          <span class="from"><bdi>${suggestion.plugin}</bdi></span>
        </div>`}
        ${doing === "copied" || doing === "not_copied" ? html`<p class="copied">${t(`embed.${doing}`)}</p>` : ""}
      </article>
    </li>
  `;
}

/** @param {Suggestion} suggestion @param {number} place */
const reasons = (suggestion, place) => html`
  <div role="group" aria-labelledby="why-${place}">
    <p class="label" id="why-${place}">${t("embed.reasons")}</p>
    <div class="reasons">
      ${REASONS.map((reason, number) => html`<button data-focus=${number === 0 ? `why-${place}` : ""}
        @click=${() => dismiss(suggestion, reason)}>${tWord("dismiss", reason)}</button>`)}
      <button class="quiet" @click=${() => keep(suggestion, place)}>${t("cancel")}</button>
    </div>
  </div>
`;

/** @param {Suggestion} suggestion @param {import("./store.js").State["doing"][string] | undefined} what */
function doing(suggestion, what) {
  const { [suggestion.id]: _, ...others } = state.doing;
  change({ doing: what ? { ...others, [suggestion.id]: what } : others });
}

/** @param {Suggestion} suggestion @param {number} place */
function askWhy(suggestion, place) {
  doing(suggestion, "asked");
  focus(`why-${place}`);
}

/** @param {Suggestion} suggestion @param {number} place */
function keep(suggestion, place) {
  doing(suggestion, undefined);
  focus(`copy-${place}`);
}

/** @param {Suggestion} suggestion @param {string} reason */
async function dismiss(suggestion, reason) {
  await tell(suggestion.id, { action: "dismissed", reason });
  say(t("cards.dismissed"));
  focus("title");
  await read(state.conversation);
}

/** @param {Suggestion} suggestion */
async function copy(suggestion) {
  const is_copied = await written(suggestion.text);
  doing(suggestion, is_copied ? "copied" : "not_copied");
  say(t(is_copied ? "embed.copied" : "embed.not_copied"));
  if (is_copied) await tell(suggestion.id, { action: "inserted" });
}

/** A frame has no clipboard of its own unless the page around it says so; the old way asks nobody. @param {string} text */
async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "unseen";
    area.setAttribute("aria-hidden", "true");
    document.body.append(area);
    area.select();
    const is_copied = document.execCommand("copy");
    area.remove();
    before?.focus();
    return is_copied;
  }
}

/** A card counts as shown once it is really on the screen. */
export function reportShown() {
  if (document.visibilityState !== "visible") return;
  for (const element of document.querySelectorAll("[data-card]")) {
    const id = /** @type {HTMLElement} */ (element).dataset["card"] ?? "";
    if (shown.has(id) || !element.checkVisibility()) continue;
    shown.add(id);
    tell(id, { action: "shown" });
  }
}
