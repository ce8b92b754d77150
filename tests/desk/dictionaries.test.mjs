// The dictionaries have the same keys, but for plural forms that a language does not have, and the same values to fill in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { join } from "node:path";
import { root } from "./support.mjs";

const load = async (name) => (await import(join(root, "host/server/desk/lang", `${name}.js`))).default;
const values = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

for (const name of ["es", "zh"]) {
  test(name, async () => {
    const [english, other] = await Promise.all([load("en"), load(name)]);
    const plural = new Set(new Intl.PluralRules(name).resolvedOptions().pluralCategories);
    const expected = Object.keys(english).filter((key) => !key.endsWith("_one") || plural.has("one"));
    assert.deepEqual(Object.keys(other).sort(), expected.sort());
    for (const key of expected) assert.deepEqual(values(other[key]), values(english[key]), key);
  });
}
