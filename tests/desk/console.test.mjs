// The console in a real browser, before a real host: a broken version is refused with its place, a good one rolled back by
// a click that the audit has; lines are heard as they are said; whatever plugins say, nothing of it runs.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ATTACKS, quote } from "./attacks.mjs";
import { narrow, openDesk, plugin, shots, startBrowser, startHost, wide } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const TALKS = `  cuecard.log("info", "asked: " .. turn.message.text)
  if turn.message.text == "break" then
    local nothing = nil
    return nothing.more
  end
  cuecard.set_key("last", turn.message.text)
  return { { text = "hello", reason = "asked", confidence = 0.9 } }`;
// Lines for an author have no control characters, so these would only break the plugin.
const HEARD = ATTACKS.filter((it) => !it.includes("\0"));
const HOSTILE = `  local attacks = { ${HEARD.map(quote).join(", ")} }
  for _, bad in attacks do cuecard.log("warn", bad) end
  cuecard.set_key(attacks[5], attacks[5])
  error(attacks[tonumber(turn.message.text) or 1])`;

const keys = (files, id) => ({ ...files, [`${id}/plugin.toml`]: `${files[`${id}/plugin.toml`]}\n[capabilities]\nkeys = true\n` });
const talker = keys(plugin("talker", TALKS), "talker");
const titled = { ...keys(plugin("hostile", HOSTILE), "hostile") };
titled["hostile/plugin.toml"] = titled["hostile/plugin.toml"].replace("version =",
  `name = ${JSON.stringify(ATTACKS[4])}\ndescription = ${JSON.stringify(ATTACKS.slice(0, 6).join(" "))}\nversion =`);

let host, browser, said = 0;
before(async () => ([host, browser] = await Promise.all([startHost({ plugins: { ...talker, ...titled } }), startBrowser()])));
after(() => Promise.all([browser?.close(), host?.stop()]));

const ask = (text, customer = "u-1") => host.call("POST", "/v1/messages", {
  conversation_id: "console", message_id: `m-${++said}`, channel: "web_chat", text, customer: { id: customer, locale: "en" },
});
const console_ = (options) => openDesk(browser, host, { at: "/console", ...options });
const save = (name, text) => writeFileSync(join(host.folder, "plugins", name), text);
const versioned = (version) => talker["talker/plugin.toml"].replace("1.0.0", version);

test("a broken version is refused with its place, a good one is rolled back by a click", async () => {
  const { page, context, wrong } = await console_();
  const row = page.locator('tr[data-plugin="talker"]');
  await row.waitFor();
  save("talker/main.luau", "\n\nreturn {");
  const place = row.locator(".place");
  await place.waitFor();
  assert.equal(await place.textContent(), "main.luau:3", "without a reload of the page");
  assert.match(await row.textContent(), /1\.0\.0[^]*was refused/);
  await page.waitForSelector(".note.error");

  await page.click('.views a[href="?view=reloads"]');
  const newest = page.locator(".history .entry").first();
  await newest.waitFor();
  assert.match(await newest.textContent(), /Refused[^]*talker[^]*watcher[^]*main\.luau:3/);
  await page.screenshot({ path: join(shots, "console-refused.png") });

  save("talker/plugin.toml", versioned("2.0.0"));
  save("talker/main.luau", talker["talker/main.luau"]);
  await newest.filter({ hasText: "2.0.0" }).waitFor();
  await newest.filter({ hasText: "Live" }).waitFor();
  await page.click('.views a[href="?view=plugins"]');
  await row.filter({ hasText: "2.0.0" }).waitFor();

  await row.getByRole("button", { name: "Roll back" }).click();
  await page.waitForSelector("#confirm[open]");
  assert.match(await page.textContent("#confirm"), /all merchants[^]*audit/);
  await page.screenshot({ path: join(shots, "console-confirm.png") });
  await page.keyboard.press("Escape");
  assert.match(await row.textContent(), /2\.0\.0/, "nothing happens without the confirmation");
  await row.getByRole("button", { name: "Roll back" }).click();
  await page.click('#confirm [data-act="rollback"]');
  await row.filter({ hasText: "1.0.0" }).waitFor();

  for (const [act, then] of [["Switch off", "Switched off"], ["Switch on", "Live"]]) {
    await row.getByRole("button", { name: act }).click();
    await page.click("#confirm .primary");
    await row.filter({ hasText: then }).waitFor();
  }
  const told = async (path) => (await host.call("GET", path)).audit.map(({ record }) => `${record.by} ${record.action} ${record.subject}`);
  assert.ok((await told("/v1/audit?shared=true")).includes("person:demo plugin.rolled_back talker"));
  const own = await told("/v1/audit");
  for (const action of ["plugin.disabled", "plugin.enabled"]) assert.ok(own.includes(`person:demo ${action} talker`), own.join("\n"));
  assert.deepEqual(wrong, []);
  await context.close();
});

test("lines are heard as they are said, failures have their place, stored keys are shown and deleted", async () => {
  const { page, context, wrong } = await console_({ path: "?view=plugins&id=talker" });
  await page.waitForSelector(".panel .live.open");
  await ask("one fine day");
  await page.locator(".log li", { hasText: "asked: one fine day" }).waitFor();
  const broken = await ask("break");
  assert.equal(broken.failures.filter((it) => it.plugin.startsWith("talker")).length, 1);
  await page.locator(".log .level-error").first().waitFor();
  await page.locator(".failures .place", { hasText: "main.luau:5" }).waitFor();
  await page.locator(".bars").first().waitFor();
  assert.match(await page.locator(".bars").first().getAttribute("aria-label"), /99%/);

  await page.fill("#customer", "u-1");
  await page.keyboard.press("Enter");
  await page.locator(".stored td", { hasText: "one fine day" }).waitFor();
  await page.getByRole("button", { name: "Delete these keys" }).click();
  await page.click('#confirm [data-act="forget_keys"]');
  await page.locator(".muted", { hasText: "Nothing is stored for u-1" }).waitFor();
  assert.ok((await host.call("GET", "/v1/audit")).audit.some(({ record }) => record.action === "plugin.keys_deleted"));

  await page.locator(".failures a", { hasText: "Turn" }).first().click();
  await page.waitForSelector(".waterfall .hook-row.failed");
  const rows = await page.locator(".waterfall tbody tr").allTextContents();
  assert.match(rows.join("\n"), /Understand[^]*Ask plugins[^]*talker@1\.0\.0[^]*error[^]*Put into words/);
  await page.goBack();
  await page.waitForSelector("#log-title");
  await page.click('.views a[href="?view=turns"]');
  await page.waitForSelector("#turns-title");
  await page.click("text=Only with failures");
  await page.locator("tbody tr", { hasText: "talker@1.0.0: error" }).first().waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});

test("who lacks the role is told so", async () => {
  await host.call("POST", "/v1/users", { merchant: "demo", name: "agatha", password: "a long enough password", roles: ["agent"] });
  const { page, context } = await console_({ person: ["agatha", "a long enough password"] }).catch((error) => assert.fail(error));
  await page.waitForSelector(".stranger");
  assert.match(await page.textContent(".stranger"), /authors and operators[^]*agatha has these roles: agent/);
  assert.equal(await page.locator(".views").count(), 0);
  assert.equal(await page.locator('.top nav a[href="/console"]').count(), 0);
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  for (const [width, viewport] of Object.entries({ wide, narrow })) {
    test(`axe: ${width}, ${colorScheme}`, async () => {
      const turn = await ask("break");
      const { page, context, wrong } = await console_({ viewport, colorScheme });
      for (const [name, path, ready] of [
        ["plugins", "", "tbody tr"], ["plugin", "?view=plugins&id=talker", ".log li"], ["reloads", "?view=reloads", ".entry"],
        ["turns", "?view=turns", "tbody tr"], ["turn", `?view=turns&id=${turn.turn_id}`, ".waterfall"], ["host", "?view=host", ".meters"],
      ]) {
        await page.goto(`${host.address}/console${path}`);
        await page.waitForSelector(ready);
        await page.screenshot({ path: join(shots, `console-${width}-${colorScheme}-${name}.png`), fullPage: true });
        await page.evaluate(axe);
        const found = await page.evaluate(() => globalThis.axe.run(document));
        assert.ok(found.passes.length > 15, "axe has looked");
        const told = found.violations.map((it) => `${it.impact} ${it.id}: ${it.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("\n  ")}`);
        assert.deepEqual(told, [], name);
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(beyond, 0, `${name} fits its width`);
      }
      assert.deepEqual(wrong, []);
      await context.close();
    });
  }
}

for (const [locale, words] of [["es-ES", "Complementos"], ["zh-CN", "插件"]]) {
  test(`the page speaks ${locale}`, async () => {
    const { page, context, wrong } = await console_({ locale });
    await page.waitForSelector("#plugins-title");
    assert.equal(await page.textContent("#plugins-title"), words);
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test("nothing that a plugin says runs", async () => {
  const { page, context, wrong } = await console_({ path: "?view=plugins&id=hostile" });
  await page.waitForSelector(".panel .live.open");
  let last;
  for (const place of HEARD.keys()) last = await ask(String(place + 1), "u-66");
  // A message file whose name and text are scripts is refused, and the reason repeats them.
  save("hostile/main.luau", `return { ["${RUN_KEY}"] = `);
  for (const path of ["?view=plugins&id=hostile", "", "?view=reloads", "?view=turns", `?view=turns&id=${last.turn_id}`]) {
    await page.goto(`${host.address}/console${path}`);
    await page.waitForSelector(".panel :is(tr, li)");
    if (path.endsWith("id=hostile")) {
      await page.locator(".log li").nth(100).waitFor();
      await page.locator(".failures li").first().waitFor();
      const logged = await page.locator(".log .said").allTextContents();
      assert.ok(logged.includes(ATTACKS[4]), "shown as it was written");
    }
    for (const summary of await page.locator("summary").all()) await summary.click();
    assert.equal(await page.locator("main :is(script, iframe, img, style, form[action], base, meta, video, object)").count(), 0, path);
    assert.equal(await page.evaluate(() => globalThis.__ran), undefined, path);
  }
  assert.equal(new URL(page.url()).origin, host.address);
  assert.deepEqual(wrong, []);
  await context.close();
});

const RUN_KEY = ATTACKS[4].replaceAll('"', "'");
