// Shapes of the API as the console uses them. Read by the type checker alone; never served.

export type Problem = { file: string; line?: number; column?: number; reason: string; hint?: string };
export type Reload = {
  at: string; plugin: string; scope: string; version: string; hash: string | null; outcome: string; generation: number;
  reason: string; problems?: Problem[]; by: string;
  /** Counts of a rehearsal that refused it. */
  rehearsal?: {
    turns: number; different: number; events: number; events_different: number; gained: number; lost: number;
    changed: number; failing: number; slower: number; left_out: number; asks: boolean;
  };
  /** The figures with which a canary ended. */
  evidence?: { against?: "limits" | "errors" | "time" | "acceptance"; seconds: number; candidate: Side; stable: Side };
};
/** What one version did while another stood beside it. */
export type Side = { calls: number; failed: number; p50_us: number; p99_us: number; accepted: number; offered: number };
export type Counts = Omit<Side, "failed"> & { errors: number; limits: number };
export type Canary = {
  version: string; hash: string; since: string; by: string; share: number; window_s: number; min_calls: number;
  slower: number; slower_us: number;
  /** Absent where the figures are not this person's to see. */
  candidate?: Counts; stable?: Counts;
  waits_for?: { window_s?: number; calls?: number };
};
export type Plugin = {
  id: string; version: string; scope: string; hash: string; state: "live" | "set_aside" | "disabled" | "refused";
  name?: string | null; description?: string | null; runtime?: string | null; hooks?: string[]; scenarios?: string[];
  calls?: number; failures?: number; p50_us?: number; p99_us?: number;
  failing?: { in_a_row: number; last: string; rests_until: string | null };
  /** The version that answers where this one is set aside. */
  relief?: string;
  canary?: Canary;
  since?: { at: string; by: string; generation: number };
  refused?: Reload;
};
export type Bucket = { below_us: number; calls: number };
export type Figures = {
  hook: string; calls: number; failures: Record<string, number>; p50_us: number; p99_us: number; histogram: Bucket[];
};
export type Line = {
  number: number; at: string; plugin: string; hook: string; level: "debug" | "info" | "warn" | "error"; text: string;
  failure?: string; turn_id?: string; event_id?: string; problem?: Problem;
};
export type Version = { version: string; hash: string; state: string; source: string; at: string; by: string };
export type PluginInFull = Plugin & {
  generation: number; figures: Figures[]; last_failures: Line[]; versions: Version[];
  stored_keys: { version: number; keys: number; bytes: number; customers: number; limit: number };
};
export type StoredKey = { name: string; value: string; bytes: number; cut: boolean };
export type TurnSummary = {
  id: string; at: string; conversation_id: string; channel: string; generation: number; scenario: string; emotion: string;
  language: string; suggestions: string[]; failures: { plugin: string; kind: string }[]; total_us: number;
};
export type Trace = { stage: string; rule: string; before?: string; after?: string; why: string };
export type Call = {
  plugin: string; hook: string; start_us?: number; us: number; failure?: string; log?: { level: string; text: string }[];
};
export type Turn = {
  id: string; at: string; conversation_id: string; message_id: string; customer_id: string; channel: string; text: string;
  generation: number;
  signals: {
    language: { tag: string; confidence: number }; scenario: { id: string; confidence: number };
    emotion: { label: string; intensity: number; trend: string }; stage: string;
  };
  trace: Trace[]; spans: { stage: string; start_us: number; us: number }[]; calls: Call[]; timing_us: { total: number };
  suggestions: { id: string; plugin: string; title: string; text: string; scenario: string; confidence: number; locale: string; reason: string; trace: Trace[] }[];
  failures: { plugin: string; kind: string; detail: string; problem: Problem }[];
};
export type Status = {
  version: string; now: string; started_at: string; uptime_s: number; generation: number; engine_ready: boolean;
  turns: { answering: number; limit: number };
  workers: { count: number; idle: number; per_merchant: number; waiting: number; queue: number; queue_per_merchant: number; patience_ms: number; replaced: number };
  streams: { open: number; per_merchant: number };
  waiting: { open_events: number; timers: number; contacts: number };
  data: { folder: string; bytes: number };
  confinement: { layer: string; granted: boolean; why?: string }[];
  limits: Record<string, number>;
  plugin_limits: Record<string, number>;
};
export type View = "plugins" | "reloads" | "turns" | "host";
export type Act = "promote" | "take_back" | "rollback" | "disable" | "enable" | "forget_keys";
export type State = {
  view: View;
  /** The plugin or the turn that is shown in full. */
  chosen: string | null;
  /** Why what was asked for is not shown. */
  wrong: string;
  plugins: Plugin[] | null;
  plugin: PluginInFull | null;
  lines: Line[];
  line_live: "connecting" | "open" | "lost";
  keys: { customer: string; keys: StoredKey[] } | null;
  reloads: Reload[] | null;
  turns: TurnSummary[] | null;
  turns_next: string | null;
  only: { plugin: string; failed: boolean };
  turn: Turn | null;
  status: Status | null;
  /** What is to be confirmed. */
  asked: { act: Act; plugin: Plugin } | null;
  is_busy: boolean;
};
