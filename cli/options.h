/* SPDX-License-Identifier: ISC */
/* A command line taken apart: which options were given, and the words that are none. */
#ifndef KC_CLI_OPTIONS_H
#define KC_CLI_OPTIONS_H

#include "cli/facts.h"

enum kc_option {
#define KC_OPTION(id, name, letter, argument, help) KC_OPTION_##id,
#include "cli/options.def"
#undef KC_OPTION
	KC_OPTION_COUNT
};

typedef uint64_t kc_option_set;
_Static_assert(KC_OPTION_COUNT <= 64, "an option is a bit of kc_option_set");
#define KC_OPTION_BIT(option) ((kc_option_set)1 << (option))
#define KC_OPT(id) KC_OPTION_BIT(KC_OPTION_##id)

#define KC_OPTIONS_COMMON                                                                     \
	(KC_OPT(JSON) | KC_OPT(YES) | KC_OPT(QUIET) | KC_OPT(NO_INPUT) | KC_OPT(ASKPASS) |    \
		KC_OPT(PASSWORD_FILE) | KC_OPT(PASSWORD_FD) | KC_OPT(ACCOUNT_PASSWORD_FILE) | \
		KC_OPT(ACCOUNT_PASSWORD_FD) | KC_OPT(HELP) | KC_OPT(VERSION))

struct kc_options {
	kc_option_set given;
	const char *value[KC_OPTION_COUNT]; /* borrowed from argv; NULL when it takes none */
	const char **words;		    /* owned array of borrowed strings */
	size_t word_count;
};

/* Takes argv apart (argv[0] is left out; its order may change). Errors: PARAM, with the problem
 * told in facts; NO_MEMORY. */
KC_MUST kc_err kc_options_parse(
	int argc, char **argv, struct kc_facts *facts, struct kc_options *ret);
void kc_options_done(struct kc_options *options);
#define KC_CLEANUP_OPTIONS KC_CLEANUP(kc_options_done)

static inline bool kc_options_has(const struct kc_options *options, enum kc_option option)
{
	return (options->given & KC_OPTION_BIT(option)) != 0;
}
static inline const char *kc_options_get(const struct kc_options *options, enum kc_option option)
{
	return options->value[option];
}
/* The value of an option as a number from least to most. Errors: PARAM, told in facts. */
KC_MUST kc_err kc_options_number(const struct kc_options *options, enum kc_option option,
	long least, long most, struct kc_facts *facts, long *ret);

/* Facts of a row. */
const char *kc_options_name(enum kc_option option);	/* "password-file" */
const char *kc_options_argument(enum kc_option option); /* "FILE", or NULL */
const char *kc_options_help(enum kc_option option);
char kc_options_letter(enum kc_option option); /* 0 when it has none */

#endif
