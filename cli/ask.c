/* SPDX-License-Identifier: ISC */
/* Whom to ask is decided anew for each question, since descriptors may be gone meanwhile. */
#include "cli/ask.h"

#include <string.h>

#include "cli/askpass.h"
#include "cli/tty.h"

#define TRIES 3

static const char *askpass(const struct kc_run *run)
{
	return kc_askpass_find(kc_run_get(run, KC_OPTION_ASKPASS));
}

bool kc_ask_can(const struct kc_run *run)
{
	return !kc_run_has(run, KC_OPTION_NO_INPUT) && (askpass(run) || kc_tty_is_there());
}

static kc_err nobody(struct kc_run *run, const char *wanted, const char *source)
{
	kc_facts_set_str(&run->facts, KC_FACT_WANTED, wanted);
	kc_facts_set_str(&run->facts, KC_FACT_SOURCE, source);
	return KC_ERR(NEED_PASSWORD);
}

static kc_err ask_silently(struct kc_run *run, const char *prompt, struct kc_buf *ret)
{
	const char *program = askpass(run);
	kc_err err;

	if (!program)
		return kc_tty_ask(prompt, false, ret);
	err = kc_askpass_run(program, prompt, ret);
	if (err == KC_E_IO)
		kc_facts_set_str(&run->facts, KC_FACT_ASKPASS, program);
	return err;
}

kc_err kc_ask_secret(struct kc_run *run, const char *prompt, bool is_new, const char *wanted,
	const char *source, struct kc_secret *ret)
{
	const char *before = prompt;
	KC_CLEANUP_BUF struct kc_buf other = KC_BUF_INIT;

	if (!kc_ask_can(run))
		return nobody(run, wanted, source);
	for (int try = 0; try < TRIES; try++) {
		KC_CLEANUP_BUF struct kc_buf line = KC_BUF_INIT, again = KC_BUF_INIT;
		KC_TRY(ask_silently(run, before, &line));
		if (!is_new)
			return kc_secret_set(ret, kc_buf_bytes(&line));
		KC_TRY(ask_silently(run, "Again: ", &again));
		if (line.len == again.len && kc_mem_equal_ct(line.data, again.data, line.len))
			return kc_secret_set(ret, kc_buf_bytes(&line));
		kc_buf_reset(&other);
		kc_buf_printf(&other, "The two are not the same. %s", prompt);
		before = kc_buf_text(&other);
		if (!before)
			return KC_ERR(NO_MEMORY);
	}
	kc_facts_print(&run->facts, KC_FACT_UNEQUAL,
		"the two answers were never the same, in %d tries", TRIES);
	return KC_ERR(CANCELED);
}

static bool can_ask_aloud(const struct kc_run *run)
{
	return !kc_run_has(run, KC_OPTION_NO_INPUT) && kc_tty_is_there();
}

kc_err kc_ask_line(struct kc_run *run, const char *prompt, const char *wanted, const char *source,
	struct kc_buf *ret)
{
	return can_ask_aloud(run) ? kc_tty_ask(prompt, true, ret) : nobody(run, wanted, source);
}

kc_err kc_ask_check_consent(struct kc_run *run)
{
	if (kc_run_has(run, KC_OPTION_YES) || can_ask_aloud(run))
		return KC_OK;
	return nobody(run, "your consent", "--yes");
}

kc_err kc_ask_yes(struct kc_run *run, const char *question)
{
	KC_CLEANUP_BUF struct kc_buf prompt = KC_BUF_INIT, line = KC_BUF_INIT;
	const char *answer;

	if (kc_run_has(run, KC_OPTION_YES))
		return KC_OK;
	KC_TRY(kc_ask_check_consent(run));
	kc_buf_printf(&prompt, "%s [y/N] ", question);
	if (!kc_buf_text(&prompt))
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_tty_ask(kc_buf_text(&prompt), true, &line));
	answer = kc_buf_text(&line);
	if (answer && (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0))
		return KC_OK;
	return KC_ERR(CANCELED);
}

static kc_err ask_word(struct kc_run *run, const char *prompt, const char *word)
{
	KC_CLEANUP_BUF struct kc_buf line = KC_BUF_INIT;

	if (kc_run_has(run, KC_OPTION_YES))
		return KC_OK;
	KC_TRY(kc_ask_check_consent(run));
	KC_TRY(kc_tty_ask(prompt, true, &line));
	return kc_bytes_equal(kc_buf_bytes(&line), kc_bytes_str(word)) ? KC_OK : KC_ERR(CANCELED);
}

kc_err kc_ask_name(struct kc_run *run, const char *name)
{
	return ask_word(run, "Type the name to go ahead:  ", name);
}

kc_err kc_ask_typed_yes(struct kc_run *run)
{
	return ask_word(run, "Type yes to go ahead:  ", "yes");
}
