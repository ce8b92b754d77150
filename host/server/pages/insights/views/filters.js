// What is counted: from when to when, and of what.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { live } from "../../shared/vendor/lit-html/directives/live.js";
import { scenario } from "../format.js";
import { filter, query, state } from "../store.js";
import { t } from "../words.js";

/** @import { Filters } from "../types" */

export const filters = () => html`
  <form class="filters" @submit=${(/** @type {Event} */ event) => event.preventDefault()} aria-label=${t("filter.title")}>
    ${date("from")} ${date("to")}
    ${choice("scenario", [...state.known.scenarios.keys()].sort(), scenario)}
    ${choice("plugin", [...state.known.plugins].sort())}
    ${choice("agent", state.report?.agents ?? [])}
    <a class="button" href="/v1/insights.csv?${query()}" download>${t("export")}</a>
  </form>
`;

/** @param {"from" | "to"} name */
const date = (name) => html`
  <label><span>${t(`filter.${name}`)}</span>
    <input type="date" .value=${live(state.filters[name])} required @change=${(/** @type {Event} */ event) => set(name, event)}>
  </label>
`;

/** @param {"scenario" | "plugin" | "agent"} name @param {string[]} all @param {(one: string) => string} [say] */
const choice = (name, all, say = (one) => one) => {
  const chosen = state.filters[name];
  const shown = !chosen || all.includes(chosen) ? all : [chosen, ...all];
  return html`
    <label><span>${t(`filter.${name}`)}</span>
      <select @change=${(/** @type {Event} */ event) => set(name, event)}>
        <option value="" ?selected=${!chosen}>${t("filter.all")}</option>
        ${shown.map((one) => html`<option value=${one} ?selected=${one === chosen}>${say(one)}</option>`)}
      </select>
    </label>
  `;
};

/** @param {keyof Filters} name @param {Event} event */
function set(name, event) {
  const { value } = /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target);
  if (value || name === "scenario" || name === "plugin" || name === "agent") filter({ [name]: value });
}
