// Login through another service, in a real browser and across two sites: the button, the service's page, the way back, what
// is said where it comes to nothing, and a session that ends while somebody writes.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { narrow, shots, startBrowser, startHost, wide } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const ANA = "ana@shop.example";
/** A host and its port are one site, whatever the port: so the service is at `localhost`, and we are at 127.0.0.1. */
const listening = (server) => new Promise((found) => server.listen(0, "127.0.0.1", () => found(server.address().port)));

/** A service with a page of its own, on which one is asked. It knows one client and gives a code once. */
async function loginService() {
  const codes = new Map();
  const server = createServer(async (request, answer) => {
    const asked = new URL(request.url, url);
    const query = Object.fromEntries(asked.searchParams);
    const json = (status, body) => answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (asked.pathname === "/.well-known/openid-configuration") {
      return json(200, { issuer: url, authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` });
    }
    if (asked.pathname === "/authorize") {
      const back = (more) => `${query.redirect_uri}?state=${query.state}&${more}`;
      const as = (email) => {
        const code = randomUUID();
        codes.set(code, { ...query, email });
        return back(`code=${code}`);
      };
      const links = { Continue: as(ANA), Somebody: as("eve@shop.example"), Cancel: back("error=access_denied") };
      const page = Object.entries(links).map(([name, link]) => `<p><a href="${link.replaceAll("&", "&amp;")}">${name}</a>`);
      return answer.setHeader("content-type", "text/html").end(`<!doctype html><title>Shop accounts</title>${page.join("")}`);
    }
    if (asked.pathname !== "/token") return json(404, {});
    let body = "";
    for await (const part of request) body += part;
    const sent = Object.fromEntries(new URLSearchParams(body));
    const known = codes.get(sent.code);
    codes.delete(sent.code);
    const challenge = createHash("sha256").update(sent.code_verifier).digest("base64url");
    const client = request.headers.authorization === `Basic ${Buffer.from("desk:s3cret").toString("base64")}`;
    if (!client || known?.code_challenge !== challenge || known?.redirect_uri !== sent.redirect_uri) {
      return json(400, { error: "invalid_grant" });
    }
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: url, sub: "u-7", aud: "desk", exp: now + 300, iat: now, nonce: known.nonce, email: known.email, email_verified: true };
    const token = ["{}", JSON.stringify(claims), "signature"].map((part) => Buffer.from(part).toString("base64url")).join(".");
    json(200, { access_token: "a", token_type: "Bearer", id_token: token });
  });
  const url = `http://localhost:${await listening(server)}`;
  return { server, url };
}

let service, host, browser, helpdesk;
before(async () => {
  service = await loginService();
  const frame = () => `<!doctype html><title>Helpdesk</title><iframe id="app" src="${host.address}/desk/embed" height="800"></iframe>`;
  helpdesk = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(frame()));
  const site = `http://localhost:${await listening(helpdesk)}`;
  const free = createServer();
  const port = await listening(free);
  await new Promise((closed) => free.close(closed));
  const config = `embed_in = ["${site}"]\n[oidc]\nname = "Shop accounts"\nissuer = "${service.url}"\nclient_id = "desk"\nsecret_env = "SHOP_SECRET"\n` +
    `origin = "http://127.0.0.1:${port}"\n`;
  [host, browser] = await Promise.all([startHost({ config, port }), startBrowser()]);
  await host.call("POST", "/v1/users", { name: ANA, roles: ["agent", "author"], no_password: true });
});
after(async () => {
  await Promise.all([browser?.close(), host?.stop()]);
  for (const server of [service?.server, helpdesk]) {
    server?.closeAllConnections();
    server?.close();
  }
});

async function open(path, { viewport = wide, colorScheme = "light", locale = "en-GB" } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, locale, reducedMotion: "reduce" });
  const wrong = [];
  await context.exposeFunction("heardViolation", (what) => wrong.push(`violation: ${what}`));
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) =>
      globalThis.heardViolation(`${event.violatedDirective} ${event.blockedURI}`));
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => wrong.push(`error: ${error}`));
  page.on("dialog", (dialog) => (wrong.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  await page.goto(`${host.address}${path}`);
  return { context, page, wrong };
}

async function look(page, name) {
  await page.screenshot({ path: join(shots, `oidc-${name}.png`) });
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document));
  assert.ok(found.passes.length > 10, "axe has looked");
  assert.deepEqual(found.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html)}`), [], name);
}

const button = (page) => page.getByRole("link", { name: "Log in with Shop accounts" });

test("by the button, over the service's page, to the conversation that was asked for", async () => {
  const { context, page, wrong } = await open("/desk?conversation=d-02");
  await button(page).click();
  await page.waitForURL(`${service.url}/authorize**`);
  await page.getByRole("link", { name: "Continue" }).click();
  await page.waitForSelector("header.top .live.open");
  assert.equal(page.url(), `${host.address}/desk?conversation=d-02`);
  assert.equal(await page.textContent("header.top .who"), ANA);
  await page.waitForSelector(".card");
  const cookies = await context.cookies(host.address);
  assert.deepEqual(cookies.map((it) => [it.name, it.sameSite, it.httpOnly]), [["cuecard", "Strict", true]]);
  // The session is one like any other: its pages know it, and it ends.
  await page.goto(`${host.address}/author`);
  await page.waitForSelector("header.top");
  await page.getByRole("button", { name: "Log out" }).click();
  await button(page).waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});

test("with the keyboard alone", async () => {
  const { context, page, wrong } = await open("/desk");
  await button(page).waitFor();
  await page.locator("#name").focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${service.url}/authorize**`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector("header.top .live.open");
  assert.deepEqual(wrong, []);
  await context.close();
});

for (const [locale, link, denied, unknown] of [
  ["en-GB", "Log in with Shop accounts", "You were not logged in there", "you may not log in here"],
  ["es-ES", "Entrar con Shop accounts", "No se le dio acceso allí", "aquí no puede entrar"],
  ["zh-CN", "使用 Shop accounts 登录", "对方未允许登录", "您不能在此登录"],
]) {
  test(`what is said in ${locale} where it comes to nothing`, async () => {
    const { context, page, wrong } = await open("/desk?conversation=d-02", { locale });
    for (const [choice, words] of [["Cancel", denied], ["Somebody", unknown]]) {
      await page.getByRole("link", { name: link }).click();
      await page.getByRole("link", { name: choice }).click();
      await page.getByRole("alert").filter({ hasText: words }).waitFor();
      assert.equal(page.url(), `${host.address}/desk?conversation=d-02`, "the word is out of the address");
    }
    await look(page, `unknown-${locale}`);
    // A made-up word is no text of ours.
    await page.goto(`${host.address}/desk?login=%3Cb%3Eboo`);
    await page.waitForSelector("#name");
    assert.equal(await page.locator(".login .wrong").textContent(), "");
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

for (const colorScheme of ["light", "dark"]) {
  for (const [width, viewport] of Object.entries({ wide, narrow })) {
    test(`${width}, ${colorScheme}`, async () => {
      const { context, page, wrong } = await open("/desk", { viewport, colorScheme });
      await button(page).waitFor();
      await look(page, `${width}-${colorScheme}`);
      assert.deepEqual(wrong, []);
      await context.close();
    });
  }
}

test("a session ends while somebody writes: what was written is there after the login", async () => {
  const { context, page, wrong } = await open("/desk?conversation=d-02");
  await button(page).click();
  await page.getByRole("link", { name: "Continue" }).click();
  await page.waitForSelector(".card");
  await page.fill("#reply", "Half a sentence");
  await host.call("POST", `/v1/users/${ANA}/password`, { no_password: true });
  await page.getByText("Your session has ended").waitFor({ timeout: 20_000 });
  const opened = context.waitForEvent("page");
  await button(page).click();
  const beside = await opened;
  await beside.getByRole("link", { name: "Continue" }).click();
  await beside.waitForSelector("header.top .live.open");
  await page.bringToFront();
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await page.waitForSelector("#reply");
  assert.equal(await page.inputValue("#reply"), "Half a sentence");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("for the panel in a helpdesk's frame, by the window that hands over", async () => {
  const context = await browser.newContext({ viewport: wide, locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`http://localhost:${helpdesk.address().port}`);
  const opened = context.waitForEvent("page");
  await page.frameLocator("#app").getByRole("button", { name: "Log in" }).click();
  const popup = await opened;
  await button(popup).click();
  await popup.waitForURL(`${service.url}/authorize**`);
  const closed = popup.waitForEvent("close");
  await popup.getByRole("link", { name: "Continue" }).click();
  await closed;
  await page.frameLocator("#app").getByRole("button", { name: "Log out" }).waitFor();
  await context.close();
});
