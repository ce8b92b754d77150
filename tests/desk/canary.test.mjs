// Canaries in the console, in a real browser before a real host: both versions beside each other with the figures that the
// API has, promoted and taken back by a click that only the first of two people makes, ended by its figures; what is set
// aside and who answers for it; what a rehearsal has refused, and the line that lets it pass.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ATTACKS, quote } from "./attacks.mjs";
import { narrow, openDesk, plugin, shots, startBrowser, startHost, wide } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const bad = ATTACKS[4];

let host, strict, browser, said = 0;
before(async () => {
  const shop = `[merchant]\nid = "demo"\n[merchant.rehearsal]\nturns = 50\n`;
  const folder = plugin("idle", "  return {}");
  [host, strict, browser] = await Promise.all([startHost({ plugins: folder }), startHost({ plugins: folder, shop }), startBrowser()]);
});
after(() => Promise.all([browser?.close(), host?.stop(), strict?.stop()]));

const console_ = (options, of = host) => openDesk(browser, of, { at: "/console", ...options });

/** Puts a version in service, as an author does. */
function push(id, version, compose, query = "", of = host) {
  const files = Object.fromEntries(Object.entries(plugin(id, compose)).map(([path, text]) => [path.slice(id.length + 1), text]));
  files["plugin.toml"] = files["plugin.toml"].replace("1.0.0", version);
  return of.call("PUT", `/v1/plugins/${id}?${query}`, { files });
}
const says = (words, more = "") => `${more}\n  return { { text = ${quote(words)}, reason = "asked", confidence = 0.9 } }`;
const ask = (text = "hello", of = host) => of.call("POST", "/v1/messages", {
  conversation_id: `c-${++said}`, message_id: "m", channel: "web_chat", text, customer: { id: `u-${said}`, locale: "en" },
});
const shown = async (id, of = host) => (await of.call("GET", "/v1/plugins")).plugins.find((it) => it.id === id);
const card = (page, id = "steady") => page.locator(`[data-canary="${id}"]`);
/** A cell of the table in which both versions stand. */
const cell = (table, row, column) => table.locator(`tbody tr:nth-child(${row}) > :nth-child(${column})`);

test("both versions stand beside each other with their figures, and the first of two people decides", async () => {
  await push("steady", "1.0.0", says("from one"));
  const { page, context, wrong } = await console_();
  await page.locator('tr[data-plugin="steady"]').waitFor();
  assert.equal(await card(page).count(), 0);
  await page.click('tr[data-plugin="steady"] th a');
  await page.locator(".command", { hasText: "cuecard push plugins/steady --canary 10% --window 30m" }).waitFor();
  await page.click(".way-back a");

  await push("steady", "1.1.0", says("from two"), "canary=0.5&window_s=1800&min_calls=60");
  await card(page).waitFor();
  for (let number = 0; number < 24; number++) {
    const [suggestion] = (await ask()).suggestions;
    if (number % 2) continue;
    for (const action of ["shown", "inserted"]) await host.call("POST", `/v1/suggestions/${suggestion.id}/feedback`, { action });
  }
  const { canary } = await shown("steady");
  assert.ok(canary.candidate.calls > 3 && canary.stable.calls > 3, "both have answered");
  await cell(card(page), 1, 3).filter({ hasText: new RegExp(`^${canary.candidate.calls}$`) }).waitFor();
  const text = await card(page).textContent();
  assert.match(text, /1\.0\.0 → 1\.1\.0[^]*1\.1\.0 answers 50\s?% of the conversations[^]*(29|30) mins? left of its window of 30 mins?[^]*Nothing speaks against it/);
  assert.equal(await cell(card(page), 1, 2).textContent(), String(canary.stable.calls));
  assert.equal(await cell(card(page), 2, 3).textContent(), "0");
  for (const [column, of] of [[2, canary.stable], [3, canary.candidate]]) {
    assert.match(await cell(card(page), 5, column).textContent(), new RegExp(`^${of.accepted} of ${of.offered} \\(`));
    assert.match(await cell(card(page), 3, column).textContent(), /(µs|ms)$/);
  }
  const done = await page.locator('[data-canary="steady"] progress').evaluate((it) => it.position);
  assert.ok(done >= 0 && done < 0.1, `${done} of the window is over`);
  assert.equal(await page.locator('tr[data-plugin="steady"] [data-do="rollback"]').count(), 0, "one way back at a time");

  // Two people have the same page before them; the second is told who was first, and nothing more happens.
  const second = await console_();
  await second.page.locator('[data-canary="steady"] [data-do="promote"]').click();
  await second.page.waitForSelector("#confirm[open]");
  assert.match(await second.page.textContent("#confirm"), /Promote steady 1\.1\.0\?[^]*1\.1\.0 answers all[^]*in place of 1\.0\.0[^]*audit/);
  await page.locator('[data-canary="steady"] [data-do="take_back"]').focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector("#confirm[open]");
  await page.screenshot({ path: join(shots, "canary-confirm.png") });
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement?.dataset.do), "take_back", "the focus is back where it was");
  await page.keyboard.press("Enter");
  await page.click('#confirm [data-act="take_back"]');
  await card(page).waitFor({ state: "detached" });
  await second.page.click('#confirm [data-act="promote"]');
  await second.page.locator(".note.error", { hasText: "demo was faster. The last change of steady: 1.1.0, Taken back. Yours was not made." }).waitFor();
  assert.equal((await shown("steady")).version, "1.0.0");
  await second.context.close();

  await page.click('.views a[href="?view=reloads"]');
  const entry = page.locator('.entry[data-outcome="taken_back"]');
  assert.match(await entry.textContent(), /Taken back[^]*steady[^]*person:demo[^]*A person decided/);
  assert.equal(await cell(entry, 1, 3).textContent(), String(canary.candidate.calls));
  assert.equal(await cell(entry, 1, 2).textContent(), String(canary.stable.calls));
  assert.match(await page.locator('.entry[data-outcome="canary"]').first().textContent(), /Canary begun[^]*serves 50 % of the conversations beside 1\.0\.0/);

  await push("steady", "1.2.0", says("from three"), "canary=0.5&window_s=1800");
  await page.click('.views a[href="?view=plugins"]');
  await page.click('[data-canary="steady"] [data-do="promote"]');
  await page.click('#confirm [data-act="promote"]');
  await page.locator('tr[data-plugin="steady"]', { hasText: "1.2.0" }).waitFor();
  await card(page).waitFor({ state: "detached" });
  const { audit } = await host.call("GET", "/v1/audit");
  const told = audit.map(({ record }) => `${record.by} ${record.action} ${record.subject}`);
  for (const action of ["plugin.taken_back", "plugin.promoted"]) assert.ok(told.includes(`person:demo ${action} steady`), told.join("\n"));
  assert.deepEqual(wrong, []);
  await context.close();
});

test("its figures end it, and the page says why", async () => {
  const { page, context, wrong } = await console_();
  await page.locator('tr[data-plugin="steady"]').waitFor();
  await push("steady", "1.3.0", `  error(${quote(bad)})`, "canary=0.5&window_s=1800");
  await card(page).waitFor();
  const began = Date.now();
  while ((await shown("steady")).canary) {
    assert.equal((await ask()).suggestions[0].text, "from three", "no turn is lost to it");
    assert.ok(Date.now() - began < 60_000, "it is taken back");
  }
  await page.locator(".note.error", { hasText: "The canary steady 1.3.0 was taken back" }).waitFor();
  await card(page).waitFor({ state: "detached" });
  await page.click('.views a[href="?view=reloads"]');
  const entry = page.locator('.entry[data-outcome="taken_back"]', { hasText: "1.3.0" });
  await entry.waitFor();
  assert.match(await entry.textContent(), /its figures[^]*It fails more often than the other version\./);
  assert.match(await cell(entry, 2, 3).textContent(), /^[1-9]\d* \(100 %\)$/);
  assert.equal(await cell(entry, 2, 2).textContent(), "0");
  await page.screenshot({ path: join(shots, "canary-history.png"), fullPage: true });
  assert.deepEqual(wrong, []);
  await context.close();
});

test("what is set aside says until when, and who answers meanwhile", async () => {
  const chokes = says("two", `  if turn.message.text == "choke" then while true do end end`);
  await push("choker", "1.0.0", says("one"));
  await push("choker", "2.0.0", chokes);
  const { page, context, wrong } = await console_();
  const row = page.locator('tr[data-plugin="choker"]');
  await row.waitFor();
  // Each rest is longer than the one before; it is seen once it is longer than the page takes to look again.
  const began = Date.now();
  for (let rests = 0; rests < 6000;) {
    await ask("choke");
    const { failing } = await shown("choker");
    rests = failing?.rests_until ? Date.parse(failing.rests_until) - Date.now() : 0;
    assert.ok(Date.now() - began < 60_000, "it is set aside");
  }
  await row.locator(".aside", { hasText: "Set aside until" }).waitFor();
  assert.match(await row.textContent(), /Set aside[^]*Set aside until \d[^]*1\.0\.0 answers meanwhile\.[^]*last: (took too long|killed)/);
  await page.screenshot({ path: join(shots, "canary-set-aside.png"), fullPage: true });
  await page.click('.views a[href="?view=reloads"]');
  await page.locator('.entry[data-outcome="set_aside"]', { hasText: "1.0.0 answers meanwhile" }).first().waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});

test("what a rehearsal has refused is in the history with its counts, and the line that lets it pass is right", async () => {
  await push("greeter", "1.0.0", says("good morning"), "", strict);
  for (let number = 0; number < 12; number++) await ask(number === 4 ? "cow" : "hello", strict);
  const refused = (version, compose, status) => assert.rejects(push("greeter", version, compose, "", strict), new RegExp(`: ${status} `));
  await refused("2.0.0", says("good morning", `  if turn.message.text == "cow" then error(${quote(bad)}) end`), 422);
  await refused("3.0.0", says("good evening"), 409);
  const { page, context, wrong } = await console_({ path: "?view=reloads" }, strict);
  const asked = page.locator('.entry[data-outcome="refused"]', { hasText: "3.0.0" });
  await asked.waitFor();
  assert.match(await asked.textContent(), /a person's word is wanted[^]*12 turns answered again:[^]*12 answered otherwise[^]*0 gained[^]*0 lost[^]*12 changed[^]*0 newly failing/);
  const failing = page.locator('.entry[data-outcome="refused"]', { hasText: "2.0.0" });
  assert.match(await failing.textContent(), /calls that fail and did not before[^]*1 answered otherwise[^]*1 lost[^]*1 newly failing[^]*main\.luau:2/);
  assert.ok((await failing.locator(".reason").allTextContents()).some((it) => it.includes(bad)), "shown as it was written");
  assert.equal(await failing.locator(".command").count(), 0, "nobody's word lets it pass");

  await page.click('.views a[href="?view=plugins"]');
  const row = page.locator('tr[data-plugin="greeter"]');
  await row.waitFor();
  assert.match(await row.textContent(), /1\.0\.0[^]*3\.0\.0 was refused[^]*12 changed/);
  const line = await row.locator(".command").textContent();
  const [, hash] = /^cuecard push plugins\/greeter --confirm ([0-9a-f]{64})$/.exec(line) ?? assert.fail(line);
  await push("greeter", "3.0.0", says("good evening"), `confirm=${hash}`, strict);
  await row.locator(".command").waitFor({ state: "detached" });
  assert.match(await row.locator("th").textContent(), /3\.0\.0/);
  assert.equal(await page.evaluate(() => globalThis.__ran), undefined);
  assert.equal(await page.locator("main :is(script, iframe, img, style)").count(), 0);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("who is no operator sees a shared plugin's canary without its figures", async () => {
  await host.call("POST", "/v1/users", { merchant: "demo", name: "otto", password: "a long enough password", roles: ["author"] });
  await push("idle", "2.0.0", "  return {}", "shared=true&canary=0.2&window_s=3600");
  const { page, context, wrong } = await console_({ person: ["otto", "a long enough password"] });
  await card(page, "idle").waitFor();
  assert.match(await card(page, "idle").textContent(), /2\.0\.0 answers 20\s?% of the conversations[^]*left of its window of 1 hr[^]*operators see them/);
  assert.equal(await card(page, "idle").locator("button").count(), 0);
  assert.deepEqual(wrong, []);
  await context.close();
});

for (const [locale, words] of [["es-ES", /responde en el 50\s?%[^]*nada habla en su contra/], ["zh-CN", /回答 50% 的会话[^]*目前没有不利迹象/]]) {
  test(`the page speaks ${locale}`, async () => {
    const version = locale === "es-ES" ? "4.0.0" : "5.0.0";
    await push("steady", version, says("again"), "canary=0.5&window_s=5400");
    const { page, context, wrong } = await console_({ locale });
    await card(page).waitFor();
    assert.match(await card(page).textContent(), words);
    await page.screenshot({ path: join(shots, `canary-${locale}.png`), fullPage: true });
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

for (const colorScheme of ["light", "dark"]) {
  for (const [width, viewport] of Object.entries({ wide, narrow })) {
    test(`axe: ${width}, ${colorScheme}`, async () => {
      const looks = [[host, "plugins", "", ".canary"], [host, "plugin", "?view=plugins&id=steady", ".canary"],
        [host, "history", "?view=reloads", ".sides"], [strict, "refused", "?view=reloads", ".counts"]];
      for (const [of, name, path, ready] of looks) {
        const { page, context, wrong } = await console_({ viewport, colorScheme, path }, of);
        await page.waitForSelector(ready);
        await page.screenshot({ path: join(shots, `canary-${width}-${colorScheme}-${name}.png`), fullPage: true });
        await page.evaluate(axe);
        const found = await page.evaluate(() => globalThis.axe.run(document));
        assert.ok(found.passes.length > 15, "axe has looked");
        const told = found.violations.map((it) => `${it.impact} ${it.id}: ${it.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("\n  ")}`);
        assert.deepEqual(told, [], name);
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(beyond, 0, `${name} fits its width`);
        assert.deepEqual(wrong, []);
        await context.close();
      }
    });
  }
}
