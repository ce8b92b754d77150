// A conversation without suggestions, for comparison: the agent is told so, in place of "nothing to suggest".

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { narrow, openDesk, shots, startBrowser, startHost, wide } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shop = '[merchant]\nid = "demo"\nholdout = { share = 1.0 }\n';

let host, browser;
before(async () => ([host, browser] = await Promise.all([startHost({ shop }), startBrowser()])));
after(() => Promise.all([browser?.close(), host?.stop()]));

const write = (id, text) =>
  host.call("POST", "/v1/messages", { conversation_id: "compared", message_id: id, text, customer: { id: "u-2" } });

test("the desk says that there are no suggestions, and why", async () => {
  const reply = await write("m-1", "Where is my parcel?");
  assert.deepEqual([reply.held_out, reply.suggestions], [true, []]);
  for (const [name, viewport, colorScheme] of [["wide-light", wide, "light"], ["narrow-dark", narrow, "dark"]]) {
    const { page, context, wrong } = await openDesk(browser, host, { viewport, colorScheme });
    await page.click('a[href$="compared"]');
    if (viewport === narrow) await page.click(".tabs button:nth-child(3)");
    await page.waitForSelector("text=Comparison group");
    // It says so too when the next message comes while one looks.
    await write(`m-${name}`, "Hello? Still nothing!");
    await page.waitForFunction(() => document.body.textContent?.includes("Still nothing!"));
    await page.waitForSelector("text=Comparison group");
    await page.screenshot({ path: join(shots, `held-out-${name}.png`) });
    await page.evaluate(axe);
    const found = await page.evaluate(() => globalThis.axe.run(document));
    const serious = found.violations.filter((it) => ["serious", "critical"].includes(it.impact));
    assert.deepEqual([serious.map((it) => it.id), wrong], [[], []]);
    await context.close();
  }
});
