// The words that every page needs.

import { speak } from "./i18n.js";

export const { t, tWord } = speak({ en: {}, es: {}, zh: {} });
