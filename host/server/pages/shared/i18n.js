// Words in the language of who reads. A dictionary per language and page beside those that every page needs; what is
// missing falls back to English. A page takes its words by `speak` (see desk/words.js).

import en from "./lang/en.js";
import es from "./lang/es.js";
import zh from "./lang/zh.js";

/** @typedef {Record<string, string>} Dictionary */
/** @typedef {keyof typeof en} SharedKey */

/** What each language calls itself. */
export const languages = { en: "English", es: "Español", zh: "中文" };

let language = "en";
let plural = new Intl.PluralRules("en");

/** @param {string} wanted a language of ours, or anything that the browser says */
export function setLanguage(wanted) {
  const known = [wanted, ...navigator.languages].map((tag) => tag.split("-")[0] ?? "");
  language = known.find((tag) => tag in languages) ?? "en";
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

/**
 * The words of a page.
 * @template {Dictionary} Words
 * @param {{ en: Words, es: Dictionary, zh: Dictionary }} own the page's dictionaries
 */
export function speak(own) {
  /** @type {Record<string, Dictionary>} */
  const dictionaries = { en: { ...en, ...own.en }, es: { ...es, ...own.es }, zh: { ...zh, ...own.zh } };
  const find = (/** @type {string} */ key) => dictionaries[language]?.[key];
  const english = (/** @type {string} */ key) => dictionaries["en"]?.[key];

  /** @param {SharedKey | (keyof Words & string)} key @param {Record<string, string | number>} [values] @returns {string} */
  function t(key, values = {}) {
    return fill(find(key) ?? english(key) ?? key, values);
  }

  /** The words for so many: `key` with `_one`, `_other`. @param {string} key @param {number} count */
  function tCount(key, count) {
    const other = `${key}_other`;
    return fill(find(`${key}_${plural.select(count)}`) ?? find(other) ?? english(other) ?? key, { count });
  }

  /** A word of the API such as `return_request`, by its kind; as it is, if no dictionary has it.
   * @param {string} kind @param {string} word @param {string | null} [otherwise] @returns {string} */
  function tWord(kind, word, otherwise) {
    const key = `${kind}.${word}`;
    return find(key) ?? (language === "en" ? otherwise : null) ?? english(key) ?? otherwise ?? word.replaceAll("_", " ");
  }

  return { t, tCount, tWord };
}

/** @param {string} text @param {Record<string, string | number>} values */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
