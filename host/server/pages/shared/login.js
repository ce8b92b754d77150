// The way in.

import { html } from "./vendor/lit-html/lit-html.js";
import { languageChoice, logo } from "./header.js";
import { page, redraw } from "./page.js";
import { Problem, logIn, ways, who } from "./session.js";
import { t, tWord } from "./words.js";

/** @import { Session } from "./types" */

/** @type {{ busy: boolean, wrong: string }} */
const form = { busy: false, wrong: "" };

/** What people call the login service; empty if there is none, or nobody has asked yet. */
let service = "";
let asked = false;

/** The word for what became of a login at that service, if one has just come back from there without success. It is read
 * when the page begins, and taken out of the address, which the page itself reads and people copy. */
let came_back = takeWord();

function takeWord() {
  const query = new URLSearchParams(location.search);
  const word = query.get("login") ?? "";
  if (!query.has("login")) return "";
  query.delete("login");
  const rest = query.size ? `?${query}` : "";
  history.replaceState(null, "", `${location.pathname}${rest}${location.hash}`);
  return word;
}

/** Without an answer there is no button, and the password still is a way in. */
function ask() {
  if (asked) return;
  asked = true;
  ways().then(({ oidc }) => {
    service = oidc?.name ?? "";
    redraw();
  }, () => (asked = false));
}

/** A link, because a policy that forbids forms to lead elsewhere does not forbid that. Where a session has ended, it opens
 * beside this page, which keeps what was written and goes on as soon as it is looked at again. */
const through = () => html`
  <a class="through" href="/v1/session/oidc?to=${encodeURIComponent(location.pathname + location.search)}"
    target=${page.was_in ? "_blank" : "_self"}>${t("login.through", { name: service })}</a>
  <p class="or"><span>${t("login.or")}</span></p>
`;

/** @type {(session: Session) => void} */
let enter = () => {};
addEventListener("focus", async () => {
  if (!page.was_in || page.phase !== "login") return;
  const known = await who().catch(() => null);
  if (known && page.phase === "login") enter(known);
});

/** @param {(session: Session) => void} then */
export const login = (then) => {
  ask();
  enter = then;
  const said = came_back && tWord("login.back", came_back, "");
  return html`
  <main class="login">
    <form @submit=${(/** @type {SubmitEvent} */ event) => go(event, then)} aria-labelledby="login-title">
      <div class="brand">${logo()}<span>Cuecard</span></div>
      <h1 id="login-title">${t("login.title")}</h1>
      ${page.was_in ? html`<p>${t("login.ended")}</p>` : ""}
      ${said ? html`<p class="wrong" role="alert">${said}</p>` : ""} ${service ? through() : ""}
      <label for="name">${t("login.name")}</label>
      <input id="name" name="name" autocomplete="username" autocapitalize="none" required autofocus>
      <label for="password">${t("login.password")}</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required>
      <p class="wrong" role="alert">${form.wrong}</p>
      <button class="primary" ?disabled=${form.busy}>${t(form.busy ? "login.busy" : "login.go")}</button>
      ${languageChoice()}
    </form>
  </main>`;
};

/** @param {SubmitEvent} event @param {(session: Session) => void} then */
async function go(event, then) {
  event.preventDefault();
  const fields = new FormData(/** @type {HTMLFormElement} */ (event.target));
  Object.assign(form, { busy: true, wrong: "" });
  came_back = "";
  redraw();
  try {
    then(await logIn(String(fields.get("name")).trim(), String(fields.get("password"))));
  } catch (error) {
    form.wrong = wrong(error);
  }
  form.busy = false;
  redraw();
}

/** @param {unknown} error */
function wrong(error) {
  if (!(error instanceof Problem)) return t("login.unreachable");
  return error.status === 401 ? t("login.wrong") : [error.message, error.hint].filter(Boolean).join(". ");
}
