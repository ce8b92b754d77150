// The panel's words: its own, and those that the desk has for cards.

import { speak } from "../shared/i18n.js";
import deskEn from "../desk/lang/en.js";
import deskEs from "../desk/lang/es.js";
import deskZh from "../desk/lang/zh.js";
import en from "./lang/en.js";
import es from "./lang/es.js";
import zh from "./lang/zh.js";

export const { t, tCount, tWord } = speak({
  en: { ...deskEn, ...en },
  es: { ...deskEs, ...es },
  zh: { ...deskZh, ...zh },
});
