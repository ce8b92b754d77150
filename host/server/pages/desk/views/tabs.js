// The foot of a narrow page: one pane at a time has room there.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as icons from "../../shared/icons.js";
import { change, state } from "../store.js";
import { t } from "../words.js";

/** @import { State } from "../types" */

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
