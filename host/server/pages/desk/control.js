// What an agent can do, whichever way it is asked for: by key, by button, by the address of the page.

import { t, tCount, tWord } from "./words.js";
import { nameOf } from "../shared/format.js";
import { notice } from "../shared/page.js";
import { Problem, api } from "../shared/session.js";
import * as store from "./store.js";
import { caret, focus, say } from "../shared/focus.js";

/** @import { Card, Glance, Outreach, State, Summary, Thread } from "./types" */

const { state, change } = store;

/** Suggestions that were said to be on the screen. @type {Set<string>} */
const shown = new Set();

/** @param {unknown} error */
export function reasonOf(error) {
  return error instanceof Problem ? error.message : t("login.unreachable");
}

/** How often something was heard of a conversation. @type {Map<string, number>} */
const heard = new Map();

/** @param {string} id */
const times = (id) => heard.get(id) ?? 0;

/** @param {string} id */
function hear(id) {
  heard.set(id, times(id) + 1);
}

/** What was heard while it was being read may not be in it: then it is read again. @param {string} id */
async function read(id) {
  const path = `/v1/conversations/${encodeURIComponent(id)}?limit=100`;
  let thread = /** @type {Thread | null} */ (null);
  for (let tries = 0, before = -1; tries < 3 && before !== times(id); tries++) {
    before = times(id);
    thread = await api("GET", path);
  }
  return /** @type {Thread} */ (thread);
}

export async function loadList() {
  const before = new Map(heard);
  try {
    const { conversations, next } = await api("GET", "/v1/conversations?limit=50");
    /** @type {State["summaries"]} */
    const summaries = new Map(conversations.map((/** @type {Summary} */ it) => [it.id, it]));
    // What was heard meanwhile is newer than what was read.
    for (const [id, known] of state.summaries) if (times(id) !== (before.get(id) ?? 0)) summaries.set(id, known);
    change({ summaries, next, list_state: "ready" });
  } catch {
    change({ list_state: "failed" });
  }
}

export async function loadOlder() {
  const { conversations, next } = await api("GET", `/v1/conversations?limit=50&before=${state.next}`);
  for (const it of conversations) if (!state.summaries.has(it.id)) state.summaries.set(it.id, it);
  change({ next });
}

export async function loadOutreach() {
  try {
    const { outreach } = await api("GET", "/v1/outreach?state=proposed&limit=20");
    change({ outreach });
  } catch {
    // What is proposed next comes by the stream.
  }
}

/** Opens a conversation. @param {string | null} id @param {{ push?: boolean, focus?: boolean }} [how] */
export async function open(id, { push = true, focus: is_focused = true } = {}) {
  const is_other = id !== state.open;
  if (is_other) change({ open: id, thread: null, cards: [], glance: null, thread_state: "loading" });
  change({ view: id ? "thread" : "list" });
  const address = id ? `/desk?conversation=${encodeURIComponent(id)}` : "/desk";
  if (push && is_other) history.pushState(null, "", address);
  if (!id) return;
  try {
    const thread = await read(id);
    if (state.open !== id) return;
    store.opened(thread);
    if (is_focused) focus("thread");
    await glance(thread.customer.id);
  } catch {
    if (state.open === id) change({ thread_state: "failed" });
  }
}

/** What is known of the customer. @param {string} id */
async function glance(id) {
  const path = `/v1/customers/${encodeURIComponent(id)}`;
  const [customer, facts] = await Promise.all([api("GET", path), api("GET", `${path}/profile`)].map(orNull));
  /** @type {Glance} */
  const glance = { customer, profile: facts?.profile ?? null, sources: facts?.sources ?? {} };
  if (state.thread?.customer.id === id) change({ glance });
}

/** @param {Promise<any>} asked */
const orNull = (asked) => asked.catch(() => null);

export async function loadEarlier() {
  const thread = state.thread;
  if (!thread?.next) return;
  const path = `/v1/conversations/${encodeURIComponent(thread.id)}?limit=100&before=${thread.next}`;
  const earlier = /** @type {Thread} */ (await api("GET", path));
  thread.messages = [...earlier.messages, ...thread.messages];
  thread.next = earlier.next;
  change();
}

/** The conversation after or before the open one, in the order of the list. @param {1 | -1} step */
export function move(step) {
  const { waiting, answered } = store.listed();
  const ids = [...waiting, ...answered].map((it) => it.id);
  const place = state.open ? ids.indexOf(state.open) : -1;
  const next = ids[place < 0 ? (step > 0 ? 0 : ids.length - 1) : place + step];
  if (next) open(next);
}

/** A customer wrote. @param {any} it */
export function wrote(it) {
  const { conversation_id, message, reply } = it;
  hear(conversation_id);
  const is_open = conversation_id === state.thread?.id;
  const has_draft = is_open && Boolean(state.drafts.get(conversation_id)?.trim());
  store.customerWrote(it);
  if (!is_open) return;
  const title = reply.suggestions[0]?.title ?? "";
  const count = tCount("cards.announced", reply.suggestions.length);
  say(t("cards.announced_for", { name: nameOf(message.customer), count, title }));
  if (has_draft) notice(t("cards.withdrawn"));
}

/** An agent wrote, here or elsewhere. @param {any} it */
export function answered(it) {
  hear(it.conversation_id);
  store.agentWrote(it);
}

/** @param {any} it */
export function withdrawn(it) {
  hear(it.conversation_id);
  store.withdrawn(it.conversation_id, it.suggestions);
}

/** Reads anew what may have changed unheard. */
export async function reset() {
  await Promise.all([loadList(), loadOutreach()]);
  const id = state.open;
  if (!id) return;
  const thread = await orNull(read(id));
  if (thread && state.open === id) store.opened(thread);
}

// ---- the reply

/** The reply as it stands. */
export function draft() {
  return state.open ? (state.drafts.get(state.open) ?? "") : "";
}

/** @param {string} text */
export function write(text) {
  if (state.open) state.drafts.set(state.open, text);
  change();
}

/** Puts words where the caret is, or in place of nothing. @param {string} words */
export function insertText(words) {
  const before = draft();
  const at = caret() ?? before.length;
  const [head, tail] = [before.slice(0, at), before.slice(at)];
  const gap = head && !/\s$/.test(head) ? "\n" : "";
  write(before.trim() ? head + gap + words + tail : words);
  change({ view: "thread" });
  focus("composer", before.trim() ? (head + gap + words).length : words.length);
}

/** @param {number} number from 1 */
export function insert(number) {
  const card = state.cards[number - 1];
  if (!card) return;
  insertText(store.wordsOf(card).text);
  say(t("cards.inserted", { number }));
  const final_text = card.reworded ? card.reworded.text : undefined;
  feedback(card, { action: "inserted", final_text });
}

/** @param {Card} card @param {{action: string, final_text?: string | undefined, reason?: string}} what */
async function feedback(card, what) {
  try {
    await api("POST", `/v1/suggestions/${encodeURIComponent(card.suggestion.id)}/feedback`, what);
  } catch (error) {
    if (what.action === "dismissed") notice(reasonOf(error), "error");
  }
}

/** Says which cards are on the screen; each once. @param {string[]} ids */
export function tellShown(ids) {
  for (const card of state.cards) {
    const { id } = card.suggestion;
    if (!ids.includes(id) || shown.has(id)) continue;
    shown.add(id);
    feedback(card, { action: "shown" });
  }
}

export async function send() {
  const { thread, open } = state;
  const text = draft().trim();
  if (!thread || !open) return;
  if (!text) return say(t("composer.blank"));
  const id = `desk-${crypto.randomUUID()}`;
  const message = { id, role: /** @type {const} */ ("agent"), text, at: new Date().toISOString() };
  thread.messages = [...thread.messages, { ...message, state: "sending" }];
  const cards = state.cards;
  state.drafts.delete(open);
  change({ cards: [] });
  const { channel, customer } = thread;
  const body = { conversation_id: open, message_id: id, channel, role: "agent", text, customer: { id: customer.id } };
  try {
    await api("POST", "/v1/messages", body);
    store.agentWrote({ conversation_id: open, message: { ...message, customer, channel } });
  } catch (error) {
    thread.messages = thread.messages.filter((it) => it.id !== id);
    if (!state.drafts.get(open)) state.drafts.set(open, text);
    if (state.open === open && state.cards.length === 0) change({ cards });
    notice(t("composer.failed", { reason: reasonOf(error) }), "error");
    change();
  }
}

// ---- cards

/** @param {Card} card @param {string} reason */
export function dismiss(card, reason) {
  const place = state.cards.indexOf(card);
  change({ cards: state.cards.filter((it) => it !== card) });
  say(t("cards.dismissed"));
  focus(state.cards.length > 0 ? `card-${Math.min(place, state.cards.length - 1)}` : "cards");
  feedback(card, { action: "dismissed", reason });
}

/** Switches a rule of the wording off or on. @param {Card} card @param {string} rule */
export async function toggleRule(card, rule) {
  const off = card.off.includes(rule) ? card.off.filter((it) => it !== rule) : [...card.off, rule];
  card.is_busy = true;
  change();
  try {
    const path = `/v1/suggestions/${encodeURIComponent(card.suggestion.id)}/reword`;
    card.reworded = off.length > 0 ? await api("POST", path, { off }) : null;
    card.off = off;
  } catch (error) {
    notice(reasonOf(error), "error");
  }
  card.is_busy = false;
  change();
}

/** Has the merchant's systems do what the card offers. @param {Card} card @param {number} number from 1 */
export async function act(card, number) {
  const action = tWord("action", card.suggestion.actions[number - 1]?.type ?? "");
  card.acted[number] = "busy";
  change();
  try {
    await api("POST", "/v1/actions", { suggestion_id: card.suggestion.id, number });
    card.acted[number] = "done";
    notice(t("action.done", { action }));
  } catch (error) {
    delete card.acted[number];
    notice(t("action.failed", { action, reason: reasonOf(error) }), "error");
  }
  change();
}

// ---- contacts that wait for somebody's word

/** @param {Outreach} contact @param {"approve" | "cancel"} what */
export async function decide(contact, what) {
  try {
    await api("POST", `/v1/outreach/${encodeURIComponent(contact.id)}/${what}`);
    notice(t(what === "approve" ? "outreach.approved" : "outreach.cancelled"));
  } catch (error) {
    notice(t("outreach.failed", { reason: reasonOf(error) }), "error");
  }
  await loadOutreach();
}

/** Says what came of the open conversation. @param {"resolved" | "escalated"} outcome */
export async function cameOf(outcome) {
  const { open } = state;
  if (!open) return;
  try {
    await api("POST", `/v1/conversations/${encodeURIComponent(open)}/outcome`, { outcome });
    notice(t(`thread.said_${outcome}`));
  } catch (error) {
    notice(reasonOf(error), "error");
  }
}

/** The scenario's name. @param {{id: string, title?: string | null}} scenario */
export function scenarioName({ id, title }) {
  return tWord("scenario", id, title);
}
