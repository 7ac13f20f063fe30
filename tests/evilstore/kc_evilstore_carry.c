/* SPDX-License-Identifier: ISC */
/* carry: what devices write is brought from store to store, but for what the rules say. */
#include <fnmatch.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/evilstore/kc_evilstore.h"
#include "tests/evilstore/kc_evilstore_memory.h"

#define MAX_RULES 64

struct view {
	char name[32];
	struct stash *stash;
	unsigned group;
};
struct rule {
	char verb[12], view[32], names[STASH_NAME];
	size_t number;
};

static struct view views[EVILSTORE_MAX_VIEWS + 1]; /* the first is the true store */
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
			evilstore_said(words, name);
			return false;
		}
		if (strcmp(rule->verb, "flip") == 0 && evilstore_flip(value))
			evilstore_said(words, name);
		if (strcmp(rule->verb, "truncate") == 0 && evilstore_cut(value, rule->number))
			evilstore_said(words, name);
	}
	return true;
}

struct way {
	const struct view *from, *to;
	kc_err err;
};

/* In a log nothing changes: what is there stays. */
static void carry_operation(struct way *way, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT, there = KC_BUF_INIT;

	if (stash_get(way->to->stash, name, &there) == KC_OK)
		return;
	way->err = stash_get(way->from->stash, name, &value);
	if (way->err != KC_OK || (way->to != &views[0] && !obey(way->to, name, &value)))
		return;
	way->err = stash_put(way->to->stash, name, kc_buf_bytes(&value));
}

/* A record as it is; one that is not there, or was taken away, is empty. */
static kc_err get_record(const struct view *view, const char *name, struct kc_buf *ret)
{
	kc_err err = stash_get(view->stash, name, ret);

	return err == KC_E_NOT_FOUND ? KC_OK : err;
}

/* Whoever is written over in the end: of two that changed one record the true store's counts. */
static bool may_write(const struct way *way, const char *name, const struct kc_buf *there)
{
	const char *to = way->to->name;

	return way->from == &views[0] || !evilstore_memory_has(to, "", name) ||
	       evilstore_memory_is(to, "", name, kc_buf_bytes(there));
}

/* What the carrier itself puts there is nobody's change. */
static void note_put(const struct view *to, const char *name, struct kc_bytes value)
{
	evilstore_memory_set(to->name, "", name, value);
	for (size_t i = 0; i < view_count; i++)
		evilstore_memory_set(to->name, views[i].name, name, value);
}

/* A record that changed since it was brought this way. */
static void carry_record(struct way *way, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT, there = KC_BUF_INIT, made = KC_BUF_INIT;

	way->err = get_record(way->from, name, &value);
	if (way->err == KC_OK)
		way->err = get_record(way->to, name, &there);
	if (way->err != KC_OK ||
		evilstore_memory_is(way->from->name, way->to->name, name, kc_buf_bytes(&value)))
		return;
	kc_buf_push(&made, value.data, value.len);
	if (!kc_bytes_equal(kc_buf_bytes(&value), kc_buf_bytes(&there)) &&
		may_write(way, name, &there)) {
		if (way->to != &views[0] && !obey(way->to, name, &made))
			return;
		way->err =
			stash_put_like(way->to->stash, way->from->stash, name, kc_buf_bytes(&made));
		if (way->err == KC_E_CONFLICT) { /* its device was faster: the next time */
			way->err = KC_OK;
			return;
		}
		note_put(way->to, name, kc_buf_bytes(&made));
	}
	evilstore_memory_set(way->from->name, way->to->name, name, kc_buf_bytes(&value));
}

static void carry_one(void *context, const char *name)
{
	struct way *way = context;

	if (way->err == KC_OK && stash_is_folder(way->from->stash))
		carry_operation(way, name);
	else if (way->err == KC_OK)
		carry_record(way, name);
}

/* How a view is left: what its device writes from now on is a change. */
static void note_as_left(void *context, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	struct way *way = context;

	if (way->err == KC_OK)
		way->err = get_record(way->from, name, &value);
	if (way->err == KC_OK)
		evilstore_memory_set(way->from->name, "", name, kc_buf_bytes(&value));
}

static kc_err note_all(void)
{
	for (size_t i = 0; i < view_count; i++) {
		struct way way = {&views[i], NULL, KC_OK};

		if (stash_is_folder(views[i].stash))
			continue;
		KC_TRY(stash_each_ever(views[i].stash, note_as_left, &way));
		KC_TRY(way.err);
	}
	return KC_OK;
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
			KC_TRY(stash_each_ever(way.from->stash, carry_one, &way));
			KC_TRY(way.err);
		}
	round_number++;
	return note_all();
}

static int add_view(const char *name, const char *url)
{
	struct view *view = &views[view_count];
	int status;

	if (view_count > EVILSTORE_MAX_VIEWS || strlen(name) >= sizeof view->name)
		return evilstore_usage(stderr);
	status = evilstore_open(url, &view->stash);
	if (status != EXIT_DONE)
		return status;
	if (stash_is_folder(view->stash) != stash_is_folder(views[0].stash)) {
		stash_close(view->stash);
		fprintf(stderr, "kc-evilstore: %s: not of the kind of the true store\n", url);
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

static int carry_on(const struct evilstore_wishes *wishes)
{
	kc_err err = KC_OK;

	signal(SIGINT, end);
	signal(SIGTERM, end);
	do {
		err = carry_all();
		fflush(stdout);
		if (err == KC_OK && wishes->memory && !evilstore_memory_save(wishes->memory))
			return EXIT_BROKEN;
		if (wishes->every && err == KC_OK && !ended)
			sleep(wishes->every);
	} while (wishes->every && err == KC_OK && !ended);
	return err == KC_OK ? EXIT_DONE : evilstore_fail("carry", err);
}

static int open_all(const struct evilstore_wishes *wishes)
{
	int status;

	if (!wishes->truth || wishes->view_count == 0)
		return evilstore_usage(stderr);
	if (wishes->rules && (status = read_rules(wishes->rules)) != EXIT_DONE)
		return status;
	if ((status = add_view("true", wishes->truth)) != EXIT_DONE)
		return status;
	for (size_t i = 0; i < wishes->view_count; i++) {
		char name[64];
		const char *url = strchr(wishes->views[i], '=');

		if (!url || (size_t)(url - wishes->views[i]) >= sizeof name)
			return evilstore_usage(stderr);
		snprintf(
			name, sizeof name, "%.*s", (int)(url - wishes->views[i]), wishes->views[i]);
		if ((status = add_view(name, url + 1)) != EXIT_DONE)
			return status;
	}
	sort_into_groups();
	return EXIT_DONE;
}

int evilstore_carry(const struct evilstore_wishes *wishes)
{
	int status = open_all(wishes);

	if (status == EXIT_DONE && wishes->memory && !evilstore_memory_load(wishes->memory))
		status = EXIT_USAGE;
	if (status == EXIT_DONE)
		status = carry_on(wishes);
	while (view_count)
		stash_close(views[--view_count].stash);
	evilstore_memory_done();
	return status;
}
