/* SPDX-License-Identifier: ISC */
/* What verbs say, by the options of the run. */
#include "cli/run.h"

#include <stdarg.h>
#include <stdio.h>

void kc_run_note(struct kc_run *run, enum kc_note note)
{
	if (!kc_run_json(run) && !kc_run_has(run, KC_OPTION_QUIET))
		kc_message_note(note, &run->facts, &run->words);
}

kc_err kc_run_answer(struct kc_run *run, json_t *object)
{
	json_auto_t *owned = object;
	return kc_json_push(&run->out, owned);
}

kc_err kc_run_misused(struct kc_run *run, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	kc_facts_set_str(&run->facts, KC_FACT_PROBLEM, text);
	return KC_ERR(PARAM);
}
