// What a plugin in C includes: the contract (plugin.h, made by wit-bindgen) and a few short ways to fill it in.
//
// A plugin defines the hooks that plugin.toml names, e.g.
//   bool exports_plugin_compose(cuecard_turn_t *turn, plugin_list_draft_t *ret, plugin_string_t *err)
// and returns true with `ret` filled, or false with `err`, which reaches the author. Nothing has to be freed: an
// instance lives for one call. Numbers of times are seconds since the Unix epoch.
#ifndef CUECARD_H
#define CUECARD_H

#include "plugin.h"
#include <stdlib.h>
#include <string.h>

// A copy of a text that ends with a zero.
static inline plugin_string_t cuecard_text(const char *text) {
  plugin_string_t made;
  plugin_string_dup(&made, text);
  return made;
}

// A whole number in digits. There is no printf here: it would bring files along, and a plugin has none.
static inline plugin_string_t cuecard_digits(int64_t number) {
  char digits[24];
  char *at = digits + sizeof digits;
  uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
  *--at = 0;
  do *--at = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (number < 0) *--at = '-';
  return cuecard_text(at);
}

static inline plugin_string_t cuecard_join_all(const plugin_string_t *parts, size_t count) {
  plugin_string_t joined = {0};
  for (size_t at = 0; at < count; at++) joined.len += parts[at].len;
  uint8_t *to = joined.ptr = malloc(joined.len + 1);
  for (size_t at = 0; at < count; to += parts[at++].len) memcpy(to, parts[at].ptr, parts[at].len);
  return joined;
}

// Several texts as one: cuecard_join(late->id, cuecard_text(" is late"))
#define cuecard_join(...)                                 \
  cuecard_join_all((const plugin_string_t[]){__VA_ARGS__}, \
                   sizeof((const plugin_string_t[]){__VA_ARGS__}) / sizeof(plugin_string_t))

// Whether a text is these letters.
static inline bool cuecard_is(plugin_string_t text, const char *letters) {
  return text.len == strlen(letters) && memcmp(text.ptr, letters, text.len) == 0;
}

// An optional text that is there.
static inline plugin_option_string_t cuecard_some(plugin_string_t text) {
  return (plugin_option_string_t){.is_some = true, .val = text};
}

// What is there, or something else.
static inline plugin_string_t cuecard_or(plugin_option_string_t maybe, plugin_string_t other) {
  return maybe.is_some ? maybe.val : other;
}

// Values under their names, for arguments.
static inline cuecard_field_t cuecard_text_field(const char *name, plugin_string_t text) {
  return (cuecard_field_t){cuecard_text(name), {.tag = CUECARD_VALUE_TEXT, .val = {.text = text}}};
}

static inline cuecard_field_t cuecard_number_field(const char *name, double number) {
  return (cuecard_field_t){cuecard_text(name), {.tag = CUECARD_VALUE_NUMBER, .val = {.number = number}}};
}

// Room for `count` things, all zero: nothing is there, lists are empty.
#define cuecard_list(type, count) {.ptr = calloc((count), sizeof(type)), .len = (count)}

// Adds a suggestion, all empty, to what `compose` returns.
static inline cuecard_draft_t *cuecard_add_draft(plugin_list_draft_t *drafts) {
  drafts->ptr = realloc(drafts->ptr, (drafts->len + 1) * sizeof *drafts->ptr);
  cuecard_draft_t *draft = &drafts->ptr[drafts->len++];
  memset(draft, 0, sizeof *draft);
  return draft;
}

// Adds a part with a message key to a suggestion.
static inline cuecard_step_t *cuecard_add_step(cuecard_draft_t *draft, cuecard_step_kind_t kind, const char *message) {
  cuecard_list_step_t *steps = &draft->steps;
  steps->ptr = realloc(steps->ptr, (steps->len + 1) * sizeof *steps->ptr);
  cuecard_step_t *step = &steps->ptr[steps->len++];
  memset(step, 0, sizeof *step);
  step->kind = kind;
  step->message = cuecard_some(cuecard_text(message));
  return step;
}

#endif
