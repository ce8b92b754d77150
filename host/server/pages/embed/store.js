// What the panel shows: one conversation, read anew whenever something is heard of it.

import { redraw } from "../shared/page.js";
import { Problem, api } from "../shared/session.js";

/** @import { Thread } from "../desk/types" */

/**
 * @typedef {object} State
 * @property {string[]} origins sites that may show this page
 * @property {string} conversation the one that is open around the frame; empty if none is known
 * @property {Thread | null} thread
 * @property {"loading" | "ready" | "unknown" | "failed"} status
 * @property {boolean} is_blocked the browser did not open the window
 * @property {Record<string, "copied" | "not_copied" | "asked">} doing what is being done with a suggestion
 */

/** @type {State} */
export const state = { origins: [], conversation: "", thread: null, status: "loading", is_blocked: false, doing: {} };

/** @param {Partial<State>} patch */
export function change(patch) {
  Object.assign(state, patch);
  redraw();
}

/** Counts the readings, so that a late answer does not stand over a newer one. */
let readings = 0;

/** @param {string} conversation */
export async function read(conversation) {
  const mine = ++readings;
  const is_wanted = () => mine === readings && conversation === state.conversation;
  try {
    const thread = await api("GET", `/v1/conversations/${encodeURIComponent(conversation)}?limit=20`);
    if (is_wanted()) change({ thread, status: "ready" });
  } catch (problem) {
    const status = problem instanceof Problem && problem.status === 404 ? "unknown" : "failed";
    if (is_wanted()) change({ thread: null, status });
  }
}

/** @param {string} suggestion @param {object} what */
export async function tell(suggestion, what) {
  try {
    await api("POST", `/v1/suggestions/${encodeURIComponent(suggestion)}/feedback`, what);
  } catch {
    // What was not told is inferred from what is sent.
  }
}
