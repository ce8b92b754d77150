// The desk: puts its parts together.

import { html } from "../shared/vendor/lit-html/lit-html.js";
import { begin } from "../shared/frame.js";
import { nameOf } from "../shared/format.js";
import * as icons from "../shared/icons.js";
import { page } from "../shared/page.js";
import * as control from "./control.js";
import { pressed } from "./keys.js";
import { proposed, state } from "./store.js";
import * as actions from "./views/act.js";
import { cards, reportShown } from "./views/cards.js";
import { composer } from "./views/composer.js";
import { conversation, keepAtEnd } from "./views/conversation.js";
import { customer } from "./views/customer.js";
import * as dismissal from "./views/dismiss.js";
import * as help from "./views/help.js";
import { list } from "./views/list.js";
import { outreach } from "./views/outreach.js";
import * as proposal from "./views/proposal.js";
import * as scripts from "./views/scripts.js";
import { tabs } from "./views/tabs.js";
import { t } from "./words.js";

const main = () => html`
  <main class="desk" data-view=${state.view}>
    <h1 class="unseen">${t("nav.desk")}</h1>
    <section class="pane list-pane" aria-labelledby="list-title">${list()}${outreach()}</section>
    <section class="pane thread-pane" aria-labelledby="thread-title">${conversation()}${composer()}</section>
    <section class="pane cards-pane" aria-labelledby="cards-title">${cards()}${customer()}</section>
  </main>
  ${tabs()} ${help.dialog()} ${dismissal.dialog()} ${actions.dialog()} ${scripts.dialog()} ${proposal.dialog()}
`;

const tools = () => html`
  <button class="quiet wide-only" @click=${help.show} aria-label=${t("help.title")} title="${t("help.title")} (?)">
    ${icons.keyboard()}
  </button>
`;

/** Whose reply is being written, and how many wait. */
function title() {
  const waiting = [...state.summaries.values()].filter((it) => it.waiting_since).length;
  return `${waiting ? `(${waiting}) ` : ""}${state.thread ? nameOf(state.thread.customer) : t("nav.desk")}`;
}

const asked = () => new URLSearchParams(location.search).get("conversation");

async function started() {
  const id = asked();
  if (id) await control.open(id, { push: false });
}

function drawn() {
  keepAtEnd();
  reportShown();
}

const { wrote, answered, withdrawn, reset } = control;
const hears = { suggestion: wrote, message: answered, withdrawn, outreach: proposed };
begin({ name: "nav.desk", title, main, tools, started, drawn, hears, reset });
document.addEventListener("keydown", pressed);
addEventListener("popstate", () => {
  if (page.phase === "ready") control.open(asked(), { push: false });
});
