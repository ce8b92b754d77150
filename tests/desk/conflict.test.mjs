// Two authors and one plugin, in a real browser before a real host: what one has saved is never put aside unseen by the
// other, nothing that anybody typed is lost; and a difference that wants a person's word gets it from the page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { narrow, openDesk, shots, startBrowser, startHost, wide } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const attack = `<img src=x onerror=document.title='owned'>`;
const files = {
  "hello/plugin.toml": `[plugin]\nid = "hello"\nversion = "1.0.0"\napi = "1"\nruntime = "lua"\nentry = "main.luau"\n
[hooks.compose]\nscenarios = ["*"]\n`,
  "hello/main.luau": `-- Answers everything.
local function compose(turn)
    return { { message = "hello", arguments = { said = turn.message.text }, title = "Greet", reason = "they wrote", confidence = 0.9 } }
end

return { compose = compose }
`,
  "hello/messages/en.json": `{ "hello": "Thank you for writing. You said: {$said}" }\n`,
};
const password = "a long enough password";

let host, strict, browser;
before(async () => {
  const shop = `[merchant]\nid = "demo"\n[merchant.rehearsal]\nturns = 50\n`;
  [host, strict, browser] = await Promise.all([startHost({ plugins: files }), startHost({ plugins: files, shop }), startBrowser()]);
  for (const of of [host, strict])
    for (const [number, text] of ["Where is my order?", `hm ${attack}`, "thanks"].entries())
      await of.call("POST", "/v1/messages", { conversation_id: `a-${number}`, message_id: "m", text, customer: { id: "u-1", locale: "en" } });
  await host.call("POST", "/v1/users", { merchant: "demo", name: "maria", password, roles: ["author"] });
});
after(() => Promise.all([browser?.close(), host?.stop(), strict?.stop()]));

const author = (settings = {}, of = host) => openDesk(browser, of, { at: "/author", path: "?plugin=hello", ...settings });
const maria = (settings = {}) => author({ person: ["maria", password], ...settings });
const real = (wrong) => wrong.filter((it) => it !== "violation: style-src-attr inline ");
const live = async (of = host) => of.call("GET", "/v1/plugins/hello/bundle");
const words = (text) => `{ "hello": "${text}" }\n`;
const inEditor = (page) => page.textContent("#editor .cm-content");

async function write(page, file, text) {
  await page.click(`.files button:has-text("${file}")`);
  await page.waitForSelector(`.files button[aria-selected="true"]:has-text("${file}")`);
  await page.click("#editor .cm-content");
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

/** Writes and saves, as one who is alone with it. */
async function save(page, text) {
  await page.waitForSelector("#editor .cm-content");
  await write(page, "messages/en.json", words(text));
  await page.click("#save");
  await page.waitForSelector('.bar .state:has-text("is live")');
}

test("who saves second sees who was first and what changed, goes on from there, and keeps what was typed", async () => {
  const [one, two] = await Promise.all([author(), maria()]);
  await one.page.waitForSelector(".turn");
  await write(one.page, "messages/en.json", words("Mine, of demo"));
  await save(two.page, `Hers ${attack}`);
  const hers = await live();
  assert.equal(hers.by, "person:maria");

  // The page hears of it while one types, and who comes back tomorrow meets both sides.
  const known = (page) => page.locator(".bar .newer", { hasText: `${hers.version} by maria` });
  await known(one.page).waitFor();
  const page = await one.context.newPage();
  await page.goto(`${host.address}/author?plugin=hello`);
  await known(page).waitFor();
  await page.click('.files button:has-text("messages/en.json")');
  assert.match(await inEditor(page), /Mine, of demo/);
  await page.keyboard.press("Control+s");
  await page.waitForSelector("#conflict[open]");
  assert.match(await page.textContent("#conflict"), /Somebody else has changed hello[^]*by maria[^]*still here/);
  await page.click("#conflict summary");
  const changed = page.locator("#conflict section", { hasText: "messages/en.json" });
  assert.match(await changed.locator("del").textContent(), /Thank you for writing/);
  assert.ok((await changed.locator("ins").textContent()).includes(attack), "shown as it was written");
  assert.match(await changed.textContent(), /you too/);
  assert.equal(await page.locator("#conflict section", { hasText: "main.luau" }).count(), 0, "what nobody changed is not there");
  await page.screenshot({ path: join(shots, "conflict.png") });
  assert.equal((await live()).hash, hers.hash, "nothing was saved");

  await page.click('#conflict [data-do="take-over"]');
  await page.waitForSelector(".bar .newer", { state: "detached" });
  await page.click('.files button:has-text("messages/en.json")');
  await page.waitForFunction(() => document.querySelector("#editor").shadowRoot.textContent.includes("Hers"));
  await page.reload();
  await page.click('[data-do="copies"]');
  await page.waitForSelector("#copies[open]");
  assert.match(await page.inputValue("#copies textarea"), /Mine, of demo/);
  await page.screenshot({ path: join(shots, "conflict-copies.png") });
  await page.click('#copies [data-do="swap"]');
  await page.click('.files button:has-text("messages/en.json")');
  await page.waitForFunction(() => document.querySelector("#editor").shadowRoot.textContent.includes("Mine, of demo"));
  await page.click("#save");
  await page.waitForSelector('.bar .state:has-text("is live")');
  const now = await live();
  assert.deepEqual([now.by, now.files["messages/en.json"]], ["person:demo", words("Mine, of demo")]);
  assert.equal(await page.title(), "hello · Cuecard");
  for (const it of [one, two]) {
    assert.deepEqual(real(it.wrong), []);
    await it.context.close();
  }
});

test("the host itself refuses the second, and overwriting is said in so many words", async () => {
  const { page, context, wrong } = await author();
  await page.waitForSelector(".turn");
  await write(page, "messages/en.json", words("Written at leisure"));
  const before = await live();
  // Somebody's save comes in between: after the page has sent its own, before the host has it.
  let sent;
  await page.route("**/v1/plugins/hello", async (route) => {
    if (route.request().method() === "PUT" && !sent) {
      sent = route.request();
      const manifest = before.files["plugin.toml"].replace(before.version, "7.0.0");
      await host.call("PUT", "/v1/plugins/hello", { files: { ...before.files, "plugin.toml": manifest } });
    }
    await route.continue();
  });
  await page.click("#save");
  await page.waitForSelector("#conflict[open]");
  assert.equal(sent.headers()["if-match"], `"${before.hash}"`);
  assert.match(await page.textContent("#conflict"), /7\.0\.0 by dev/);
  assert.equal((await live()).version, "7.0.0");
  await page.click('#conflict [data-do="later"]');
  await page.click('.files button:has-text("messages/en.json")');
  assert.match(await inEditor(page), /Written at leisure/);
  await page.click(".bar .newer");
  await page.click('#conflict [data-do="overwrite"]');
  await page.waitForSelector('.bar .state:has-text("7.0.1 is live")');
  assert.equal((await live()).files["messages/en.json"], words("Written at leisure"));
  const { versions } = await host.call("GET", "/v1/plugins/hello");
  assert.ok(versions.some((it) => it.version === "7.0.0"), "theirs can be rolled back to");
  assert.deepEqual(real(wrong), []);
  await context.close();
});

test("two people begin a plugin of the same name", async () => {
  const { page, context, wrong } = await author({ path: "" });
  await page.click('.bar button:has-text("New…")');
  await page.fill("#fresh-id", "late-gift");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#editor .cm-content");
  const template = await host.call("GET", "/v1/templates/late-gift");
  await page.route("**/v1/stream", (route) => route.abort());
  await host.call("PUT", "/v1/plugins/late-gift", { files: { ...template.files, "README.md": "theirs" } });
  await page.keyboard.press("Control+s");
  await page.waitForSelector("#conflict[open]");
  assert.equal((await host.call("GET", "/v1/plugins/late-gift/bundle")).files["README.md"], "theirs");
  await page.click('#conflict [data-do="take-over"]');
  await page.waitForSelector('.files button:has-text("README.md")');
  assert.deepEqual(real(wrong), []);
  await context.close();
});

test("a large difference wants a word, and gets it for the very bytes that were seen", async () => {
  const { page, context, wrong } = await author({}, strict);
  await page.waitForSelector(".turn");
  await write(page, "messages/en.json", words("Good evening. You said: {$said}"));
  await page.click("#save");
  await page.waitForSelector("#asked[open]");
  const text = await page.textContent("#asked");
  assert.match(text, /With 1\.0\.1, 3 of the last 3 turns[^]*1\.0\.0 goes on serving[^]*3 changed/);
  assert.match(await page.textContent("#asked .offer.changed .old"), /Thank you for writing/);
  assert.match(await page.textContent("#asked .offer.changed .now"), /Good evening/);
  await page.screenshot({ path: join(shots, "asked.png") });
  await page.keyboard.press("Escape");
  await page.waitForSelector('.bar .state:has-text("wants your word")');
  assert.match(await inEditor(page), /Good evening/);
  assert.equal((await live(strict)).version, "1.0.0");
  await page.click("#save");
  await page.waitForSelector("#asked[open]");
  await page.click('#asked [data-do="confirm"]');
  await page.waitForSelector('.bar .state:has-text("1.0.1 is live")');
  assert.equal((await live(strict)).files["messages/en.json"], words("Good evening. You said: {$said}"));
  const { audit } = await strict.call("GET", "/v1/audit");
  assert.ok(audit.some(({ record }) => record.action === "plugin.live" && record.by === "person:demo" && /rehearsed on 3 turns.*; confirmed/.test(record.detail.reason)));
  assert.equal(await page.title(), "hello · Cuecard");
  assert.deepEqual(real(wrong), []);
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  for (const [width, viewport] of Object.entries({ wide, narrow })) {
    test(`axe: ${width}, ${colorScheme}`, async () => {
      const look = async (page, name) => {
        await page.screenshot({ path: join(shots, `conflict-${width}-${colorScheme}-${name}.png`) });
        await page.evaluate(axe);
        const found = await page.evaluate(() => globalThis.axe.run(document));
        const serious = found.violations.filter((it) => ["serious", "critical"].includes(it.impact));
        assert.deepEqual(serious.map((it) => `${it.id}: ${it.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("\n  ")}`), [], name);
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(beyond, 0, `${name} fits its width`);
      };
      const { page, context, wrong } = await author({ viewport, colorScheme });
      await page.waitForSelector(".turn", { state: "attached" });
      await write(page, "messages/en.json", words(`Of ${width} ${colorScheme}`));
      const now = await live();
      await host.call("PUT", "/v1/plugins/hello", { files: { ...now.files, "main.luau": `${now.files["main.luau"]}-- ${width} ${colorScheme}\n`,
        "messages/en.json": words(`Theirs, ${width} ${colorScheme}`) } });
      await page.waitForSelector(".bar .newer");
      await look(page, "heard");
      await page.click(".bar .newer");
      await page.waitForSelector("#conflict[open]");
      await page.click("#conflict summary");
      await look(page, "theirs");
      await page.click('#conflict [data-do="take-over"]');
      await page.click('[data-do="copies"]');
      await page.waitForSelector("#copies[open]");
      await look(page, "copies");
      assert.deepEqual(real(wrong), []);
      await context.close();

      const other = await author({ viewport, colorScheme }, strict);
      await other.page.waitForSelector(".turn", { state: "attached" });
      await write(other.page, "messages/en.json", words(`Good ${width} ${colorScheme}. You said: {$said}`));
      await other.page.click("#save");
      await other.page.waitForSelector("#asked[open]");
      await look(other.page, "asked");
      assert.deepEqual(real(other.wrong), []);
      await other.context.close();
    });
  }
}
