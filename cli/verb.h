/* SPDX-License-Identifier: ISC */
/* The verbs: one row each, and the function behind it. */
#ifndef KC_CLI_VERB_H
#define KC_CLI_VERB_H

#include "cli/run.h"

/* What the keychain must be before a verb runs. */
enum kc_verb_opens {
	KC_OPENS_NEVER,	 /* it needs no keychain */
	KC_OPENS_ITSELF, /* the lock is its own business */
	KC_OPENS_LATE,	 /* may run locked; when that fails it is opened, and the verb runs again */
	KC_OPENS_FIRST,
	KC_OPENS_OR_MAKES, /* a keychain is made when there is none */
};

struct kc_verb {
	const char *name;      /* one word or two: "sync on" */
	const char *synopsis;  /* what follows the name */
	const char *help;      /* one line, without a full stop */
	const char *examples;  /* command lines */
	kc_option_set options; /* besides KC_OPTIONS_COMMON */
	uint8_t least, most;   /* words that it takes */
	enum kc_verb_opens opens;
	kc_err (*run)(struct kc_run *run);
};

/* The row at index; NULL after the last. */
const struct kc_verb *kc_verb_at(size_t index);
/* The verb that the words begin with, the longest that fits; *ret_used is how many words it is.
 * Errors: PARAM, told in facts with what was meant. */
KC_MUST kc_err kc_verb_find(const char *const *words, size_t count, struct kc_facts *facts,
	const struct kc_verb **ret, size_t *ret_used);
/* Whether options and words fit it. Errors: PARAM, told in facts. */
KC_MUST kc_err kc_verb_check(const struct kc_verb *verb, const struct kc_options *options,
	size_t word_count, struct kc_facts *facts);

/* clang-format off */
KC_MUST kc_err kc_verb_setup(struct kc_run *run);
KC_MUST kc_err kc_verb_unlock(struct kc_run *run);
KC_MUST kc_err kc_verb_lock(struct kc_run *run);
KC_MUST kc_err kc_verb_status(struct kc_run *run);
KC_MUST kc_err kc_verb_passwd(struct kc_run *run);
KC_MUST kc_err kc_verb_add(struct kc_run *run);
KC_MUST kc_err kc_verb_get(struct kc_run *run);
KC_MUST kc_err kc_verb_show(struct kc_run *run);
KC_MUST kc_err kc_verb_list(struct kc_run *run);
KC_MUST kc_err kc_verb_rm(struct kc_run *run);
KC_MUST kc_err kc_verb_item(struct kc_run *run);
KC_MUST kc_err kc_verb_import(struct kc_run *run);
KC_MUST kc_err kc_verb_key_new(struct kc_run *run);
KC_MUST kc_err kc_verb_key_import(struct kc_run *run);
KC_MUST kc_err kc_verb_key_show(struct kc_run *run);
KC_MUST kc_err kc_verb_cert_import(struct kc_run *run);
KC_MUST kc_err kc_verb_sync(struct kc_run *run);
KC_MUST kc_err kc_verb_sync_use(struct kc_run *run);
KC_MUST kc_err kc_verb_sync_on(struct kc_run *run);
KC_MUST kc_err kc_verb_sync_off(struct kc_run *run);
KC_MUST kc_err kc_verb_sync_password(struct kc_run *run);
KC_MUST kc_err kc_verb_sync_repair(struct kc_run *run);
KC_MUST kc_err kc_verb_sync_status(struct kc_run *run);
KC_MUST kc_err kc_verb_devices(struct kc_run *run);
KC_MUST kc_err kc_verb_devices_add(struct kc_run *run);
KC_MUST kc_err kc_verb_devices_remove(struct kc_run *run);
KC_MUST kc_err kc_verb_devices_leave(struct kc_run *run);
KC_MUST kc_err kc_verb_devices_exposure(struct kc_run *run);
KC_MUST kc_err kc_verb_history(struct kc_run *run);
KC_MUST kc_err kc_verb_history_item(struct kc_run *run); /* of kc_verb_history, with a name */
KC_MUST kc_err kc_verb_doctor_store(struct kc_run *run);
KC_MUST kc_err kc_verb_join(struct kc_run *run);
KC_MUST kc_err kc_verb_service_stop(struct kc_run *run);
KC_MUST kc_err kc_verb_watch(struct kc_run *run);
KC_MUST kc_err kc_verb_help(struct kc_run *run);
KC_MUST kc_err kc_verb_version(struct kc_run *run);
/* clang-format on */

/* What follows the first word of a verb of two words: "use" of "sync use" after "sync"; else NULL.
 */
const char *kc_verb_second_word(const struct kc_verb *verb, const char *first);

#endif
