/* SPDX-License-Identifier: ISC */
/* The option letters that stand for attributes of passwords. */
#ifndef KC_CLI_SECURITY_FIELDS_H
#define KC_CLI_SECURITY_FIELDS_H

#include "cli/security/sec.h"

#define KC_SEC_DEFAULT_TYPE "dflt" /* of authentication: git, isync and others ask for it */

/* One of the two classes of passwords. */
struct kc_sec_kind {
	kc_name class;
	const char *letters; /* getopt's, of the attributes alone */
	const struct kc_sec_field *fields;
	size_t count;
	char needed[3]; /* letters that an item is never added without */
	kc_name label;	/* the attribute that an item is labelled by when it has none */
};
extern const struct kc_sec_kind kc_sec_generic, kc_sec_internet;

/* Sets what the options give. primary: those that make an item the same item; others: the rest;
 * either may be left out. False, and said, when a value cannot be one. */
bool kc_sec_fields_set(struct kc_sec *sec, const struct kc_sec_kind *kind,
	const struct kc_sec_args *args, bool primary, bool others, struct kc_attrs *attrs);

/* Whether an item is the very one that the options name: what makes it the same item and was not
 * given must be as an item has it to which nothing was given. */
bool kc_sec_fields_is_same(const struct kc_sec_kind *kind, const struct kc_sec_args *args,
	const struct kc_attrs *item);

#endif
