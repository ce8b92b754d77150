// What a plugin imports: the host's functions, in the shapes that JavaScript writes naturally.
//
// The contract knows lists of named fields and tagged values; here they are plain objects, booleans, numbers and texts.

import wit from "cuecard:plugin/host@1.0.0";

/** What the host gives a plugin. */
export const host = {
  render: (key, values = {}) => wit.render(key, fields(values)),
  formatMoney: (amount) => wit.formatMoney(amount),
  formatDate: (at) => wit.formatDate(at),
  formatNumber: (number) => wit.formatNumber(number),
  formatRelative: (at) => wit.formatRelative(at),
  getKey: (name) => plain(wit.getKey(name)),
  setKey: (name, given) => wit.setKey(name, given === undefined || given === null ? null : value(given)),
  now: () => Number(wit.now()),
  random: () => wit.random(),
  log: {
    debug: (text) => wit.log("debug", String(text)),
    info: (text) => wit.log("info", String(text)),
    warn: (text) => wit.log("warn", String(text)),
    error: (text) => wit.log("error", String(text)),
  },
};

/** @internal An object as a list of fields; what is undefined or null is left out. */
export function fields(object) {
  const given = Object.entries(object ?? {}).filter(([, it]) => it !== undefined && it !== null);
  return given.map(([name, it]) => ({ name, value: value(it) }));
}

/** @internal A list of fields as an object. */
export function object(list) {
  return Object.fromEntries(list.map(({ name, value: it }) => [name, plain(it)]));
}

function value(it) {
  if (typeof it === "boolean") return { tag: "flag", val: it };
  if (typeof it === "number" || typeof it === "bigint") return { tag: "number", val: Number(it) };
  if (typeof it === "object" && "amount" in it && "currency" in it) return { tag: "money", val: it };
  if (typeof it === "string") return { tag: "text", val: it };
  throw new TypeError(`a value is a boolean, a number, a text or { amount, currency }, not ${JSON.stringify(it)}`);
}

function plain(it) {
  return it === undefined || it === null ? undefined : it.val;
}
