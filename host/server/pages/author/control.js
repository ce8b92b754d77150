// What an author can do: choose, write, rehearse, save, and take proposals.

import * as windows from "../shared/dialog.js";
import { say } from "../shared/focus.js";
import { percent } from "../shared/format.js";
import { notice } from "../shared/page.js";
import { Problem, api } from "../shared/session.js";
import { change, copiesOf, draftOf, forgetDraft, isChanged, keepCopies, keepDraft, state } from "./store.js";
import { t } from "./words.js";

/** @import { Bundle, Copy, Draft, Proposal } from "./types" */

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

/** The newest version; if none serves any more, one without files. @param {string} plugin @returns {Promise<Bundle>} */
async function newest(plugin) {
  try {
    return await api("GET", `${path(plugin)}/bundle`);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    return { plugin, version: null, hash: null, shared: false, canary: null, at: null, by: null, files: {}, binary: [] };
  }
}

/** Somebody has changed what serves: who has no draft sees it, who has one is told. */
export async function reloaded() {
  await reset();
  const { base, plugins, saving } = state;
  const live = plugins.find((it) => it.id === base?.plugin && it.state !== "disabled");
  if (!base || saving || (live?.canary?.hash ?? live?.hash ?? null) === base.hash) return change({ newer: null });
  if (!isChanged()) {
    // A canary that was saved here and taken back is in service nowhere: it stays to be mended.
    if (base.canary !== null) {
      keepCopies([{ at: new Date().toISOString(), version: base.version, files: state.files }, ...state.copies]);
      notice(t("copy.kept"));
    }
    return open(base.plugin, { push: false });
  }
  const now = await newest(base.plugin).catch(() => null);
  if (now && state.base === base) change({ newer: now.hash === base.hash ? null : now });
}

/** Opens what serves, or a new one. @param {string} id @param {{ template?: boolean, push?: boolean }} [how] */
export async function open(id, { template = false, push = true } = {}) {
  const nothing = { base: null, newer: null, files: {}, open: "", result: null, refused: null, asked: null, copies: [] };
  if (!id) return change({ ...nothing, phase: "choosing" });
  const unkept = state.copies_kept ? null : { plugin: state.base?.plugin, copies: state.copies, copies_kept: false };
  change({ phase: "loading", result: null, refused: null, asked: null });
  try {
    const now = /** @type {Bundle} */ (await api("GET", template ? `/v1/templates/${encodeURIComponent(id)}` : `${path(id)}/bundle`));
    const draft = draftOf(id);
    const files = draft?.files ?? { ...now.files };
    // What somebody else has brought since the draft was begun is not put aside unseen.
    const base = draft ? draft.base ?? { ...now, hash: draft.hash ?? now.hash } : now;
    const newer = base.hash === now.hash ? null : now;
    // Copies that the browser could not keep are here alone.
    const { copies, copies_kept } = unkept?.plugin === id ? unkept : { copies: copiesOf(id), copies_kept: true };
    change({ base, newer, phase: "ready", files, open: first(files), copies, copies_kept });
    if (draft) notice(t("draft.found"));
    if (push) history.pushState(null, "", `/author?plugin=${encodeURIComponent(id)}`);
    rehearse();
  } catch (error) {
    // A draft of a plugin that was never saved.
    if (error instanceof Problem && error.status === 404 && !template && draftOf(id)) return open(id, { template: true, push });
    change({ ...nothing, phase: "failed" });
    notice(reasonOf(error), "error");
  }
}

/** @param {Record<string, string>} files */
const first = (files) => ["main.luau", "messages/en.json", "plugin.toml"].find((name) => name in files) ?? Object.keys(files)[0] ?? "";

/** @param {string} file @param {string} text */
export function write(file, text) {
  if (state.files[file] === text) return;
  change({ files: { ...state.files, [file]: text }, refused: null, asked: null });
  keepDraft();
  soon();
}

/** @param {string} name */
export function addFile(name) {
  const texts = name.endsWith(".json") ? "{\n}\n" : "";
  change({ files: { ...state.files, [name]: state.files[name] ?? texts }, open: name, asked: null });
  keepDraft();
}

/** @param {string} name */
export function removeFile(name) {
  const { [name]: _, ...files } = state.files;
  change({ files, open: first(files), asked: null });
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
  const { base, newer } = state;
  if (base) begin(newer ?? base);
}

/** Nothing that is in the editor stays there. @param {Bundle} base */
function begin(base) {
  forgetDraft(base.plugin);
  change({ base, newer: null, files: { ...base.files }, open: first(base.files), refused: null, asked: null });
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

/** The manifest with a version after the newest one, if its own is one of those. @param {string} manifest
 * @param {(string | null)[]} known the newest one last */
function bumped(manifest, known) {
  const found = VERSION.exec(manifest);
  const plain = known.map((it) => it?.split(/[-+]/)[0] ?? null);
  const [major, minor, patch] = plain.at(-1)?.split(".") ?? [];
  if (!found || patch === undefined || !plain.includes(`${found[2]}.${found[3]}.${found[4]}`)) return manifest;
  return manifest.replace(VERSION, (_all, head) => `${head}${major}.${minor}.${Number(patch) + 1}"`);
}

/** A new version, which serves if it is fit to. What was written stays, whatever comes of it. */
export async function save() {
  const { base, newer, saving } = state;
  if (!base || saving || !isChanged()) return;
  await (newer ? meet() : send(draft(base)));
}

/** The newest of another's is put aside by what is in the editor. */
export async function overwrite() {
  const { newer, saving } = state;
  windows.close("conflict");
  if (newer && !saving) await send(draft(newer));
}

/** The newest of another's is in the editor; what was there is a copy. */
export function takeOver() {
  const { base, newer, files, copies } = state;
  windows.close("conflict");
  if (!base || !newer) return;
  keepCopies([{ at: new Date().toISOString(), version: base.version, files }, ...copies]);
  begin(newer);
  notice(t("copy.kept"));
}

/** What is in the editor and a copy change places. @param {Copy} copy */
export function swap(copy) {
  const { base, files, copies } = state;
  windows.close("copies");
  if (!base) return;
  const own = { at: new Date().toISOString(), version: base.version, files };
  keepCopies(copies.flatMap((it) => (it !== copy ? [it] : isChanged() ? [own] : [])));
  change({ files: { ...copy.files }, open: first(copy.files), refused: null, asked: null });
  keepDraft();
  rehearse();
}

/** @param {Copy} copy */
export const drop = (copy) => keepCopies(state.copies.filter((it) => it !== copy));

/** This person has seen what would be different, and wants it. */
export async function confirm() {
  const { asked, saving } = state;
  windows.close("asked");
  if (asked && !saving) await send(asked, asked.rehearsal.new?.hash);
}

/** @param {Bundle} onto @returns {Draft} */
function draft(onto) {
  const { base, files } = state;
  const manifest = files["plugin.toml"];
  const version = [base?.version ?? null, onto.version];
  return { written: files, sent: manifest === undefined ? files : { ...files, "plugin.toml": bumped(manifest, version) }, onto };
}

/** Sends these very bytes. @param {Draft} draft @param {string} [confirmed] */
async function send({ written, sent, onto }, confirmed) {
  const { plugin } = onto;
  change({ saving: true, refused: null, asked: null });
  try {
    /** @type {Record<string, string>} */
    const only = onto.hash ? { "if-match": `"${onto.hash}"` } : { "if-none-match": "*" };
    const keep = onto.binary.map((it) => it.name);
    const saved = await api("PUT", `${path(plugin)}${confirmed ? `?confirm=${confirmed}` : ""}`, { files: sent, keep }, only);
    const now = await newest(plugin).catch(() => null);
    if (now === null || state.base?.plugin !== plugin) {
      // Another plugin is open by now, or what serves cannot be read at the moment: it is saved all the same.
      if (JSON.stringify(draftOf(plugin)?.files) === JSON.stringify(written)) forgetDraft(plugin);
      change({ saving: false });
      notice(t("saved", { plugin, version: saved.version }));
      return reset();
    }
    // What was typed or taken away meanwhile is not lost: it is the next draft.
    const typed = Object.entries(state.files).filter(([name, text]) => written[name] !== text);
    const stayed = Object.entries(now.files).filter(([name]) => !(name in written) || name in state.files);
    change({ base: now, newer: null, files: Object.fromEntries([...stayed, ...typed]), saving: false });
    keepDraft();
    const said = now.canary === null ? t("saved", { plugin, version: saved.version }) : t("saved.canary", { plugin, version: saved.version, share: percent(now.canary) });
    notice(said);
    say(said);
    await reset();
    rehearse();
  } catch (error) {
    await notSaved(error, { written, sent, onto });
  }
}

/** @param {unknown} error @param {Draft} draft */
async function notSaved(error, draft) {
  const found = error instanceof Problem ? error : null;
  change({ saving: false });
  say(t("save.refused"));
  if (state.base?.plugin !== draft.onto.plugin) return notice(reasonOf(error), "error");
  if (found?.status === 412) return meet();
  if (found?.status === 409 && found.rehearsal) {
    change({ asked: { ...draft, rehearsal: found.rehearsal } });
    return queueMicrotask(() => windows.show("asked"));
  }
  change({ refused: found?.problems.length ? found.problems : [{ file: "", reason: reasonOf(error) }] });
}

/** Somebody else has brought a version: who it was, what is different, and what to do about it. */
export async function meet() {
  const { base } = state;
  if (!base) return;
  try {
    const now = await newest(base.plugin);
    if (state.base?.plugin !== base.plugin) return;
    const is_same = now.hash === base.hash;
    change({ newer: is_same ? null : now, refused: is_same ? [{ file: "", reason: t("conflict.now") }] : null });
    if (!is_same) queueMicrotask(() => windows.show("conflict"));
  } catch (error) {
    notice(reasonOf(error), "error");
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
