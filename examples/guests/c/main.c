// Names a parcel that is late: the latest one of the newest order. Silent when none is.

#include "cuecard.h"

enum { DAY = 24 * 60 * 60 };

static cuecard_list_field_t arguments(cuecard_order_t *order, cuecard_fulfillment_t *late) {
  cuecard_list_field_t given = cuecard_list(cuecard_field_t, 4);
  plugin_string_t ago;
  host_format_relative(late->expected_at.val, &ago);
  given.ptr[0] = cuecard_text_field("order", cuecard_or(order->number, order->id));
  given.ptr[1] = cuecard_text_field("carrier", cuecard_or(late->carrier, cuecard_text("the carrier")));
  given.ptr[2] = cuecard_number_field("due", (double)late->expected_at.val);
  given.ptr[3] = cuecard_text_field("ago", ago);
  return given;
}

static int64_t days_late(cuecard_turn_t *turn, cuecard_fulfillment_t *parcel) {
  bool due = parcel->status == CUECARD_FULFILLMENT_STATUS_IN_TRANSIT && parcel->expected_at.is_some;
  return due && turn->now > parcel->expected_at.val ? (turn->now - parcel->expected_at.val) / DAY : 0;
}

bool exports_plugin_compose(cuecard_turn_t *turn, plugin_list_draft_t *ret, plugin_string_t *err) {
  *ret = (plugin_list_draft_t){0};
  if (cuecard_is(turn->message.text, "draw")) {
    cuecard_draft_t *draft = cuecard_add_draft(ret);
    draft->text = cuecard_some(cuecard_digits((int64_t)(host_random() * 1000000)));
    draft->reason = cuecard_text("as asked");
    return true;
  }
  cuecard_order_t *order = turn->customer.orders.len > 0 ? &turn->customer.orders.ptr[0] : NULL;
  cuecard_fulfillment_t *late = NULL;
  for (size_t at = 0; order && at < order->fulfillments.len; at++) {
    cuecard_fulfillment_t *parcel = &order->fulfillments.ptr[at];
    if (days_late(turn, parcel) > (late ? days_late(turn, late) : 0)) late = parcel;
  }
  if (!late) return true;
  plugin_string_t name = cuecard_text("asked");
  host_value_t asked = {.tag = CUECARD_VALUE_NUMBER, .val = {.number = 0}};
  host_get_key(&name, &asked);
  asked.val.number += 1;
  plugin_string_t line = cuecard_join(late->id, cuecard_text(" is late"));
  if (!host_set_key(&name, &asked, err) || !host_log(CUECARD_LOG_LEVEL_INFO, &line, err)) return false;

  cuecard_draft_t *draft = cuecard_add_draft(ret);
  draft->scenario = cuecard_some(cuecard_text("delivery_delay"));
  draft->reason = cuecard_join(cuecard_digits(days_late(turn, late)), cuecard_text(" days late, asked "),
                               cuecard_digits((int64_t)asked.val.number), cuecard_text(" times"));
  if (turn->signals.emotion.label == CUECARD_EMOTION_LABEL_ANGRY) {
    cuecard_add_step(draft, CUECARD_STEP_KIND_EMPATHY, "sorry");
    cuecard_add_step(draft, CUECARD_STEP_KIND_FACT, "late")->arguments = arguments(order, late);
  } else {
    draft->message = cuecard_some(cuecard_text("late"));
    draft->arguments = arguments(order, late);
  }
  return true;
}
