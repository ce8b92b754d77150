// Shapes of the API that insights read. Read by the type checker alone; never served.

export type Rate = { count: number; of: number; rate: number | null; low: number; high: number };
export type Figures = {
  name: string;
  version?: string;
  title?: string | null;
  reviewed?: { at: string; by: string; note: string | null } | null;
  turns: number;
  covered: Rate;
  offered: number;
  shown: number;
  accepted: Rate;
  sent: number;
  edited: number;
  dismissed: number;
  edit_share: number | null;
  answers: number;
  answer_median: number | null;
  answer_p90: number | null;
  cases: number;
  resolved: Rate;
  reopened: Rate;
  escalated: Rate;
  rated_well: Rate;
  score: number | null;
  calmed: Rate;
  angered: Rate;
  kept: Rate;
};
export type Reason =
  | { kind: "below_average"; measure: string; lately: Rate; before: Rate }
  | { kind: "unreviewed"; since: string };
export type Attention = { scenario: string; turns: number; reasons: Reason[] };
export type Group = { customers: number; contacts: number; wrote: Rate };
export type Target = { measure: string; scenario?: string; value: number };
export type Judged = Target & { standing: "met" | "missed" | "close" | "unknown"; reached: number | null; rate?: Rate };
export type Report = {
  from: string;
  to: string;
  rules: { quiet_hours: number; reopen_days: number; refund_days: number; review_days: number };
  total: Figures;
  days: Figures[];
  scenarios: Figures[];
  plugins: Figures[];
  tenures: Figures[];
  offered: Figures;
  held_out: Figures;
  prevented: {
    scenario: string;
    contacted: Group;
    held_out: Group;
    prevented: { by: number; low: number; high: number } | null;
  }[];
  attention: Attention[];
  uncovered: { count: number; terms: string[]; examples: string[]; newest_at: string; turn: string }[];
  edits: { plugin: string; scenario: string; title: string; before: string; after: string; count: number; of: number }[];
  targets: Judged[];
  agents: string[];
};
export type Filters = { from: string; to: string; scenario: string; plugin: string; agent: string };
