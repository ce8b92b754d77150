// The top of the page, and on a narrow one the foot.

import { html, svg } from "../vendor/lit-html/lit-html.js";
import { languages, t } from "../i18n.js";
import { change, remember, state } from "../store.js";
import * as help from "./help.js";
import * as icons from "./icons.js";

/** @import { State } from "../types" */

export const logo = () => html`
  <svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
    ${svg`<rect x="6" y="2" width="15" height="12" rx="3" opacity=".45"/><rect x="3" y="7" width="15" height="13" rx="3"/>`}
    ${svg`<path d="M6.500 12h8M6.500 15.500h5" stroke="var(--surface)" stroke-width="1.800" stroke-linecap="round"/>`}
  </svg>
`;

/** @param {() => void} leave */
export const header = (leave) => html`
  <header class="top">
    <div class="brand">${logo()}<span>Cuecard</span></div>
    <nav aria-label=${t("nav.main")}><a href="/desk" aria-current="page">${t("desk")}</a></nav>
    <div class="tools">
      <span class="live ${state.live}"><span class="dot" aria-hidden="true"></span>${t(`live.${state.live}`)}</span>
      ${languageChoice()}
      <button class="quiet" @click=${changeTheme} aria-label="${t(`theme.${state.theme}`)}, ${t("theme.change")}"
        title=${t(`theme.${state.theme}`)}>
        ${state.theme === "dark" ? icons.moon() : state.theme === "light" ? icons.sun() : icons.auto()}
      </button>
      <button class="quiet wide-only" @click=${help.show} aria-label=${t("help.title")} title="${t("help.title")} (?)">
        ${icons.keyboard()}
      </button>
      <span class="who wide-only"><bdi>${state.session?.name}</bdi></span>
      <button class="quiet" @click=${leave} aria-label=${t("logout")} title=${t("logout")}>${icons.leave()}</button>
    </div>
  </header>
`;

export const languageChoice = () => html`
  <label class="language">
    ${icons.globe()}<span class="unseen">${t("language")}</span>
    <select @change=${(/** @type {Event} */ event) => changeLanguage(event)}>
      ${Object.entries(languages).map(
        ([tag, name]) => html`<option value=${tag} lang=${tag} ?selected=${tag === state.language}>${name}</option>`,
      )}
    </select>
  </label>
`;

/** @param {Event} event */
function changeLanguage(event) {
  const language = /** @type {HTMLSelectElement} */ (event.target).value;
  remember("language", language);
  change({ language });
}

/** @type {Record<State["theme"], State["theme"]>} */
const after = { auto: "light", light: "dark", dark: "auto" };

function changeTheme() {
  const theme = after[state.theme] ?? "auto";
  remember("theme", theme);
  change({ theme });
}

/** One pane at a time has room on a narrow page. */
export const tabs = () => html`
  <nav class="tabs" aria-label=${t("nav.views")}>
    ${tab("list", t("nav.list"), icons.chat(), [...state.summaries.values()].filter((it) => it.waiting_since).length)}
    ${tab("thread", t("nav.thread"), icons.pencil(), 0)}
    ${tab("cards", t("nav.cards"), icons.cards(), state.cards.length)}
  </nav>
`;

/** @param {State["view"]} view @param {string} name @param {unknown} icon @param {number} count */
const tab = (view, name, icon, count) => html`
  <button aria-current=${state.view === view ? "page" : "false"} @click=${() => change({ view })}>
    ${icon}<span>${name}</span>${count > 0 ? html`<span class="count">${count}</span>` : ""}
  </button>
`;
