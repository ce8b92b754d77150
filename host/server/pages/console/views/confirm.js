// Before anything changes: what will happen, and for whom.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as windows from "../../shared/dialog.js";
import { change, doAsked, isOperator, state } from "../store.js";
import { t } from "../words.js";

/** @import { Act, Plugin } from "../types" */

/** @param {Act} act @param {Plugin} plugin */
export function ask(act, plugin) {
  change({ asked: { act, plugin } });
  queueMicrotask(() => windows.show("confirm"));
}

export function dialog() {
  const { act, plugin } = state.asked ?? { act: /** @type {Act} */ ("rollback"), plugin: null };
  const name = plugin?.id ?? "";
  const whom = plugin?.scope === "shared" && act === "rollback" ? t("confirm.all") : t("confirm.own");
  return windows.dialog("confirm", t(`confirm.${act}`, { plugin: name }), html`
    <p>${t(`confirm.${act}.what`, { plugin: name })}</p>
    ${act === "forget_keys" ? html`<p><bdi>${state.keys?.customer}</bdi></p>` : html`<p>${whom}</p>`}
    <p class="hint">${t("confirm.audit")}</p>
    <div class="row end">
      <button @click=${() => windows.close("confirm")}>${t("cancel")}</button>
      <button class="primary" data-act=${act} ?disabled=${state.is_busy} @click=${go}>${t(`act.${act}`)}</button>
    </div>
  `);
}

async function go() {
  windows.close("confirm");
  await doAsked();
}

/** What this person may do with a plugin. @param {Plugin} plugin @returns {Act[]} */
export function acts(plugin) {
  if (plugin.state === "refused") return [];
  if (plugin.state === "disabled") return ["enable"];
  const own = plugin.scope !== "shared";
  return own || isOperator() ? ["rollback", "disable"] : ["disable"];
}

/** @param {Plugin} plugin */
export const buttons = (plugin) => acts(plugin).map((act) => html`
  <button @click=${() => ask(act, plugin)}>${t(`act.${act}`)}<span class="unseen"> <bdi>${plugin.id}</bdi></span></button>
`);
