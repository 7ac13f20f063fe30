/* SPDX-License-Identifier: ISC */
/* Earlier values of items: telling them, and bringing one back. */
#include <stdlib.h>
#include <string.h>

#include "backend/keychain_impl.h"
#include "backend/store/change.h"
#include "base/clock.h"
#include "base/random.h"

struct teller {
	struct kc_history_visitor visitor;
	struct kc_keychain_ids *ids;
};

static kc_err collect(struct kc_history_visitor *visitor, uint64_t id, const struct kc_row *row)
{
	struct teller *teller = (struct teller *)visitor;

	(void)row;
	return kc_keychain_ids_push(teller->ids, id);
}

static kc_err take(struct kc_stored *stored, const struct kc_history_end *end, uint64_t id,
	uint32_t want, const struct kc_former *former, struct kc_found *ret)
{
	KC_TRY(kc_keychain_found_take(stored, want, ret));
	ret->id = id;
	kc_attrs_set_number(&ret->attrs, KC_EARLIER_HOW, end->how);
	kc_attrs_set_date(
		&ret->attrs, KC_EARLIER_DATE, (double)end->at_ms / 1000 - KC_CLOCK_APPLE_EPOCH);
	kc_keychain_found_tell(
		&ret->attrs, KC_FOUND_WRITER, KC_FOUND_WRITER_NAME, &end->writer, former);
	kc_keychain_found_tell(&ret->attrs, KC_EARLIER_BY, KC_EARLIER_BY_NAME, &end->by, former);
	return kc_attrs_check(&ret->attrs);
}

static bool is_full(const struct kc_query *query, const struct kc_found_list *found, size_t bytes)
{
	return (query->limit && found->count == query->limit) ||
	       (found->count > 0 && bytes > KC_KEYCHAIN_PAGE_BYTES);
}

static int newest_first(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left < *right) - (*left > *right);
}

/* What does not open is left out: there is no other place where it could be missed. */
static kc_err open_all(struct kc_txn *txn, const struct kc_query *query,
	const struct kc_keychain_ids *ids, struct kc_found_list *ret)
{
	KC_CLEANUP_FORMER struct kc_former former = {0};
	size_t bytes = 0;

	KC_TRY(kc_former_get(txn, &former));
	for (size_t i = 0; i < ids->count; i++) {
		KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;
		KC_CLEANUP_FOUND struct kc_found found = {0};
		struct kc_history_end end;
		kc_err err;

		if (query->after.id && ids->ids[i] >= query->after.id)
			continue; /* on a page before */
		err = kc_history_get(txn, ids->ids[i], query->want & KC_WANT_SECRET, &stored, &end);
		if (err == KC_E_CORRUPT || (err == KC_E_LOCKED && query->skip_locked))
			continue;
		KC_TRY(err);
		bytes += kc_item_size(&stored.item);
		if (is_full(query, ret, bytes)) {
			ret->more = true;
			return KC_OK;
		}
		KC_TRY(take(&stored, &end, ids->ids[i], query->want, &former, &found));
		KC_TRY(kc_found_list_take(ret, &found));
	}
	return ret->count ? KC_OK : KC_ERR(NOT_FOUND);
}

kc_err kc_keychain_item_history(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_found_list *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_IDS struct kc_keychain_ids ids = {0};
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct teller teller = {.visitor = {collect}, .ids = &ids};

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	KC_TRY(kc_keychain_search_history(&txn, caller, query, &teller.visitor));
	if (ids.count > 1)
		qsort(ids.ids, ids.count, sizeof *ids.ids, newest_first);
	KC_TRY(open_all(&txn, query, &ids, &found));
	kc_found_list_done(ret);
	*ret = found;
	found = (struct kc_found_list)KC_FOUND_LIST_INIT;
	return KC_OK;
}

/* --- bringing one back --------------------------------------------------------------------------
 */

/* The live item that has its primary key, whichever its sync mark, or a tombstone with the mark
 * that it had. Errors: NOT_FOUND, LOCKED. */
static kc_err find_rival(struct kc_txn *txn, const struct kc_item *item, struct kc_stored *ret)
{
	KC_CLEANUP_STORED struct kc_stored other = KC_STORED_INIT;
	kc_err err = kc_change_find_rival(txn, item, item->sync, ret);

	if (err == KC_OK && !ret->item.tomb)
		return KC_OK;
	if (err != KC_OK && err != KC_E_NOT_FOUND)
		return err;
	if (kc_change_find_rival(txn, item, !item->sync, &other) == KC_OK && !other.item.tomb) {
		kc_row_stored_done(ret);
		*ret = other;
		other = (struct kc_stored)KC_STORED_INIT;
		return KC_OK;
	}
	return err;
}

/* It goes on as the item that is there: as the same row and reference, and with its sync mark. */
static kc_err put_over(struct kc_txn *txn, const struct kc_stored *rival, struct kc_stored *stored)
{
	const struct kc_value *uuid = kc_attrs_get(&rival->item.attrs, KC_ATTR_UUID);

	stored->id = rival->id;
	memcpy(stored->ref, rival->ref, sizeof stored->ref);
	if (uuid)
		kc_attrs_set(&stored->item.attrs, KC_ATTR_UUID, uuid);
	if (!rival->item.tomb && stored->item.sync != rival->item.sync) {
		stored->item.sync = rival->item.sync;
		kc_attrs_set_number(&stored->item.attrs, KC_ATTR_SYNC, rival->item.sync);
	}
	kc_item_touch(&stored->item, kc_attrs_get_date(&rival->item.attrs, KC_ATTR_MDAT, 0));
	KC_TRY(kc_attrs_check(&stored->item.attrs));
	if (!rival->item.tomb)
		KC_TRY(kc_history_keep_own(txn, rival->id, KC_EARLIER_REPLACED));
	return kc_change_replace(txn, stored);
}

static kc_err put_back(struct kc_txn *txn, struct kc_stored *stored)
{
	KC_CLEANUP_STORED struct kc_stored rival = KC_STORED_INIT;
	kc_err err = find_rival(txn, &stored->item, &rival);

	if (err == KC_OK)
		return put_over(txn, &rival, stored);
	if (err != KC_E_NOT_FOUND)
		return err;
	kc_item_touch(&stored->item, kc_attrs_get_date(&stored->item.attrs, KC_ATTR_MDAT, 0));
	kc_random_fill(stored->ref, sizeof stored->ref);
	return kc_change_insert(txn, stored);
}

kc_err kc_keychain_item_restore(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_found *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};
	struct kc_history_end end;
	kc_err err;

	KC_TRY(kc_keychain_access_caller(caller));
	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	err = kc_history_get(&txn, id, true, &stored, &end);
	if (err == KC_E_CORRUPT)
		return KC_ERR(NOT_FOUND);
	KC_TRY(err);
	if (kc_keychain_access_group(
		    caller, kc_attrs_get_bytes(&stored.item.attrs, KC_ATTR_AGRP)) != KC_OK)
		return KC_ERR(NOT_FOUND);
	KC_TRY(kc_keybag_can_open(txn.bag, stored.item.protection));
	KC_TRY(put_back(&txn, &stored));
	KC_TRY(kc_keychain_found_take(&stored, KC_WANT_ATTRS, &found));
	KC_TRY(kc_txn_commit(&txn));
	kc_found_done(ret);
	*ret = found;
	found = (struct kc_found){0};
	return KC_OK;
}
