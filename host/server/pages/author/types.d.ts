// Shapes of the author's page. Read by the type checker alone; never served.

export type Problem = { file: string; line?: number; column?: number; reason: string; hint?: string };
export type Case = { name: string; file: string; line: number; passed: boolean; differences: string[] };
export type Bundle = {
  plugin: string; version: string | null; hash: string | null; shared: boolean;
  /** The share of the conversations that it is tried on. */
  canary: number | null;
  at: string | null; by: string | null;
  files: Record<string, string>; binary: { name: string; bytes: number }[];
};
export type Listed = { id: string; version: string; hash: string; scope: string; state: string; name?: string | null; canary?: { hash: string } };
/** What is to be sent, as it stood in the editor, and what it builds on. */
export type Draft = { written: Record<string, string>; sent: Record<string, string>; onto: Bundle };
/** What somebody had written when they took over what another had brought meanwhile. */
export type Copy = { at: string; version: string | null; files: Record<string, string> };
export type Words = {
  title: string; text: string; steps: { kind: string; text: string }[]; actions: { type: string; args: object }[];
  reason: string; confidence: number; scenario: string; locale: string; missing: string[];
};
export type Offer = { plugin: string; kind: "same" | "gained" | "lost" | "changed"; fields: string[]; old?: Words; new?: Words };
export type Signals = { scenario: { id: string }; emotion: { label: string }; language: { tag: string } };
export type Turn = {
  turn_id: string; conversation_id: string; at: string; message: string; approximate: string[];
  signals_before?: Signals; signals: Signals; offers: Offer[];
  failures: { plugin: string; kind: "failing" | "mended" | "still"; failure: string; detail: string }[];
  keys: string[]; log: { level: string; text: string }[]; different: boolean;
};
export type Plan = {
  name: string; text?: string; subject?: string; channel?: string; purpose?: string; scenario?: string; reason?: string;
  valid_until?: string; missing?: string[]; held?: string; at?: string; event?: string; fields?: Record<string, unknown>;
};
export type Decision = {
  plugin: string; decision: "outreach" | "timer" | "cancel"; kind: Offer["kind"]; fields: string[]; old?: Plan; new?: Plan;
};
export type ShopEvent = {
  event_id: string; type: string; at: string; fields: Record<string, unknown>; decisions: Decision[];
  failures: Turn["failures"]; keys: string[]; log: Turn["log"]; different: boolean;
};
export type Rehearsal = {
  plugin: string; old: { version: string; hash: string } | null; new: { version: string; hash: string } | null;
  problems: Problem[]; cases: Case[]; turns: Turn[]; events: ShopEvent[];
  summary: Record<"events" | "events_left_out" | "slower" | "events_different" | "decisions_gained" | "decisions_lost" | "decisions_changed" | "turns" | "different" | "gained" | "lost" | "changed" | "same" | "failing" | "mended" | "left_out" | "approximate" | "took_ms", number>;
  times: { plugin: string; hook: string; old: Spread; new: Spread; slower: boolean }[];
};
export type Spread = { calls: number; p50_us: number; p99_us: number };
export type Proposal = { id: string; message: string; variables: string[]; locale: string; at: string; by: string };
export type Talk = { id: string; channel: string; at: string; text: string };
export type State = {
  plugins: Listed[];
  /** What the text in the editor builds on: what served when it was opened, or the template that was begun with. */
  base: Bundle | null;
  /** What somebody else has brought since. */
  newer: Bundle | null;
  phase: "choosing" | "loading" | "ready" | "failed";
  /** As they stand in the editor. */
  files: Record<string, string>;
  open: string;
  talks: Talk[];
  /** Whose turns: a conversation's id, or "" for the newest of all. */
  talk: string;
  result: Rehearsal | null;
  rehearsal: "idle" | "running" | "failed";
  /** Why a save was refused. */
  refused: Problem[] | null;
  saving: boolean;
  /** What wants this person's word before it serves. */
  asked: (Draft & { rehearsal: Rehearsal }) | null;
  copies: Copy[];
  /** Whether the browser has kept them. */
  copies_kept: boolean;
  proposals: Proposal[];
  view: "edit" | "output";
};
