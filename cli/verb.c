/* SPDX-License-Identifier: ISC */
/* Words and options against the table. */
#include "cli/verb.h"

#include <stdio.h>
#include <string.h>

#include "cli/similar.h"

#define MOST_WORDS 2

/* Whether the verb's name is made of the first words; how many, else 0. */
static size_t words_of(const struct kc_verb *verb, const char *const *words, size_t count)
{
	const char *name = verb->name;
	size_t used = 0;

	while (used < count && used < MOST_WORDS) {
		size_t len = strlen(words[used]);
		if (len == 0 || strncmp(name, words[used], len) != 0)
			return 0;
		used++;
		if (!name[len])
			return used;
		if (name[len] != ' ')
			return 0;
		name += len + 1;
	}
	return 0;
}

const char *kc_verb_second_word(const struct kc_verb *verb, const char *first)
{
	size_t len = strlen(first);

	return strncmp(verb->name, first, len) == 0 && verb->name[len] == ' ' ? verb->name + len + 1
									      : NULL;
}

/* The second words of verbs that begin with this one: "new, import, show". */
static void push_second_words(struct kc_buf *out, const char *first)
{
	for (size_t i = 0; kc_verb_at(i); i++) {
		const char *second = kc_verb_second_word(kc_verb_at(i), first);

		if (second && out->len)
			kc_buf_push_str(out, ", ");
		if (second)
			kc_buf_push_str(out, second);
	}
}

static const char *meant_by(const char *word)
{
	struct kc_bytes text = kc_bytes_str(word);
	const char *best = NULL;
	size_t best_distance = 3;

	for (size_t i = 0; kc_verb_at(i); i++) {
		const char *name = kc_verb_at(i)->name;
		struct kc_bytes first = kc_bytes(name, strcspn(name, " "));
		size_t distance = kc_similar_distance(text, first, best_distance);
		if (distance >= best_distance)
			continue;
		best = name;
		best_distance = distance;
	}
	return best;
}

static kc_err refuse(const char *word, struct kc_facts *facts)
{
	KC_CLEANUP_BUF struct kc_buf seconds = KC_BUF_INIT;
	const char *meant = meant_by(word);

	push_second_words(&seconds, word);
	if (seconds.len)
		kc_facts_print(facts, KC_FACT_PROBLEM, "after “%s” comes one of: %s", word,
			kc_buf_text(&seconds));
	else if (meant)
		kc_facts_print(facts, KC_FACT_PROBLEM,
			"there is no command “%s”; perhaps you mean “%s”", word, meant);
	else
		kc_facts_print(facts, KC_FACT_PROBLEM, "there is no command “%s”", word);
	return KC_ERR(PARAM);
}

kc_err kc_verb_find(const char *const *words, size_t count, struct kc_facts *facts,
	const struct kc_verb **ret, size_t *ret_used)
{
	const struct kc_verb *best = NULL;
	size_t best_used = 0;

	for (size_t i = 0; kc_verb_at(i); i++) {
		size_t used = words_of(kc_verb_at(i), words, count);
		if (used <= best_used)
			continue;
		best = kc_verb_at(i);
		best_used = used;
	}
	if (!best)
		return refuse(words[0], facts);
	*ret = best;
	*ret_used = best_used;
	return KC_OK;
}

kc_err kc_verb_check(const struct kc_verb *verb, const struct kc_options *options,
	size_t word_count, struct kc_facts *facts)
{
	KC_CLEANUP_BUF struct kc_buf seconds = KC_BUF_INIT;
	kc_option_set foreign = options->given & ~(verb->options | KC_OPTIONS_COMMON);

	for (int i = 0; i < KC_OPTION_COUNT; i++) {
		if (!(foreign & KC_OPTION_BIT(i)))
			continue;
		kc_facts_print(facts, KC_FACT_PROBLEM, "“%s” has no option --%s", verb->name,
			kc_options_name((enum kc_option)i));
		return KC_ERR(PARAM);
	}
	if (word_count >= verb->least && word_count <= verb->most)
		return KC_OK;
	push_second_words(&seconds, verb->name);
	if (word_count < verb->least)
		kc_facts_print(
			facts, KC_FACT_PROBLEM, "“%s” needs more: %s", verb->name, verb->synopsis);
	else if (seconds.len)
		kc_facts_print(facts, KC_FACT_PROBLEM, "after “%s” comes nothing, or one of: %s",
			verb->name, kc_buf_text(&seconds));
	else if (verb->most == 0)
		kc_facts_print(
			facts, KC_FACT_PROBLEM, "“%s” takes options only, no words", verb->name);
	else
		kc_facts_print(facts, KC_FACT_PROBLEM, "“%s” takes no more than %u word%s",
			verb->name, verb->most, verb->most == 1 ? "" : "s");
	return KC_ERR(PARAM);
}
