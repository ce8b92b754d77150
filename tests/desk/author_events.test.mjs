// The author's page on shop events: what another version would decide stands beside what is decided now.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { narrow, openDesk, shots, startBrowser, startHost, wide } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const files = {
  "parcels/plugin.toml": `[plugin]\nid = "parcels"\nversion = "1.0.0"\napi = "1"\nruntime = "lua"\nentry = "main.luau"\n
[hooks.trigger]\nevents = ["parcel.*"]\n`,
  "parcels/main.luau": `local function trigger(event)
    return {
        { outreach = { occurrence = event.id, purpose = "service", message = "moved", reason = "it moved" } },
        { timer = { key = "again", at = 4102444800, event = "parcel.check" } },
    }
end

return { trigger = trigger }
`,
  "parcels/messages/en.json": `{ "moved": "Your parcel has left our warehouse." }\n`,
};

let host, browser;
before(async () => {
  [host, browser] = await Promise.all([startHost({ plugins: files }), startBrowser()]);
  const customer_id = "u-1";
  await host.call("PUT", "/v1/customers/u-1", { id: customer_id, locale: "en", email: "sara@example.com" });
  const event = (id) => ({ id, type: "parcel.moved", at: "2026-11-22T08:00:00Z", customer_id, fields: { parcel: "1" } });
  // Who has chosen a conversation sees all events, not those alone that differ.
  const message = { conversation_id: "c-1", message_id: "m", text: "Where is it?", customer: { id: customer_id } };
  await host.call("POST", "/v1/messages", message);
  await host.call("POST", "/v1/events", [event("e-1"), event("e-2")]);
});
after(() => Promise.all([browser?.close(), host?.stop()]));

test("contacts and timers are seen before and after", async () => {
  const { page, wrong } = await openDesk(browser, host, { at: "/author", path: "?plugin=parcels" });
  await page.waitForSelector(".turn .offer.same");
  await page.selectOption("#talk", "c-1");
  await page.waitForFunction(() => document.querySelector(".tally")?.textContent.includes("2 events"));
  for (const [file, text] of [
    ["messages/en.json", `{ "moved": "Good news: your parcel is on its way." }\n`],
    ["main.luau", files["parcels/main.luau"].replace("4102444800", "4102448400")],
  ]) {
    await page.click(`.files button:has-text("${file}")`);
    await page.waitForSelector(`.files button[aria-selected="true"]:has-text("${file}")`);
    await page.click("#editor .cm-content");
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(text);
  }
  await page.waitForFunction(() => document.querySelectorAll(".turn:last-child .offer.changed").length === 2);
  const turn = await page.textContent(".turn:last-child");
  assert.match(turn, /parcel\.moved[^]*contact, text[^]*has left our warehouse[^]*Good news[^]*timer, time/);
  assert.match(await page.textContent(".tally"), /4 changed/);
  for (const [name, size] of [["wide", wide], ["narrow", narrow]]) {
    await page.setViewportSize(size);
    if (name === "narrow") await page.click('.switcher button:has-text("Output")');
    await page.screenshot({ path: join(shots, `author-events-${name}.png`) });
    await page.evaluate(axe);
    const found = await page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(found.violations.map((it) => `${it.id}: ${it.nodes[0].html}`), []);
  }
  assert.deepEqual(wrong.filter((it) => it !== "violation: style-src-attr inline "), []);
});
