// Words of the page in the agent's language. A dictionary per language; what is missing falls back to English.

import en from "./lang/en.js";
import es from "./lang/es.js";
import zh from "./lang/zh.js";

/** @typedef {keyof typeof en} Key */

/** @type {Record<string, Partial<Record<Key, string>>>} */
const dictionaries = { en, es, zh };

/** What each language calls itself. */
export const languages = { en: "English", es: "Español", zh: "中文" };

let language = "en";
let plural = new Intl.PluralRules("en");

/** @param {string} wanted a language of ours, or anything that the browser says */
export function setLanguage(wanted) {
  const known = [wanted, ...navigator.languages].map((tag) => tag.split("-")[0] ?? "");
  language = known.find((tag) => tag in dictionaries) ?? "en";
  plural = new Intl.PluralRules(language);
  document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
}

/** The language of the page, BCP 47. */
export function pageLanguage() {
  return language;
}

/** The language with the region whose dates and numbers the browser asks for, if it speaks the language. */
export function formatLocale() {
  return navigator.languages.find((tag) => tag.split("-")[0] === language) ?? language;
}

/** @param {Key} key @param {Record<string, string | number>} [values] @returns {string} */
export function t(key, values = {}) {
  const text = dictionaries[language]?.[key] ?? en[key];
  return fill(text, values);
}

/** The words for so many: `key` with `_one`, `_other`. @param {string} key @param {number} count */
export function tCount(key, count) {
  const form = /** @type {Key} */ (`${key}_${plural.select(count)}`);
  const other = /** @type {Key} */ (`${key}_other`);
  const text = dictionaries[language]?.[form] ?? dictionaries[language]?.[other] ?? en[other];
  return fill(text, { count });
}

/** A word of the API such as `return_request`, by its kind; as it is, if no dictionary has it.
 * @param {string} kind @param {string} word @param {string | null} [otherwise] */
export function tWord(kind, word, otherwise) {
  const key = /** @type {Key} */ (`${kind}.${word}`);
  return dictionaries[language]?.[key] ?? (language === "en" ? otherwise : null) ?? en[key] ?? otherwise
    ?? word.replaceAll("_", " ");
}

/** @param {string} text @param {Record<string, string | number>} values */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
