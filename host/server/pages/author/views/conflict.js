// Two people have written the same plugin: whose version came meanwhile, what it changed, and what is to become of one's own.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as windows from "../../shared/dialog.js";
import * as control from "../control.js";
import { lines } from "../difference.js";
import { state } from "../store.js";
import { moment, t } from "../words.js";

/** @import { Piece } from "../difference.js" */
/** @import { Bundle } from "../types" */

/** Lines that are shown around a change. */
const AROUND = 2;

/** @param {Bundle} it */
const who = (it) => (it.by ?? "").replace(/^\w+:/, "");

/** Who was it, in a line. @param {Bundle} it */
export const said = (it) => it.hash === null ? t("conflict.gone")
  : t("conflict.who", { version: it.version ?? "", who: who(it), when: it.at ? moment(it.at) : "" });

export const dialog = () => windows.dialog("conflict", t("conflict.title", { plugin: state.base?.plugin ?? "" }), state.newer ? html`
  <p><bdi>${said(state.newer)}</bdi> ${t("conflict.yours")}</p>
  <details class="theirs"><summary>${t("conflict.show")}</summary>${difference(state.newer)}</details>
  <div class="choices">
    <button class="primary" data-do="take-over" @click=${control.takeOver}>${t("conflict.take_over")}</button>
    <p class="hint">${t("conflict.take_over.what")}</p>
    <button data-do="overwrite" @click=${control.overwrite}>${t("conflict.overwrite")}</button>
    <p class="hint">${t("conflict.overwrite.what")}</p>
    <button data-do="later" @click=${() => windows.close("conflict")}>${t("conflict.later")}</button>
  </div>
` : "");

/** What they changed since it was opened here. @param {Bundle} newer */
function difference(newer) {
  const { base, files } = state;
  const before = base?.files ?? {};
  const names = [...new Set([...Object.keys(before), ...Object.keys(newer.files)])].sort().filter((name) => before[name] !== newer.files[name]);
  if (!names.length) return html`<p class="hint">${t("conflict.same")}</p>`;
  return names.map((name) => html`
    <section><h3><bdi>${name}</bdi> ${files[name] !== before[name] ? html`<span class="chip warn">${t("conflict.both")}</span>` : ""}</h3>
      <pre class="lines" tabindex="0" dir="auto" aria-label=${name}>${shown(lines(before[name] ?? "", newer.files[name] ?? ""))}</pre></section>`);
}

/** @param {Piece[]} pieces */
const shown = (pieces) => pieces.map((it, place) => {
  if (it.kind === "del") return html`<del>${it.text}</del>`;
  if (it.kind === "ins") return html`<ins>${it.text}</ins>`;
  const all = it.text.split(/(?<=\n)/);
  const [first, last] = [place === 0 ? 0 : AROUND, place === pieces.length - 1 ? 0 : AROUND];
  if (all.length <= first + last + 1) return it.text;
  return html`${all.slice(0, first).join("")}<span class="left-out">${t("lines.left_out", { count: all.length - first - last })}
</span>${last ? all.slice(-last).join("") : ""}`;
});

/** Copies of what was written before another's version was taken over. */
export const copies = () => windows.dialog("copies", t("copies"), html`
  <p class="hint">${t("copies.hint")}</p>
  <ul class="proposals">${state.copies.map((copy, place) => html`
    <li>
      <p><b>${moment(copy.at)}</b> ${copy.version ? html`<span class="chip plain">${t("copy.of", { version: copy.version })}</span>` : ""}</p>
      ${Object.keys(copy.files).sort().filter((name) => copy.files[name] !== state.base?.files[name]).map((name) => html`
        <label for="copy-${place}-${name}"><bdi>${name}</bdi></label>
        <textarea id="copy-${place}-${name}" class="copy" rows="6" readonly spellcheck="false" .value=${copy.files[name] ?? ""}></textarea>`)}
      <div class="row"><button class="primary" data-do="swap" @click=${() => control.swap(copy)}>${t("copy.swap")}</button>
        <button data-do="drop" @click=${() => control.drop(copy)}>${t("copy.drop")}</button></div>
    </li>`)}
  </ul>
  ${state.copies.length ? "" : html`<p class="empty">${t("copies.none")}</p>`}
`);
