// The whole story on one host: a customer is angry in Chinese, an agent answers without reading it, an operator sees a
// broken version refused and takes a good one back, a merchant changes the words and sees what that does, and the next
// card has them.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openDesk, root, shots, startBrowser, startHost } from "./support.mjs";

/** A plugin that ships, by its files. */
function shipped(id) {
  const folder = join(root, "plugins", id);
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((it) => it.isFile());
  const paths = names.map((it) => join(it.parentPath, it.name));
  return Object.fromEntries(paths.map((path) => [path.slice(root.length + "/plugins/".length), readFileSync(path, "utf8")]));
}

const returns = shipped("returns");
let host, browser;
before(async () => ([host, browser] = await Promise.all([startHost({ plugins: returns }), startBrowser()])));
after(() => Promise.all([browser?.close(), host?.stop()]));

const customer = {
  id: "u-9", name: { given: "伟", family: "王" }, locale: "zh-CN", country: "CN", time_zone: "Asia/Shanghai",
};
const says = (id, text) => host.call("POST", "/v1/messages", {
  conversation_id: "story", message_id: id, channel: "web_chat", text, customer,
});
const save = (name, text) => writeFileSync(join(host.folder, "plugins", name), text);

test("customer, agent, operator and merchant, one after the other", async () => {
  const desk = await openDesk(browser, host);
  await says("m-1", "在吗");
  await desk.page.click('a[href$="conversation=story"]');
  await desk.page.waitForSelector(".message .text");
  const posted = Date.now();
  const reply = await says("m-2", "气死我了！！订单还没到，我要退货！");
  await desk.page.waitForSelector(`[data-card="${reply.suggestions[0].id}"]`);
  assert.ok(Date.now() - posted < 1000, `the card took ${Date.now() - posted} ms`);
  assert.match(reply.signals.emotion.label, /angry|frustrated/);
  await desk.page.keyboard.press("t");
  assert.match(await desk.page.textContent(".card .words"), /AF-1009/);
  await desk.page.keyboard.press("1");
  await desk.page.keyboard.press("End");
  await desk.page.keyboard.type("谢谢！");
  await desk.page.keyboard.press("Enter");
  await desk.page.waitForSelector(".message.agent:last-of-type .text");

  const sent = `${reply.suggestions[0].text}谢谢！`;
  const graphemes = [...new Intl.Segmenter("zh", { granularity: "grapheme" }).segment(sent)].length;
  const insights = await desk.context.newPage();
  await insights.goto(`${host.address}/insights`);
  const row = insights.locator("tr", { hasText: "returns" }).first();
  await row.waitFor();
  const { plugins } = await host.call("GET", "/v1/insights");
  const figures = plugins.find((it) => it.name === "returns");
  assert.deepEqual([figures.shown, figures.accepted.count, figures.edited], [1, 1, 1]);
  assert.ok(Math.abs(figures.edit_share - 3 / graphemes) < 0.01, `${figures.edit_share} is not 3 of ${graphemes}`);
  assert.match(await row.textContent(), /100/);
  await insights.screenshot({ path: join(shots, "story-insights.png") });
  await insights.close();

  const console_ = await openDesk(browser, host, { at: "/console" });
  const plugin = console_.page.locator('tr[data-plugin="returns"]');
  await plugin.waitFor();
  save("returns/main.luau", "\nreturn {");
  await plugin.locator(".place").waitFor();
  assert.match(await plugin.locator(".place").textContent(), /main\.luau:2/);
  save("returns/plugin.toml", returns["returns/plugin.toml"].replace("1.0.0", "1.1.0"));
  save("returns/main.luau", returns["returns/main.luau"]);
  await plugin.filter({ hasText: "1.1.0" }).waitFor();
  await plugin.getByRole("button", { name: "Roll back" }).click();
  await console_.page.click('#confirm [data-act="rollback"]');
  await plugin.filter({ hasText: "1.0.0" }).waitFor();
  assert.deepEqual(console_.wrong, []);
  await console_.context.close();

  const author = await openDesk(browser, host, { at: "/author", path: "?plugin=returns" });
  await author.page.waitForSelector(".turn .offer.same");
  await author.page.click('.files button:has-text("messages/zh-Hans.json")');
  await author.page.click("#editor .cm-content");
  await author.page.keyboard.press("Control+a");
  const before = JSON.parse(returns["returns/messages/zh-Hans.json"]);
  const words = Object.fromEntries(Object.entries(before).map(([key, text]) => [key, text.replaceAll("您的订单", "您购买的订单")]));
  await author.page.keyboard.insertText(JSON.stringify(words, null, 2));
  await author.page.waitForSelector('.offer.changed .now:has-text("您购买的订单")');
  await author.page.screenshot({ path: join(shots, "story-author.png") });
  await author.page.click("#save");
  await author.page.waitForSelector('.bar .state:has-text("is live")');
  await author.context.close();

  const next = await says("m-3", "我要退货！");
  await desk.page.waitForSelector(`[data-card="${next.suggestions[0].id}"]`);
  assert.match(await desk.page.textContent(`[data-card="${next.suggestions[0].id}"] .words`), /您购买的订单|AF-1009/);
  assert.match(next.suggestions[0].plugin, /^returns@1\.0\.1$/);
  assert.match(next.suggestions[0].text, /您购买的订单/);
  assert.deepEqual(desk.wrong, []);
  await desk.context.close();
});
