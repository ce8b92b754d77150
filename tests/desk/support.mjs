// A real host on a port of its own with fresh state, and a real browser with a fresh profile.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
/** Screenshots of the last run, for people to look at. */
export const shots = join(root, "tests/desk/shots");
mkdirSync(shots, { recursive: true });

const program = process.env.CUECARD ?? join(root, "target/debug/cuecard");
const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/**
 * Starts the demo host. `plugins`: files by their path in the plugins' folder, in place of those that ship. `shop`: a
 * shop.toml in place of the demo's, whose settings are its own; the host then runs far from its sources, with the pages
 * that are in the binary. `config`: the operator's file. `port`: where it listens, for who has to know before.
 */
export async function startHost({ plugins, shop, config, port = 0 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "cuecard-desk-"));
  const args = ["serve", "--dev", "--listen", `127.0.0.1:${port}`, "--data", join(folder, "data")];
  if (plugins) {
    for (const [path, text] of Object.entries(plugins)) {
      const file = join(folder, "plugins", path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    args.push("--plugins", join(folder, "plugins"));
  }
  if (shop) {
    mkdirSync(join(folder, "examples/shop"), { recursive: true });
    writeFileSync(join(folder, "examples/shop/shop.toml"), shop);
    if (!plugins) args.push("--plugins", join(root, "plugins"));
  }
  if (config) {
    writeFileSync(join(folder, "config.toml"), config);
    args.push("--config", join(folder, "config.toml"));
  }
  const env = { ...process.env, SHOP_SECRET: "s3cret" };
  const child = spawn(program, args, { env, cwd: shop ? folder : root, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  const address = await new Promise((found, failed) => {
    const listen = (/** @type {Buffer} */ bytes) => {
      log += bytes;
      const said = /desk +(http:\S+)\/desk/.exec(log);
      if (said) found(said[1]);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("exit", (code) => failed(new Error(`the host ended (${code}):\n${log}`)));
  });
  const call = async (method, path, body) => {
    const headers = { authorization: "Bearer dev", "content-type": "application/json" };
    const answer = await fetch(address + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };
  return {
    address,
    folder,
    call,
    log: () => log,
    stop: async () => {
      const ended = new Promise((end) => child.on("exit", end));
      child.removeAllListeners("exit");
      const over = new Promise((end) => child.once("exit", end));
      child.kill();
      await Promise.race([over, ended]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function startBrowser() {
  const quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run"];
  return chromium.launch({ executablePath: browserPath, args: quiet });
}

export const wide = { width: 1280, height: 800 };
export const narrow = { width: 390, height: 844 };

/** A page that has logged in, with what went wrong in it. `at`: which page; `person`: who, in place of the demo's. */
export async function openDesk(browser, host, options = {}) {
  const { viewport = wide, colorScheme = "light", locale = "en-GB", path = "", at = "/desk", person = "demo" } = options;
  const context = await browser.newContext({ viewport, colorScheme, locale, reducedMotion: "reduce" });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`error: ${error}`));
  page.on("dialog", (dialog) => (wrong.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  await page.exposeFunction("heardViolation", (what) => wrong.push(`violation: ${what}`));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) =>
      globalThis.heardViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  await page.goto(`${host.address}${at}${path}`);
  const [name, password] = [person].flat();
  await page.fill("#name", name);
  await page.fill("#password", password ?? name);
  await page.keyboard.press("Enter");
  await page.waitForSelector("header.top .live.open");
  return { page, context, wrong };
}

/** A plugin in Lua that answers everything by this code. */
export function plugin(id, compose, more = "") {
  const manifest = `[plugin]\nid = "${id}"\nversion = "1.0.0"\napi = "1"\nruntime = "lua"\nentry = "main.luau"\n
[hooks.compose]\nscenarios = ["*"]\n${more ? '[hooks.trigger]\nevents = ["ping"]\n' : ""}`;
  const code = `local function compose(turn)\n${compose}\nend\n${more}\nreturn { compose = compose${more ? ", trigger = trigger" : ""} }\n`;
  return { [`${id}/plugin.toml`]: manifest, [`${id}/main.luau`]: code };
}
