// Shapes that every page shares. Read by the type checker alone; never served.

import type { TemplateResult } from "./vendor/lit-html/lit-html.js";

export type Session = { name: string; merchant: string; roles: string[]; csrf: string };
export type Name = { given?: string; family?: string; title?: string };
export type Person = { id: string; name?: Name | null };
export type Money = { amount: string; currency: string };
export type PageState = {
  phase: "starting" | "login" | "ready";
  session: Session | null;
  /** Somebody was logged in on this page, and is not any more. */
  was_in: boolean;
  live: "connecting" | "open" | "lost";
  notice: { text: string; kind: "info" | "error" } | null;
  language: string;
  theme: "auto" | "light" | "dark";
  now: number;
};
/** The word for each page. */
export type PageName = "nav.desk" | "nav.console" | "nav.insights" | "nav.author";
/** What a page gives its frame. */
export type Frame = {
  name: PageName;
  /** What stands in the window's title. */
  title: () => string;
  /** Everything between head and foot. */
  main: () => unknown;
  /** More buttons at the top. */
  tools?: () => TemplateResult;
  /** Somebody is logged in. */
  started?: () => Promise<void> | void;
  /** Called each time the page was drawn. */
  drawn?: () => void;
  /** What is done about each kind of event on the stream; a page without it does not listen. */
  hears?: Record<string, (heard: any) => void>;
  /** Reads everything anew: when the stream begins, and after a gap in it. */
  reset?: () => void;
};
