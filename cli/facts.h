/* SPDX-License-Identifier: ISC */
/* What a message may speak of: short texts by name, filled in by whoever knows them. */
#ifndef KC_CLI_FACTS_H
#define KC_CLI_FACTS_H

#include "base/buf.h"

/* A template names a fact as {name}. */
enum kc_fact {
#define KC_FACT(id, name, kind) KC_FACT_##id,
#include "cli/facts.def"
#undef KC_FACT
	KC_FACT_COUNT
};

/* Where a fact's text comes from, hence how it is printed. */
enum kc_fact_kind {
	KC_FACT_OURS,	 /* our own words: as they are */
	KC_FACT_FOREIGN, /* from a user, an item or a device: made harmless, quoted in commands */
	KC_FACT_MIXED,	 /* our words around theirs: made harmless, with the signs of the look */
};

struct kc_facts {
	struct kc_buf text[KC_FACT_COUNT];
	bool known[KC_FACT_COUNT];
};

void kc_facts_done(struct kc_facts *facts);
void kc_facts_set(struct kc_facts *facts, enum kc_fact fact, struct kc_bytes text);
void kc_facts_set_str(struct kc_facts *facts, enum kc_fact fact, const char *text);
void kc_facts_print(struct kc_facts *facts, enum kc_fact fact, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void kc_facts_forget(struct kc_facts *facts, enum kc_fact fact);
/* Empty when unknown. */
struct kc_bytes kc_facts_get(const struct kc_facts *facts, enum kc_fact fact);

/* The fact with that name; KC_FACT_COUNT when there is none. */
enum kc_fact kc_facts_named(struct kc_bytes name);
enum kc_fact_kind kc_facts_kind(enum kc_fact fact);

#endif
