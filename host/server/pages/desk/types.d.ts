// Shapes of the API and of the desk's own state. Read by the type checker alone; never served.

import type { Money, Name, Person } from "../shared/types";

export type MoodLabel =
  | "neutral" | "happy" | "grateful" | "confused" | "anxious" | "disappointed" | "frustrated" | "angry";
export type Emotion = {
  label: MoodLabel;
  intensity: number;
  trend: "rising" | "steady" | "falling";
  upset?: number;
  curve?: number[];
  turning_points?: { message: number; then: string }[];
};
export type Signals = {
  language: { tag: string; confidence: number };
  scenario: { id: string; confidence: number };
  emotion: Emotion;
  stage: string;
};
export type Role = "customer" | "agent";
/** What the reply, a kept message or an event says in the agent's language. */
export type ForAgent = { text: string; language: string; machine_translated: boolean };
export type Message = {
  id: string;
  role: Role;
  text: string;
  at: string;
  turn_id?: string;
  signals?: Signals;
  message_for_agent?: ForAgent | null;
  /** Ours, not yet acknowledged, or refused. */
  state?: "sending" | "failed";
};
export type Trace = { stage: string; rule: string; before?: string; after?: string; why: string };
export type Action = { type: string; args: Record<string, unknown> };
export type Suggestion = {
  id: string;
  plugin: string;
  scenario: string;
  title: string;
  text: string;
  steps: { kind: string; text: string }[];
  actions: Action[];
  reason: string;
  confidence: number;
  locale: string;
  machine_translated?: boolean;
  text_for_agent?: string;
  text_for_agent_machine_translated?: boolean;
  missing: string[];
  trace: Trace[];
};
export type Reply = {
  turn_id: string;
  signals: Signals;
  suggestions: Suggestion[];
  /** Absent if not. */
  held_out?: boolean;
  failures: unknown[];
  message_for_agent?: ForAgent | null;
};
export type Summary = {
  id: string;
  customer: Person;
  channel: string;
  last_message: { role: Role; text: string; at: string };
  waiting_since?: string | null;
  unanswered: number;
  scenario?: { id: string; title?: string | null } | null;
  language?: string | null;
  emotion?: Emotion | null;
};
export type Thread = {
  id: string;
  customer: Person;
  channel: string;
  messages: Message[];
  suggestions: Suggestion[];
  next: number | null;
  /** Whether the merchant's systems take actions. */
  can_act: boolean;
  /** Whether it is in the comparison group that gets no suggestions. */
  held_out: boolean;
};
export type Order = {
  id: string;
  number?: string;
  status: string;
  placed_at?: string;
  total?: Money;
  items?: { title: string; variant?: string; quantity?: number }[];
  fulfillments?: { status: string; carrier?: string; tracking_number?: string; expected_at?: string }[];
};
export type Customer = {
  id: string;
  name?: Name;
  locale?: string;
  country?: string;
  time_zone?: string;
  email?: string;
  orders?: Order[];
};
export type Profile = {
  orders: number;
  spend: Money[];
  returns_rate?: number;
  buyer: string;
  last_order_at?: string;
  last_contact_at?: string;
  last_contact_channel?: string;
  open_problems: { kind: string; order_id: string; since?: string }[];
  preferred_channel?: string;
  preferred_language?: string;
  risk: string;
  risk_score: number;
};
export type Glance = { customer: Customer | null; profile: Profile | null; sources: Record<string, string[]> };
export type Outreach = {
  id: string;
  plugin: string;
  customer: string;
  outreach: { purpose: string; scenario?: string; message?: string; text?: string; channel?: string; reason: string };
  /** The channel that was chosen. */
  channel?: string;
  /** The words: a suggestion's. */
  rendered?: { text: string; locale: string; text_for_agent?: string };
  edited?: string;
  state: string;
  reason: string;
  detail?: string;
  created_at: string;
};
export type Script = {
  plugin: string;
  key: string;
  text: string;
  locale: string;
  text_for_agent?: string;
  missing: string[];
};

/** A suggestion on the screen, and what the agent has made of it. */
export type Card = {
  suggestion: Suggestion;
  /** Rules that are switched off, and the words without them. */
  off: string[];
  reworded: Suggestion | null;
  is_busy: boolean;
  /** By its number: what became of an action. */
  acted: Record<number, "busy" | "done">;
};
export type State = {
  summaries: Map<string, Summary>;
  next: number | null;
  list_state: "loading" | "ready" | "failed";
  filter: "waiting" | "all";
  open: string | null;
  thread: Thread | null;
  thread_state: "loading" | "ready" | "failed";
  cards: Card[];
  glance: Glance | null;
  drafts: Map<string, string>;
  outreach: Outreach[];
  /** Cards and messages in the agent's language in place of the customer's. */
  is_reading: boolean;
  view: "list" | "thread" | "cards";
  single_keys: boolean;
};
