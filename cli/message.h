/* SPDX-License-Identifier: ISC */
/* What kc says: the rows of messages.def, filled in and printed on standard error. */
#ifndef KC_CLI_MESSAGE_H
#define KC_CLI_MESSAGE_H

#include <jansson.h>

#include "cli/facts.h"
#include "cli/look.h"

enum kc_note {
#define KC_MESSAGE(error, what, lines)
#define KC_ADVICE(class, lines)
#define KC_NOTE(id, text) KC_NOTE_##id,
#include "cli/messages.def"
#undef KC_MESSAGE
#undef KC_ADVICE
#undef KC_NOTE
	KC_NOTE_COUNT
};

/* Prints what happened, what to type, and the constant in brackets. */
void kc_message_fail(kc_err err, const struct kc_facts *facts, const struct kc_look *look);
/* The same as {"v":1,"error":{"code","name","exit","message","try"}}; alarm is added when known. */
KC_MUST kc_err kc_message_json(kc_err err, const struct kc_facts *facts, json_t **ret);
void kc_message_note(enum kc_note note, const struct kc_facts *facts, const struct kc_look *look);

/* Every template of the table, for tests; NULL after the last. */
const char *kc_message_template(size_t index);

#endif
