// The dictionaries of each page have the same keys, but for plural forms that a language does not have, and the same
// values to fill in.

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { join } from "node:path";
import { root } from "./support.mjs";

const pages = join(root, "host/server/pages");
const load = async (page, name) => (await import(join(pages, page, "lang", `${name}.js`))).default;
const values = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

for (const page of readdirSync(pages).filter((page) => existsSync(join(pages, page, "lang")))) {
  for (const name of ["es", "zh"]) {
    test(`${page}: ${name}`, async () => {
      const [english, other] = await Promise.all([load(page, "en"), load(page, name)]);
      const plural = new Set(new Intl.PluralRules(name).resolvedOptions().pluralCategories);
      const expected = Object.keys(english).filter((key) => !key.endsWith("_one") || plural.has("one"));
      assert.deepEqual(Object.keys(other).sort(), expected.sort());
      for (const key of expected) assert.deepEqual(values(other[key]), values(english[key]), key);
    });
  }
}
