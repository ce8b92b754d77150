// The bar over both halves: which plugin, what state it is in, and saving.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as windows from "../../shared/dialog.js";
import { percent } from "../../shared/format.js";
import * as control from "../control.js";
import { isChanged, state } from "../store.js";
import { t, tCount } from "../words.js";
import { said } from "./conflict.js";
import * as fresh from "./fresh.js";
import * as proposals from "./proposals.js";

export function bar() {
  const { base, plugins, proposals: open, copies } = state;
  const live = plugins.filter((it) => it.state === "live" || it.state === "set_aside");
  const id = base?.plugin ?? "";
  return html`
    <div class="bar">
      <label class="chooser"><span class="label">${t("plugin")}</span>
        <select id="plugin" @change=${(/** @type {Event} */ event) => control.open(/** @type {HTMLSelectElement} */ (event.target).value)}>
          <option value="" ?selected=${!id}>${t("plugin.choose")}</option>
          ${base?.hash === null ? html`<option value=${id} selected>${id}</option>` : ""}
          ${live.map((it) => html`<option value=${it.id} ?selected=${it.id === id}>${it.id} ${it.version}</option>`)}
        </select>
      </label>
      <button @click=${fresh.show}>${t("plugin.new")}</button>
      <button @click=${proposals.show}>${t("proposals")}${open.length ? html`<span class="count">${open.length}</span>` : ""}</button>
      ${copies.length ? html`<button data-do="copies" @click=${() => windows.show("copies")}>${t("copies")}<span class="count">${copies.length}</span></button>` : ""}
      <span class="state">${standing()}</span>
      ${base ? html`
        <button ?disabled=${!isChanged() || state.saving} @click=${control.discard}>${t("discard")}</button>
        <button id="save" class="primary" ?disabled=${!isChanged() || state.saving} @click=${control.save}
          title="${t("save")} (Ctrl+S)">${state.saving ? t("saving") : t("save")}</button>` : ""}
    </div>
  `;
}

function standing() {
  const { base, newer, asked, refused } = state;
  if (!base) return "";
  if (newer) return html`<button class="chip warn newer" @click=${control.meet}><bdi>${said(newer)}</bdi></button>`;
  if (asked) return html`<button class="chip warn newer" @click=${() => windows.show("asked")}>${t("asked.title")}</button>`;
  if (refused) return html`<span class="chip bad">${tCount("refused", refused.length)}</span>`;
  const chip = isChanged() ? html`<span class="chip warn">${t("unsaved")}</span>` : html`<span class="chip plain">${base.canary === null ? t("serves", { version: base.version ?? "" }) : t("tried", { version: base.version ?? "", share: percent(base.canary) })}</span>`;
  return html`${chip}${base.shared ? html`<span class="hint wide-only">${t("shared")}</span>` : ""}`;
}
