/* SPDX-License-Identifier: ISC */
/* The command line goes through getopt_long, with the words between the options kept in order. */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cli/similar.h"

static const struct row {
	const char *name;
	char letter;
	const char *argument;
	const char *help;
} rows[] = {
#define KC_OPTION(id, name, letter, argument, help) {name, letter, argument, help},
#include "cli/options.def"
#undef KC_OPTION
};

const char *kc_options_name(enum kc_option option)
{
	return rows[option].name;
}

const char *kc_options_argument(enum kc_option option)
{
	return rows[option].argument;
}

const char *kc_options_help(enum kc_option option)
{
	return rows[option].help;
}

char kc_options_letter(enum kc_option option)
{
	return rows[option].letter;
}

/* getopt_long answers this plus the option's number, so that letters stay apart from rows. */
#define FIRST_ROW 256

static void describe(struct option longs[static KC_OPTION_COUNT + 1],
	char letters[static 2 * KC_OPTION_COUNT + 3])
{
	size_t len = 0;

	letters[len++] = '-'; /* words come as option 1, in their place */
	letters[len++] = ':'; /* a missing argument is told apart from an unknown option */
	for (int i = 0; i < KC_OPTION_COUNT; i++) {
		longs[i] = (struct option){rows[i].name,
			rows[i].argument ? required_argument : no_argument, NULL, FIRST_ROW + i};
		if (rows[i].letter)
			letters[len++] = rows[i].letter;
	}
	longs[KC_OPTION_COUNT] = (struct option){0};
	letters[len] = 0;
}

static int row_of_letter(int letter)
{
	for (int i = 0; i < KC_OPTION_COUNT; i++)
		if (rows[i].letter && rows[i].letter == letter)
			return i;
	return -1;
}

static kc_err take(struct kc_options *options, int row, const char *value, struct kc_facts *facts)
{
	if (options->given & KC_OPTION_BIT(row) && value) {
		kc_facts_print(facts, KC_FACT_PROBLEM, "--%s is given twice", rows[row].name);
		return KC_ERR(PARAM);
	}
	options->given |= KC_OPTION_BIT(row);
	options->value[row] = value;
	return KC_OK;
}

/* The option that begins with these letters, or is two changes away at most, of few letters fewer.
 */
static const char *meant_by(struct kc_bytes letters)
{
	const char *best = NULL;
	size_t best_distance = letters.len < 5 ? (letters.len + 1) / 2 : 3;

	for (int i = 0; i < KC_OPTION_COUNT; i++) {
		struct kc_bytes name = kc_bytes_str(rows[i].name);
		size_t distance = kc_similar_distance(letters, name, best_distance);
		if (name.len > letters.len && letters.len > 2 &&
			memcmp(name.data, letters.data, letters.len) == 0)
			distance = 0;
		if (distance >= best_distance)
			continue;
		best = rows[i].name;
		best_distance = distance;
	}
	return best;
}

/* Without the value behind the "=", which may be a secret. */
static void refuse_unknown(const char *word, struct kc_facts *facts)
{
	struct kc_bytes letters = kc_bytes(word + 2, strcspn(word + 2, "="));
	const char *meant = meant_by(letters);
	int len = (int)letters.len;

	if (meant)
		kc_facts_print(facts, KC_FACT_PROBLEM,
			"there is no option --%.*s; perhaps you mean --%s", len, word + 2, meant);
	else
		kc_facts_print(facts, KC_FACT_PROBLEM, "there is no option --%.*s", len, word + 2);
}

static kc_err refuse(int answer, char **argv, struct kc_facts *facts)
{
	if (answer == ':')
		kc_facts_print(facts, KC_FACT_PROBLEM, "%s needs a value", argv[optind - 1]);
	else if (optopt >= FIRST_ROW)
		kc_facts_print(facts, KC_FACT_PROBLEM, "--%s takes no value",
			rows[optopt - FIRST_ROW].name);
	else if (optopt)
		kc_facts_print(facts, KC_FACT_PROBLEM, "there is no option -%c", optopt);
	else
		refuse_unknown(argv[optind - 1], facts);
	return KC_ERR(PARAM);
}

kc_err kc_options_parse(int argc, char **argv, struct kc_facts *facts, struct kc_options *ret)
{
	KC_CLEANUP_OPTIONS struct kc_options options = {0};
	struct option longs[KC_OPTION_COUNT + 1];
	char letters[2 * KC_OPTION_COUNT + 3];
	int answer;

	options.words = calloc((size_t)argc + 1, sizeof *options.words);
	if (!options.words)
		return KC_ERR(NO_MEMORY);
	describe(longs, letters);
	opterr = 0;
	optind = 0; /* glibc: start from the beginning, also the second time */
	while ((answer = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (answer == 1)
			options.words[options.word_count++] = optarg;
		else if (answer == '?' || answer == ':')
			return refuse(answer, argv, facts);
		else if (answer >= FIRST_ROW)
			KC_TRY(take(&options, answer - FIRST_ROW, optarg, facts));
		else
			KC_TRY(take(&options, row_of_letter(answer), optarg, facts));
	}
	while (optind < argc)
		options.words[options.word_count++] = argv[optind++];
	*ret = options;
	options = (struct kc_options){0};
	return KC_OK;
}

void kc_options_done(struct kc_options *options)
{
	free(options->words);
	*options = (struct kc_options){0};
}

kc_err kc_options_number(const struct kc_options *options, enum kc_option option, long least,
	long most, struct kc_facts *facts, long *ret)
{
	const char *text = options->value[option];
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end || number < least || number > most) {
		kc_facts_print(facts, KC_FACT_PROBLEM, "--%s takes a number from %ld to %ld",
			rows[option].name, least, most);
		return KC_ERR(PARAM);
	}
	*ret = number;
	return KC_OK;
}
