/* SPDX-License-Identifier: ISC */
/* attack: what is in a store is altered in place. */
#include "tests/evilstore/kc_evilstore.h"

#include <fnmatch.h>
#include <string.h>

#define MAX_FLOOD 100000

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
			evilstore_said(a->words[0], names.rows[i]);
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
	return evilstore_flip(&value) ? stash_put(a->stash, name, kc_buf_bytes(&value)) : KC_OK;
}

static kc_err cut_one(struct attack *a, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	KC_TRY(stash_get(a->stash, name, &value));
	if (!evilstore_cut(&value, strtoul(a->words[2], NULL, 10)))
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
	evilstore_said("swap", a->words[1]);
	a->done++;
	return KC_OK;
}

/* One more cell, or operation, with the value of another. */
static kc_err duplicate(struct attack *a)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	KC_TRY(stash_get(a->stash, a->words[1], &value));
	KC_TRY(stash_put(a->stash, a->words[2], kc_buf_bytes(&value)));
	evilstore_said("duplicate", a->words[2]);
	a->done++;
	return KC_OK;
}

/* As the store was when it was copied. */
static kc_err roll_back(struct attack *a)
{
	KC_TRY(stash_roll_back(a->stash, a->words[1]));
	evilstore_said("rollback", a->words[1]);
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
		junk.data[i] = (uint8_t)evilstore_chance();
	snprintf(writer, sizeof writer, "%016llx%016llx", (unsigned long long)evilstore_chance(),
		(unsigned long long)evilstore_chance());
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

void evilstore_tell_attacks(FILE *to)
{
	for (size_t i = 0; i < KC_COUNT_OF(attacks); i++)
		fprintf(to, "  %s %s\n", attacks[i].name, attacks[i].form);
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

int evilstore_attack(char **words, size_t count)
{
	struct attack a = {.done = 0};
	size_t which = 0, taken;
	kc_err err = KC_OK;
	int status;

	/* All rules are looked at before the first is followed. */
	for (size_t at = 1; at < count; at += taken)
		if ((taken = find_attack(words + at, count - at, &which)) == 0)
			return evilstore_usage(stderr);
	if (count < 2)
		return evilstore_usage(stderr);
	if ((status = evilstore_open(words[0], &a.stash)) != EXIT_DONE)
		return status;
	for (size_t at = 1; at < count && err == KC_OK; at += taken) {
		taken = find_attack(words + at, count - at, &which);
		a.words = words + at;
		err = attacks[which].run(&a);
	}
	stash_close(a.stash);
	if (err != KC_OK)
		return evilstore_fail(words[0], err);
	return a.done ? EXIT_DONE : EXIT_NOTHING;
}
