/* SPDX-License-Identifier: ISC */
/* kc: one run from the command line to the exit status. */
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "cli/folders.h"
#include "cli/process.h"
#include "cli/session.h"
#include "cli/store.h"
#include "cli/verb.h"

static kc_err connect_to_service(struct kc_run *run)
{
	KC_TRY(kc_folders_tell(run));
	return kc_client_new(&run->client);
}

static kc_err open_first(struct kc_run *run)
{
	switch (run->verb->opens) {
	case KC_OPENS_NEVER:
	case KC_OPENS_ITSELF:
		return KC_OK;
	case KC_OPENS_LATE:
		return kc_session_open_if_given(run);
	case KC_OPENS_FIRST:
		return kc_session_open(run);
	case KC_OPENS_OR_MAKES:
		return kc_session_open_or_make(run);
	}
	return KC_ERR(BUG);
}

static kc_err run_verb(struct kc_run *run)
{
	kc_err err;

	if (run->verb->opens != KC_OPENS_NEVER)
		KC_TRY(connect_to_service(run));
	KC_TRY(open_first(run));
	err = run->verb->run(run);
	if (err != KC_E_LOCKED || run->verb->opens != KC_OPENS_LATE)
		return err;
	KC_TRY(kc_session_unlock(run));
	return run->verb->run(run);
}

/* Chooses the verb; without one it is help, or version for --version. */
static kc_err choose_verb(struct kc_run *run)
{
	static const char *const help[] = {"help"}, *const version[] = {"version"};
	const char *const *words = run->options.words;
	size_t count = run->options.word_count, used = 0;

	if (count == 0) {
		words = kc_run_has(run, KC_OPTION_VERSION) ? version : help;
		count = 1;
	}
	if (kc_run_has(run, KC_OPTION_HELP)) { /* the words become what help is asked about */
		run->args = words;
		run->arg_count = run->options.word_count;
		return kc_verb_find(help, 1, &run->facts, &run->verb, &used);
	}
	KC_TRY(kc_verb_find(words, count, &run->facts, &run->verb, &used));
	kc_facts_set_str(&run->facts, KC_FACT_VERB, run->verb->name);
	run->args = words + used;
	run->arg_count = count - used;
	return kc_verb_check(run->verb, &run->options, run->arg_count, &run->facts);
}

/* Also a command line that cannot be understood is answered in JSON when it asks for that. */
static bool mentions_json(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

static kc_err run_all(struct kc_run *run, int argc, char **argv)
{
	kc_err err = kc_options_parse(argc, argv, &run->facts, &run->options);

	if (err != KC_OK && mentions_json(argc, argv))
		run->options.given = KC_OPT(JSON);
	KC_TRY(err);
	KC_TRY(choose_verb(run));
	return run_verb(run);
}

static void complain(struct kc_run *run, kc_err err)
{
	json_auto_t *object = NULL;

	if (kc_run_json(run) && kc_message_json(err, &run->facts, &object) == KC_OK)
		kc_json_complain(object);
	else
		kc_message_fail(err, &run->facts, &run->words);
}

int main(int argc, char **argv)
{
	struct kc_run run = {0};
	kc_err err, flushed;

	kc_process_begin();
	setlocale(LC_ALL, "");
	kc_json_init();
	kc_out_init(&run.out);
	run.words = kc_look_of(STDERR_FILENO);
	err = run_all(&run, argc, argv);
	flushed = kc_out_flush(&run.out);
	if (flushed != KC_OK)
		kc_facts_set_str(&run.facts, KC_FACT_UNPRINTED, "the answer");
	if (err == KC_OK)
		err = flushed;
	if (err != KC_OK) {
		kc_folders_explain(&run, err);
		kc_store_explain(&run, err);
		complain(&run, err);
	}
	if (run.client)
		kc_client_free(run.client);
	kc_out_done(&run.out);
	kc_facts_done(&run.facts);
	kc_options_done(&run.options);
	return kc_err_exit(err);
}
