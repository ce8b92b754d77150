// Looking for a script: words that a plugin has for another occasion.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as control from "../control.js";
import { say } from "../../shared/focus.js";
import { pageLanguage } from "../../shared/i18n.js";
import { t, tCount } from "../words.js";
import { api } from "../../shared/session.js";
import { change, state } from "../store.js";
import * as windows from "../../shared/dialog.js";
import { bone } from "./list.js";

/** @import { Script } from "../types" */

/** @type {{ found: Script[], chosen: number, state: "loading" | "ready" | "failed", asked: number }} */
const search = { found: [], chosen: 0, state: "ready", asked: 0 };

export function show() {
  if (!state.thread) return;
  windows.show("scripts");
  const input = /** @type {HTMLInputElement} */ (document.getElementById("script-words"));
  input.select();
  find(input.value);
}

export const dialog = () => windows.dialog("scripts", t("scripts.title"), html`
  <label class="unseen" for="script-words">${t("scripts.search")}</label>
  <input id="script-words" type="search" placeholder=${t("scripts.search")} autocomplete="off" dir="auto" role="combobox"
    aria-expanded=${search.found.length > 0} aria-controls="script-list" aria-autocomplete="list" autofocus
    aria-activedescendant=${search.found.length > 0 ? `script-${search.chosen}` : ""}
    @input=${(/** @type {Event} */ event) => find(/** @type {HTMLInputElement} */ (event.target).value)} @keydown=${key}>
  <ul id="script-list" class="scripts" role="listbox" aria-label=${t("scripts.title")}>${search.found.map(script)}</ul>
  ${nothing()}
  <p class="hint">${t("scripts.hint")}</p>
`);

function nothing() {
  if (search.state === "failed") return html`<p class="empty">${t("scripts.failed")}</p>`;
  if (search.found.length > 0) return "";
  return search.state === "loading"
    ? html`<div class="bones" aria-hidden="true">${bone()}${bone()}</div>`
    : html`<p class="empty">${t("scripts.none")}</p>`;
}

/** @param {Script} it @param {number} place */
const script = (it, place) => html`
  <li id="script-${place}" role="option" aria-selected=${place === search.chosen} @click=${() => take(place)}
    @mousemove=${() => choose(place)}>
    <p dir="auto" lang=${it.locale}>${it.text}</p>
    ${it.text_for_agent ? html`<p class="reading" dir="auto">${it.text_for_agent}</p>` : ""}
    <small><bdi>${it.plugin} · ${it.key}</bdi></small>
  </li>
`;

/** The newest question counts, whichever answer comes last. @param {string} words */
async function find(words) {
  const asked = ++search.asked;
  const { thread } = state;
  if (!thread) return;
  search.state = "loading";
  const locale = thread.messages.findLast((it) => it.signals)?.signals?.language.tag;
  const about = { q: words, customer_id: thread.customer.id, channel: thread.channel, agent_locale: pageLanguage() };
  const query = new URLSearchParams(locale && locale !== "und" ? { ...about, locale } : about);
  const answer = await api("GET", `/v1/scripts?${query}`).catch(() => null);
  if (asked !== search.asked) return;
  Object.assign(search, { found: answer?.scripts ?? [], chosen: 0, state: answer ? "ready" : "failed" });
  say(tCount("scripts.found", search.found.length));
  change();
}

/** @param {KeyboardEvent} event */
function key(event) {
  if (event.isComposing) return;
  const steps = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 });
  const step = steps[event.key];
  if (step) {
    event.preventDefault();
    choose(Math.min(search.found.length - 1, Math.max(0, search.chosen + step)));
    document.getElementById(`script-${search.chosen}`)?.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter") {
    event.preventDefault();
    take(search.chosen);
  }
}

/** @param {number} place */
function choose(place) {
  if (search.chosen === place) return;
  search.chosen = place;
  change();
}

/** @param {number} place */
function take(place) {
  const script = search.found[place];
  if (!script) return;
  windows.close("scripts");
  control.insertText(script.text);
}
