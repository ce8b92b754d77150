// The way from the host to a plugin's functions and back. `cuecard build` puts it around main.js or main.ts.
//
// Date and Math.random are the turn's own: a replay sees the same clock and draws the same numbers.

import { fields, host, object } from "./index.js";

const SystemDate = Date;

globalThis.Date = class Date extends SystemDate {
  constructor(...given) {
    super(...(given.length === 0 ? [host.now() * 1000] : given));
  }

  static now() {
    return host.now() * 1000;
  }
};
Math.random = host.random;

/** The hooks of a plugin as the contract wants them; those that it leaves out change nothing. */
export function hooks(plugin) {
  return {
    compose: hook(plugin.compose, (turn) => [opened(turn)], (drafts) => (drafts ?? []).map(draft), []),
    localize: hook(plugin.localize, (given, culture) => [openedDraft(given), culture], draft, undefined),
    trigger: hook(plugin.trigger, (event, customer) => [openedEvent(event), openedCustomer(customer)], decisions, []),
    classify: hook(plugin.classify, (turn) => [opened(turn)], classification, { reason: "" }),
  };
}

/** An error reaches the author as a text with the way to it. */
function hook(own, open, close, silent) {
  return (...given) => {
    if (own === undefined) return silent ?? given[0];
    try {
      return close(own(...open(...given)));
    } catch (error) {
      throw error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  };
}

function opened(turn) {
  turn.customer = openedCustomer(turn.customer);
  for (const item of turn.live) item.fields = object(item.fields);
  return turn;
}

function openedCustomer(customer) {
  customer.attributes = object(customer.attributes);
  for (const order of customer.orders) order.attributes = object(order.attributes);
  return customer;
}

function openedEvent(event) {
  event.fields = object(event.fields);
  return event;
}

function openedDraft(given) {
  given.arguments = object(given.arguments);
  for (const step of given.steps) step.arguments = object(step.arguments);
  for (const action of given.actions) action.args = object(action.args);
  return given;
}

function draft(given) {
  return {
    scenario: given.scenario ?? null,
    title: given.title ?? null,
    message: given.message ?? null,
    arguments: fields(given.arguments),
    text: given.text ?? null,
    steps: (given.steps ?? []).map((step) => ({
      kind: step.kind,
      message: step.message ?? null,
      arguments: fields(step.arguments),
      text: step.text ?? null,
    })),
    actions: (given.actions ?? []).map((action) => ({ type: action.type, args: fields(action.args) })),
    reason: given.reason ?? "",
    confidence: given.confidence ?? null,
  };
}

function decisions(given) {
  return (given ?? []).map((decision) => {
    if (decision.cancel !== undefined) return { tag: "cancel", val: decision.cancel };
    if (decision.timer !== undefined) {
      return { tag: "timer", val: { ...decision.timer, fields: fields(decision.timer.fields) } };
    }
    return { tag: "outreach", val: outreach(decision.outreach) };
  });
}

function outreach(given) {
  return {
    occurrence: given.occurrence,
    purpose: given.purpose,
    scenario: given.scenario ?? null,
    message: given.message ?? null,
    arguments: fields(given.arguments),
    text: given.text ?? null,
    channel: given.channel ?? null,
    template: given.template ?? null,
    reason: given.reason ?? "",
    reasonAt: given.reasonAt ?? null,
    validUntil: given.validUntil ?? null,
  };
}

function classification(given) {
  const found = given ?? {};
  return {
    language: found.language ?? null,
    scenario: found.scenario ? { ...found.scenario, alternatives: found.scenario.alternatives ?? [] } : null,
    emotion: found.emotion ? { ...found.emotion, trend: found.emotion.trend ?? null } : null,
    stage: found.stage ?? null,
    reason: found.reason ?? "",
  };
}
