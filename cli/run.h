/* SPDX-License-Identifier: ISC */
/* One run of the command: what every verb is handed. */
#ifndef KC_CLI_RUN_H
#define KC_CLI_RUN_H

#include "cli/json.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/out.h"
#include "wire/client.h"

struct kc_run {
	struct kc_options options;
	const struct kc_verb *verb;
	const char *const *args; /* what follows the verb */
	size_t arg_count;
	struct kc_client *client; /* NULL for verbs that need no keychain */
	struct kc_out out;
	struct kc_look words; /* of standard error */
	struct kc_facts facts;
};

static inline bool kc_run_has(const struct kc_run *run, enum kc_option option)
{
	return kc_options_has(&run->options, option);
}
static inline const char *kc_run_get(const struct kc_run *run, enum kc_option option)
{
	return kc_options_get(&run->options, option);
}
static inline bool kc_run_json(const struct kc_run *run)
{
	return kc_run_has(run, KC_OPTION_JSON);
}

/* A note after a success; silent under --json and --quiet. */
void kc_run_note(struct kc_run *run, enum kc_note note);
/* Writes a JSON object as the answer; takes it. Errors: NO_MEMORY. */
KC_MUST kc_err kc_run_answer(struct kc_run *run, json_t *object);
/* PARAM, with the problem told. */
KC_MUST kc_err kc_run_misused(struct kc_run *run, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
