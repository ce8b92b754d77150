// The console's state, and how it is read. What is shown is read anew when somebody tells of a change; figures that only
// grow are read again every few seconds, while somebody looks.

import { notice, page, redraw } from "../shared/page.js";
import { Problem, api } from "../shared/session.js";
import { t, tWord } from "./words.js";

/** @import { Act, Line, Plugin, Reload, State, View } from "./types" */

/** Lines of a log that stay on the page. */
const LINES = 500;

/** @type {State} */
export const state = {
  view: "plugins", chosen: null, wrong: "", plugins: null, plugin: null, lines: [], line_live: "connecting", keys: null,
  reloads: null, turns: null, turns_next: null, only: { plugin: "", failed: false }, turn: null, status: null, asked: null,
  is_busy: false,
};

/** @param {Partial<State>} patch */
export function change(patch) {
  Object.assign(state, patch);
  redraw();
}

/** @param {unknown} error */
export const reasonOf = (error) =>
  error instanceof Problem ? [error.message, error.hint].filter(Boolean).join(" – ") : t("login.unreachable");

/** @param {string} role */
export const has = (role) => page.session?.roles.includes(role) ?? false;
export const isOperator = () => has("operator");
export const mayLook = () => has("author") || isOperator();

const part = encodeURIComponent;

/** Reads what the page shows now. */
export async function read() {
  if (!mayLook()) return;
  const { view, chosen } = state;
  try {
    if (view === "plugins") await readPlugins(chosen);
    if (view === "reloads") change({ reloads: (await api("GET", "/v1/reloads?limit=100")).reloads, wrong: "" });
    if (view === "turns") await (chosen ? readTurn(chosen) : readTurns());
    if (view === "host" && isOperator()) change({ status: await api("GET", "/v1/status"), wrong: "" });
  } catch (error) {
    if (state.view === view && state.chosen === chosen) change({ wrong: reasonOf(error) });
  }
}

/** @param {string | null} chosen */
async function readPlugins(chosen) {
  const [{ plugins }, plugin] = await Promise.all([
    api("GET", "/v1/plugins"),
    chosen ? api("GET", `/v1/plugins/${part(chosen)}`) : null,
  ]);
  if (state.chosen === chosen) change({ plugins, plugin, wrong: "" });
}

/** @param {string} id */
async function readTurn(id) {
  const turn = await api("GET", `/v1/turns/${part(id)}`);
  if (state.chosen === id) change({ turn, wrong: "" });
}

/** @param {string | null} [before] the turns before this one, beside those that are shown */
export async function readTurns(before = null) {
  const { only } = state;
  const asked = new URLSearchParams({ limit: "50" });
  if (only.plugin) asked.set("plugin", only.plugin);
  if (only.failed) asked.set("failed", "true");
  if (before) asked.set("before", before);
  const { turns, next } = await api("GET", `/v1/turns?${asked}`);
  if (state.only === only) change({ turns: [...(before ? state.turns ?? [] : []), ...turns], turns_next: next, wrong: "" });
}

/** @param {string} customer */
export async function readKeys(customer) {
  if (!state.chosen) return;
  try {
    const { keys } = await api("GET", `/v1/plugins/${part(state.chosen)}/keys?customer_id=${part(customer)}`);
    change({ keys: { customer, keys } });
  } catch (error) {
    notice(reasonOf(error), "error");
  }
}

/** Does what was asked and confirmed. */
export async function doAsked() {
  const { asked } = state;
  if (!asked || state.is_busy) return;
  const { act, plugin } = asked;
  change({ is_busy: true });
  try {
    if (act === "forget_keys") {
      const customer = state.keys?.customer ?? "";
      await api("DELETE", `/v1/plugins/${part(plugin.id)}/keys?customer_id=${part(customer)}`);
      await readKeys(customer);
    } else {
      await api("POST", `/v1/plugins/${part(plugin.id)}/${act === "take_back" ? "rollback" : act}${on(act, plugin)}`);
    }
    notice(t(`done.${act}`, { plugin: plugin.id, canary: plugin.canary?.version ?? "" }));
  } catch (error) {
    notice(await late(plugin, error), "error");
  }
  change({ is_busy: false, asked: null });
  await read();
}

/** Whether it is about which version serves. @param {Act} act */
export const isOfVersions = (act) => act === "promote" || act === "take_back" || act === "rollback";

/** What was on the page when somebody pressed the button: if it is not any more, nothing happens.
 * @param {Act} act @param {Plugin} plugin */
function on(act, plugin) {
  if (!isOfVersions(act)) return "";
  const asked = new URLSearchParams({ hash: head(plugin) });
  if (plugin.scope === "shared") asked.set("shared", "true");
  return `?${asked}`;
}

/** @param {Plugin | undefined} plugin */
const head = (plugin) => plugin?.canary?.hash ?? plugin?.hash ?? "";

/** Why it was not done: somebody else was first, or what the host says. @param {Plugin} asked @param {unknown} error */
async function late(asked, error) {
  if (!(error instanceof Problem) || error.status !== 409) return reasonOf(error);
  try {
    const [{ plugins }, { reloads }] = await Promise.all([api("GET", "/v1/plugins"), api("GET", "/v1/reloads?limit=100")]);
    const now = plugins.find((/** @type {Plugin} */ it) => it.id === asked.id && it.scope === asked.scope);
    const last = reloads.find((/** @type {Reload} */ it) => it.plugin === asked.id && it.outcome !== "refused");
    if (head(now) === head(asked) || !last) return reasonOf(error);
    const who = last.by === "canary" ? t("by.canary") : last.by.replace(/^person:/, "");
    return t("faster", { who, plugin: asked.id, version: last.version, what: tWord("outcome", last.outcome) });
  } catch {
    return reasonOf(error);
  }
}

/** @param {Reload} heard */
export function reloaded(heard) {
  if (heard.outcome === "refused") notice(t("heard.refused", { plugin: heard.plugin }), "error");
  if (heard.by === "canary" && heard.outcome === "taken_back") notice(t("heard.taken_back", { plugin: heard.plugin, version: heard.version }), "error");
  if (heard.by === "canary" && heard.outcome === "promoted") notice(t("heard.promoted", { plugin: heard.plugin, version: heard.version }));
  if (state.view !== "host") read();
}

/** @type {EventSource | null} */
let log = null;
let log_of = "";

/** Listens to the plugin that is shown, and to none else. */
export function follow() {
  const of = state.view === "plugins" && mayLook() && page.phase === "ready" ? state.chosen ?? "" : "";
  if (of === log_of) return;
  log?.close();
  log = null;
  log_of = of;
  if (!of) return;
  const line = new EventSource(`/v1/plugins/${part(of)}/logs?follow=true`);
  log = line;
  fresh = [];
  Object.assign(state, { lines: [], line_live: "connecting" });
  line.onopen = () => change({ line_live: "open" });
  line.onerror = () => change({ line_live: "lost" });
  line.addEventListener("line", (event) => heardLine(JSON.parse(event.data)));
}

/** Lines that came since the page was last drawn: a talkative plugin must not have it drawn for each.
 * @type {Line[]} */
let fresh = [];

/** @param {Line} line */
function heardLine(line) {
  if (fresh.push(line) > 1) return;
  setTimeout(() => {
    const last = state.lines.at(-1)?.number ?? 0;
    const lines = [...state.lines, ...fresh.filter((it) => it.number > last)].slice(-LINES);
    fresh = [];
    change({ lines });
  }, 100);
}

/** @param {View} view @param {string | null} [chosen] @param {boolean} [push] */
export function go(view, chosen = null, push = true) {
  const address = new URL(location.href);
  address.search = "";
  if (view !== "plugins" || chosen) address.searchParams.set("view", view);
  if (chosen) address.searchParams.set("id", chosen);
  if (push) history.pushState(null, "", address);
  if (push) scrollTo(0, 0);
  change({ view, chosen, wrong: "", plugin: null, turn: null, keys: null });
  follow();
  read();
}

const VIEWS = /** @type {const} */ (["plugins", "reloads", "turns", "host"]);

/** Goes where the address says. */
export function goToAddress() {
  const asked = new URLSearchParams(location.search);
  const view = VIEWS.find((it) => it === asked.get("view")) ?? "plugins";
  go(view, asked.get("id"), false);
}
