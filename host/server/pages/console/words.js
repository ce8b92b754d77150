// The console's words, beside those of every page.

import { speak } from "../shared/i18n.js";
import en from "./lang/en.js";
import es from "./lang/es.js";
import zh from "./lang/zh.js";

export const { t, tCount, tWord } = speak({ en, es, zh });
