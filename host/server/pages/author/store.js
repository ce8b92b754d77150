// The one state of the author's page, and what the browser keeps of it: drafts, for each plugin.

import { page, redraw } from "../shared/page.js";

/** @import { Bundle, Copy, State } from "./types" */

/** @type {State} */
export const state = {
  plugins: [], base: null, newer: null, phase: "choosing", files: {}, open: "", talks: [], talk: "", result: null, rehearsal: "idle",
  refused: null, saving: false, asked: null, copies: [], copies_kept: true, proposals: [], view: "edit",
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
    if (isChanged()) localStorage.setItem(place(base.plugin), JSON.stringify({ base, files }));
    else localStorage.removeItem(place(base.plugin));
  } catch {
    // A browser that keeps nothing warns when the page is left.
  }
}

/** What was written before, and what it builds on.
 * @param {string} plugin @returns {{ base?: Bundle, hash?: string | null, files: Record<string, string> } | null} */
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

/** @param {string} plugin */
const shelf = (plugin) => `cuecard.author.copies.${page.session?.merchant}.${plugin}`;

/** Copies of what was written, newest first. @param {string} plugin @returns {Copy[]} */
export function copiesOf(plugin) {
  try {
    const kept = JSON.parse(localStorage.getItem(shelf(plugin)) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** @param {Copy[]} copies */
export function keepCopies(copies) {
  const plugin = state.base?.plugin ?? "";
  let copies_kept = true;
  try {
    if (copies.length) localStorage.setItem(shelf(plugin), JSON.stringify(copies));
    else localStorage.removeItem(shelf(plugin));
  } catch {
    // They stay on the page, which warns when it is left.
    copies_kept = copies.length === 0;
  }
  change({ copies, copies_kept });
}
