// The keys. A single key acts only while nobody is writing: outside of fields, or in a reply that is still empty.

import * as control from "./control.js";
import { page, remember } from "../shared/page.js";
import { change, state } from "./store.js";
import { focus, say } from "../shared/focus.js";
import { t } from "./words.js";
import { toggleReading } from "./views/cards.js";
import * as dismissal from "./views/dismiss.js";
import * as help from "./views/help.js";
import * as scripts from "./views/scripts.js";

/** @param {KeyboardEvent} event */
export function pressed(event) {
  if (page.phase !== "ready" || event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) {
    return;
  }
  const number = /^Digit([1-3])$/.exec(event.code)?.[1];
  if (event.altKey && number && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    control.insert(Number(number));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return leave();
  if (!state.single_keys || isWriting(event.target)) return;
  const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** @type {Record<string, () => void>} */
const acts = {
  1: () => control.insert(1),
  2: () => control.insert(2),
  3: () => control.insert(3),
  e: () => edit(),
  x: () => dismissal.ask(chosen()),
  t: () => toggleReading(),
  j: () => control.move(1),
  k: () => control.move(-1),
  "/": () => scripts.show(),
  "?": () => help.show(),
};

/** @param {EventTarget | null} target */
function isWriting(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLTextAreaElement) return target.value !== "" || target.dataset["focus"] !== "composer";
  return target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && !isSwitch(target));
}

/** @param {HTMLInputElement} input */
function isSwitch(input) {
  return input.type === "checkbox" || input.type === "radio";
}

/** The card that has the focus, or the first. */
export function chosen() {
  const card = document.activeElement?.closest("[data-card]");
  const id = card instanceof HTMLElement ? card.dataset["card"] : undefined;
  return state.cards.find((it) => it.suggestion.id === id) ?? state.cards[0];
}

/** To the end of the reply; an empty one takes the chosen card first. */
export function edit() {
  const card = chosen();
  if (!control.draft() && card) return control.insert(state.cards.indexOf(card) + 1);
  focus("composer", control.draft().length);
  change({ view: "thread" });
}

function leave() {
  if (document.activeElement instanceof HTMLTextAreaElement) {
    focus("thread");
    change();
  }
}

/** @param {boolean} is_on */
export function setSingleKeys(is_on) {
  remember("single_keys", is_on ? "on" : "off");
  change({ single_keys: is_on });
  say(t("help.single"));
}
