// Before anything changes: what will happen, and for whom.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as windows from "../../shared/dialog.js";
import { change, doAsked, isOfVersions, isOperator, state } from "../store.js";
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
  const values = { plugin: name, version: plugin?.version ?? "", canary: plugin?.canary?.version ?? "" };
  const whom = plugin?.scope === "shared" && isOfVersions(act) ? t("confirm.all") : t("confirm.own");
  return windows.dialog("confirm", t(`confirm.${act}`, values), html`
    <p>${t(`confirm.${act}.what`, values)}</p>
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
  // While a canary runs there is one thing less to go back to: it is taken back first.
  const may_go_back = (plugin.scope !== "shared" || isOperator()) && !plugin.canary;
  return may_go_back ? ["rollback", "disable"] : ["disable"];
}

/** @param {Plugin} plugin */
export const buttons = (plugin) => actButtons(plugin, acts(plugin));

/** @param {Plugin} plugin @param {Act[]} acts */
export const actButtons = (plugin, acts) => acts.map((act) => html`
  <button class=${act === "promote" ? "primary" : ""} data-do=${act} @click=${() => ask(act, plugin)}>${t(`act.${act}`)}<span class="unseen"> <bdi>${plugin.id}</bdi></span></button>
`);
