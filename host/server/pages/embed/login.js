// The window in which one logs in for the panel in a helpdesk. It is ours alone, in no frame: the password and the cookie
// stay here, and what is handed over goes to a window of this very host or to nobody, which the browser sees to.

import { html, render } from "../shared/vendor/lit-html/lit-html.js";
import { setLanguage } from "../shared/i18n.js";
import { login } from "../shared/login.js";
import { page, redraw, whenChanged } from "../shared/page.js";
import { Problem, api, who } from "../shared/session.js";
import { t } from "./words.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
let said = "";

function draw() {
  setLanguage(page.language);
  document.title = `${t("embed.log_in")} · Cuecard`;
  render(said ? html`<main class="out"><p role="status">${said}</p></main>` : login(handOver), root);
}

/** @param {string} text */
function say(text) {
  said = text;
  redraw();
}

async function handOver() {
  const opener = /** @type {Window | null} */ (window.opener);
  if (!opener) return say(t("embed.no_opener"));
  try {
    const { token } = await api("POST", "/v1/session/embed");
    opener.postMessage({ cuecard_session: token }, location.origin);
    say(t("embed.done"));
    window.close();
  } catch (problem) {
    say(problem instanceof Problem && problem.status === 403 ? t("embed.not_agent") : t("login.unreachable"));
  }
}

whenChanged(draw);
if (!window.opener) say(t("embed.no_opener"));
else who().then((known) => (known ? handOver() : redraw()), redraw);
