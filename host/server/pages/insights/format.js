// Rates, times and counts as insights write them.

import { formatLocale } from "../shared/i18n.js";
import { state } from "./store.js";
import { t, tWord } from "./words.js";

/** @import { Rate } from "./types" */

/** @param {number | null | undefined} share */
export function percent(share) {
  if (share === null || share === undefined) return "–";
  return new Intl.NumberFormat(formatLocale(), { style: "percent", maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0 }).format(share);
}

/** @param {number} number */
export function count(number) {
  return new Intl.NumberFormat(formatLocale()).format(number);
}

/** @param {number | null} seconds */
export function time(seconds) {
  if (seconds === null) return "–";
  const [unit, length] = seconds >= 7200 ? ["hour", 3600] : seconds >= 120 ? ["minute", 60] : ["second", 1];
  const style = /** @type {const} */ ({ style: "unit", unitDisplay: "short" });
  const digits = seconds / Number(length) < 10 ? 1 : 0;
  return new Intl.NumberFormat(formatLocale(), { ...style, unit: String(unit), maximumFractionDigits: digits }).format(seconds / Number(length));
}

/** Where a rate may lie. @param {Rate} rate */
export function interval(rate) {
  return rate.rate === null ? "" : t("interval", { low: percent(rate.low), high: percent(rate.high) });
}

/** `12 of 40`. @param {Rate} rate */
export function ofAll(rate) {
  return t("of", { count: count(rate.count), of: count(rate.of) });
}

/** What a scenario is called. @param {string} name */
export function scenario(name) {
  return tWord("scenario", name, state.known.scenarios.get(name) ?? null);
}

/** A day, in the universal time that days are counted in. @param {string} name */
export function day(name) {
  const shape = /** @type {const} */ ({ day: "numeric", month: "short", timeZone: "UTC" });
  return new Intl.DateTimeFormat(formatLocale(), shape).format(new Date(`${name}T00:00:00Z`));
}
