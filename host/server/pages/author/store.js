// The one state of the author's page, and what the browser keeps of it: drafts, for each plugin.

import { page, redraw } from "../shared/page.js";

/** @import { State } from "./types" */

/** @type {State} */
export const state = {
  plugins: [], base: null, phase: "choosing", files: {}, open: "", talks: [], talk: "", result: null, rehearsal: "idle",
  refused: null, saving: false, proposals: [], view: "edit",
};

/** @param {Partial<State>} [patch] */
export function change(patch = {}) {
  Object.assign(state, patch);
  redraw();
}

/** Whether something stands in the editor that does not serve. */
export function isChanged() {
  const { base, files } = state;
  if (!base) return false;
  return base.hash === null || JSON.stringify(Object.entries(base.files).sort()) !== JSON.stringify(Object.entries(files).sort());
}

/** @param {string} plugin */
const place = (plugin) => `cuecard.author.${page.session?.merchant}.${plugin}`;

/** Keeps what is written, over a reload of the page. */
export function keepDraft() {
  const { base, files } = state;
  if (!base) return;
  try {
    if (isChanged()) localStorage.setItem(place(base.plugin), JSON.stringify({ hash: base.hash, files }));
    else localStorage.removeItem(place(base.plugin));
  } catch {
    // A browser that keeps nothing warns when the page is left.
  }
}

/** What was written before. @param {string} plugin @returns {{ hash: string | null, files: Record<string, string> } | null} */
export function draftOf(plugin) {
  try {
    const kept = JSON.parse(localStorage.getItem(place(plugin)) ?? "null");
    return kept && typeof kept.files === "object" ? kept : null;
  } catch {
    return null;
  }
}

/** @param {string} plugin */
export function forgetDraft(plugin) {
  try {
    localStorage.removeItem(place(plugin));
  } catch {
    // Nothing was kept.
  }
}
