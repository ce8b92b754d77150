// The author's words, beside those of every page.

import { formatLocale, speak } from "../shared/i18n.js";
import en from "./lang/en.js";
import es from "./lang/es.js";
import zh from "./lang/zh.js";

export const { t, tCount, tWord } = speak({ en, es, zh });

/** A moment, short. @param {string} at */
export const moment = (at) => new Intl.DateTimeFormat(formatLocale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
