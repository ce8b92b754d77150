// What an author can do: choose, write, rehearse, save, and take proposals.

import { say } from "../shared/focus.js";
import { notice } from "../shared/page.js";
import { Problem, api } from "../shared/session.js";
import { change, draftOf, forgetDraft, isChanged, keepDraft, state } from "./store.js";
import { t } from "./words.js";

/** @import { Bundle, Proposal } from "./types" */

/** After the last key, in milliseconds. */
const PAUSE = 200;
/** Turns that are answered, and events that are judged, again as one types. */
const TURNS = 8;

/** @param {unknown} error */
const reasonOf = (error) => (error instanceof Problem ? error.message : t("login.unreachable"));
/** @param {string} id */
const path = (id) => `/v1/plugins/${encodeURIComponent(id)}`;

export async function reset() {
  try {
    const [{ plugins }, { conversations }, { proposals }] = await Promise.all([
      api("GET", "/v1/plugins"), api("GET", "/v1/author/conversations?limit=30"), api("GET", "/v1/proposals"),
    ]);
    change({ plugins, talks: conversations, proposals });
  } catch (error) {
    notice(reasonOf(error), "error");
  }
}

/** Somebody has changed what serves: who has no draft sees it. */
export async function reloaded() {
  await reset();
  const { base, plugins, saving } = state;
  const live = plugins.find((it) => it.id === base?.plugin && it.state === "live");
  if (base && live && live.hash !== base.hash && !isChanged() && !saving) await open(base.plugin, { push: false });
}

/** Opens what serves, or a new one. @param {string} id @param {{ template?: boolean, push?: boolean }} [how] */
export async function open(id, { template = false, push = true } = {}) {
  if (!id) return change({ base: null, phase: "choosing", files: {}, open: "", result: null, refused: null });
  change({ phase: "loading", result: null, refused: null });
  try {
    const base = /** @type {Bundle} */ (await api("GET", template ? `/v1/templates/${encodeURIComponent(id)}` : `${path(id)}/bundle`));
    const draft = draftOf(id);
    const files = draft?.files ?? { ...base.files };
    change({ base, phase: "ready", files, open: first(files) });
    if (draft) notice(t("draft.found"));
    if (push) history.pushState(null, "", `/author?plugin=${encodeURIComponent(id)}`);
    rehearse();
  } catch (error) {
    // A draft of a plugin that was never saved.
    if (error instanceof Problem && error.status === 404 && !template && draftOf(id)) return open(id, { template: true, push });
    change({ phase: "failed", base: null });
    notice(reasonOf(error), "error");
  }
}

/** @param {Record<string, string>} files */
const first = (files) => ["main.luau", "messages/en.json", "plugin.toml"].find((name) => name in files) ?? Object.keys(files)[0] ?? "";

/** @param {string} file @param {string} text */
export function write(file, text) {
  if (state.files[file] === text) return;
  change({ files: { ...state.files, [file]: text }, refused: null });
  keepDraft();
  soon();
}

/** @param {string} name */
export function addFile(name) {
  const texts = name.endsWith(".json") ? "{\n}\n" : "";
  change({ files: { ...state.files, [name]: state.files[name] ?? texts }, open: name });
  keepDraft();
}

/** @param {string} name */
export function removeFile(name) {
  const { [name]: _, ...files } = state.files;
  change({ files, open: first(files) });
  keepDraft();
  soon();
}

/** @param {string} talk */
export function choose(talk) {
  change({ talk });
  rehearse();
}

/** Back to what serves. */
export function discard() {
  const { base } = state;
  if (!base) return;
  forgetDraft(base.plugin);
  change({ files: { ...base.files }, open: first(base.files), refused: null });
  rehearse();
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let again = false;

function soon() {
  clearTimeout(timer);
  timer = setTimeout(rehearse, PAUSE);
}

/** One at a time: what changes meanwhile is rehearsed after it. */
async function rehearse() {
  clearTimeout(timer);
  const { base, talk } = state;
  if (!base) return;
  if (state.rehearsal === "running") return void (again = true);
  again = false;
  change({ rehearsal: "running" });
  const keep = base.binary.map((it) => it.name);
  const conversations = talk ? [talk] : state.talks.slice(0, TURNS).map((it) => it.id);
  try {
    const result = await api("POST", `${path(base.plugin)}/rehearse?turns=${TURNS}&events=${TURNS}`, { files: state.files, keep, conversations });
    if (state.base === base) change({ result, rehearsal: "idle" });
    else change({ rehearsal: "idle" });
  } catch (error) {
    const problems = error instanceof Problem ? error.problems : [];
    if (problems.length && state.base === base) change({ rehearsal: "idle", refused: problems });
    else change({ rehearsal: "failed" });
  }
  if (again || state.base !== base) rehearse();
}

const VERSION = /^(\s*version\s*=\s*")(\d+)\.(\d+)\.(\d+)([^"]*")/m;

/** The manifest with a version after the one that serves. @param {string} manifest @param {string | null} live */
function bumped(manifest, live) {
  const found = VERSION.exec(manifest);
  if (!found || `${found[2]}.${found[3]}.${found[4]}` !== live?.split(/[-+]/)[0]) return manifest;
  return manifest.replace(VERSION, (_all, head, major, minor, patch) => `${head}${major}.${minor}.${Number(patch) + 1}"`);
}

/** A new version, which serves if it is fit to. What was written stays, whatever comes of it. */
export async function save() {
  const { base, files } = state;
  if (!base || state.saving || !isChanged()) return;
  const manifest = files["plugin.toml"];
  const sent = manifest === undefined ? files : { ...files, "plugin.toml": bumped(manifest, base.version) };
  change({ saving: true, refused: null });
  try {
    const saved = await api("PUT", path(base.plugin), { files: sent, keep: base.binary.map((it) => it.name) });
    const now = /** @type {Bundle} */ (await api("GET", `${path(base.plugin)}/bundle`));
    // What was typed meanwhile is not lost: it is the next draft.
    const typed = Object.fromEntries(Object.entries(state.files).filter(([name, text]) => files[name] !== text));
    change({ base: now, files: { ...now.files, ...typed }, saving: false });
    keepDraft();
    notice(t("saved", { plugin: base.plugin, version: saved.version }));
    say(t("saved", { plugin: base.plugin, version: saved.version }));
    await reset();
    rehearse();
  } catch (error) {
    const problems = error instanceof Problem ? error.problems : [];
    const refused = problems.length ? problems : [{ file: "", reason: reasonOf(error) }];
    change({ saving: false, refused });
    say(t("save.refused"));
  }
}

/** Takes a proposal into the messages as a new key. @param {Proposal} proposal @param {string} key */
export async function take(proposal, key) {
  const { base } = state;
  if (!base) return;
  const language = proposal.locale.split("-")[0];
  const file = [`messages/${proposal.locale}.json`, `messages/${language}.json`].find((it) => it in state.files) ?? `messages/${language}.json`;
  let messages;
  try {
    messages = JSON.parse(state.files[file] ?? "{}");
  } catch {
    return notice(t("proposal.broken", { file }), "error");
  }
  messages[key] = proposal.message;
  write(file, `${JSON.stringify(messages, null, 2)}\n`);
  change({ open: file });
  await settle(proposal, { state: "taken", plugin: base.plugin, key });
}

/** @param {Proposal} proposal @param {{ state: string, plugin?: string, key?: string }} what */
export async function settle(proposal, what) {
  try {
    await api("POST", `/v1/proposals/${encodeURIComponent(proposal.id)}/settle`, what);
    change({ proposals: state.proposals.filter((it) => it !== proposal) });
  } catch (error) {
    notice(reasonOf(error), "error");
  }
}
