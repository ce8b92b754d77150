// Answers customers who ask for {{scenario}}. `cuecard build` makes plugin.wasm of it.

#include "cuecard.h"

bool exports_plugin_compose(cuecard_turn_t *turn, plugin_list_draft_t *ret, plugin_string_t *err) {
  (void)err;
  *ret = (plugin_list_draft_t){0};
  if (turn->customer.orders.len == 0) return true; // nothing useful to say: silence beats noise
  cuecard_order_t *order = &turn->customer.orders.ptr[0];
  cuecard_draft_t *draft = cuecard_add_draft(ret);
  draft->message = cuecard_some(cuecard_text("hello"));
  draft->arguments = (cuecard_list_field_t)cuecard_list(cuecard_field_t, 1);
  draft->arguments.ptr[0] = cuecard_text_field("order", cuecard_or(order->number, order->id));
  draft->reason = cuecard_join(cuecard_text("the newest order is "), order->id);
  return true;
}
