// The reply.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { live } from "../../shared/vendor/lit-html/directives/live.js";
import * as control from "../control.js";
import { nameOf } from "../../shared/format.js";
import { t } from "../words.js";
import { state } from "../store.js";
import * as icons from "../../shared/icons.js";
import * as proposal from "./proposal.js";
import * as scripts from "./scripts.js";

/** Where there is room for one pane, there is hardly a keyboard. */
const narrow = matchMedia("(max-width: 900px)");

export function composer() {
  const { thread } = state;
  if (!thread) return "";
  const name = nameOf(thread.customer);
  return html`
    <form class="composer" @submit=${submit}>
      <label class="unseen" for="reply">${t("composer.label", { name })}</label>
      <textarea id="reply" data-focus="composer" dir="auto" rows="3" placeholder=${t(narrow.matches ? "composer.placeholder_short" : "composer.placeholder")}
        aria-describedby="reply-hint" .value=${live(control.draft())} @input=${typed} @keydown=${key}></textarea>
      <div class="row">
        <button type="button" class="quiet" @click=${scripts.show}>${icons.search()}${t("composer.scripts")}</button>
        <button type="button" class="quiet" @click=${() => proposal.show(control.draft())} ?disabled=${!control.draft().trim()}
          aria-label=${t("composer.propose")} title=${t("composer.propose")}>${icons.cards()}<span class="wide-only">${t("composer.propose")}</span></button>
        <span id="reply-hint" class="hint">${t("composer.hint")}</span>
        <button class="primary" ?disabled=${!control.draft().trim()}>${icons.send()}${t("composer.send")}</button>
      </div>
    </form>
  `;
}

/** @param {Event} event */
function typed(event) {
  control.write(/** @type {HTMLTextAreaElement} */ (event.target).value);
}

/** @param {KeyboardEvent} event */
function key(event) {
  // An input method uses Enter to choose a word.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  control.send();
}

/** @param {SubmitEvent} event */
function submit(event) {
  event.preventDefault();
  control.send();
}
