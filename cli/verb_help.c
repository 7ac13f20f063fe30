/* SPDX-License-Identifier: ISC */
/* kc help and kc version, from the tables. */
#include <stdio.h>
#include <string.h>

#include "cli/topics.h"
#include "cli/verb.h"
#include "config.h"

#define OPTION_TEXT 64

static void print(struct kc_run *run, const char *text)
{
	kc_out_push(&run->out, kc_bytes_str(text));
}

/* "-y, --yes" or "--user USER". */
static void option_text(enum kc_option option, char ret[static OPTION_TEXT])
{
	char letter = kc_options_letter(option);
	const char *argument = kc_options_argument(option);

	snprintf(ret, OPTION_TEXT, "%s%c%s--%s%s%s", letter ? "-" : " ", letter ? letter : ' ',
		letter ? ", " : "  ", kc_options_name(option), argument ? " " : "",
		argument ? argument : "");
}

static void print_options(struct kc_run *run, const char *heading, kc_option_set options)
{
	char text[OPTION_TEXT];

	if (!options)
		return;
	print(run, heading);
	for (int i = 0; i < KC_OPTION_COUNT; i++) {
		if (!(options & KC_OPTION_BIT(i)))
			continue;
		option_text((enum kc_option)i, text);
		kc_out_print(&run->out, "  %-32s %s\n", text, kc_options_help((enum kc_option)i));
	}
}

/* The commands of two words that begin with this one. */
static void print_under(struct kc_run *run, const char *heading, const char *first)
{
	bool any = false;

	for (size_t i = 0; kc_verb_at(i); i++) {
		const struct kc_verb *verb = kc_verb_at(i);

		if (!kc_verb_second_word(verb, first))
			continue;
		if (!any)
			print(run, heading);
		kc_out_print(&run->out, "  kc %-16s %s\n", verb->name, verb->help);
		any = true;
	}
}

static void print_verb(struct kc_run *run, const struct kc_verb *verb)
{
	struct kc_bytes rest = kc_bytes_str(verb->examples), line;

	kc_out_print(&run->out, "kc %s: %s\n\nExamples:\n", verb->name, verb->help);
	while (rest.len) {
		const uint8_t *end = memchr(rest.data, '\n', rest.len);
		line = kc_bytes(rest.data, (size_t)(end - rest.data) + 1);
		rest = kc_bytes(end + 1, rest.len - line.len);
		print(run, "  ");
		kc_out_push(&run->out, line);
	}
	kc_out_print(&run->out, "\nUsage:\n  kc %s%s%s\n", verb->name, *verb->synopsis ? " " : "",
		verb->synopsis);
	print_options(run, "\nOptions:\n", verb->options);
	print_under(run, "\nWith another word:\n", verb->name);
	print(run, "\nOptions of every command:  kc help\n");
}

static void print_topic(struct kc_run *run, const struct kc_topic *topic)
{
	for (const char *at = topic->text; *at; at++)
		if (*at != '`')
			kc_out_push(&run->out, kc_bytes(at, 1));
}

static void print_overview(struct kc_run *run)
{
	print(run, "kc keeps your passwords and keys, on this device and on your others.\n\n"
		   "  kc setup                       make a keychain\n"
		   "  kc add github.com --user ana   save a password\n"
		   "  kc get github.com              print it\n\nCommands:\n");
	for (size_t i = 0; kc_verb_at(i); i++)
		kc_out_print(&run->out, "  %-14s %s\n", kc_verb_at(i)->name, kc_verb_at(i)->help);
	print_options(run, "\nOptions of every command:\n", KC_OPTIONS_COMMON);
	print(run, "\nMore:  kc help COMMAND,  or one of:");
	for (size_t i = 0; kc_topics_at(i); i++)
		kc_out_print(&run->out, "  kc help %s", kc_topics_at(i)->name);
	print(run, "\n");
}

static json_t *verb_json(const struct kc_verb *verb)
{
	json_t *object = json_object(), *options = json_array();

	for (int i = 0; i < KC_OPTION_COUNT; i++)
		if (verb->options & KC_OPTION_BIT(i))
			kc_json_append(options, json_string(kc_options_name((enum kc_option)i)));
	kc_json_set(object, "name", json_string(verb->name));
	kc_json_set(object, "synopsis", json_string(verb->synopsis));
	kc_json_set(object, "help", json_string(verb->help));
	kc_json_set(object, "examples", json_string(verb->examples));
	kc_json_set(object, "options", options);
	return object;
}

static json_t *option_json(enum kc_option option)
{
	const char letter[] = {kc_options_letter(option), 0};
	const char *argument = kc_options_argument(option);
	json_t *object = json_object();

	kc_json_set(object, "name", json_string(kc_options_name(option)));
	kc_json_set(object, "letter", *letter ? json_string(letter) : json_null());
	kc_json_set(object, "argument", argument ? json_string(argument) : json_null());
	kc_json_set(object, "help", json_string(kc_options_help(option)));
	kc_json_set(
		object, "common", json_boolean((KC_OPTIONS_COMMON & KC_OPTION_BIT(option)) != 0));
	return object;
}

static kc_err answer_overview(struct kc_run *run)
{
	json_t *object = kc_json_object(), *items = json_array();
	json_t *options = json_array(), *topics = json_array();

	for (size_t i = 0; kc_verb_at(i); i++)
		kc_json_append(items, verb_json(kc_verb_at(i)));
	for (int i = 0; i < KC_OPTION_COUNT; i++)
		kc_json_append(options, option_json((enum kc_option)i));
	for (size_t i = 0; kc_topics_at(i); i++)
		kc_json_append(topics, json_string(kc_topics_at(i)->name));
	kc_json_set(object, "items", items);
	kc_json_set(object, "options", options);
	kc_json_set(object, "topics", topics);
	return kc_run_answer(run, object);
}

static kc_err help_with_topic(struct kc_run *run, const struct kc_topic *topic)
{
	json_t *object;

	if (!kc_run_json(run)) {
		print_topic(run, topic);
		print_under(run, "Commands\n", run->args[0]);
		return KC_OK;
	}
	object = kc_json_object();
	kc_json_set(object, "topic", json_string(topic->name));
	kc_json_set(object, "text", json_string(topic->text));
	return kc_run_answer(run, object);
}

/* A word that is no command alone. */
static kc_err help_with_first_word(struct kc_run *run, const char *first)
{
	json_t *object = kc_json_object(), *items = json_array();

	for (size_t i = 0; kc_verb_at(i); i++)
		if (kc_verb_second_word(kc_verb_at(i), first))
			kc_json_append(items, verb_json(kc_verb_at(i)));
	kc_json_set(object, "items", items);
	if (kc_run_json(run))
		return kc_run_answer(run, object);
	json_decref(object);
	kc_out_print(&run->out, "kc %s takes another word:\n\n", first);
	print_under(run, "Commands:\n", first);
	kc_out_print(&run->out, "\nMore:  kc help %s WORD\n", first);
	return KC_OK;
}

static bool is_first_word(const char *word)
{
	for (size_t i = 0; kc_verb_at(i); i++)
		if (kc_verb_second_word(kc_verb_at(i), word))
			return true;
	return false;
}

static kc_err help_with_verb(struct kc_run *run)
{
	const struct kc_verb *verb;
	json_t *object, *items;
	size_t used;
	kc_err err = kc_verb_find(run->args, run->arg_count, &run->facts, &verb, &used);

	if (err != KC_OK && run->arg_count == 1 && is_first_word(run->args[0]))
		return help_with_first_word(run, run->args[0]);
	KC_TRY(err);
	if (!kc_run_json(run)) {
		print_verb(run, verb);
		return KC_OK;
	}
	object = kc_json_object();
	items = json_array();
	kc_json_append(items, verb_json(verb));
	kc_json_set(object, "items", items);
	return kc_run_answer(run, object);
}

kc_err kc_verb_help(struct kc_run *run)
{
	const struct kc_topic *topic = run->arg_count == 1 ? kc_topics_find(run->args[0]) : NULL;

	if (topic)
		return help_with_topic(run, topic);
	if (run->arg_count)
		return help_with_verb(run);
	if (kc_run_json(run))
		return answer_overview(run);
	print_overview(run);
	return KC_OK;
}

kc_err kc_verb_version(struct kc_run *run)
{
	json_t *object;

	if (!kc_run_json(run)) {
		kc_out_print(&run->out, "kc %s\n", PACKAGE_VERSION);
		return KC_OK;
	}
	object = kc_json_object();
	kc_json_set(object, "version", json_string(PACKAGE_VERSION));
	return kc_run_answer(run, object);
}
