// The panel in a helpdesk's frame: the suggestions for the conversation that is open there. A reply box cannot be filled
// from a frame, so they are copied.

import { html, render } from "../shared/vendor/lit-html/lit-html.js";
import { settle } from "../shared/focus.js";
import { languageChoice } from "../shared/header.js";
import { setLanguage } from "../shared/i18n.js";
import * as icons from "../shared/icons.js";
import { changePage, page, remember, whenChanged } from "../shared/page.js";
import * as session from "../shared/session.js";
import { about, cards, reportShown } from "./cards.js";
import { ask } from "./parent.js";
import { forget, openLogin, recall, whenHandedOver } from "./session.js";
import { change, read, state } from "./store.js";
import { listen, stop } from "./stream.js";
import { t } from "./words.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));

function draw() {
  setLanguage(page.language);
  document.title = `${t("embed.title")} · Cuecard`;
  render(panel(), root);
  settle();
  reportShown();
}

const panel = () => html`
  <main class="panel">
    <header class="panel-head">
      <h1 tabindex="-1" data-focus="title">${t("cards.title")}</h1>
      ${page.phase === "ready"
        ? html`<span class="live ${page.live}"><span class="dot" aria-hidden="true"></span>${t(`live.${page.live}`)}</span>`
        : ""}
      ${languageChoice()}
      ${page.phase === "ready"
        ? html`<button class="quiet" @click=${leave} aria-label=${t("logout")} title=${t("logout")}>${icons.leave()}</button>`
        : ""}
    </header>
    ${page.phase === "starting" ? "" : inside()}
  </main>
`;

function inside() {
  if (window.parent === window) {
    return html`<div class="out"><p>${t("embed.nowhere")} <a href="/desk">/desk</a></p></div>`;
  }
  if (state.origins.length === 0) return html`<div class="out"><p>${t("embed.not_allowed")}</p></div>`;
  if (page.phase === "login") return out();
  if (!state.conversation) return html`<p class="empty">${t("embed.wait")}</p>`;
  return html`${about()} ${cards()}`;
}

const out = () => html`
  <div class="out">
    <p>${t(page.was_in ? "login.ended" : "embed.out")}</p>
    <button class="primary" @click=${logIn}>${t("embed.log_in")}</button>
    <p>${t("embed.popup")}</p>
    <p class="wrong" role="alert">${state.is_blocked ? t("embed.blocked") : ""}</p>
  </div>
`;

function logIn() {
  change({ is_blocked: !openLogin() });
}

async function leave() {
  stop();
  await session.logOut().catch(() => {});
  forget();
  change({ thread: null });
  changePage({ phase: "login", session: null, was_in: false });
}

function ended() {
  stop();
  forget();
  change({ thread: null });
  changePage({ phase: "login", session: null, was_in: page.session !== null });
}

/** Whoever is there, or nobody. */
async function enter() {
  const known = await session.who().catch(() => null);
  changePage(known ? { phase: "ready", session: known } : { phase: "login", session: null });
  hear();
}

function hear() {
  const { conversation } = state;
  if (page.phase !== "ready" || !conversation) return;
  const anew = () => read(conversation);
  listen(conversation, { suggestion: anew, message: anew, withdrawn: anew }, anew, ended);
}

/** @param {string} conversation */
function opened(conversation) {
  if (conversation === state.conversation) return;
  change({ conversation, thread: null, status: "loading" });
  hear();
}

async function begin() {
  whenChanged(draw);
  session.whenEnded(ended);
  setLanguage(page.language);
  if (!page.language) page.language = document.documentElement.lang.split("-")[0] ?? "en";
  remember("language", page.language);
  whenHandedOver(enter);
  recall();
  const answer = await fetch("/desk/embed/origins", { credentials: "omit" });
  change({ origins: answer.ok ? await answer.json() : [] });
  if (window.parent !== window) ask(state.origins, opened);
  await enter();
}

begin();
