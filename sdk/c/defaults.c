// Hooks that a plugin leaves out: they change nothing.
#include "cuecard.h"

__attribute__((weak)) bool exports_plugin_compose(cuecard_turn_t *turn, plugin_list_draft_t *ret, plugin_string_t *err) {
  (void)turn, (void)err;
  *ret = (plugin_list_draft_t){0};
  return true;
}

__attribute__((weak)) bool exports_plugin_localize(cuecard_draft_t *draft, cuecard_culture_t *culture,
                                                    cuecard_draft_t *ret, plugin_string_t *err) {
  (void)culture, (void)err;
  *ret = *draft;
  memset(draft, 0, sizeof *draft);
  return true;
}

__attribute__((weak)) bool exports_plugin_trigger(cuecard_event_t *event, cuecard_customer_t *customer,
                                                   plugin_list_decision_t *ret, plugin_string_t *err) {
  (void)event, (void)customer, (void)err;
  *ret = (plugin_list_decision_t){0};
  return true;
}

__attribute__((weak)) bool exports_plugin_classify(cuecard_turn_t *turn, cuecard_classification_t *ret,
                                                    plugin_string_t *err) {
  (void)turn, (void)err;
  *ret = (cuecard_classification_t){0};
  return true;
}

// plugin.c expects an object file with the contract's types; `cuecard build` writes them into the module itself.
void __component_type_object_force_link_plugin(void) {}
