// Two texts as one: what stays, what goes, what comes.

/** @typedef {{ kind: "same" | "del" | "ins", text: string }} Piece */

const words = new Intl.Segmenter(undefined, { granularity: "word" });
/** Words or lines compared at most; longer texts are shown whole. */
const MOST = 600;

/** Word by word. @param {string} old @param {string} now @returns {Piece[]} */
export const difference = (old, now) => between(old, now, (text) => [...words.segment(text)].map((it) => it.segment));

/** Line by line. @param {string} old @param {string} now @returns {Piece[]} */
export const lines = (old, now) => between(old, now, (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? []);

/** @param {string} old @param {string} now @param {(text: string) => string[]} split @returns {Piece[]} */
function between(old, now, split) {
  const [left, right] = [old, now].map(split);
  if (!left || !right || left.length > MOST || right.length > MOST) return [{ kind: "del", text: old }, { kind: "ins", text: now }];
  // The longest common run of words, from the end, so that it can be read from the beginning.
  const width = right.length + 1;
  const longest = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--)
      longest[i * width + j] = left[i] === right[j]
        ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
  /** @type {Piece[]} */
  const pieces = [];
  const add = (/** @type {Piece["kind"]} */ kind, /** @type {string} */ text) => {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else pieces.push({ kind, text });
  };
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    if (left[i] === right[j]) {
      add("same", /** @type {string} */ (left[i]));
      i++, j++;
    } else if ((longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0)) add("del", /** @type {string} */ (left[i++]));
    else add("ins", /** @type {string} */ (right[j++]));
  }
  while (i < left.length) add("del", /** @type {string} */ (left[i++]));
  while (j < right.length) add("ins", /** @type {string} */ (right[j++]));
  return pieces;
}
