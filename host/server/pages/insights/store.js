// What is asked for and what came back. The filters stand in the address, so that a view can be sent to somebody.

import { notice, page, redraw } from "../shared/page.js";
import { api } from "../shared/session.js";
import { t } from "./words.js";

/** @import { Filters, Report, Target } from "./types" */

/** @type {{ report: Report | null, loading: boolean, failed: string, filters: Filters, known: { scenarios: Map<string, string | null>, plugins: Set<string> } }} */
export const state = {
  report: null,
  loading: false,
  failed: "",
  filters: read(),
  known: { scenarios: new Map(), plugins: new Set() },
};

/** @type {(keyof Filters)[]} */
const names = ["from", "to", "scenario", "plugin", "agent"];

/** @returns {Filters} */
function read() {
  const asked = new URLSearchParams(location.search);
  const day = (/** @type {number} */ back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  const [from, to] = [asked.get("from") ?? day(29), asked.get("to") ?? day(0)];
  return { from, to, scenario: asked.get("scenario") ?? "", plugin: asked.get("plugin") ?? "", agent: asked.get("agent") ?? "" };
}

/** The query of what is shown. */
export function query() {
  const set = names.filter((name) => state.filters[name]);
  return new URLSearchParams(set.map((name) => [name, state.filters[name]])).toString();
}

let turn = 0;

export async function load() {
  const mine = ++turn;
  state.loading = true;
  redraw();
  try {
    /** @type {Report} */
    const report = await api("GET", `/v1/insights?${query()}`);
    if (mine !== turn) return;
    // A filter hides the rest of its own list; what was seen once can be chosen still.
    for (const it of report.scenarios) state.known.scenarios.set(it.name, it.title ?? null);
    for (const it of report.plugins) state.known.plugins.add(it.name);
    Object.assign(state, { report, failed: "" });
  } catch (error) {
    if (mine !== turn) return;
    state.failed = error instanceof Error ? error.message : t("failed");
  }
  state.loading = false;
  redraw();
}

/** @param {Partial<Filters>} patch */
export function filter(patch) {
  Object.assign(state.filters, patch);
  history.replaceState(null, "", `${location.pathname}?${query()}`);
  load();
}

/** @param {string} scenario */
export async function review(scenario) {
  try {
    await api("POST", `/v1/scenarios/${encodeURIComponent(scenario)}/review`, {});
    notice(t("first.reviewed"));
    await load();
  } catch (error) {
    notice(error instanceof Error ? error.message : t("failed"), "error");
  }
}

/** @param {Target[]} targets @returns {Promise<string>} what is wrong with them */
export async function setTargets(targets) {
  try {
    await api("PUT", "/v1/targets", { targets });
  } catch (error) {
    return error instanceof Error ? error.message : t("failed");
  }
  await load();
  return "";
}

/** Whether who is logged in may set targets. */
export const isOperator = () => page.session?.roles.includes("operator") ?? false;
