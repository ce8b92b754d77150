// The way in.

import { html } from "./vendor/lit-html/lit-html.js";
import { languageChoice, logo } from "./header.js";
import { page, redraw } from "./page.js";
import { Problem, logIn } from "./session.js";
import { t } from "./words.js";

/** @import { Session } from "./types" */

/** @type {{ busy: boolean, wrong: string }} */
const form = { busy: false, wrong: "" };

/** @param {(session: Session) => void} then */
export const login = (then) => html`
  <main class="login">
    <form @submit=${(/** @type {SubmitEvent} */ event) => go(event, then)} aria-labelledby="login-title">
      <div class="brand">${logo()}<span>Cuecard</span></div>
      <h1 id="login-title">${t("login.title")}</h1>
      ${page.was_in ? html`<p>${t("login.ended")}</p>` : ""}
      <label for="name">${t("login.name")}</label>
      <input id="name" name="name" autocomplete="username" autocapitalize="none" required autofocus>
      <label for="password">${t("login.password")}</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required>
      <p class="wrong" role="alert">${form.wrong}</p>
      <button class="primary" ?disabled=${form.busy}>${t(form.busy ? "login.busy" : "login.go")}</button>
      ${languageChoice()}
    </form>
  </main>
`;

/** @param {SubmitEvent} event @param {(session: Session) => void} then */
async function go(event, then) {
  event.preventDefault();
  const fields = new FormData(/** @type {HTMLFormElement} */ (event.target));
  Object.assign(form, { busy: true, wrong: "" });
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
