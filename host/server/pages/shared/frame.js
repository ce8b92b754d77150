// The frame of every page: it begins, asks who is there, lets them log in, draws head and foot around what the page
// shows, and stops when the session ends.

import { html, render } from "./vendor/lit-html/lit-html.js";
import { settle } from "./focus.js";
import { header } from "./header.js";
import { setLanguage } from "./i18n.js";
import { login } from "./login.js";
import { changePage, page, remember, whenChanged } from "./page.js";
import * as session from "./session.js";
import { listen, stop } from "./stream.js";
import { t } from "./words.js";

/** @import { Frame, Session } from "./types" */

const root = /** @type {HTMLElement} */ (document.getElementById("app"));

/** @param {Frame} frame */
export function begin(frame) {
  const draw = () => {
    setLanguage(page.language);
    const { dataset } = document.documentElement;
    if (page.theme === "auto") delete dataset["theme"];
    else dataset["theme"] = page.theme;
    document.title = `${page.phase === "ready" ? frame.title() : t(frame.name)} · Cuecard`;
    render(page.phase === "ready" ? whole(frame) : page.phase === "login" ? login((it) => enter(frame, it)) : html``, root);
    settle();
    if (page.phase === "ready") frame.drawn?.();
  };
  whenChanged(draw);
  session.whenEnded(ended);
  document.addEventListener("visibilitychange", () => changePage({ now: Date.now() }));
  setInterval(() => changePage({ now: Date.now() }), 10_000);
  setLanguage(page.language);
  if (!page.language) page.language = document.documentElement.lang.split("-")[0] ?? "en";
  remember("language", page.language);
  const nobody = () => changePage({ phase: "login" });
  session.who().then((known) => (known ? enter(frame, known) : nobody()), nobody);
}

/** @param {Frame} frame */
const whole = (frame) => html`
  ${header(frame, leave)} ${frame.main()}
  <div class="notes" role="status">
    ${page.notice ? html`<p class="note ${page.notice.kind}">${page.notice.text}</p>` : ""}
  </div>
`;

/** @param {Frame} frame @param {Session} session */
async function enter(frame, session) {
  changePage({ phase: "ready", session });
  hear(frame);
  await frame.started?.();
}

/** Listens, and reads everything as soon as somebody would tell of a change. @param {Frame} frame */
function hear(frame) {
  if (frame.hears) listen(frame.hears, frame.reset ?? (() => {}), () => again(frame));
}

async function leave() {
  stop();
  await session.logOut().catch(() => {});
  location.assign(location.pathname);
}

/** The stream was refused: too many are open, the host is stopping, or nobody is logged in. @param {Frame} frame */
function again(frame) {
  setTimeout(async () => {
    if (page.phase !== "ready") return;
    const known = await session.who().catch(() => undefined);
    if (known === null) return ended();
    hear(frame);
  }, 3000);
}

function ended() {
  stop();
  changePage({ phase: "login", session: null, was_in: true });
}
