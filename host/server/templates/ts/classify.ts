// Says which messages mean {{scenario}}. `cuecard build` makes plugin.wasm of it.

import type { Classification, Turn } from "cuecard";

export function classify(turn: Turn): Classification {
  if (!turn.message.text.toLowerCase().includes("a sure sign")) return {}; // what the host has understood stays
  return { scenario: { id: "{{scenario}}", confidence: 0.9 }, reason: "the message has the sure sign" };
}
