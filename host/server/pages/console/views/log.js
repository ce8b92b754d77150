// What a plugin says to its author, as it says it.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { repeat } from "../../shared/vendor/lit-html/directives/repeat.js";
import { clockTime } from "../../shared/format.js";
import { state } from "../store.js";
import { t, tWord } from "../words.js";
import { link } from "./parts.js";

/** @import { Line } from "../types" */

/** Newest first: what has just been said stands where one looks. */
export const log = () => html`
  <section class="panel" aria-labelledby="log-title">
    <div class="panel-head"><h3 id="log-title">${t("log")}</h3>
      <span class="live ${state.line_live}"><span class="dot" aria-hidden="true"></span>${t(`live.${state.line_live}`)}</span></div>
    ${state.lines.length === 0 ? html`<p class="muted">${t("log.none")}</p>` : html`
    <div class="log" tabindex="0" role="log" aria-labelledby="log-title">
      <ol>${repeat(state.lines.toReversed(), (it) => it.number, line)}</ol>
    </div>`}
  </section>
`;

/** @param {Line} it */
const line = (it) => html`
  <li class="level-${it.level}">
    <time datetime=${it.at}>${clockTime(it.at)}</time>
    <span class="chip ${it.failure ? "bad" : "plain"}">${it.failure ? tWord("kind", it.failure) : it.level}</span>
    <span class="said" dir="auto">${it.text}</span>
    <small>${tWord("hook", it.hook)} ${it.turn_id ? link("turns", it.turn_id, html`${t("turn")}<span class="unseen"> ${it.turn_id}</span>`) : ""}</small>
  </li>
`;
