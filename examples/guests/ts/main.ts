// Names a parcel that is late: the latest one of the newest order. Silent when none is.

import { host, type Draft, type Fields, type Fulfillment, type Turn } from "cuecard";

const DAY = 24 * 60 * 60;

export function compose(turn: Turn): Draft[] {
  if (turn.message.text === "draw") {
    return [{ text: `${Math.floor(Math.random() * 1_000_000)}`, reason: "as asked" }];
  }
  const order = turn.customer.orders[0];
  let late: Fulfillment | undefined;
  let days = 0;
  for (const parcel of order?.fulfillments ?? []) {
    const since = Math.floor((turn.now - (parcel.expectedAt ?? turn.now)) / DAY);
    if (parcel.status === "in-transit" && since > days) [late, days] = [parcel, since];
  }
  if (!order || !late?.expectedAt) return [];
  const asked = Number(host.getKey("asked") ?? 0) + 1;
  host.setKey("asked", asked);
  host.log.info(`${late.id} is late`);
  const values: Fields = {
    order: order.number ?? order.id,
    carrier: late.carrier ?? "the carrier",
    due: late.expectedAt,
    ago: host.formatRelative(late.expectedAt),
  };
  const reason = `${days} days late, asked ${asked} times`;
  if (turn.signals.emotion.label !== "angry") {
    return [{ scenario: "delivery_delay", message: "late", arguments: values, reason }];
  }
  return [{
    scenario: "delivery_delay",
    steps: [{ kind: "empathy", message: "sorry" }, { kind: "fact", message: "late", arguments: values }],
    reason,
  }];
}
