// The top of every page.

import { html, svg } from "./vendor/lit-html/lit-html.js";
import { languages } from "./i18n.js";
import * as icons from "./icons.js";
import { changePage, page, remember } from "./page.js";
import { t } from "./words.js";

/** @import { Frame, PageName, PageState } from "./types" */

/** Every page: its address, and the roles of which one is needed to see more of it than the login.
 * @type {{ name: PageName, path: string, roles: string[] }[]} */
const pages = [
  { name: "nav.desk", path: "/desk", roles: ["agent"] },
  { name: "nav.console", path: "/console", roles: ["author", "operator"] },
  { name: "nav.insights", path: "/insights", roles: ["author", "operator"] },
  { name: "nav.author", path: "/author", roles: ["author"] },
];

export const logo = () => html`
  <svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
    ${svg`<rect x="6" y="2" width="15" height="12" rx="3" opacity=".45"/><rect x="3" y="7" width="15" height="13" rx="3"/>`}
    ${svg`<path d="M6.500 12h8M6.500 15.500h5" stroke="var(--surface)" stroke-width="1.800" stroke-linecap="round"/>`}
  </svg>
`;

/** @param {Frame} frame @param {() => void} leave */
export const header = (frame, leave) => html`
  <header class="top">
    <div class="brand">${logo()}<span>Cuecard</span></div>
    <nav aria-label=${t("nav.main")}>${pages.filter(mayOpen).map((it) => html`
      <a href=${it.path} aria-current=${it.name === frame.name ? "page" : "false"}>${t(it.name)}</a>`)}
    </nav>
    <div class="tools">
      ${frame.hears ? html`<span class="live ${page.live}"><span class="dot" aria-hidden="true"></span>${t(`live.${page.live}`)}</span>` : ""}
      ${languageChoice()}
      <button class="quiet" @click=${changeTheme} aria-label="${t(`theme.${page.theme}`)}, ${t("theme.change")}"
        title=${t(`theme.${page.theme}`)}>
        ${page.theme === "dark" ? icons.moon() : page.theme === "light" ? icons.sun() : icons.auto()}
      </button>
      ${frame.tools?.() ?? ""}
      <span class="who wide-only"><bdi>${page.session?.name}</bdi></span>
      <button class="quiet" @click=${leave} aria-label=${t("logout")} title=${t("logout")}>${icons.leave()}</button>
    </div>
  </header>
`;

/** @param {{ roles: string[] }} it */
const mayOpen = (it) => it.roles.some((role) => page.session?.roles.includes(role));

export const languageChoice = () => html`
  <label class="language">
    ${icons.globe()}<span class="unseen">${t("language")}</span>
    <select @change=${(/** @type {Event} */ event) => changeLanguage(event)}>
      ${Object.entries(languages).map(
        ([tag, name]) => html`<option value=${tag} lang=${tag} ?selected=${tag === page.language}>${name}</option>`,
      )}
    </select>
  </label>
`;

/** @param {Event} event */
function changeLanguage(event) {
  const language = /** @type {HTMLSelectElement} */ (event.target).value;
  remember("language", language);
  changePage({ language });
}

/** @type {Record<PageState["theme"], PageState["theme"]>} */
const after = { auto: "light", light: "dark", dark: "auto" };

function changeTheme() {
  const theme = after[page.theme] ?? "auto";
  remember("theme", theme);
  changePage({ theme });
}
