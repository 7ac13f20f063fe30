/* SPDX-License-Identifier: ISC */
/* Optimal string alignment, three rows of the table at a time. */
#include "cli/similar.h"

#include <ctype.h>
#include <string.h>

#define LONGEST 128 /* longer names are compared by their beginnings */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool same(uint8_t a, uint8_t b)
{
	return tolower(a) == tolower(b);
}

size_t kc_similar_distance(struct kc_bytes a, struct kc_bytes b, size_t most)
{
	size_t rows[3][LONGEST + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	size_t a_len = least(a.len, LONGEST), b_len = least(b.len, LONGEST);

	for (size_t j = 0; j <= b_len; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *free_row = before;
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			bool equal = same(a.data[i - 1], b.data[j - 1]);
			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + !equal);
			if (i > 1 && j > 1 && same(a.data[i - 1], b.data[j - 2]) &&
				same(a.data[i - 2], b.data[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = free_row;
	}
	return least(above[b_len], most + 1);
}

static bool holds(struct kc_bytes whole, struct kc_bytes part)
{
	for (size_t at = 0; at + part.len <= whole.len; at++) {
		size_t i = 0;
		while (i < part.len && same(whole.data[at + i], part.data[i]))
			i++;
		if (i == part.len)
			return true;
	}
	return false;
}

size_t kc_similar_rank(struct kc_bytes a, struct kc_bytes b)
{
	size_t most = a.len < 6 ? 1 : a.len / 3, distance = kc_similar_distance(a, b, most);

	if (distance <= most)
		return distance;
	return a.len >= 3 && holds(b, a) ? most + 1 : KC_SIMILAR_NOT;
}
