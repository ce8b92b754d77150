// The console: puts its parts together.

import { html } from "../shared/vendor/lit-html/lit-html.js";
import { begin } from "../shared/frame.js";
import { page } from "../shared/page.js";
import { follow, go, goToAddress, isOperator, mayLook, read, reloaded, state } from "./store.js";
import * as confirm from "./views/confirm.js";
import { host } from "./views/host.js";
import { plugin } from "./views/plugin.js";
import { plugins } from "./views/plugins.js";
import { reloads } from "./views/reloads.js";
import { turn } from "./views/turn.js";
import { turns } from "./views/turns.js";
import { t } from "./words.js";

/** @import { View } from "./types" */

const views = /** @type {const} */ (["plugins", "reloads", "turns", "host"]);

const main = () => html`
  <main class="console">
    <h1 class="unseen">${t("nav.console")}</h1>
    ${mayLook() ? html`
      <nav class="views" aria-label=${t("views")}>${views.filter((it) => it !== "host" || isOperator()).map(link)}</nav>
      <div class="view">${state.wrong ? wrong() : shown()}</div>
      ${confirm.dialog()}` : stranger()}
  </main>
`;

/** @param {View} view */
const link = (view) => html`
  <a href="?view=${view}" aria-current=${state.view === view ? "page" : "false"} @click=${(/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(view);
  }}>${t(`view.${view}`)}</a>
`;

function shown() {
  if (state.view === "plugins") return state.chosen ? plugin() : plugins();
  if (state.view === "reloads") return reloads();
  if (state.view === "turns") return state.chosen ? turn() : turns();
  return isOperator() ? host() : stranger();
}

const wrong = () => html`
  <div class="empty" role="alert"><b>${t("wrong")}</b><p><bdi>${state.wrong}</bdi></p>
    <button @click=${read}>${t("retry")}</button></div>
`;

/** Who may not look is told what it would take. */
const stranger = () => html`
  <div class="empty stranger" role="alert"><b>${t("stranger.title")}</b>
    <p>${t("stranger.why", { name: page.session?.name ?? "", roles: page.session?.roles.join(", ") ?? "" })}</p></div>
`;

const title = () => (state.chosen && state.view === "plugins" ? state.chosen : t("nav.console"));

begin({ name: "nav.console", title, main, started: goToAddress, drawn: follow, hears: { reload: reloaded }, reset: read });
addEventListener("popstate", () => page.phase === "ready" && goToAddress());
setInterval(() => {
  const is_tried = state.plugins?.some((it) => it.canary || it.failing);
  const is_growing = state.view === "host" || (state.view === "plugins" && (state.chosen || is_tried));
  if (page.phase === "ready" && is_growing && !document.hidden) read();
}, 5000);
