// The desk: begins, draws, and puts the parts together.

import { html, render } from "./vendor/lit-html/lit-html.js";
import * as control from "./control.js";
import { settle } from "./focus.js";
import { nameOf } from "./format.js";
import { setLanguage, t } from "./i18n.js";
import { pressed } from "./keys.js";
import * as session from "./session.js";
import { change, remember, state, whenChanged } from "./store.js";
import { listen, stop } from "./stream.js";
import * as actions from "./views/act.js";
import { cards, reportShown } from "./views/cards.js";
import { composer } from "./views/composer.js";
import { conversation, keepAtEnd } from "./views/conversation.js";
import { customer } from "./views/customer.js";
import * as dismissal from "./views/dismiss.js";
import { header, tabs } from "./views/header.js";
import * as help from "./views/help.js";
import { list } from "./views/list.js";
import { login } from "./views/login.js";
import { outreach } from "./views/outreach.js";
import * as scripts from "./views/scripts.js";

/** @import { State } from "./types" */

const root = /** @type {HTMLElement} */ (document.getElementById("app"));

function draw() {
  const { phase, thread, language, theme } = state;
  setLanguage(language);
  const page = document.documentElement;
  if (theme === "auto") delete page.dataset["theme"];
  else page.dataset["theme"] = theme;
  const waiting = [...state.summaries.values()].filter((it) => it.waiting_since).length;
  const name = phase === "desk" && thread ? nameOf(thread.customer) : t("desk");
  document.title = `${phase === "desk" && waiting ? `(${waiting}) ` : ""}${name} · Cuecard`;
  render(phase === "desk" ? desk() : phase === "login" ? login(begin) : html``, root);
  settle();
  keepAtEnd();
  reportShown();
}

const desk = () => html`
  ${header(leave)}
  <main class="desk" data-view=${state.view}>
    <h1 class="unseen">${t("desk")}</h1>
    <section class="pane list-pane" aria-labelledby="list-title">${list()}${outreach()}</section>
    <section class="pane thread-pane" aria-labelledby="thread-title">${conversation()}${composer()}</section>
    <section class="pane cards-pane" aria-labelledby="cards-title">${cards()}${customer()}</section>
  </main>
  ${tabs()} ${note()} ${help.dialog()} ${dismissal.dialog()} ${actions.dialog()} ${scripts.dialog()}
`;

const note = () => html`
  <div class="notes" role="status">
    ${state.notice ? html`<p class="note ${state.notice.kind}">${state.notice.text}</p>` : ""}
  </div>
`;

/** The desk of whoever is logged in. @param {State["session"]} session */
async function begin(session) {
  change({ phase: "desk", session });
  const asked = new URLSearchParams(location.search).get("conversation");
  hear();
  if (asked) await control.open(asked, { push: false });
}

/** Listens, and reads everything as soon as somebody would tell of a change. */
function hear() {
  const { wrote, answered, withdrawn, reset } = control;
  listen({ wrote, answered, withdrawn, reset, lost: again });
}

async function leave() {
  stop();
  await session.logOut().catch(() => {});
  location.assign("/desk");
}

/** The stream was refused: too many are open, the host is stopping, or nobody is logged in any more. */
function again() {
  setTimeout(async () => {
    if (state.phase !== "desk") return;
    const known = await session.who().catch(() => undefined);
    if (known === null) return ended();
    hear();
  }, 3000);
}

function ended() {
  stop();
  change({ phase: "login", session: null });
}

whenChanged(draw);
session.whenEnded(ended);
document.addEventListener("keydown", pressed);
addEventListener("popstate", () => {
  control.open(new URLSearchParams(location.search).get("conversation"), { push: false });
});
document.addEventListener("visibilitychange", () => change({ now: Date.now() }));
setInterval(() => change({ now: Date.now() }), 10_000);

setLanguage(state.language);
if (!state.language) state.language = document.documentElement.lang.split("-")[0] ?? "en";
remember("language", state.language);
session.who().then(
  (known) => (known ? begin(known) : change({ phase: "login" })),
  () => change({ phase: "login" }),
);
