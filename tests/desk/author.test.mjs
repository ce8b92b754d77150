// The author's page in a real browser: words are changed and seen in a real conversation, mistakes have a place, what
// is saved serves, and nothing that anybody wrote runs.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { narrow, openDesk, shots, startBrowser, startHost, wide } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const attack = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>{{"javascript:alert(1)"}}`;
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
  "hello/tests/first.toml": `[[case]]\nname = "thanks"\ntext = "hi"\nexpect.text_contains = ["Thank you"]\n`,
};

let host, browser;
before(async () => {
  [host, browser] = await Promise.all([startHost({ plugins: files }), startBrowser()]);
  const customer = { id: "u-1", name: { given: "Sara", family: "Lopez" }, locale: "en", orders: [{ id: "1001", status: "shipped" }] };
  for (const [number, text] of ["Where is my order?", `call +44 20 7946 0958 ${attack}`, "thanks"].entries())
    await host.call("POST", "/v1/messages", { conversation_id: `a-${number}`, message_id: "m", text, customer });
});
after(() => Promise.all([browser?.close(), host?.stop()]));

const author = (settings = {}) => openDesk(browser, host, { at: "/author", path: "?plugin=hello", ...settings });

/** Where a browser's own editing would keep a colour by a style in line, the policy says no; the editor draws anew. */
const real = (wrong) => wrong.filter((it) => it !== "violation: style-src-attr inline ");

/** Puts a text in the place of the file that is open. */
async function write(page, file, text) {
  await page.click(`.files button:has-text("${file}")`);
  await page.waitForSelector(`.files button[aria-selected="true"]:has-text("${file}")`);
  await page.click("#editor .cm-content");
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

test("words are changed, seen beside the old ones within a second, and serve once saved", async () => {
  const { page, context, wrong } = await author();
  await page.waitForSelector(".turn .offer.same");
  assert.match(await page.textContent(".turns"), /call \[phone\]/);
  assert.doesNotMatch(await page.textContent(".turns"), /7946/);
  // Workers stand ready from the first time on.
  const times = [];
  for (const word of ["Thanks", "Many thanks", "Thank you so much"]) {
    const began = Date.now();
    await write(page, "messages/en.json", `{ "hello": "${word} for writing! You said: {$said}" }\n`);
    await page.waitForFunction((word) => document.querySelector(".offer.changed .now")?.textContent.includes(word), word);
    times.push(Date.now() - began);
  }
  console.log(`from the keyboard to the difference: ${times.join(", ")} ms; the rehearsal itself ${await page.getAttribute("#took", "data-ms")} ms`);
  assert.ok(Math.min(...times) < 1000, `${times}`);
  assert.match(await page.textContent(".offer.changed .old del"), /\./);
  await page.screenshot({ path: join(shots, "author-difference.png") });

  // A page with a draft is not left in silence, and the draft is there again.
  const warned = page.waitForEvent("dialog");
  await page.close({ runBeforeUnload: true });
  assert.equal((await warned).type(), "beforeunload");
  assert.deepEqual(real(wrong).filter((it) => !it.startsWith("dialog")), []);

  const next = await context.newPage();
  await next.goto(`${host.address}/author?plugin=hello`);
  await next.waitForSelector(".offer.changed");
  await next.keyboard.press("Control+s");
  await next.waitForSelector('.bar .state:has-text("1.0.1 is live")');
  const card = await host.call("POST", "/v1/messages", { conversation_id: "a-9", message_id: "m", text: "hi", customer: { id: "u-2", locale: "en" } });
  assert.equal(card.suggestions[0].text, "Thank you so much for writing! You said: hi");
  await context.close();
});

test("a mistake has its file and line, in the list and in the editor, and keeps what was written", async () => {
  const { page, context, wrong } = await author();
  await page.waitForSelector(".turn");
  await write(page, "main.luau", "local function compose(turn)\n    return {\nend\nreturn { compose = compose }\n");
  await page.waitForSelector('.problems button:has-text("main.luau:3")');
  await page.waitForSelector("#editor .cm-lintRange-error");
  assert.match(await page.textContent(".tally"), /cannot run/);
  await page.screenshot({ path: join(shots, "author-broken.png") });
  await page.click("#save");
  await page.waitForSelector('.bar .state:has-text("Not saved")');
  assert.match(await page.textContent("#editor .cm-content"), /return \{/);
  const { plugins } = await host.call("GET", "/v1/plugins");
  assert.ok(plugins.some((it) => it.id === "hello" && it.state === "live"));

  // A test that no longer passes is marked where it stands.
  await page.click('.bar button:has-text("Discard")');
  await write(page, "tests/first.toml", `[[case]]\nname = "thanks"\ntext = "hi"\nexpect.text_contains = ["goodbye"]\n`);
  await page.waitForSelector('.tests .failed:has-text("thanks")');
  await page.waitForSelector("#editor .cm-lintRange-error");
  await page.click('.bar button:has-text("Discard")');
  assert.deepEqual(real(wrong), []);
  await context.close();
});

test("by keyboard alone: Escape and Tab leave the editor", async () => {
  const { page, context } = await author();
  await page.waitForSelector("#editor .cm-content");
  await page.click("#editor .cm-content");
  await page.keyboard.press("Tab");
  const inside = () => page.evaluate(() => document.activeElement?.id);
  assert.equal(await inside(), "editor");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  assert.notEqual(await inside(), "editor");
  await page.focus('.files [aria-selected="true"]');
  const before = await page.textContent('.files [aria-selected="true"]');
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((before) => document.activeElement?.getAttribute("role") === "tab" && document.activeElement.textContent !== before, before);
  await page.click('.bar button:has-text("Discard")').catch(() => {});
  await context.close();
});

test("an agent's words become a script of the plugin", async () => {
  const desk = await openDesk(browser, host, { path: "?conversation=a-0" });
  await desk.page.fill("#reply", "Dear Sara, order 1001 leaves tomorrow. {ok}");
  await desk.page.click('.composer button[aria-label="Save as script"]');
  await desk.page.waitForSelector("#proposal[open]");
  assert.match(await desk.page.textContent("#proposal .proposed"), /Dear \{\$person\}, order \{\$order\}/);
  await desk.page.click("#proposal .primary");
  await desk.page.waitForSelector('.note:has-text("Saved")');
  assert.deepEqual(desk.wrong, []);
  await desk.context.close();

  const { page, context, wrong } = await author();
  await page.click('.bar button:has-text("Proposals")');
  await page.waitForSelector("#proposals[open] li");
  await page.screenshot({ path: join(shots, "author-proposals.png") });
  await page.fill("#proposals input", "leaves_tomorrow");
  await page.click("#proposals .primary");
  await page.waitForSelector('.files [aria-selected="true"]:has-text("messages/en.json")');
  await page.waitForFunction(() => document.querySelector("#editor").shadowRoot.textContent.includes("leaves_tomorrow"));
  await page.waitForSelector('.fine:has-text("No problems")');
  await page.waitForSelector(".bar .count", { state: "detached" });
  assert.deepEqual(real(wrong), []);
  await context.close();
});

test("nothing that anybody wrote runs", async () => {
  const { page, context, wrong } = await author();
  await page.waitForSelector(".turn");
  await write(page, "messages/en.json", JSON.stringify({ hello: attack.replace(/\{\{.*/, "") }));
  await page.waitForSelector(".offer.changed");
  await write(page, "main.luau", `error([[${attack}]])`);
  await page.waitForSelector(".problems li");
  assert.match(await page.title(), /hello/);
  assert.equal(await page.locator("main img, main script").count(), 0);
  assert.deepEqual(real(wrong), []);
  await page.click('.bar button:has-text("Discard")');
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  for (const [width, viewport] of Object.entries({ wide, narrow })) {
    test(`axe: ${width}, ${colorScheme}`, async () => {
      const { page, context, wrong } = await author({ viewport, colorScheme });
      await page.waitForSelector(".turn", { state: "attached" });
      const look = async (name) => {
        await page.screenshot({ path: join(shots, `author-${width}-${colorScheme}-${name}.png`) });
        await page.evaluate(axe);
        const found = await page.evaluate(() => globalThis.axe.run(document));
        const serious = found.violations.filter((it) => ["serious", "critical"].includes(it.impact));
        assert.deepEqual(serious.map((it) => `${it.id}: ${it.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("\n  ")}`), [], name);
      };
      await look("start");
      await write(page, "messages/en.json", `{ "hello": "Hello! You said: {$said}" }\n`);
      await page.waitForSelector(".offer.changed", { state: "attached" });
      if (width === "narrow") await page.click('.switcher button:has-text("Output")');
      await look("difference");
      if (width === "narrow") await page.click('.switcher button:has-text("Editor")');
      await write(page, "main.luau", "return {");
      await page.waitForSelector(".problems li");
      await look("broken");
      await page.click('.bar button:has-text("New…")');
      await page.waitForSelector("#fresh[open]");
      await look("new");
      assert.deepEqual(real(wrong), []);
      await context.close();
    });
  }
}
