// Says which messages mean {{scenario}}. `cuecard build` makes plugin.wasm of it.

/**
 * @param {import("cuecard").Turn} turn
 * @returns {import("cuecard").Classification}
 */
export function classify(turn) {
  if (!turn.message.text.toLowerCase().includes("a sure sign")) return {}; // what the host has understood stays
  return { scenario: { id: "{{scenario}}", confidence: 0.9 }, reason: "the message has the sure sign" };
}
