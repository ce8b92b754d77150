// One plugin in full: what it is, how long it takes, how it failed, what it stored, what it says now.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { page } from "../../shared/page.js";
import { change, readKeys, state } from "../store.js";
import { t, tCount, tWord } from "../words.js";
import { begin, canary } from "./canary.js";
import { ask, buttons } from "./confirm.js";
import { histogram } from "./histogram.js";
import { log } from "./log.js";
import { bytes, link, moment, number, problem, stateChip, waiting } from "./parts.js";
import { notes } from "./plugins.js";

/** @import { Line, PluginInFull, StoredKey, Version } from "../types" */

export function plugin() {
  const it = state.plugin;
  if (!it) return waiting();
  return html`
    <p class="way-back">${link("plugins", null, t("back.plugins"))}</p>
    <section class="panel" aria-labelledby="plugin-title">
      <div class="panel-head">
        <div><h2 id="plugin-title"><bdi>${it.name || it.id}</bdi> <small><bdi>${it.id}@${it.version || "?"}</bdi></small></h2>
          ${it.description ? html`<p dir="auto">${it.description}</p>` : ""}</div>
        <div class="acts">${buttons(it)}</div>
      </div>
      <div class="standing">${stateChip(it.state)}${notes(it)}</div>
      ${facts(it)}
    </section>
    ${it.runtime && it.state !== "disabled" ? html`
      <section class="panel" aria-labelledby="canary-title" data-canary=${it.id}><h3 id="canary-title">${t("canary.title")}</h3>
        ${it.canary ? canary(it, it.canary) : begin(it)}</section>` : ""}
    <div class="columns">
      <section class="panel" aria-labelledby="time-title"><h3 id="time-title">${t("time")}</h3>
        <p class="hint">${it.scope === "shared" ? t("time.shared") : t("time.own")}</p>
        ${it.figures.length === 0 ? html`<p class="muted">${t("time.none")}</p>` : html`<ul class="hooks">${it.figures.map(histogram)}</ul>`}
      </section>
      <section class="panel" aria-labelledby="failures-title"><h3 id="failures-title">${t("failures.last")}</h3>
        ${it.last_failures.length === 0 ? html`<p class="muted">${t("failures.none")}</p>` : html`<ul class="failures">${it.last_failures.map(failure)}</ul>`}
      </section>
    </div>
    ${log()}
    <div class="columns">
      ${keys(it)}
      <section class="panel" aria-labelledby="versions-title"><h3 id="versions-title">${t("versions")}</h3>
        ${it.versions.length === 0 ? html`<p class="muted">${t("versions.none")}</p>` : html`<ul class="versions">${it.versions.map(version)}</ul>`}
      </section>
    </div>
  `;
}

/** @param {PluginInFull} it */
const facts = (it) => html`
  <dl class="facts">
    <div><dt>${t("scope")}</dt><dd>${it.scope === "shared" ? t("scope.shared") : t("scope.own")}</dd></div>
    ${it.runtime ? html`<div><dt>${t("runtime")}</dt><dd>${tWord("runtime", it.runtime)}</dd></div>` : ""}
    ${it.hooks?.length ? html`<div><dt>${t("hooks")}</dt><dd>${it.hooks.map((hook) => tWord("hook", hook)).join(", ")}</dd></div>` : ""}
    ${it.since ? html`<div><dt>${t("since")}</dt><dd>${moment(it.since.at)} · <bdi>${it.since.by}</bdi></dd></div>
      <div><dt>${t("generation")}</dt><dd>${number(it.since.generation)}</dd></div>` : ""}
    ${it.hash ? html`<div><dt>${t("hash")}</dt><dd><code title=${it.hash}>${it.hash.slice(0, 16)}</code></dd></div>` : ""}
  </dl>
`;

/** @param {Line} it */
const failure = (it) => html`
  <li><p class="row"><span class="chip bad">${tWord("kind", it.failure ?? "")}</span> <span>${tWord("hook", it.hook)}</span>
      ${moment(it.at)} ${it.turn_id ? link("turns", it.turn_id, t("turn")) : ""}</p>
    ${it.problem ? problem(it.problem) : ""}</li>
`;

/** @param {Version} it */
const version = (it) => html`
  <li><b><bdi>${it.version || "?"}</bdi></b> <span class="chip plain">${tWord("source", it.source)}</span>
    ${it.state === "live" ? "" : html`<span class="chip plain">${tWord("state", it.state)}</span>`}
    <small>${moment(it.at)} · <bdi>${it.by}</bdi> · <code>${it.hash.slice(0, 8)}</code></small></li>
`;

/** @param {PluginInFull} it */
function keys(it) {
  const { keys, bytes: size, customers, limit } = it.stored_keys;
  return html`
    <section class="panel" aria-labelledby="keys-title"><h3 id="keys-title">${t("keys")}</h3>
      <p>${tCount("keys", keys)} · ${tCount("customers", customers)} · ${t("keys.of", { bytes: bytes(size), limit: bytes(limit) })}</p>
      <form class="row" @submit=${look}>
        <label class="unseen" for="customer">${t("customer")}</label>
        <input id="customer" name="customer" required maxlength="200" placeholder=${t("customer")} autocomplete="off" spellcheck="false">
        <button>${t("keys.look")}</button>
      </form>
      ${state.keys ? stored(it, state.keys) : ""}
    </section>
  `;
}

/** @param {PluginInFull} it @param {{ customer: string, keys: StoredKey[] }} found */
const stored = (it, found) => html`
  ${found.keys.length === 0 ? html`<p class="muted" role="status">${t("keys.none", { customer: found.customer })}</p>` : html`
    <table class="small stored"><caption><bdi>${found.customer}</bdi></caption>
      <thead><tr><th scope="col">${t("key")}</th><th scope="col">${t("value")}</th></tr></thead>
      <tbody>${found.keys.map((key) => html`<tr><th scope="row"><bdi>${key.name}</bdi></th>
        <td><code dir="auto">${key.value}${key.cut ? "…" : ""}</code> <small>${bytes(key.bytes)}</small></td></tr>`)}</tbody></table>
    <button @click=${() => ask("forget_keys", it)}>${t("act.forget_keys")}</button>`}
`;

/** @param {SubmitEvent} event */
function look(event) {
  event.preventDefault();
  const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
  const customer = String(form.get("customer") ?? "").trim();
  change({ keys: null });
  if (customer && page.session) readKeys(customer);
}
