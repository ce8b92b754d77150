// The contract for JavaScript and TypeScript. The types of `types.d.ts` are made from sdk/wit/v1 and held to it by a test.

import type { Classification, Culture, Customer, Decision, Draft, Event, Fields, Money, Turn, Value } from "./types.js";

export type * from "./types.js";

/** What the host gives a plugin. No file, no network, no process. */
export declare const host: {
  /** Puts a message of this plugin into words, in the answer's locale. */
  render(key: string, values?: Fields): string;
  /** An amount as the customer writes it. */
  formatMoney(amount: Money): string;
  /** A day as the customer writes it. */
  formatDate(at: number): string;
  /** A number as the customer writes it. */
  formatNumber(number: number): string;
  /** A span from now, e.g. "in 3 days". */
  formatRelative(at: number): string;
  /** What this plugin stored for this customer. */
  getKey(name: string): Value | undefined;
  /** Stores a value for this customer, or forgets it. Kept when the turn is. */
  setKey(name: string, value: Value | null | undefined): void;
  /** The clock of the turn, in seconds; `Date` goes by it too. */
  now(): number;
  /** A number from 0 up to 1, seeded by the turn: a replay draws the same. `Math.random` is this. */
  random(): number;
  /** Lines that reach the plugin's author. */
  log: Record<"debug" | "info" | "warn" | "error", (text: string) => void>;
};

/** The functions that main.js or main.ts may export. Which of them are called, plugin.toml says. */
export interface Plugin {
  /** What an agent could say next. */
  compose?(turn: Turn): Draft[];
  /** Changes a draft for a culture. */
  localize?(draft: Draft, culture: Culture): Draft;
  /** Whom to contact, or when to look again. */
  trigger?(event: Event, customer: Customer): Decision[];
  /** What the plugin understands otherwise than the host. */
  classify?(turn: Turn): Classification;
}
