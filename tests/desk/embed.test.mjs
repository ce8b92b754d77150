// The panel in a helpdesk's frame: a page of another site around it that speaks as Chatwoot does, the window to log in,
// cards as they come, copy and feedback; and what other sites get, which is nothing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { narrow, plugin, shots, startBrowser, startHost } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TEXT = "我马上为您查看，最迟明天答复。";

/** A page that frames the panel, and answers what the panel asks as Chatwoot does. */
function helpdesk(frame) {
  const page = () => `<!doctype html><title>Helpdesk</title>
<iframe id="app" src="${frame()}/desk/embed" width="100%" height="800"></iframe>
<script>
  let open = 7;
  window.asked = 0;
  const frame = document.getElementById("app");
  const tell = () => frame.contentWindow.postMessage(JSON.stringify({ event: "appContext", data: {
    conversation: { id: open, account_id: 3, messages: [] },
    contact: { id: 1, name: "Somebody" }, currentAgent: { id: 4, name: "Ana", email: "ana@shop.example" } } }), "*");
  window.show = (id) => { open = id; tell(); };
  addEventListener("message", (event) => {
    if (event.data === "chatwoot-dashboard-app:fetch-info") { window.asked += 1; tell(); }
  });
</script>`;
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(page()));
  return new Promise((found) => server.listen(0, "127.0.0.1", () => found({ server, port: server.address().port })));
}

let host, browser, friend, stranger, hook;
before(async () => {
  [friend, stranger] = await Promise.all([helpdesk(() => host.address), helpdesk(() => host.address)]);
  const config = `embed_in = ["http://localhost:${friend.port}"]\n[[merchant]]\nid = "demo"\n[merchant.chatwoot]\n` +
    `url = "http://127.0.0.1:9"\naccount = 3\ntoken_env = "SHOP_SECRET"\nallow_unsigned = true\nnotes = false\npoll_seconds = 0\n`;
  const code = `  return { { text = "${TEXT}", reason = "asked for an order", confidence = 0.82 },
    { text = "Second <b>idea</b>", reason = "<img src=x onerror=alert(1)>", confidence = 0.55 } }`;
  [host, browser] = await Promise.all([startHost({ plugins: plugin("teller", code), config }), startBrowser()]);
  hook = (await host.call("POST", "/v1/hooks", { merchant: "demo", kind: "chatwoot" })).path;
});
after(async () => {
  await Promise.all([browser?.close(), host?.stop()]);
  friend.server.close();
  stranger.server.close();
});

let number = 100;
const says = (conversation, content) => host.call("POST", hook, {
  event: "message_created", id: ++number, content, message_type: "incoming", private: false, content_attributes: {},
  created_at: new Date().toISOString(), account: { id: 3 },
  conversation: { id: conversation, channel: "Channel::WebWidget", additional_attributes: { browser_language: "zh_CN" },
    meta: { sender: { id: 900 + conversation, name: "王伟", type: "contact" } } },
});

async function open(site, { colorScheme = "light", viewport = { width: 420, height: 820 } } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce", locale: "en-GB" });
  await context.grantPermissions(["clipboard-read"], { origin: site });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`error: ${error}`));
  page.on("dialog", (dialog) => (wrong.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  await page.goto(site);
  return { context, page, wrong, frame: page.frameLocator("#app") };
}

async function logIn(context, page, frame) {
  const opened = context.waitForEvent("page");
  await frame.getByRole("button", { name: "Log in" }).click();
  const popup = await opened;
  await popup.waitForSelector("#name");
  await popup.fill("#name", "demo");
  await popup.fill("#password", "demo");
  const closed = popup.waitForEvent("close");
  await popup.keyboard.press("Enter");
  await closed;
  await page.bringToFront();
}

/** The words of the first suggestion. */
const words = (frame) => frame.locator(".words").filter({ hasText: TEXT });

async function looked(page, name) {
  await page.screenshot({ path: join(shots, `embed-${name}.png`) });
  const inside = page.frames().find((it) => it.url().endsWith("/desk/embed"));
  await inside.evaluate(axe);
  const found = await inside.evaluate(() => globalThis.axe.run(document));
  assert.ok(found.passes.length > 10, "axe has looked");
  const serious = found.violations.filter((it) => ["serious", "critical"].includes(it.impact));
  assert.deepEqual(serious.map((it) => `${it.id}: ${it.nodes.map((node) => node.html)}`), [], name);
}

test("log in, see a card come, copy it, dismiss another; a reload asks for no password", async () => {
  const { context, page, wrong, frame } = await open(`http://localhost:${friend.port}`);
  const told = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/feedback")) told.push(request.postDataJSON().action);
  });
  await frame.getByRole("button", { name: "Log in" }).waitFor();
  await looked(page, "login");
  await logIn(context, page, frame);
  await frame.getByText("Nothing has been heard of this conversation yet").waitFor();
  assert.ok(await page.evaluate(() => globalThis.asked) > 0, "the helpdesk was asked");

  await says(7, "我的订单在哪里？");
  await words(frame).waitFor();
  await looked(page, "cards");
  const cookies = (await context.cookies()).map((cookie) => cookie.sameSite);
  assert.deepEqual(cookies, ["Strict"], "no cookie goes along in a frame");

  await frame.getByRole("button", { name: "Copy" }).first().click();
  await frame.locator(".copied").getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), TEXT);

  await frame.getByRole("button", { name: "Dismiss" }).nth(1).click();
  await looked(page, "reasons");
  await frame.getByRole("button", { name: "The tone is wrong" }).click();
  await frame.locator(".words").getByText("Second").waitFor({ state: "detached" });
  assert.deepEqual(told.sort(), ["dismissed", "inserted", "shown", "shown"]);

  // Where the browser keeps nothing for a frame, the window opens and closes by itself: it knows who is there.
  await page.reload();
  const button = frame.getByRole("button", { name: "Log in" });
  await words(frame).or(button).first().waitFor();
  if (await button.count()) {
    const closed = context.waitForEvent("page").then((popup) => popup.isClosed() || popup.waitForEvent("close"));
    await button.click();
    await closed;
  }
  await words(frame).waitFor();
  await page.evaluate(() => globalThis.show(8));
  await frame.getByText("Nothing has been heard of this conversation yet").waitFor();
  await says(8, "多久能到？");
  await words(frame).waitFor();

  await frame.getByRole("button", { name: "Log out" }).click();
  await frame.getByRole("button", { name: "Log in" }).waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});

test("dark and narrow", async () => {
  const site = `http://localhost:${friend.port}`;
  const { context, page, frame, wrong } = await open(site, { colorScheme: "dark", viewport: narrow });
  await logIn(context, page, frame);
  await words(frame).waitFor();
  await looked(page, "dark");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("another site gets nothing", async () => {
  const { context, page } = await open(`http://localhost:${stranger.port}`);
  await page.waitForTimeout(500);
  assert.equal(await page.evaluate(() => globalThis.asked), 0);
  const inside = page.frames().find((it) => it !== page.mainFrame());
  assert.ok(!inside.url().startsWith(host.address) || (await inside.locator("#app").count()) === 0, inside.url());
  // And what it says to the panel in somebody else's page is not heard.
  const own = await open(`http://localhost:${friend.port}`);
  await logIn(own.context, own.page, own.frame);
  await words(own.frame).waitFor();
  await own.page.evaluate(({ url }) => {
    const other = document.createElement("iframe");
    other.src = url;
    other.id = "other";
    document.body.append(other);
  }, { url: `http://localhost:${stranger.port}` });
  const other = await (await own.page.waitForSelector("#other")).contentFrame();
  await other.waitForLoadState();
  await other.evaluate(() => window.parent.frames[0].postMessage(JSON.stringify({ event: "appContext",
    data: { conversation: { id: 99, account_id: 3 } } }), "*"));
  await own.page.waitForTimeout(500);
  assert.equal(await words(own.frame).count(), 1, "the conversation is still the helpdesk's own");
  await Promise.all([context.close(), own.context.close()]);
});

test("a token of the panel opens what agents use, and no more", async () => {
  const login = await fetch(`${host.address}/v1/session`, { method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "demo", password: "demo" }) });
  const { csrf } = await login.json();
  const cookie = login.headers.get("set-cookie").split(";")[0];
  const ask = (path, { method = "GET", ...headers } = {}) => fetch(host.address + path, { method, headers });
  const ours = { cookie, origin: host.address, "x-csrf-token": csrf };
  assert.equal((await ask("/v1/session/embed", { method: "POST", cookie })).status, 403, "another site asks");
  const { token } = await (await ask("/v1/session/embed", { method: "POST", ...ours })).json();
  const bearer = { authorization: `Bearer ${token}` };
  const status = async (...asked) => (await ask(...asked)).status;
  assert.equal(await status("/v1/conversations", bearer), 200);
  assert.equal(await status("/v1/session", bearer), 200);
  assert.equal(await status("/v1/users", bearer), 403);
  assert.equal(await status("/v1/session/embed", { method: "POST", ...bearer }), 403);
  assert.equal(await status("/v1/conversations", { cookie: `cuecard=${token}` }), 401, "it is no cookie");
  assert.equal(await status("/v1/conversations", { authorization: `Bearer ${cookie.split("=")[1]}` }), 401, "nor is one it");
  assert.equal(await status("/v1/session", { method: "DELETE", ...bearer }), 204);
  assert.equal(await status("/v1/conversations", bearer), 401);
});
