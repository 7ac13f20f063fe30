/* SPDX-License-Identifier: ISC */
/* JSON as kc writes it: one object, "v" first; what is freed is wiped. */
#ifndef KC_CLI_JSON_H
#define KC_CLI_JSON_H

#include <jansson.h>

#include "cli/out.h"

/* Makes jansson wipe what it frees. Call once, before any other use of it. */
void kc_json_init(void);

/* An object with "v":1 in it. */
json_t *kc_json_object(void);
/* Both take the value. Without memory, also for the value, they do nothing, and kc_json_push
 * fails. */
void kc_json_set(json_t *object, const char *key, json_t *value);
void kc_json_append(json_t *array, json_t *value);

/* Text of an item: a string; what is no UTF-8 has its bad bytes made visible. */
json_t *kc_json_text(struct kc_bytes text);
/* Seconds since 2001 as RFC 3339 in UTC. */
json_t *kc_json_date(double date);
/* Milliseconds since 1970 likewise; null for 0. */
json_t *kc_json_ms(uint64_t ms);
/* Sets "secret" and "encoding": UTF-8 as it is, anything else in base 64. */
void kc_json_set_secret(json_t *object, struct kc_bytes secret);

/* Writes one line to the output. Takes nothing. Errors: NO_MEMORY, IO. */
KC_MUST kc_err kc_json_push(struct kc_out *out, const json_t *object);
/* The same to standard error, where failures are of no use to anybody. */
void kc_json_complain(const json_t *object);

#endif
