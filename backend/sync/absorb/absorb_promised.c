/* SPDX-License-Identifier: ISC */
/*
 * What heads name and is not here, for two records of one primary key: a version of either may make
 * room for the other (doc/protocol.md 8, collision). The heads of a view are opened once.
 */
#include "backend/sync/absorb/absorb_impl.h"

#include <string.h>

void kc_absorb_promised_done(struct kc_absorb_promised *promised)
{
	free(promised->rows);
	*promised = (struct kc_absorb_promised){.rows = NULL};
}

static int by_name(const void *a, const void *b)
{
	const struct kc_absorb_promise *x = a, *y = b;

	return memcmp(x->entry.name, y->entry.name, sizeof x->entry.name);
}

static kc_err add(
	struct kc_absorb_promised *promised, size_t member, const struct kc_log_entry *entry)
{
	if (promised->count == promised->allocated) {
		size_t wanted = promised->allocated ? 2 * promised->allocated : 64;
		struct kc_absorb_promise *grown =
			reallocarray(promised->rows, wanted, sizeof *grown);

		if (!grown)
			return KC_ERR(NO_MEMORY);
		promised->rows = grown;
		promised->allocated = wanted;
	}
	promised->rows[promised->count++] =
		(struct kc_absorb_promise){.member = member, .entry = *entry};
	return KC_OK;
}

/* A log that does not open names nothing. */
static kc_err add_log(struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_head *head, struct kc_absorb_promised *promised)
{
	uint64_t had =
		kc_vector_get(&r->circle->views[view].vector, &r->circle->members[member]->id);
	KC_CLEANUP(kc_head_log_done) struct kc_head_log log = {0};
	bool missing = false;
	kc_err err = kc_absorb_log(r, member, view, head, had, &log, &missing);

	if (err == KC_E_REFUSED)
		return KC_OK;
	KC_TRY(err);
	promised->unknown = promised->unknown || missing;
	for (size_t i = 0; i < log.count; i++)
		KC_TRY(add(promised, member, &log.rows[i]));
	return KC_OK;
}

static kc_err add_head(struct kc_absorb_reader *r, size_t member, enum kc_view view,
	struct kc_absorb_promised *promised)
{
	const struct kc_list *list = r->circle->members[member]->list;
	KC_CLEANUP_HEAD struct kc_head head = {0};
	kc_err err = list ? kc_absorb_head(r, member, list, view, &head) : KC_ERR(NOT_FOUND);

	if (err == KC_E_NOT_FOUND || err == KC_E_REFUSED)
		return KC_OK;
	if (err == KC_E_WAITING || err == KC_E_LOCKED) {
		promised->unknown = true;
		return KC_OK;
	}
	KC_TRY(err);
	promised->counters[member] = head.counter;
	return add_log(r, member, view, &head, promised);
}

static kc_err look(
	struct kc_absorb_reader *r, enum kc_view view, struct kc_absorb_promised *promised)
{
	for (size_t i = 0; i < r->circle->member_count && !promised->unknown; i++)
		if (i != r->circle->self && kc_peer_set_has(r->trust.heard, i))
			KC_TRY(add_head(r, i, view, promised));
	if (promised->count)
		qsort(promised->rows, promised->count, sizeof *promised->rows, by_name);
	promised->looked = true;
	return KC_OK;
}

/* Whether a version of that name, later than since if there is one, is yet to come. */
static kc_err is_to_come(struct kc_absorb_reader *r, enum kc_view view, const uint8_t *name,
	const struct kc_version *since, bool *ret)
{
	struct kc_absorb_promised *promised = &r->promised[view];
	size_t low = 0, high = promised->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(promised->rows[middle].entry.name, name, KC_RECORD_NAME_LEN) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret = false;
	for (; low < promised->count && !*ret; low++) {
		struct kc_absorb_promise *row = &promised->rows[low];
		struct kc_version version;

		if (memcmp(row->entry.name, name, KC_RECORD_NAME_LEN) != 0)
			return KC_OK;
		version = kc_absorb_version(&r->circle->members[row->member]->id, &row->entry);
		if (row->here || (since && kc_version_compare(&version, since) <= 0))
			continue;
		KC_TRY(kc_absorb_accounts(r, row->member, view, &row->entry, &row->here));
		*ret = !row->here;
	}
	return KC_OK;
}

kc_err kc_absorb_may_make_room(struct kc_absorb_reader *r, const struct kc_absorb_item *item,
	const uint8_t rival[static KC_RECORD_NAME_LEN], bool *ret)
{
	struct kc_absorb_promised *promised = &r->promised[item->view];

	if (!promised->looked)
		KC_TRY(look(r, item->view, promised));
	*ret = promised->unknown ||
	       (item->member != r->circle->self && kc_peer_set_has(r->trust.heard, item->member) &&
		       promised->counters[item->member] < item->counter);
	if (!*ret)
		KC_TRY(is_to_come(r, item->view, item->name, &item->version, ret));
	if (!*ret)
		KC_TRY(is_to_come(r, item->view, rival, NULL, ret));
	return KC_OK;
}
