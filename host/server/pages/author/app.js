// The author's page: puts its parts together.

import { html } from "../shared/vendor/lit-html/lit-html.js";
import { begin } from "../shared/frame.js";
import { page } from "../shared/page.js";
import * as control from "./control.js";
import { change, isChanged, state } from "./store.js";
import * as wanted from "./views/asked.js";
import { bar } from "./views/bar.js";
import * as conflict from "./views/conflict.js";
import { files, placed } from "./views/files.js";
import * as fresh from "./views/fresh.js";
import { output } from "./views/output.js";
import * as proposals from "./views/proposals.js";
import { t } from "./words.js";

const main = () => html`
  <main class="author" data-view=${state.view}>
    <h1 class="unseen">${t("nav.author")}</h1>
    ${bar()}
    <div class="switcher narrow-only" role="group" aria-label=${t("view")}>
      ${/** @type {const} */ (["edit", "output"]).map((view) => html`
        <button aria-pressed=${state.view === view} @click=${() => change({ view })}>${t(`view.${view}`)}</button>`)}
    </div>
    <section class="pane edit-pane" aria-labelledby="files-title">${files()}</section>
    <section class="pane output-pane" aria-labelledby="output-title">${output()}</section>
  </main>
  ${fresh.dialog()} ${fresh.fileDialog()} ${proposals.dialog()} ${wanted.dialog()} ${conflict.dialog()} ${conflict.copies()}
`;

const title = () => (state.base ? `${isChanged() ? "• " : ""}${state.base.plugin}` : t("nav.author"));
const asked = () => new URLSearchParams(location.search).get("plugin") ?? "";

async function started() {
  await control.reset();
  if (asked()) await control.open(asked(), { push: false });
}

begin({ name: "nav.author", title, main, started, drawn: placed, hears: { reload: control.reloaded }, reset: control.reset });
addEventListener("popstate", () => {
  if (page.phase === "ready") control.open(asked(), { push: false });
});
addEventListener("beforeunload", (event) => {
  if (isChanged() || !state.copies_kept) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
  event.preventDefault();
  control.save();
});
