/* SPDX-License-Identifier: ISC */
/* Arguments, failures and questions, the same for all commands. */
#include "cli/security/sec.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/osstatus.h"
#include "cli/ask.h"
#include "cli/session.h"

#define MOST_WORDS 1024
#define NEW_TRIES 3

static bool complain_option(const char *what, int letter)
{
	fprintf(stderr, "security: %s -- %c\n", what, letter);
	return false;
}

bool kc_sec_args_parse(int argc, char **argv, const char *letters, struct kc_sec_args *ret)
{
	char spec[KC_SEC_LETTERS];
	int letter;

	*ret = (struct kc_sec_args){.words = NULL};
	snprintf(spec, sizeof spec, "+:h%s", letters); /* +: the first word ends the options */
	optind = 0;
	while ((letter = getopt(argc, argv, spec)) != -1) {
		if (letter == ':' && optopt == 'w')
			letter = optopt;
		if (letter == ':')
			return complain_option("option requires an argument", optopt);
		if (letter == '?')
			return complain_option("illegal option", optopt);
		ret->given[letter] = true;
		ret->value[letter] = optarg;
	}
	ret->words = argv + optind;
	ret->word_count = (size_t)(argc - optind);
	return !ret->given['h'];
}

void kc_sec_args_hide(struct kc_sec *sec, struct kc_sec_args *args, char letter)
{
	char *value = args->value[(unsigned char)letter];

	if (!value)
		return;
	kc_mem_wipe(value, strlen(value));
	if (sec->run.words.terminal && !sec->quiet)
		kc_sec_say(sec, "note: other users of this computer can see that password while "
				"the command runs. Leave the value off and you'll be asked.\n");
}

void kc_sec_say_bytes(struct kc_sec *sec, struct kc_bytes text)
{
	ssize_t written;

	(void)(kc_out_flush(&sec->run.out) == KC_OK); /* its failure is told at the end */
	written = text.len ? write(STDERR_FILENO, text.data, text.len) : 0;
	(void)written;
}

void kc_sec_say(struct kc_sec *sec, const char *format, ...)
{
	char text[MOST_WORDS];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	kc_sec_say_bytes(sec, kc_bytes_str(text));
}

int32_t kc_sec_fail_status(struct kc_sec *sec, const char *what, int32_t status)
{
	const char *text = kc_osstatus_text(status);

	if (sec->quiet)
		return status;
	if (text)
		kc_sec_say(sec, "security: %s: %s\n", what, text);
	else
		kc_sec_say(sec, "security: %s: OSStatus %d\n", what, (int)status);
	return status;
}

int32_t kc_sec_fail(struct kc_sec *sec, const char *what, kc_err err)
{
	return kc_sec_fail_status(sec, what, kc_err_osstatus(err));
}

kc_err kc_sec_find(struct kc_sec *sec, const struct kc_query *query, struct kc_found_list *ret)
{
	kc_err err = kc_client_item_find(sec->run.client, query, ret);

	if (err != KC_E_LOCKED)
		return err;
	KC_TRY(kc_session_unlock(&sec->run));
	return kc_client_item_find(sec->run.client, query, ret);
}

kc_err kc_sec_ask(struct kc_sec *sec, const char *prompt, struct kc_secret *ret)
{
	kc_err err = kc_ask_secret(&sec->run, prompt, false, "the password", "-p PASSWORD", ret);

	return err == KC_E_NEED_PASSWORD ? KC_ERR(LOCKED) : err;
}

kc_err kc_sec_ask_new(
	struct kc_sec *sec, const char *prompt, const char *retype, struct kc_secret *ret)
{
	for (int try = 0; try < NEW_TRIES; try++) {
		KC_CLEANUP_SECRET struct kc_secret again = KC_SECRET_INIT;
		KC_TRY(kc_sec_ask(sec, prompt, ret));
		KC_TRY(kc_sec_ask(sec, retype, &again));
		if (ret->len == again.len && kc_mem_equal_ct(ret->data, again.data, ret->len))
			return KC_OK;
		kc_sec_say(sec, "passwords don't match\n");
	}
	return KC_ERR(CANCELED);
}
