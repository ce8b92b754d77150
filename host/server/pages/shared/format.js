// Dates, times, numbers and names as the page's language writes them.

import { formatLocale, pageLanguage } from "./i18n.js";

/** @import { Money, Person } from "./types" */

/** @param {string} at */
export function clockTime(at) {
  return new Intl.DateTimeFormat(formatLocale(), { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

/** @param {string} at */
export function fullTime(at) {
  return new Intl.DateTimeFormat(formatLocale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

/** The time with its seconds, of a moment that is near. @param {string} at */
export function exactTime(at) {
  return new Intl.DateTimeFormat(formatLocale(), { timeStyle: "medium" }).format(new Date(at));
}

/** @param {string} at */
export function day(at) {
  return new Intl.DateTimeFormat(formatLocale(), { dateStyle: "medium" }).format(new Date(at));
}

/** What the clock says where the customer is. @param {string} zone @param {number} now */
export function timeThere(zone, now) {
  try {
    const shape = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit", weekday: "short", timeZone: zone });
    return new Intl.DateTimeFormat(formatLocale(), shape).format(now);
  } catch {
    return "";
  }
}

const units = /** @type {const} */ ([["day", 86_400], ["hour", 3600], ["minute", 60]]);

/** How long since then, in one unit: `3 min`, `< 1 min`. @param {string} at @param {number} now */
export function since(at, now) {
  const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
  const [unit, length] = units.find(([, length]) => seconds >= length) ?? ["minute", 60];
  const style = /** @type {const} */ ({ style: "unit", unitDisplay: "short", maximumFractionDigits: 0 });
  const time = new Intl.NumberFormat(formatLocale(), { ...style, unit }).format(Math.max(1, Math.floor(seconds / length)));
  return seconds < 60 ? `< ${time}` : time;
}

/** How long ago: `3 days ago`. @param {string} at @param {number} now */
export function ago(at, now) {
  // The host's clock may be a little ahead.
  const seconds = Math.min(0, Date.parse(at) - now) / 1000;
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(formatLocale(), { numeric: "auto" }).format(Math.trunc(seconds / length), unit);
}

/** @param {number} share from 0 to 1 */
export function percent(share) {
  return new Intl.NumberFormat(formatLocale(), { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** @param {Money} money */
export function money({ amount, currency }) {
  try {
    return new Intl.NumberFormat(formatLocale(), { style: "currency", currency }).format(Number(amount));
  } catch {
    return `${amount} ${currency}`;
  }
}

/** What a language is called. @param {string} tag */
export function languageName(tag) {
  try {
    return new Intl.DisplayNames(pageLanguage(), { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** @param {string} code */
export function countryName(code) {
  try {
    return new Intl.DisplayNames(pageLanguage(), { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

const FAMILY_FIRST = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** A customer's name in its own order; the id, where no name is known. @param {Person} person */
export function nameOf({ id, name }) {
  const { given = "", family = "" } = name ?? {};
  if (!given && !family) return id;
  return FAMILY_FIRST.test(given + family) ? family + given : [given, family].filter(Boolean).join(" ");
}

/** Up to two letters for a picture. @param {Person} person */
export function initials({ id, name }) {
  const { given = "", family = "" } = name ?? {};
  const letter = (/** @type {string} */ text) => [...text.trim()][0] ?? "";
  if (FAMILY_FIRST.test(given + family)) return letter(family || given);
  return (letter(given) + letter(family) || letter(id)).toUpperCase();
}

/** One of eight colours, always the same for the same id. @param {string} id */
export function shade(id) {
  let sum = 7;
  for (const sign of id) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 8191;
  return sum % 8;
}
