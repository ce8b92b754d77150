// Insights in a real browser: what a lived day says, attention that goes away, targets, the export; axe at both widths
// and in both themes; and scripts in everything that customers, agents and plugins say.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { narrow, openDesk, shots, startBrowser, startHost, wide } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DAY = 86_400_000;
const RUN = "globalThis.__ran=(globalThis.__ran||0)+1";
const ATTACKS = [
  `<script>${RUN}</script>`,
  `"><img src=x onerror="${RUN}">`,
  `<svg onload="${RUN}">`,
  `</textarea></title><script>${RUN}</script>`,
  `<a href="javascript:${RUN}">click</a>`,
  `<style>@import 'data:text/css,*{display:none}';</style>`,
  `<form action="https://evil.example/"><input name=q autofocus onfocus="${RUN}"></form>`,
  `\${${RUN}} {{constructor.constructor('${RUN}')()}}`,
];

/** The scenario and the feeling stand at the beginning of a message; what begins otherwise is not understood. */
const code = `
local function classify(turn)
  local scenario, label = turn.message.text:match("^%[(%S+) (%S+)%]")
  return { scenario = { id = scenario or "none", confidence = 0.9 }, emotion = { label = label or "neutral", intensity = 0.8 }, reason = "scripted" }
end
local function compose(turn)
  local bad = turn.message.text:match("^%[%S+ %S+%] !(.*)$")
  return { { text = (bad or "Your parcel is late") .. ", and we are sorry.", title = bad or "Late", reason = "scripted" } }
end
return { classify = classify, compose = compose }`;
const hostile = ATTACKS.map((bad, place) => `[bad_${place}]\ntitle = ${JSON.stringify(bad.slice(0, 78))}\nexamples.en = ["bad number ${place}", "very bad ${place}"]`);
const scenarios = ["delivery_delay", "return_dispute", "refund_status", ...ATTACKS.map((_, place) => `bad_${place}`)];
const plugins = {
  "scripted/plugin.toml": `[plugin]\nid = "scripted"\nversion = "1.0.0"\napi = "1"\nruntime = "lua"\nentry = "main.luau"\n[hooks.classify]\n[hooks.compose]\nscenarios = ${JSON.stringify(scenarios)}\n`,
  "scripted/main.luau": code,
  "scripted/scenarios.toml": hostile.join("\n"),
};

let host, browser;
before(async () => {
  [host, browser] = await Promise.all([startHost({ plugins }), startBrowser()]);
  await live();
});
after(() => Promise.all([browser?.close(), host?.stop()]));

let number = 0;

/** A customer writes, an agent answers: by `answer`, or in the words that were offered, changed by `edit`. */
async function case_(at, text, { agent = "ana", wait = 60_000, answer, edit, shown = true } = {}) {
  const id = `c-${++number}`;
  const customer = { id: `x-${number}` };
  const said = { conversation_id: id, message_id: "m-1", text, at: new Date(at).toISOString(), customer };
  const reply = await host.call("POST", "/v1/messages", said);
  const offer = reply.suggestions[0];
  if (offer && shown) await host.call("POST", `/v1/suggestions/${offer.id}/feedback`, { action: "shown", agent_id: agent });
  // What guard holds back is not offered.
  const words = answer ?? (edit && offer ? edit(offer.text) : offer?.text);
  const answered = { conversation_id: id, message_id: "m-2", role: "agent", agent_id: agent, text: words, at: new Date(at + wait).toISOString(), customer };
  if (words) await host.call("POST", "/v1/messages", answered);
  return id;
}

/** A month: the disputes do worse in the last week; gift cards are asked for; one change is made again and again. */
async function live() {
  const start = Math.floor(Date.now() / DAY) * DAY - 28 * DAY;
  await case_(start - 300 * DAY, "[refund_status neutral] long ago", { agent: "eve", answer: "Done." });
  const edit = (text) => text.replace("sorry", "very sorry");
  for (let day = 0; day < 27; day++) {
    const at = start + day * DAY;
    await case_(at + 8 * 3_600_000, "[delivery_delay angry] where is it", { wait: (2 + (day % 5)) * 60_000, ...(day % 4 === 0 ? { edit } : {}) });
    await case_(at + 9 * 3_600_000, "[refund_status neutral] and my money", { agent: "eve", wait: 90_000 });
    const good = day < 20;
    const dispute = await case_(at + 10 * 3_600_000, "[return_dispute frustrated] I sent it back", { agent: "bob", answer: good ? undefined : "We have passed this on to those who decide, and they will write." });
    if (!good) await host.call("POST", `/v1/conversations/${dispute}/outcome`, { outcome: "escalated", at: new Date(at + 10.1 * 3_600_000).toISOString() });
    if (day % 9 === 0) await case_(at + 11 * 3_600_000, `do you sell gift cards ${"?".repeat(1 + day / 9)}`, { answer: "Not yet." });
    if (day % 5 === 0) await host.call("POST", `/v1/conversations/${dispute}/outcome`, { outcome: "rated", score: good ? 5 : 1 });
  }
  await host.call("PUT", "/v1/targets", { targets: [{ measure: "resolved", scenario: "return_dispute", value: 0.92 }, { measure: "rated_well", value: 0.98 }, { measure: "answer_seconds", value: 300 }] });
}

async function open({ viewport = wide, colorScheme = "light", locale = "en-GB", path = "" } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, locale, reducedMotion: "reduce", acceptDownloads: true });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`error: ${error}`));
  page.on("dialog", (dialog) => (wrong.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  await page.exposeFunction("heardViolation", (what) => wrong.push(`violation: ${what}`));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => globalThis.heardViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  await page.goto(`${host.address}/insights${path}`);
  await page.fill("#name", "demo");
  await page.fill("#password", "demo");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".tiles, .empty.panel");
  return { page, context, wrong };
}

async function look(page, name) {
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document));
  assert.ok(found.passes.length > 15, "axe has looked");
  const told = found.violations.map((it) => `${it.impact} ${it.id}: ${it.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("\n  ")}`);
  assert.deepEqual(told, [], name);
}

for (const colorScheme of ["light", "dark"]) {
  for (const [width, viewport] of Object.entries({ wide, narrow })) {
    test(`${width}, ${colorScheme}`, async () => {
      const { page, context, wrong } = await open({ viewport, colorScheme });
      await page.waitForSelector(".plot canvas");
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overflow, 0, "nothing stands out at the side");
      for (const summary of await page.locator("figure summary").all()) await summary.click();
      await look(page, `insights-${width}-${colorScheme}`);
      await page.click(".panel .row button");
      await page.waitForSelector("#targets[open]");
      await look(page, `insights-${width}-${colorScheme}-targets`);
      assert.deepEqual(wrong, []);
      await context.close();
    });
  }
}

for (const [locale, words] of [["es-ES", "Requiere atención"], ["zh-CN", "需要关注"]]) {
  test(`the page speaks ${locale}`, async () => {
    const { page, context, wrong } = await open({ locale });
    assert.equal(await page.textContent("#first-title"), words);
    await page.waitForSelector(".plot canvas");
    await page.screenshot({ path: join(shots, `insights-${locale}.png`), fullPage: true });
    const raw = await page.locator(".insights").innerText();
    assert.doesNotMatch(raw, /measure\.|tiles\.|table\.|first\.|chart\./, "every word has a translation");
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test("what does worse comes first, and goes when somebody has looked", async () => {
  const { page, context, wrong } = await open();
  const first = page.locator(".attention li").first();
  assert.match(await first.innerText(), /Dispute over a return/);
  assert.match(await first.innerText(), /Resolved: .* before/);
  assert.match(await first.innerText(), /Suggestions used: .* before/);
  const before = await page.locator(".attention li .unreviewed").count();
  assert.ok(before >= 3, "nobody has looked over anything");
  await first.getByRole("button").click();
  await page.waitForFunction((count) => document.querySelectorAll(".attention li .unreviewed").length < count, before);
  const uncovered = page.locator("section[aria-labelledby=uncovered-title] li").first();
  assert.match(await uncovered.innerText(), /^3\s[\s\S]*gift/);
  const edits = page.locator("section[aria-labelledby=edits-title] li").first();
  assert.match(await edits.innerText(), /very/);
  assert.match(await page.locator(".targets .missed").first().innerText(), /Dispute over a return/);
  const { audit } = await host.call("GET", "/v1/audit");
  assert.ok(audit.some(({ record: it }) => it.action === "scenario.reviewed" && it.by === "person:demo" && it.subject === "return_dispute"));
  assert.deepEqual(wrong, []);
  await context.close();
});

test("the page, the API and the table agree, with filters and by keyboard alone", async () => {
  const { page, context, wrong } = await open();
  await page.selectOption("select >> nth=1", "return_dispute");
  await page.waitForFunction(() => location.search.includes("scenario=return_dispute") && document.querySelector(".insights")?.getAttribute("aria-busy") === "false");
  const told = await host.call("GET", `/v1/insights${new URL(page.url()).search}`);
  assert.equal(told.total.turns, 27);
  assert.equal(await page.locator(".tile dd b").first().innerText(), "27");
  assert.equal(await page.locator(".tile dd b").nth(5).innerText(), new Intl.NumberFormat("en-GB", { style: "percent" }).format(told.total.resolved.rate));
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("a.button").press("Enter")]);
  const csv = readFileSync(await download.path(), "utf8").trim().split("\n").map((line) => line.split(","));
  const total = Object.fromEntries(csv[0].map((name, place) => [name, csv[1][place]]));
  assert.deepEqual([total.group, total.turns, total.resolved, total.decided], ["total", "27", String(told.total.resolved.count), String(told.total.resolved.of)]);
  await page.goto(`${host.address}/insights?from=2001-01-01&to=2001-01-02`);
  await page.waitForSelector(".empty.panel");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("an operator sets targets, and hears what is wrong with them", async () => {
  const { page, context, wrong } = await open();
  await page.click(".panel .row button");
  await page.waitForSelector("#targets[open]");
  await page.click("#targets button:has-text('Add a target')");
  await page.click("#targets button:has-text('Add a target')");
  await page.click("#targets button.primary");
  await page.waitForFunction(() => document.querySelector("#targets .wrong")?.textContent?.includes("two targets"));
  await page.click("#targets fieldset:last-of-type button");
  await page.fill("#targets fieldset:last-of-type input", "85.5");
  await page.click("#targets button.primary");
  await page.waitForSelector("#targets:not([open])", { state: "attached" });
  const { targets } = await host.call("GET", "/v1/targets");
  assert.deepEqual(targets.at(-1), { measure: "resolved", value: 0.855 });
  assert.deepEqual(wrong, []);
  await context.close();
});

test("an agent says on the desk what came of a conversation", async () => {
  const { page, context, wrong } = await openDesk(browser, host, { path: "?conversation=c-2" });
  for (const [place, outcome] of ["resolved", "escalated"].entries()) {
    await page.locator(".thread-head .outcome button").nth(place).click();
    await page.waitForSelector(`.note:text-is("${outcome === "resolved" ? "Marked as resolved." : "Escalated."}")`);
  }
  const { audit } = await host.call("GET", "/v1/audit?limit=2");
  const told = audit.map(({ record: it }) => [it.action, it.by, it.subject, it.detail.outcome]);
  assert.deepEqual(told, ["escalated", "resolved"].map((it) => ["conversation.outcome", "person:demo", "c-2", it]));
  assert.deepEqual(wrong, []);
  await context.close();
});

test("nothing runs", async () => {
  for (const [place, bad] of ATTACKS.entries()) {
    const at = Date.now() - (place + 10) * 3_600_000;
    // As the title of a scenario and of a suggestion, as an edit made twice, as a message without an answer.
    for (const agent of ["ana", bad.slice(0, 60)]) {
      await case_(at, `[bad_${place} angry] !${bad}`, { agent, edit: (text) => text.replace("sorry", `sorry ${bad}`) });
    }
    await case_(at, `${bad} and no plugin knows ${place}`, { answer: bad });
    await host.call("POST", `/v1/scenarios/${encodeURIComponent(bad.slice(0, 60))}/review`, { note: bad });
  }
  const { page, context, wrong } = await open();
  for (const summary of await page.locator("summary").all()) await summary.click();
  const text = await page.locator(".insights").innerText();
  const shown = ATTACKS.filter((bad) => text.includes(bad.slice(0, 30)));
  assert.equal(shown.length, ATTACKS.length, "shown as they were written");
  assert.equal(await page.locator(".insights :is(script, iframe, img, style, base, meta)").count(), 0);
  assert.equal(await page.locator(".insights form:not(.filters)").count(), 0);
  assert.equal(await page.evaluate(() => globalThis.__ran), undefined);
  await page.screenshot({ path: join(shots, "insights-inject.png"), fullPage: true });
  assert.deepEqual(wrong, []);
  await context.close();
});
