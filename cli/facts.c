/* SPDX-License-Identifier: ISC */
/* Facts are small buffers in an array; a failure to store one shows as an unknown fact. */
#include "cli/facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct row {
	const char *name;
	enum kc_fact_kind kind;
} rows[] = {
#define KC_FACT(id, name, kind) {name, KC_FACT_##kind},
#include "cli/facts.def"
#undef KC_FACT
};

void kc_facts_done(struct kc_facts *facts)
{
	for (int i = 0; i < KC_FACT_COUNT; i++)
		kc_buf_done(&facts->text[i]);
	*facts = (struct kc_facts){0};
}

void kc_facts_set(struct kc_facts *facts, enum kc_fact fact, struct kc_bytes text)
{
	kc_buf_reset(&facts->text[fact]);
	kc_buf_push(&facts->text[fact], text.data, text.len);
	facts->known[fact] = kc_buf_check(&facts->text[fact]) == KC_OK;
}

void kc_facts_set_str(struct kc_facts *facts, enum kc_fact fact, const char *text)
{
	kc_facts_set(facts, fact, kc_bytes_str(text));
}

void kc_facts_print(struct kc_facts *facts, enum kc_fact fact, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	kc_facts_set_str(facts, fact, text);
}

void kc_facts_forget(struct kc_facts *facts, enum kc_fact fact)
{
	kc_buf_reset(&facts->text[fact]);
	facts->known[fact] = false;
}

struct kc_bytes kc_facts_get(const struct kc_facts *facts, enum kc_fact fact)
{
	return facts->known[fact] ? kc_buf_bytes(&facts->text[fact]) : kc_bytes(NULL, 0);
}

enum kc_fact kc_facts_named(struct kc_bytes name)
{
	for (int i = 0; i < KC_FACT_COUNT; i++)
		if (kc_bytes_equal(name, kc_bytes_str(rows[i].name)))
			return (enum kc_fact)i;
	return KC_FACT_COUNT;
}

enum kc_fact_kind kc_facts_kind(enum kc_fact fact)
{
	return rows[fact].kind;
}
