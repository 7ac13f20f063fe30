/* SPDX-License-Identifier: ISC */
/* A tree of lines "from to name hash". */
#include "tests/evilstore/kc_evilstore_memory.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"

#define KEY 200
#define NONE "-" /* in the place of a view's name */

struct row {
	char key[KEY], hash[65];
};
static void *rows;
static FILE *saving;

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->key, ((const struct row *)b)->key);
}

static void set_key(struct row *row, const char *from, const char *to, const char *name)
{
	snprintf(row->key, sizeof row->key, "%s %s %s", from, *to ? to : NONE, name);
}

static void set_hash(struct row *row, struct kc_bytes value)
{
	uint8_t digest[32];

	if (kc_hash_compute(KC_HASH_SHA256, value, digest) != KC_OK)
		abort();
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(row->hash + 2 * i, 3, "%02x", digest[i]);
}

static struct row *find(const struct row *wanted)
{
	struct row **found = tfind(wanted, &rows, compare);

	return found ? *found : NULL;
}

static void keep(const struct row *row)
{
	struct row *there = find(row);

	if (!there) {
		there = malloc(sizeof *there);
		if (!there)
			abort();
		*there = *row;
		if (!tsearch(there, &rows, compare))
			abort();
	}
	memcpy(there->hash, row->hash, sizeof there->hash);
}

bool evilstore_memory_has(const char *from, const char *to, const char *name)
{
	struct row row;

	set_key(&row, from, to, name);
	return find(&row) != NULL;
}

bool evilstore_memory_is(const char *from, const char *to, const char *name, struct kc_bytes value)
{
	const struct row *there;
	struct row row;

	set_key(&row, from, to, name);
	set_hash(&row, value);
	there = find(&row);
	return there && strcmp(there->hash, row.hash) == 0;
}

void evilstore_memory_set(const char *from, const char *to, const char *name, struct kc_bytes value)
{
	struct row row;

	set_key(&row, from, to, name);
	set_hash(&row, value);
	keep(&row);
}

void evilstore_memory_done(void)
{
	while (rows) {
		struct row *row = *(struct row **)rows;

		tdelete(row, &rows, compare);
		free(row);
	}
}

/* --- the file -----------------------------------------------------------------------------------
 */

bool evilstore_memory_load(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[KEY + 80];

	if (!file && errno == ENOENT)
		return true;
	if (!file) {
		perror(path);
		return false;
	}
	while (fgets(line, sizeof line, file)) {
		char *hash = strrchr(line, ' ');
		struct row row;

		if (!hash || strlen(hash) != 66 || hash - line >= KEY)
			continue;
		*hash = 0;
		snprintf(row.key, sizeof row.key, "%.*s", KEY - 1, line);
		snprintf(row.hash, sizeof row.hash, "%.64s", hash + 1);
		keep(&row);
	}
	fclose(file);
	return true;
}

static void save_row(const void *node, VISIT when, int depth)
{
	const struct row *row = *(struct row *const *)node;

	(void)depth;
	if (when == postorder || when == leaf)
		fprintf(saving, "%s %s\n", row->key, row->hash);
}

bool evilstore_memory_save(const char *path)
{
	bool good;

	saving = fopen(path, "we");
	if (!saving) {
		perror(path);
		return false;
	}
	twalk(rows, save_row);
	good = !ferror(saving);
	good = fclose(saving) == 0 && good;
	if (!good)
		perror(path);
	return good;
}
