// What the merchant wants to reach, against what is reached; operators set it.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import * as dialogs from "../../shared/dialog.js";
import * as icons from "../../shared/icons.js";
import { redraw } from "../../shared/page.js";
import { interval, percent, scenario, time } from "../format.js";
import { isOperator, setTargets, state } from "../store.js";
import { t } from "../words.js";

/** @import { Judged, Report, Target } from "../types" */

const measures = ["resolved", "reopened", "accepted", "rated_well", "calmed", "kept", "covered", "answer_seconds"];

/** @type {{ rows: Target[], wrong: string }} */
const form = { rows: [], wrong: "" };

/** @param {string} measure */
const called = (measure) => t(/** @type {any} */ (`measure.${measure}`));
/** @param {Target} it */
const isTime = (it) => it.measure === "answer_seconds";
/** @param {Target} it @param {number | null} value */
const say = (it, value) => (isTime(it) ? time(value) : percent(value));

/** @param {Report} report */
export const list = (report) => html`
  <section class="panel" aria-labelledby="targets-title">
    <div class="row"><h2 id="targets-title" class="grow">${t("targets.title")}</h2>
      ${isOperator() ? html`<button @click=${open}>${icons.pencil()} ${t("targets.edit")}</button>` : ""}</div>
    ${report.targets.length === 0 ? html`<p class="hint">${t("targets.none")}</p>` : html`
    <ul class="targets">${report.targets.map(one)}</ul>`}
  </section>
`;

/** @param {Judged} it */
const one = (it) => html`
  <li class=${it.standing}>
    <span class="grow"><b>${called(it.measure)}</b> <bdi>${it.scenario ? scenario(it.scenario) : t("targets.all")}</bdi></span>
    <span>${say(it, it.reached)} <small>${it.rate ? interval(it.rate) : ""}</small></span>
    <span>${t(it.measure === "reopened" || isTime(it) ? "targets.most" : "targets.least", { value: say(it, it.value) })}</span>
    <span class="standing">${t(`standing.${it.standing}`)}</span>
  </li>
`;

function open() {
  form.rows = (state.report?.targets ?? []).map(({ measure, scenario, value }) => ({ measure, value, ...(scenario ? { scenario } : {}) }));
  if (form.rows.length === 0) form.rows.push({ measure: "resolved", value: 0.9 });
  form.wrong = "";
  redraw();
  dialogs.show("targets");
}

export const dialog = () => dialogs.dialog("targets", t("targets.edit"), html`
  <form @submit=${save}>
    <p class="hint">${t("targets.hint")}</p>
    ${form.rows.map((row, place) => html`
      <fieldset>
        <legend class="unseen">${t("targets.number", { number: place + 1 })}</legend>
        <label><span>${t("targets.measure")}</span>
          <select .value=${row.measure} @change=${(/** @type {Event} */ event) => set(row, "measure", event)}>
            ${measures.map((name) => html`<option value=${name} ?selected=${name === row.measure}>${called(name)}</option>`)}
          </select></label>
        <label><span>${t("filter.scenario")}</span>
          <select @change=${(/** @type {Event} */ event) => set(row, "scenario", event)}>
            <option value="" ?selected=${!row.scenario}>${t("targets.all")}</option>
            ${choices(row).map((name) => html`<option value=${name} ?selected=${name === row.scenario}>${scenario(name)}</option>`)}
          </select></label>
        <label><span>${t(isTime(row) ? "targets.seconds" : "targets.percent")}</span>
          <input type="number" required min="0.1" max=${isTime(row) ? 604800 : 100} step="0.1"
            .value=${String(isTime(row) ? row.value : Math.round(row.value * 1000) / 10)} @change=${(/** @type {Event} */ event) => set(row, "value", event)}></label>
        <button type="button" class="quiet" @click=${() => remove(row)} aria-label=${t("targets.remove", { number: place + 1 })}>${icons.cross()}</button>
      </fieldset>`)}
    <p class="wrong" role="alert">${form.wrong}</p>
    <div class="row">
      <button type="button" @click=${add}>${t("targets.add")}</button><span class="grow"></span>
      <button type="button" @click=${() => dialogs.close("targets")}>${t("cancel")}</button>
      <button class="primary">${t("targets.save")}</button>
    </div>
  </form>
`);

/** @param {Target} row */
function choices(row) {
  const known = [...state.known.scenarios.keys()].sort();
  return row.scenario && !known.includes(row.scenario) ? [row.scenario, ...known] : known;
}

/** @param {Target} row @param {"measure" | "scenario" | "value"} part @param {Event} event */
function set(row, part, event) {
  const { value } = /** @type {HTMLInputElement} */ (event.target);
  if (part === "value") row.value = isTime(row) ? Number(value) : Number(value) / 100;
  else if (part === "scenario" && !value) delete row.scenario;
  else {
    const was = isTime(row);
    row[part] = value;
    if (isTime(row) !== was) row.value = was ? 0.9 : 120;
  }
  redraw();
}

function add() {
  form.rows.push({ measure: "resolved", value: 0.9 });
  redraw();
}

/** @param {Target} row */
function remove(row) {
  form.rows = form.rows.filter((it) => it !== row);
  redraw();
}

/** @param {SubmitEvent} event */
async function save(event) {
  event.preventDefault();
  form.wrong = await setTargets(form.rows);
  redraw();
  if (!form.wrong) dialogs.close("targets");
}
