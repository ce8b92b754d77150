// Scripts in everything that a customer, a plugin or a merchant says: nothing runs, and the page stays whole.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ATTACKS, quote } from "./attacks.mjs";
import { openDesk, plugin, shots, startBrowser, startHost } from "./support.mjs";

const compose = `  local attacks = { ${ATTACKS.map(quote).join(", ")} }
  local bad = attacks[tonumber(turn.message.text:match("^(%d+) ")) or 1]
  return { { title = bad, text = bad .. " text", reason = bad, confidence = 0.9, actions = { { type = bad, args = { order_id = bad } } },
    steps = { { kind = "fact", text = bad } } }, { text = "plain", reason = bad, confidence = 0.8 } }`;
const trigger = `local function trigger(event, customer)
  return { { outreach = { occurrence = event.id, purpose = "service", text = event.fields.bad, reason = event.fields.bad } } }
end`;

let host, browser;
before(async () => ([host, browser] = await Promise.all([startHost({ plugins: plugin("hostile", compose, trigger) }), startBrowser()])));
after(() => Promise.all([browser?.close(), host?.stop()]));

test("nothing runs", async () => {
  const clean = (text) => text.replaceAll("\u0000", "");
  const { page, context, wrong } = await openDesk(browser, host);
  // Whatever the gate says of them at this hour, here all contacts are shown.
  await page.route("**/v1/outreach?*", async (route) => route.fulfill({ json: await host.call("GET", "/v1/outreach?limit=50") }));
  let cards = 0;
  for (const [place, bad] of ATTACKS.entries()) {
    const name = { given: bad, family: bad, title: bad };
    const customer = { id: clean(`u ${bad}`).replace(/\p{Cc}/gu, "").slice(0, 150), name, country: "XX", locale: "en",
      orders: [{ id: "1", number: bad, status: "paid", items: [{ id: "i", title: bad }] }] };
    const conversation_id = `attack-${place} ${clean(bad)}`.slice(0, 150);
    const said = { conversation_id, message_id: "m-1", channel: clean(bad).slice(0, 60), text: `${place + 1} ${bad}`, customer };
    const reply = await host.call("POST", "/v1/messages", said);
    cards += reply.suggestions.length;
    const event = { id: `e-${place}`, type: "ping", at: new Date().toISOString(), customer_id: customer.id, fields: { bad } };
    await host.call("POST", "/v1/events", event);
    await page.goto(`${host.address}/desk?conversation=${encodeURIComponent(conversation_id)}`);
    await page.waitForSelector(".message .text");
    assert.equal(await page.textContent(".message .text"), `${place + 1} ${bad}`, "shown as it was written");
    if (reply.suggestions.length > 0) {
      await page.waitForSelector(".card");
      await page.keyboard.press("1");
      for (const summary of await page.locator("summary").all()) await summary.click();
    }
    await page.hover(".thread-head");
    assert.equal(await page.evaluate(() => globalThis.__ran), undefined, bad);
    assert.equal(await page.locator(".messages :is(script, iframe, img, svg, style, form, base, meta, a)").count(), 0, bad);
    assert.equal(new URL(page.url()).origin, host.address, "the page is still ours");
    assert.deepEqual(wrong, [], bad);
  }
  console.log(`${ATTACKS.length} strings in every field, ${cards} cards`);
  assert.ok(cards >= ATTACKS.length, "the cards carried them too");
  await page.reload();
  await page.waitForSelector(".outreach li");
  assert.equal(await page.locator(".outreach :is(script, iframe, img, style, form, base, meta, a)").count(), 0);
  await page.screenshot({ path: join(shots, "inject.png") });
  assert.equal(await page.evaluate(() => globalThis.__ran), undefined);
  await context.close();
});
