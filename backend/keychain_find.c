/* SPDX-License-Identifier: ISC */
/* Finding items, and what of them a caller gets. */
#include <string.h>

#include "backend/item/policy.h"
#include "backend/item/ruler.h"
#include "backend/keychain_impl.h"
#include "backend/store/change.h"
#include "backend/store/track.h"
#include "base/log.h"

/* What the policy decides of an item: told with what is hidden, kept nowhere. */

static bool is_wanted(enum kc_ruler_output output, uint32_t want)
{
	switch (output) {
	case KC_OUTPUT_NEVER:
	case KC_OUTPUT_SECRET:
		return false;
	case KC_OUTPUT_ATTRS:
		return want & KC_WANT_ATTRS;
	case KC_OUTPUT_HIDDEN:
		return want & KC_WANT_HIDDEN;
	}
	return false;
}

kc_err kc_keychain_found_take(struct kc_stored *stored, uint32_t want, struct kc_found *ret)
{
	struct kc_item *item = &stored->item;
	/* Before the attributes that say so may go. */
	bool is_kept = kc_item_is_kept(item);
	const char *view = kc_policy_view_name(kc_policy_view(item));

	*ret = (struct kc_found){.class = item->class,
		.id = stored->id,
		.version = stored->version,
		.synced = item->sync};
	for (size_t i = 0; i < sizeof ret->ref; i++)
		ret->ref[i] = stored->ref[i];
	for (size_t i = item->attrs.count; i-- > 0;) {
		kc_name name = item->attrs.rows[i].name;
		const struct kc_ruler_row *row = kc_ruler_find(item->class, name);
		if (!row || !is_wanted(row->output, want))
			kc_attrs_remove(&item->attrs, name);
	}
	if ((want & KC_WANT_SECRET) && !is_kept) {
		kc_attrs_merge(&item->attrs, &item->within);
		ret->has_secret = item->has_secret;
		kc_secret_move(&ret->secret, &item->secret);
	}
	if (want & KC_WANT_HIDDEN)
		kc_attrs_set_str(&item->attrs, KC_ATTR_VIEW, view);
	kc_attrs_move(&ret->attrs, &item->attrs);
	return kc_attrs_check(&ret->attrs);
}

struct finder {
	struct kc_keychain_visitor visitor;
	struct kc_txn *txn;
	const struct kc_query *query;
	struct kc_found_list *found;
	struct kc_keychain_ids *damaged;
	const struct kc_former *former;
	size_t bytes;
};

/* What the row adds to the page, at the most. */
static size_t size_of(const struct finder *finder, const struct kc_row *row)
{
	return row->meta.len + (finder->query->want & KC_WANT_SECRET ? row->secret.len : 0);
}

static bool is_full(const struct finder *finder, const struct kc_row *row)
{
	const struct kc_query *query = finder->query;

	return (query->limit && finder->found->count == query->limit) ||
	       finder->found->count == KC_KEYCHAIN_PAGE_ROWS ||
	       (finder->found->count > 0 &&
		       finder->bytes + size_of(finder, row) > KC_KEYCHAIN_PAGE_BYTES);
}

void kc_keychain_found_tell(struct kc_attrs *attrs, kc_name id, kc_name name,
	const struct kc_history_who *who, const struct kc_former *former)
{
	static const uint8_t here[KC_TRACK_WRITER_LEN];
	bool is_here = memcmp(who->id, here, sizeof here) == 0;
	const char *known = kc_former_name(former, who->id);

	if (who->is_known)
		kc_attrs_set_bytes(attrs, id, kc_bytes(who->id, is_here ? 0 : sizeof who->id));
	if (who->is_known && !is_here && known)
		kc_attrs_set_bytes(attrs, name, kc_bytes(known, strlen(known) + 1));
}

/* Who wrote what it holds now; of an item that never travelled nothing is said. */
static kc_err add_writer(struct kc_txn *txn, const struct kc_former *former, struct kc_found *found)
{
	struct kc_history_who who;
	struct kc_track track;
	kc_err err = kc_track_find_item(txn, found->id, &track);

	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT)
		return KC_OK;
	KC_TRY(err);
	who = kc_history_writer(&track);
	kc_keychain_found_tell(&found->attrs, KC_FOUND_WRITER, KC_FOUND_WRITER_NAME, &who, former);
	return kc_attrs_check(&found->attrs);
}

static kc_err find_one(struct kc_keychain_visitor *visitor, const struct kc_row *row, bool *stop)
{
	struct finder *finder = (struct finder *)visitor;
	const struct kc_query *query = finder->query;
	KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};
	kc_err err;

	if (is_full(finder, row)) {
		finder->found->more = true;
		*stop = true;
		return KC_OK;
	}
	err = kc_row_open(finder->txn->bag, row, query->want & KC_WANT_SECRET, &stored);
	if (err == KC_E_CORRUPT)
		return kc_keychain_ids_push(finder->damaged, row->id);
	if (err == KC_E_LOCKED && query->skip_locked)
		return KC_OK;
	if (err != KC_OK)
		return err;
	KC_TRY(kc_keychain_found_take(&stored, query->want, &found));
	if (query->want & KC_WANT_WRITER)
		KC_TRY(add_writer(finder->txn, finder->former, &found));
	finder->bytes += size_of(finder, row);
	return kc_found_list_take(finder->found, &found);
}

static kc_err find_intxn(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_keychain_ids *damaged, struct kc_found_list *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_FORMER struct kc_former former = {0};
	struct finder finder = {.visitor = {find_one},
		.query = query,
		.found = ret,
		.damaged = damaged,
		.former = &former};

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	if (query->class == KC_CLASS_IDENTITY)
		return kc_keychain_identity_find(&txn, caller, query, damaged, ret);
	if (query->want & KC_WANT_WRITER)
		KC_TRY(kc_former_get(&txn, &former));
	finder.txn = &txn;
	return kc_keychain_search(&txn, caller, query, &finder.visitor);
}

kc_err kc_keychain_item_find(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_found_list *ret)
{
	KC_CLEANUP_IDS struct kc_keychain_ids damaged = {0};
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	kc_err err = find_intxn(keychain, caller, query, &damaged, &found);

	kc_keychain_set_aside(keychain, &damaged);
	if (err != KC_OK)
		return err;
	if (found.count == 0)
		return KC_ERR(NOT_FOUND);
	kc_found_list_done(ret);
	*ret = found;
	found = (struct kc_found_list)KC_FOUND_LIST_INIT;
	return KC_OK;
}

kc_err kc_keychain_txn_get(struct kc_txn *txn, const struct kc_caller *caller, uint64_t id,
	bool with_secret, struct kc_stored *ret)
{
	KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;
	kc_err err = kc_row_get(txn, id, with_secret, &stored);

	if (err == KC_E_CORRUPT)
		return KC_ERR(NOT_FOUND);
	if (err != KC_OK)
		return err;
	KC_TRY(kc_keychain_access_caller(caller));
	if (stored.item.tomb ||
		kc_keychain_access_group(
			caller, kc_attrs_get_bytes(&stored.item.attrs, KC_ATTR_AGRP)) != KC_OK)
		return KC_ERR(NOT_FOUND);
	kc_row_stored_done(ret);
	*ret = stored;
	stored = (struct kc_stored)KC_STORED_INIT;
	return KC_OK;
}

/* --- damaged rows -------------------------------------------------------------------------------
 */

static kc_err set_aside(struct kc_keychain *keychain, const struct kc_keychain_ids *damaged)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	for (size_t i = 0; i < damaged->count; i++) {
		KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;
		if (kc_row_get(&txn, damaged->ids[i], true, &stored) == KC_E_CORRUPT)
			KC_TRY(kc_change_quarantine(&txn, damaged->ids[i]));
	}
	return kc_txn_commit(&txn);
}

void kc_keychain_set_aside(struct kc_keychain *keychain, const struct kc_keychain_ids *damaged)
{
	if (damaged->count > 0 && set_aside(keychain, damaged) != KC_OK)
		kc_log_error("damaged rows could not be set aside");
}
