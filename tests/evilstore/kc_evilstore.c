/* SPDX-License-Identifier: ISC */
/*
 * kc-evilstore: attacks on a store of unmodified programs (doc/kc-evilstore.1).
 *
 * "attack" alters what is in a store; "carry" brings operations from folder to folder, as a tool
 * that syncs files does, and leaves out or spoils what the rules say. No secret is needed for any
 * of it.
 */
#include <fnmatch.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/evilstore/stash.h"

enum { EXIT_DONE, EXIT_NOTHING, EXIT_USAGE, EXIT_NO_STORE, EXIT_BROKEN };
#define MAX_VIEWS 8
#define MAX_RULES 64
#define MAX_FLOOD 100000

static uint64_t seed = 1;

/* The same numbers for the same seed. */
static uint64_t chance(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void said(const char *what, const char *name)
{
	printf("%s %s\n", what, name);
}

/* --- what is done to a value --------------------------------------------------------------------
 */

static bool flip(struct kc_buf *value)
{
	if (value->len)
		value->data[chance() % value->len] ^= (uint8_t)(1u << chance() % 8);
	return value->len > 0;
}

static bool cut(struct kc_buf *value, size_t len)
{
	bool longer = len < value->len;

	value->len = longer ? len : value->len;
	return longer;
}

/* --- attacks in place ---------------------------------------------------------------------------
 */

struct attack {
	struct stash *stash;
	char **words; /* those of the rule */
	size_t done;
};

/* All names that match, before anything is changed. */
struct names {
	const char *pattern;
	char (*rows)[STASH_NAME];
	size_t count;
};

static void add_name(void *context, const char *name)
{
	struct names *names = context;
	void *grown;

	if (fnmatch(names->pattern, name, 0) != 0)
		return;
	grown = reallocarray(names->rows, names->count + 1, sizeof *names->rows);
	if (!grown)
		abort();
	names->rows = grown;
	snprintf(names->rows[names->count++], STASH_NAME, "%s", name);
}

static kc_err each_match(struct attack *a, kc_err (*act)(struct attack *a, const char *name))
{
	struct names names = {.pattern = a->words[1]};
	kc_err err = stash_each(a->stash, add_name, &names);

	for (size_t i = 0; i < names.count && err == KC_OK; i++) {
		err = act(a, names.rows[i]);
		if (err == KC_OK) {
			said(a->words[0], names.rows[i]);
			a->done++;
		}
	}
	free(names.rows);
	return err;
}

static kc_err hide_one(struct attack *a, const char *name)
{
	return stash_remove(a->stash, name);
}

static kc_err flip_one(struct attack *a, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	KC_TRY(stash_get(a->stash, name, &value));
	return flip(&value) ? stash_put(a->stash, name, kc_buf_bytes(&value)) : KC_OK;
}

static kc_err cut_one(struct attack *a, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	KC_TRY(stash_get(a->stash, name, &value));
	if (!cut(&value, strtoul(a->words[2], NULL, 10)))
		return KC_OK;
	return stash_put(a->stash, name, kc_buf_bytes(&value));
}

static kc_err hide(struct attack *a)
{
	return each_match(a, hide_one);
}

static kc_err flip_all(struct attack *a)
{
	return each_match(a, flip_one);
}

static kc_err cut_all(struct attack *a)
{
	return each_match(a, cut_one);
}

static kc_err swap(struct attack *a)
{
	KC_CLEANUP_BUF struct kc_buf one = KC_BUF_INIT, other = KC_BUF_INIT;

	KC_TRY(stash_get(a->stash, a->words[1], &one));
	KC_TRY(stash_get(a->stash, a->words[2], &other));
	KC_TRY(stash_put(a->stash, a->words[1], kc_buf_bytes(&other)));
	KC_TRY(stash_put(a->stash, a->words[2], kc_buf_bytes(&one)));
	said("swap", a->words[1]);
	a->done++;
	return KC_OK;
}

/* One more cell, or operation, with the value of another. */
static kc_err duplicate(struct attack *a)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	KC_TRY(stash_get(a->stash, a->words[1], &value));
	KC_TRY(stash_put(a->stash, a->words[2], kc_buf_bytes(&value)));
	said("duplicate", a->words[2]);
	a->done++;
	return KC_OK;
}

/* As the store was when it was copied. */
static kc_err roll_back(struct attack *a)
{
	KC_TRY(stash_roll_back(a->stash, a->words[1]));
	said("rollback", a->words[1]);
	a->done++;
	return KC_OK;
}

/* Operations of a writer that nobody knows. */
static kc_err flood(struct attack *a)
{
	size_t count = strtoul(a->words[1], NULL, 10), len = strtoul(a->words[2], NULL, 10);
	KC_CLEANUP_BUF struct kc_buf junk = KC_BUF_INIT;
	char writer[33], name[STASH_NAME];

	if (count > MAX_FLOOD || len == 0 || len > KC_CLOUD_MAX_OPERATION)
		return KC_ERR(PARAM);
	kc_buf_extend(&junk, len);
	KC_TRY(kc_buf_check(&junk));
	for (size_t i = 0; i < len; i++)
		junk.data[i] = (uint8_t)chance();
	snprintf(writer, sizeof writer, "%016llx%016llx", (unsigned long long)chance(),
		(unsigned long long)chance());
	for (size_t i = 1; i <= count; i++) {
		snprintf(name, sizeof name, "%s-%016zu", writer, i);
		KC_TRY(stash_put(a->stash, name, kc_buf_bytes(&junk)));
	}
	printf("flood %zu of %zu bytes, as %s\n", count, len, writer);
	a->done++;
	return KC_OK;
}

static const struct {
	const char *name, *form;
	size_t words;
	kc_err (*run)(struct attack *a);
} attacks[] = {
	{"hide", "NAMES", 1, hide},
	{"flip", "NAMES", 1, flip_all},
	{"truncate", "NAMES LENGTH", 2, cut_all},
	{"swap", "NAME NAME", 2, swap},
	{"duplicate", "NAME NEW-NAME", 2, duplicate},
	{"rollback", "COPY", 1, roll_back},
	{"flood", "COUNT SIZE", 2, flood},
};

static int usage(FILE *to)
{
	fputs("usage: kc-evilstore [--seed N] attack URL RULE...\n"
	      "       kc-evilstore [--seed N] carry --true URL --view NAME=URL... [--rules FILE]\n"
	      "                    [--once | --every SECONDS]\n"
	      "rules of attack:\n",
		to);
	for (size_t i = 0; i < KC_COUNT_OF(attacks); i++)
		fprintf(to, "  %s %s\n", attacks[i].name, attacks[i].form);
	fputs("rules of carry, one a line: group VIEW N; hide VIEW NAMES; flip VIEW NAMES;\n"
	      "  truncate VIEW NAMES LENGTH; late VIEW NAMES ROUNDS\n",
		to);
	return to == stdout ? EXIT_DONE : EXIT_USAGE;
}

static int fail(const char *what, kc_err err)
{
	fprintf(stderr, "kc-evilstore: %s: %s\n", what, kc_err_name(err));
	return err == KC_E_PARAM ? EXIT_USAGE : EXIT_BROKEN;
}

/* Opens what is a store; says so when it is none. */
static int open_store(const char *url, struct stash **ret)
{
	if (stash_open(url, ret) == KC_OK)
		return EXIT_DONE;
	fprintf(stderr, "kc-evilstore: %s: no store\n", url);
	return EXIT_NO_STORE;
}

/* The number of words that a rule takes with its name; 0: there is no such rule. */
static size_t find_attack(char **words, size_t count, size_t *ret_which)
{
	for (size_t i = 0; i < KC_COUNT_OF(attacks); i++)
		if (strcmp(words[0], attacks[i].name) == 0 && count > attacks[i].words) {
			*ret_which = i;
			return attacks[i].words + 1;
		}
	return 0;
}

static int attack(char **words, size_t count)
{
	struct attack a = {.done = 0};
	size_t which = 0, taken;
	kc_err err = KC_OK;
	int status;

	/* All rules are looked at before the first is followed. */
	for (size_t at = 1; at < count; at += taken)
		if ((taken = find_attack(words + at, count - at, &which)) == 0)
			return usage(stderr);
	if (count < 2)
		return usage(stderr);
	if ((status = open_store(words[0], &a.stash)) != EXIT_DONE)
		return status;
	for (size_t at = 1; at < count && err == KC_OK; at += taken) {
		taken = find_attack(words + at, count - at, &which);
		a.words = words + at;
		err = attacks[which].run(&a);
	}
	stash_close(a.stash);
	if (err != KC_OK)
		return fail(words[0], err);
	return a.done ? EXIT_DONE : EXIT_NOTHING;
}

/* --- carrying -----------------------------------------------------------------------------------
 */

struct view {
	char name[32];
	struct stash *stash;
	unsigned group;
};
struct rule {
	char verb[12], view[32], names[STASH_NAME];
	size_t number;
};

static struct view views[MAX_VIEWS + 1]; /* the first is the true store */
static size_t view_count;
static struct rule rules[MAX_RULES];
static size_t rule_count;
static size_t round_number;

static bool is_rule(const struct rule *rule)
{
	static const char *const verbs[] = {"group", "hide", "flip", "truncate", "late"};

	for (size_t i = 0; i < KC_COUNT_OF(verbs); i++)
		if (strcmp(rule->verb, verbs[i]) == 0)
			return true;
	return false;
}

static int read_rules(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[300];
	int number = 0;

	if (!file) {
		perror(path);
		return EXIT_USAGE;
	}
	while (fgets(line, sizeof line, file)) {
		struct rule *rule = &rules[rule_count];
		int words;

		number++;
		*rule = (struct rule){.number = 0};
		words = sscanf(line, "%11s %31s %120s %zu", rule->verb, rule->view, rule->names,
			&rule->number);
		if (words <= 0 || line[0] == '#')
			continue;
		if (words < 3 || !is_rule(rule) || rule_count == MAX_RULES - 1) {
			fprintf(stderr, "kc-evilstore: %s: line %d is no rule\n", path, number);
			fclose(file);
			return EXIT_USAGE;
		}
		rule_count++;
	}
	fclose(file);
	return EXIT_DONE;
}

static void sort_into_groups(void)
{
	for (size_t i = 0; i < rule_count; i++)
		for (size_t k = 1; k < view_count; k++)
			if (strcmp(rules[i].verb, "group") == 0 &&
				fnmatch(rules[i].view, views[k].name, 0) == 0)
				views[k].group = (unsigned)strtoul(rules[i].names, NULL, 10);
}

/* What the rules make of an operation on its way to a view; false: it does not get there. */
static bool obey(const struct view *to, const char *name, struct kc_buf *value)
{
	char words[STASH_NAME + 40];

	for (size_t i = 0; i < rule_count; i++) {
		const struct rule *rule = &rules[i];

		if (strcmp(rule->verb, "group") == 0 || fnmatch(rule->view, to->name, 0) != 0 ||
			fnmatch(rule->names, name, 0) != 0)
			continue;
		snprintf(words, sizeof words, "%.11s for %.31s", rule->verb, to->name);
		if (strcmp(rule->verb, "hide") == 0 ||
			(strcmp(rule->verb, "late") == 0 && round_number < rule->number)) {
			said(words, name);
			return false;
		}
		if (strcmp(rule->verb, "flip") == 0 && flip(value))
			said(words, name);
		if (strcmp(rule->verb, "truncate") == 0 && cut(value, rule->number))
			said(words, name);
	}
	return true;
}

struct way {
	const struct view *from, *to;
	kc_err err;
};

static void carry_one(void *context, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT, there = KC_BUF_INIT;
	struct way *way = context;

	if (way->err != KC_OK || stash_get(way->to->stash, name, &there) == KC_OK)
		return;
	way->err = stash_get(way->from->stash, name, &value);
	if (way->err != KC_OK || (way->to != &views[0] && !obey(way->to, name, &value)))
		return;
	way->err = stash_put(way->to->stash, name, kc_buf_bytes(&value));
}

/* Views of one group see each other; the true store gets all, and gives to whom it would. */
static bool is_way(const struct view *from, const struct view *to, bool forked)
{
	if (from == to)
		return false;
	if (to == &views[0])
		return true;
	return from == &views[0] ? !forked : from->group == to->group;
}

static kc_err carry_all(void)
{
	bool forked = false;

	for (size_t i = 2; i < view_count; i++)
		forked = forked || views[i].group != views[1].group;
	for (size_t from = 0; from < view_count; from++)
		for (size_t to = 0; to < view_count; to++) {
			struct way way = {&views[from], &views[to], KC_OK};

			if (!is_way(way.from, way.to, forked))
				continue;
			KC_TRY(stash_each(way.from->stash, carry_one, &way));
			KC_TRY(way.err);
		}
	round_number++;
	return KC_OK;
}

static int add_view(const char *name, const char *url)
{
	struct view *view = &views[view_count];
	int status;

	if (view_count > MAX_VIEWS || strlen(name) >= sizeof view->name)
		return usage(stderr);
	status = open_store(url, &view->stash);
	if (status != EXIT_DONE)
		return status;
	if (!stash_is_folder(view->stash)) {
		stash_close(view->stash);
		fprintf(stderr, "kc-evilstore: %s: only folders are carried\n", url);
		return EXIT_NO_STORE;
	}
	snprintf(view->name, sizeof view->name, "%s", name);
	view_count++;
	return EXIT_DONE;
}

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

static int carry_on(unsigned every)
{
	kc_err err = KC_OK;

	signal(SIGINT, end);
	signal(SIGTERM, end);
	do {
		err = carry_all();
		fflush(stdout);
		if (every && err == KC_OK && !ended)
			sleep(every);
	} while (every && err == KC_OK && !ended);
	return err == KC_OK ? EXIT_DONE : fail("carry", err);
}

struct wishes {
	const char *truth, *rules, *views[MAX_VIEWS];
	size_t view_count;
	unsigned every;
};

static int carry(const struct wishes *wishes)
{
	int status;

	if (!wishes->truth || wishes->view_count == 0)
		return usage(stderr);
	if (wishes->rules && (status = read_rules(wishes->rules)) != EXIT_DONE)
		return status;
	if ((status = add_view("true", wishes->truth)) != EXIT_DONE)
		return status;
	for (size_t i = 0; i < wishes->view_count; i++) {
		char name[64];
		const char *url = strchr(wishes->views[i], '=');

		if (!url || (size_t)(url - wishes->views[i]) >= sizeof name)
			return usage(stderr);
		snprintf(
			name, sizeof name, "%.*s", (int)(url - wishes->views[i]), wishes->views[i]);
		if ((status = add_view(name, url + 1)) != EXIT_DONE)
			return status;
	}
	sort_into_groups();
	return carry_on(wishes->every);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'},
		{"seed", required_argument, NULL, 's'}, {"true", required_argument, NULL, 't'},
		{"view", required_argument, NULL, 'v'}, {"rules", required_argument, NULL, 'r'},
		{"once", no_argument, NULL, 'o'}, {"every", required_argument, NULL, 'e'},
		{NULL, 0, NULL, 0}};
	struct wishes wishes = {.every = 0};
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h')
			return usage(stdout);
		else if (option == 's')
			seed = strtoull(optarg, NULL, 10) * 2 + 1;
		else if (option == 't')
			wishes.truth = optarg;
		else if (option == 'r')
			wishes.rules = optarg;
		else if (option == 'v' && wishes.view_count < MAX_VIEWS)
			wishes.views[wishes.view_count++] = optarg;
		else if (option == 'e')
			wishes.every = (unsigned)strtoul(optarg, NULL, 10);
		else if (option != 'o')
			return usage(stderr);
	}
	if (argc - optind > 1 && strcmp(argv[optind], "attack") == 0)
		return attack(argv + optind + 1, (size_t)(argc - optind - 1));
	if (argc - optind != 1 || strcmp(argv[optind], "carry") != 0)
		return usage(stderr);
	status = carry(&wishes);
	while (view_count)
		stash_close(views[--view_count].stash);
	return status;
}
