// A plugin's files in tabs, the editor, and what is wrong.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as icons from "../../shared/icons.js";
import * as control from "../control.js";
import { Editor } from "../editor.js";
import { change, state } from "../store.js";
import { askFile } from "./fresh.js";
import { t, tCount } from "../words.js";

/** @import { Problem } from "../types" */

const editor = new Editor(control.write);
/** @type {object | null} */
let shownBase = null;
/** @type {string} */
let marked = "";

/** What is wrong: why a save was refused, else what the last rehearsal found. */
export const problems = () => state.refused ?? state.result?.problems ?? [];

export function files() {
  const { base, files, open, phase } = state;
  if (phase === "loading") return html`<div class="bones"><div class="bone"></div><div class="bone"></div></div>`;
  if (!base) return welcome();
  const names = Object.keys(files).sort();
  const broken = new Set(problems().map((it) => it.file));
  return html`
    <h2 id="files-title" class="unseen">${t("files")}</h2>
    <div class="tabs-row">
      <div role="tablist" aria-label=${t("files")} class="files" @keydown=${arrows}>
        ${names.map((name) => html`
          <button role="tab" id="tab-${name}" aria-selected=${name === open} tabindex=${name === open ? 0 : -1} aria-controls="editor"
            @click=${() => change({ open: name })}>${name}${files[name] === base.files[name] ? "" : html`<span class="touched" role="img" aria-label=${t("file.changed")}></span>`}${broken.has(name) ? html`<span class="broken" role="img" aria-label=${t("file.broken")}></span>` : ""}</button>`)}
      </div>
      <button class="quiet" @click=${askFile} aria-label=${t("file.add")} title=${t("file.add")}>+</button>
      <button class="quiet" @click=${() => control.removeFile(open)} ?disabled=${open === "plugin.toml"} aria-label=${t("file.remove", { file: open })} title=${t("file.remove", { file: open })}>${icons.cross()}</button>
    </div>
    <div id="editor" class="editor" role="tabpanel" aria-label=${open}></div>
    <p class="hint keys">${t("editor.hint")}${base.binary.length ? ` · ${t("file.kept", { files: base.binary.map((it) => it.name).join(", ") })}` : ""}</p>
    ${wrong()}
  `;
}

const welcome = () => html`
  <div class="empty"><h2 id="files-title">${t("welcome")}</h2><p>${t("welcome.more")}</p></div>
`;

function wrong() {
  const found = problems();
  if (!found.length) return html`<p class="fine" role="status">${state.result ? t("problems.none") : ""}</p>`;
  return html`
    <div class="problems" role="status">
      <h3>${tCount(state.refused ? "refused" : "problems", found.length)}</h3>
      <ul>${found.map((it) => html`
        <li><button class="quiet" ?disabled=${!(it.file in state.files)} @click=${() => goTo(it)}>${it.file}${it.line ? `:${it.line}` : ""}</button>
          <span><bdi>${it.reason}</bdi>${it.hint ? html`<small>${it.hint}</small>` : ""}</span></li>`)}
      </ul>
    </div>
  `;
}

/** @param {Problem} problem */
export function goTo(problem) {
  change({ open: problem.file, view: "edit" });
  queueMicrotask(() => queueMicrotask(() => editor.goTo(problem.line ?? 1)));
}

/** The arrow keys go from tab to tab. @param {KeyboardEvent} event */
function arrows(event) {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (!step) return;
  const names = Object.keys(state.files).sort();
  const next = names[(names.indexOf(state.open) + step + names.length) % names.length];
  if (!next) return;
  event.preventDefault();
  change({ open: next });
  queueMicrotask(() => queueMicrotask(() => document.getElementById(`tab-${next}`)?.focus()));
}

/** After the page was drawn: the editor shows what the state says. */
export function placed() {
  const host = document.getElementById("editor");
  if (!host || !state.base) return;
  editor.attach(host);
  if (shownBase !== state.base && !shownBase) editor.clear();
  shownBase = state.base;
  editor.show(state.open, state.files[state.open] ?? "", state.open);
  const found = JSON.stringify([state.open, problems()]);
  if (found !== marked) editor.mark(problems());
  marked = found;
}
