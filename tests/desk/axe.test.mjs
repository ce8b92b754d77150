// Every view of the desk at both widths and in both themes: axe finds nothing serious. The screenshots are for people.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { narrow, openDesk, shots, startBrowser, startHost, wide } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let host, browser;
before(async () => {
  [host, browser] = await Promise.all([startHost(), startBrowser()]);
  // A cart that was left an hour ago, so that there is a contact to approve.
  const at = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
  const fields = { cart_id: "77", item_count: 2, total: { amount: "89.00", currency: "USD" } };
  await host.call("POST", "/v1/events", { id: "e-1", type: "cart.updated", at: at(70), customer_id: "u-2", fields });
});
after(() => Promise.all([browser?.close(), host?.stop()]));

async function look(page, name) {
  await page.screenshot({ path: join(shots, `${name}.png`) });
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document));
  assert.ok(found.passes.length > 15, "axe has looked");
  const serious = found.violations.filter((it) => ["serious", "critical"].includes(it.impact));
  const told = serious.map((it) => `${it.id}: ${it.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("\n  ")}`);
  assert.deepEqual(told, [], name);
  return found.violations.map((it) => `${it.impact} ${it.id}`);
}

for (const colorScheme of ["light", "dark"]) {
  for (const [width, viewport] of Object.entries({ wide, narrow })) {
    test(`${width}, ${colorScheme}`, async () => {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
      const page = await context.newPage();
      await page.goto(`${host.address}/desk`);
      await page.waitForSelector("#name");
      const minor = new Set(await look(page, `${width}-${colorScheme}-login`));
      await context.close();

      const desk = await openDesk(browser, host, { viewport, colorScheme });
      const note = async (name) => (await look(desk.page, `${width}-${colorScheme}-${name}`)).forEach((it) => minor.add(it));
      await desk.page.waitForSelector(".conversation");
      await note("list");
      await desk.page.click('a[href$="d-02"]');
      await desk.page.waitForSelector(".facts", { state: "attached" });
      await note("conversation");
      if (width === "narrow") await desk.page.click(".tabs button:nth-child(3)");
      await desk.page.click(".trace summary");
      await desk.page.keyboard.press("t");
      await note("cards");
      for (const [key, id] of [["?", "help"], ["x", "dismiss"], ["/", "scripts"]]) {
        await desk.page.keyboard.press(key);
        await desk.page.waitForSelector(`#${id}[open]`);
        if (id === "scripts") await desk.page.waitForSelector("#script-list li");
        await note(id);
        await desk.page.keyboard.press("Escape");
      }
      if (minor.size > 0) console.log(`${width} ${colorScheme}, below serious: ${[...minor].join(", ")}`);
      assert.deepEqual(desk.wrong, []);
      await desk.context.close();
    });
  }
}

for (const [locale, words] of [["es-ES", "Sugerencias"], ["zh-CN", "建议"]]) {
  test(`the page speaks ${locale}`, async () => {
    const { page, context, wrong } = await openDesk(browser, host, { locale, path: "?conversation=d-02" });
    await page.waitForSelector(".card");
    assert.equal(await page.textContent("#cards-title"), words);
    await look(page, `wide-light-${locale}`);
    assert.deepEqual(wrong, []);
    await context.close();
  });
}
