// Writes data/names.json from the packages `cldr-person-names-full` and no other source:
//   npm pack cldr-person-names-full@48.2.0 && tar xzf cldr-person-names-full-48.2.0.tgz
//   node host/culture/data/names.mjs package
// The patterns are facts of Unicode CLDR (licence Unicode-3.0, https://www.unicode.org/license.txt).
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const folder = process.argv[2];
if (!folder) throw new Error('usage: node names.mjs FOLDER, the unpacked package cldr-person-names-full');
const read = (path) => JSON.parse(readFileSync(`${folder}/${path}`));

// A row holds a pattern for each of these, in this order: name/rules.rs counts on it.
const PAIRS = ['formal', 'informal'];
const LENGTHS = ['long', 'medium', 'short'];
const ORDERS = { givenFirst: ['referring', 'addressing', 'monogram'], surnameFirst: ['referring', 'addressing', 'monogram'], sorting: ['referring'] };

const patterns = [];
const numberOf = (pattern) => {
  const at = patterns.indexOf(pattern);
  return at < 0 ? patterns.push(pattern) - 1 : at;
};

function row(names) {
  const slots = [];
  for (const [order, usages] of Object.entries(ORDERS)) for (const length of LENGTHS) for (const usage of usages) for (const formality of PAIRS) {
    const entry = names.personName[order][length][usage];
    const choices = Object.keys(entry).filter((key) => key === formality || key.startsWith(`${formality}-alt`));
    slots.push(choices.map((key) => numberOf(entry[key])).join('|'));
  }
  return {
    given_first: names.givenFirst.join(' '), surname_first: names.surnameFirst.join(' '),
    native_space: names.nativeSpaceReplacement, foreign_space: names.foreignSpaceReplacement,
    initial: names.initial, sequence: names.initialSequence, slots: slots.join(' '),
  };
}

const rows = [], seen = new Map(), locales = {};
for (const tag of readdirSync(`${folder}/main`)) {
  const found = row(read(`main/${tag}/personNames.json`).main[tag].personNames);
  const key = JSON.stringify(found);
  if (!seen.has(key)) seen.set(key, rows.push(found) - 1);
  locales[tag] = seen.get(key);
}
// Left out: what says the root's, and a region that says what its parent says. A script is never left out for its
// language's sake, as no locale falls back across scripts.
for (const tag of Object.keys(locales).reverse()) {
  const isScript = /^[a-z]+-[A-Z][a-z]{3}$/.test(tag), parent = tag.replace(/-[^-]+$/, '');
  if (tag !== 'und' && (locales[tag] === locales.und || (!isScript && parent !== tag && locales[tag] === locales[parent]))) delete locales[tag];
}

const list = (values) => values.map((value) => JSON.stringify(value)).join(',\n ');
const text = `{
"cldr": ${JSON.stringify(read('package.json').version)},
"patterns": [
 ${list(patterns)}
],
"rows": [
 ${list(rows)}
],
"locales": ${JSON.stringify(locales)}
}
`;
writeFileSync(new URL('names.json', import.meta.url), text);
