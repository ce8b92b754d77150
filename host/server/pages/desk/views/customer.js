// The customer at a glance.

import { html } from "../../shared/vendor/lit-html/lit-html.js";
import { ago, countryName, day, languageName, money, percent, since, timeThere } from "../../shared/format.js";
import { page } from "../../shared/page.js";
import { t, tWord } from "../words.js";
import { state } from "../store.js";

/** @import { Glance, Order, Profile } from "../types" */

export function customer() {
  const { glance, thread } = state;
  if (!thread) return "";
  return html`
    <section class="glance" aria-labelledby="customer-title">
      <h2 id="customer-title">${t("customer.title")}</h2>
      ${glance?.customer || glance?.profile ? known(glance) : html`<p class="empty">${glance ? t("customer.unknown") : ""}</p>`}
    </section>
  `;
}

/** @param {Glance} glance */
const known = ({ customer, profile, sources }) => html`
  ${profile && profile.open_problems.length > 0 ? problems(profile) : ""}
  <dl class="facts">
    ${profile ? facts(profile) : ""}
    ${customer?.time_zone
      ? fact(t("customer.time"), html`${timeThere(customer.time_zone, page.now)}
          ${customer.country ? html`<small>${countryName(customer.country)}</small>` : ""}`)
      : ""}
    ${profile?.preferred_language ? fact(t("customer.language"), languageName(profile.preferred_language)) : ""}
    ${profile?.preferred_channel ? fact(t("customer.channel"), tWord("channel", profile.preferred_channel)) : ""}
    ${profile?.last_contact_at ? fact(t("customer.last_contact"), ago(profile.last_contact_at, page.now)) : ""}
  </dl>
  ${customer?.orders?.length ? html`<ul class="orders">${customer.orders.slice(0, 5).map(order)}</ul>` : ""}
  ${Object.keys(sources).length > 0 ? origins(sources) : ""}
`;

/** @param {Profile} profile */
const facts = (profile) => html`
  ${fact(t("customer.orders"), html`${profile.orders} <small>${tWord("buyer", profile.buyer)}</small>`)}
  ${profile.spend.length > 0 ? fact(t("customer.spend"), profile.spend.map(money).join(" + ")) : ""}
  ${profile.returns_rate === undefined ? "" : fact(t("customer.returns"), percent(profile.returns_rate))}
  ${fact(t("customer.risk"), html`<span class="risk ${profile.risk}">${tWord("risk", profile.risk)}</span>`)}
`;

/** @param {string} name @param {unknown} value */
const fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** @param {Profile} profile */
const problems = (profile) => html`
  <ul class="problems" aria-label=${t("customer.problems")}>
    ${profile.open_problems.map(
      (it) => html`<li>${tWord("problem", it.kind)} <small><bdi>${number(it.order_id)}</bdi>${it.since
        ? html`, ${t("customer.since", { time: since(it.since, page.now) })}` : ""}</small></li>`,
    )}
  </ul>
`;

/** As the customer knows the order. @param {string} id */
function number(id) {
  return state.glance?.customer?.orders?.find((order) => order.id === id)?.number ?? id;
}

/** @param {Order} order */
const order = (order) => html`
  <li>
    <b><bdi>${order.number ?? order.id}</bdi></b> <span class="chip plain">${tWord("order", order.status)}</span>
    <span class="sum">${order.total ? money(order.total) : ""}</span>
    <small><bdi>${(order.items ?? []).map((it) => it.title).join(", ")}</bdi>${order.placed_at ? html` · ${day(order.placed_at)}` : ""}</small>
  </li>
`;

/** @param {Record<string, string[]>} sources */
const origins = (sources) => html`
  <details class="sources">
    <summary>${t("customer.sources")}</summary>
    <dl>${Object.entries(sources).map(([name, from]) => html`<dt>${name.replaceAll("_", " ")}</dt><dd>${from.join(", ")}</dd>`)}</dl>
  </details>
`;
