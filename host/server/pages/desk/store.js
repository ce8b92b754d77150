// The one state of the page, and what happens to it. Knows nothing of the screen and of the network: it is told.

import { redraw, remembered } from "../shared/page.js";

/** @import { Card, Message, Outreach, Reply, State, Suggestion, Summary, Thread } from "./types" */

/** @type {State} */
export const state = {
  summaries: new Map(),
  next: null,
  list_state: "loading",
  filter: "all",
  open: null,
  thread: null,
  thread_state: "ready",
  cards: [],
  glance: null,
  drafts: new Map(),
  outreach: [],
  is_reading: false,
  view: "list",
  single_keys: remembered("single_keys", "on") === "on",
};

/** @param {Partial<State>} [patch] */
export function change(patch) {
  Object.assign(state, patch);
  redraw();
}

/** Who waits comes first, the longest wait at the top; then the others, the newest at the top. */
export function listed() {
  const all = [...state.summaries.values()];
  const since = (/** @type {Summary} */ it) => Date.parse(it.waiting_since ?? "");
  const at = (/** @type {Summary} */ it) => Date.parse(it.last_message.at);
  const waiting = all.filter((it) => it.waiting_since).sort((one, other) => since(one) - since(other));
  const answered = all.filter((it) => !it.waiting_since).sort((one, other) => at(other) - at(one));
  return { waiting, answered: state.filter === "waiting" ? [] : answered };
}

/** @param {Suggestion[]} suggestions @returns {Card[]} */
export function cardsOf(suggestions) {
  return suggestions.map((suggestion) => ({ suggestion, off: [], reworded: null, is_busy: false, acted: {} }));
}

/** The words of a card as they would be inserted. @param {Card} card */
export function wordsOf(card) {
  return card.reworded ?? card.suggestion;
}

/**
 * A customer wrote, and this is offered for it.
 * @param {{conversation_id: string, message: Message & {customer: Summary["customer"], channel: string}, reply: Reply}} heard
 */
export function customerWrote({ conversation_id, message, reply }) {
  const known = state.summaries.get(conversation_id);
  const { signals } = reply;
  const title = reply.suggestions.find((it) => it.scenario === signals.scenario.id)?.title ?? null;
  state.summaries.set(conversation_id, {
    id: conversation_id,
    customer: message.customer,
    channel: message.channel,
    last_message: message,
    waiting_since: known?.waiting_since ?? message.at,
    unanswered: (known?.unanswered ?? 0) + 1,
    scenario: { id: signals.scenario.id, title },
    language: signals.language.tag,
    emotion: signals.emotion,
  });
  const thread = state.thread;
  if (thread?.id === conversation_id && !thread.messages.some((it) => it.id === message.id)) {
    const { message_for_agent, turn_id } = reply;
    thread.messages = [...thread.messages, { ...message, signals, message_for_agent, turn_id }];
    thread.held_out = reply.held_out ?? false;
    state.cards = cardsOf(reply.suggestions);
  }
  change();
}

/**
 * An agent wrote, here or elsewhere.
 * @param {{conversation_id: string, message: Message & {customer: Summary["customer"], channel: string}}} heard
 */
export function agentWrote({ conversation_id, message }) {
  const known = state.summaries.get(conversation_id);
  const { customer, channel } = message;
  const answered = { last_message: message, waiting_since: null, unanswered: 0 };
  state.summaries.set(conversation_id, { ...known, id: conversation_id, customer, channel, ...answered });
  const thread = state.thread;
  if (thread?.id === conversation_id) {
    const others = thread.messages.filter((it) => it.id !== message.id);
    thread.messages = [...others, message];
  }
  change();
}

/** Cards that no longer stand. @param {string} conversation @param {string[]} suggestions @returns {number} how many */
export function withdrawn(conversation, suggestions) {
  if (state.thread?.id !== conversation) return 0;
  const left = state.cards.filter((card) => !suggestions.includes(card.suggestion.id));
  const gone = state.cards.length - left.length;
  if (gone > 0) change({ cards: left });
  return gone;
}

/** @param {Outreach} proposed */
export function proposed(proposed) {
  const others = state.outreach.filter((it) => it.id !== proposed.id);
  change({ outreach: proposed.state === "proposed" ? [proposed, ...others] : others });
}

/** @param {Thread} thread */
export function opened(thread) {
  change({ thread, cards: cardsOf(thread.suggestions), thread_state: "ready" });
}
