// Says which messages mean {{scenario}}. `cuecard build` makes plugin.wasm of it.

#include "cuecard.h"
#include <strings.h>

static bool has_sign(plugin_string_t text) {
  const char sign[] = "a sure sign";
  const size_t length = sizeof sign - 1;
  for (size_t at = 0; at + length <= text.len; at++) {
    if (strncasecmp((const char *)text.ptr + at, sign, length) == 0) return true;
  }
  return false;
}

bool exports_plugin_classify(cuecard_turn_t *turn, cuecard_classification_t *ret, plugin_string_t *err) {
  (void)err;
  *ret = (cuecard_classification_t){0};
  if (!has_sign(turn->message.text)) return true; // what the host has understood stays
  ret->scenario.is_some = true;
  ret->scenario.val = (cuecard_classified_scenario_t){.id = cuecard_text("{{scenario}}"), .confidence = 0.9};
  ret->reason = cuecard_text("the message has the sure sign");
  return true;
}
