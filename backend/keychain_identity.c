/* SPDX-License-Identifier: ISC */
/*
 * Identities: private keys joined with the certificates of their public halves ("pkhh" of the one
 * is "klbl" of the other), a class without rows of its own.
 *
 * A list is in the order of the keys, and has each key with its certificates in the order of their
 * ids. So it is read key by key, and what a page ends with is a key and a certificate. The terms of
 * the two attributes differ, which is why one of the rows has to be opened: the key's, to look for
 * its certificates; but where a key is locked, or where keys are many and certificates few, the
 * certificates are opened first, to see which of the keys have any. So the lock hides an identity
 * only if there is one.
 */
#include <stdlib.h>

#include "backend/item/ruler.h"
#include "backend/keychain_impl.h"
#include "backend/store/terms.h"
#include "base/mechanism.h"

/* So few keys are opened without asking for the number of certificates. */
#define FEW_KEYS 32

struct join {
	struct kc_txn *txn;
	const struct kc_caller *caller;
	const struct kc_query *query;
	struct kc_query keys, certificates; /* the two halves of the query; they borrow its lists */
	bool impossible;		    /* the query contradicts itself */
	struct kc_keychain_ids candidates[2]; /* keys that match: local ones, synced ones */
	bool some_locked;		      /* among them */
	struct kc_keychain_ids *damaged;
	struct kc_found_list *found;
	size_t bytes;
	bool full;
};

static void join_done(struct join *join)
{
	kc_attrs_done(&join->keys.attrs);
	kc_attrs_done(&join->certificates.attrs);
	kc_keychain_ids_done(&join->candidates[false]);
	kc_keychain_ids_done(&join->candidates[true]);
}

/* --- the halves of the query --------------------------------------------------------------------
 */

/* Every other attribute is the key's. */
static bool is_of_certificate(kc_name name)
{
	static const kc_name names[] = {
		KC_ATTR_LABL,
		KC_ATTR_ISSR,
		KC_ATTR_SLNR,
		KC_ATTR_SKID,
		KC_ATTR_SUBJ,
		KC_ATTR_CTYP,
		KC_ATTR_CENC,
		KC_ATTR_TKID,
		KC_ATTR_PKHH,
	};
	for (size_t i = 0; i < KC_COUNT_OF(names); i++)
		if (names[i] == name)
			return true;
	return false;
}

static kc_err split_attrs(struct join *join)
{
	KC_CLEANUP_ATTRS struct kc_attrs keys = KC_ATTRS_INIT, certificates = KC_ATTRS_INIT;
	const struct kc_attrs *given = &join->query->attrs;

	KC_TRY(kc_attrs_check(given));
	for (size_t i = 0; i < given->count; i++)
		kc_attrs_set(is_of_certificate(given->rows[i].name) ? &certificates : &keys,
			given->rows[i].name, &given->rows[i].value);
	KC_TRY(kc_ruler_convert(KC_CLASS_KEY, KC_USE_QUERY, &keys, &join->keys.attrs));
	return kc_ruler_convert(
		KC_CLASS_CERTIFICATE, KC_USE_QUERY, &certificates, &join->certificates.attrs);
}

/* What the join says itself: a private key, and the same hash in both. */
static kc_err add_condition(struct join *join)
{
	struct kc_attrs *keys = &join->keys.attrs, *certificates = &join->certificates.attrs;
	const struct kc_value *key_class = kc_attrs_get(keys, KC_ATTR_KCLS);
	const struct kc_value *label = kc_attrs_get(keys, KC_ATTR_KLBL);
	const struct kc_value *hash = kc_attrs_get(certificates, KC_ATTR_PKHH);

	if (key_class && kc_attrs_get_number(keys, KC_ATTR_KCLS, -1) != KC_KEY_PRIVATE)
		join->impossible = true;
	if (hash && label && !kc_value_equal(hash, label))
		join->impossible = true;
	kc_attrs_set_number(keys, KC_ATTR_KCLS, KC_KEY_PRIVATE);
	if (hash)
		kc_attrs_set(keys, KC_ATTR_KLBL, hash);
	kc_attrs_remove(certificates, KC_ATTR_PKHH);
	KC_TRY(kc_attrs_check(keys));
	return kc_attrs_check(certificates);
}

static kc_err split_query(struct join *join)
{
	const struct kc_query *query = join->query;

	join->keys = (struct kc_query){
		.class = KC_CLASS_KEY,
		.groups = query->groups,
		.sync = query->sync,
		.tomb = query->tomb,
		.host_or_subdomain = query->host_or_subdomain,
	};
	join->certificates = (struct kc_query){
		.class = KC_CLASS_CERTIFICATE,
		.has_ref = query->has_ref,
		.refs = query->refs,
		.groups = query->groups,
		.sync = KC_SYNC_ANY,
	};
	for (size_t i = 0; i < sizeof query->ref; i++)
		join->certificates.ref[i] = query->ref[i];
	KC_TRY(split_attrs(join));
	return add_condition(join);
}

/* --- which keys ---------------------------------------------------------------------------------
 */

struct key_collector {
	struct kc_keychain_visitor visitor;
	struct join *join;
};

static kc_err collect_key(struct kc_keychain_visitor *visitor, const struct kc_row *row, bool *stop)
{
	struct join *join = ((struct key_collector *)visitor)->join;

	(void)stop;
	if (!row->malformed && kc_keybag_can_open(join->txn->bag, row->protection) != KC_OK) {
		if (join->query->skip_locked)
			return KC_OK;
		join->some_locked = true;
	}
	return kc_keychain_ids_push(&join->candidates[row->sync], row->id);
}

static int compare_ids(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static void sort_ids(struct kc_keychain_ids *ids)
{
	if (ids->count)
		qsort(ids->ids, ids->count, sizeof *ids->ids, compare_ids);
}

/* Leaves out what is not among the others, which are sorted. */
static void keep_those_of(struct kc_keychain_ids *ids, const struct kc_keychain_ids *others)
{
	size_t kept = 0;

	for (size_t i = 0; i < ids->count; i++)
		if (others->count && bsearch(&ids->ids[i], others->ids, others->count,
					     sizeof *others->ids, compare_ids))
			ids->ids[kept++] = ids->ids[i];
	ids->count = kept;
}

/* Appends the keys that have this label, whatever else they are. */
static kc_err find_keys_of(
	struct kc_txn *txn, const struct kc_value *label, struct kc_keychain_ids *ret)
{
	KC_CLEANUP_MATCH struct kc_match match = KC_MATCH_INIT;

	match.class = KC_CLASS_KEY;
	match.tomb = KC_TOMB_ANY;
	KC_TRY(kc_terms_of_filter(
		txn->bag, KC_CLASS_KEY, KC_ATTR_KLBL, label, &match.terms, &match.marks));
	for (int sync = 0; sync <= 1; sync++) {
		KC_CLEANUP_SCAN struct kc_scan scan = KC_SCAN_INIT;
		struct kc_row row;
		bool found = true;

		match.sync = sync;
		KC_TRY(kc_scan_open(txn, &match, &scan));
		while (found) {
			KC_TRY(kc_scan_next(&scan, &row, &found));
			if (found)
				KC_TRY(kc_keychain_ids_push(ret, row.id));
		}
	}
	return KC_OK;
}

/* The keys of the certificates. Errors: LOCKED, when one of these cannot be opened. */
static kc_err find_keys_of_all(
	struct join *join, const struct kc_keychain_ids *certificates, struct kc_keychain_ids *ret)
{
	for (size_t i = 0; i < certificates->count; i++) {
		KC_CLEANUP_STORED struct kc_stored certificate = KC_STORED_INIT;
		const struct kc_value *hash;
		kc_err err = kc_row_get(join->txn, certificates->ids[i], false, &certificate);

		if (err == KC_E_CORRUPT || (err == KC_E_LOCKED && join->query->skip_locked))
			continue;
		if (err != KC_OK)
			return err;
		hash = kc_attrs_get(&certificate.item.attrs, KC_ATTR_PKHH);
		if (hash)
			KC_TRY(find_keys_of(join->txn, hash, ret));
	}
	return KC_OK;
}

/* Keeps the keys that have a certificate, where that is worth knowing in advance. */
static kc_err narrow(struct join *join)
{
	size_t count = join->candidates[false].count + join->candidates[true].count;
	KC_CLEANUP_IDS struct kc_keychain_ids certificates = {0};
	KC_CLEANUP_IDS struct kc_keychain_ids joined = {0};
	kc_err err;

	if (count <= FEW_KEYS && !join->some_locked)
		return KC_OK;
	KC_TRY(kc_keychain_search_ids(join->txn, join->caller, &join->certificates, &certificates));
	if (certificates.count >= count && !join->some_locked)
		return KC_OK;
	err = find_keys_of_all(join, &certificates, &joined);
	if (err == KC_E_LOCKED && !join->some_locked)
		return KC_OK;
	if (err != KC_OK)
		return err;
	sort_ids(&joined);
	keep_those_of(&join->candidates[false], &joined);
	keep_those_of(&join->candidates[true], &joined);
	return KC_OK;
}

/* --- what comes back ----------------------------------------------------------------------------
 */

/* What only an identity has, for front ends that make the two objects of it. */
static void set_hidden(
	const struct kc_stored *key, const struct kc_stored *certificate, struct kc_attrs *attrs)
{
	const struct kc_value *token = kc_attrs_get(&certificate->item.attrs, KC_ATTR_TKID);

	kc_attrs_set_bytes(
		attrs, KC_IDENTITY_CERTIFICATE, kc_secret_bytes(&certificate->item.secret));
	kc_attrs_set_bytes(attrs, KC_IDENTITY_KEY_REF, KC_BYTES_OF(key->ref));
	if (token)
		kc_attrs_set(attrs, KC_IDENTITY_TOKEN, token);
}

/* The key's attributes with the certificate's over them, and the key's value. */
static kc_err unite(struct join *join, struct kc_stored *key, struct kc_stored *certificate,
	struct kc_found *ret)
{
	uint32_t want = join->query->want;
	KC_CLEANUP_ATTRS struct kc_attrs hidden = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND struct kc_found over = {0};

	if (want & KC_WANT_HIDDEN)
		set_hidden(key, certificate, &hidden);
	KC_TRY(kc_attrs_check(&hidden));
	KC_TRY(kc_keychain_found_take(key, want, ret));
	KC_TRY(kc_keychain_found_take(certificate, want & ~(uint32_t)KC_WANT_SECRET, &over));
	kc_attrs_merge(&ret->attrs, &over.attrs);
	kc_attrs_merge(&ret->attrs, &hidden);
	ret->class = KC_CLASS_IDENTITY;
	ret->certificate = over.id;
	for (size_t i = 0; i < sizeof ret->ref; i++)
		ret->ref[i] = over.ref[i];
	return kc_attrs_check(&ret->attrs);
}

static size_t size_of(const struct kc_found *found)
{
	size_t size = found->secret.len;

	for (size_t i = 0; i < found->attrs.count; i++)
		size += kc_attrs_get_bytes(&found->attrs, found->attrs.rows[i].name).len;
	return size;
}

/* NOT_FOUND for a row that counts as absent. */
static kc_err open_row(struct join *join, uint64_t id, bool with_secret, struct kc_stored *ret)
{
	kc_err err = kc_row_get(join->txn, id, with_secret, ret);

	if (err == KC_E_CORRUPT) {
		KC_TRY(kc_keychain_ids_push(join->damaged, id));
		return KC_ERR(NOT_FOUND);
	}
	return err == KC_E_LOCKED && join->query->skip_locked ? KC_ERR(NOT_FOUND) : err;
}

static kc_err add_pair(struct join *join, uint64_t key_id, uint64_t certificate_id)
{
	KC_CLEANUP_STORED struct kc_stored key = KC_STORED_INIT, certificate = KC_STORED_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};
	uint32_t want = join->query->want;
	size_t size;

	KC_TRY(open_row(join, certificate_id, want & KC_WANT_HIDDEN, &certificate));
	KC_TRY(open_row(join, key_id, want & KC_WANT_SECRET, &key));
	KC_TRY(unite(join, &key, &certificate, &found));
	size = size_of(&found);
	join->full = join->found->count > 0 && join->bytes + size > KC_KEYCHAIN_PAGE_BYTES;
	if (join->full)
		return KC_OK;
	join->bytes += size;
	return kc_found_list_take(join->found, &found);
}

/* The certificates of a key, by id. */
static kc_err find_certificates(
	struct join *join, const struct kc_stored *key, struct kc_keychain_ids *ret)
{
	const struct kc_value *label = kc_attrs_get(&key->item.attrs, KC_ATTR_KLBL);
	kc_err err;

	if (!label || kc_attrs_get_bytes(&key->item.attrs, KC_ATTR_KLBL).len == 0)
		return KC_OK; /* nothing is no hash */
	kc_attrs_set(&join->certificates.attrs, KC_ATTR_PKHH, label);
	err = kc_keychain_search_ids(join->txn, join->caller, &join->certificates, ret);
	kc_attrs_remove(&join->certificates.attrs, KC_ATTR_PKHH);
	sort_ids(ret);
	return err;
}

/* One key with its certificates above an id. */
static kc_err add_key(struct join *join, uint64_t id, uint64_t after)
{
	KC_CLEANUP_STORED struct kc_stored key = KC_STORED_INIT;
	KC_CLEANUP_IDS struct kc_keychain_ids certificates = {0};
	kc_err err = open_row(join, id, false, &key);

	if (err != KC_OK)
		return err == KC_E_NOT_FOUND ? KC_OK : err;
	KC_TRY(find_certificates(join, &key, &certificates));
	for (size_t i = 0; i < certificates.count && !join->full; i++) {
		if (certificates.ids[i] <= after)
			continue;
		join->full = (join->query->limit && join->found->count == join->query->limit) ||
			     join->found->count == KC_KEYCHAIN_PAGE_ROWS;
		if (join->full)
			break;
		err = add_pair(join, id, certificates.ids[i]);
		if (err != KC_OK && err != KC_E_NOT_FOUND)
			return err;
	}
	join->found->more = join->full;
	return KC_OK;
}

static kc_err add_keys(struct join *join)
{
	const struct kc_page_end *end = &join->query->after;

	for (int synced = end->id ? end->synced : 0; synced <= 1; synced++)
		for (size_t i = 0; i < join->candidates[synced].count && !join->full; i++) {
			uint64_t id = join->candidates[synced].ids[i];
			bool is_part_with_end = synced == end->synced;

			if (is_part_with_end && id < end->id)
				continue;
			KC_TRY(add_key(join, id,
				is_part_with_end && id == end->id ? end->certificate : 0));
		}
	return KC_OK;
}

kc_err kc_keychain_identity_find(struct kc_txn *txn, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_keychain_ids *damaged, struct kc_found_list *ret)
{
	KC_CLEANUP(join_done)
	struct join join = {
		.txn = txn, .caller = caller, .query = query, .damaged = damaged, .found = ret};
	struct key_collector collector = {.visitor = {collect_key}, .join = &join};

	if (query->after.id && query->after.class != KC_CLASS_IDENTITY)
		return KC_ERR(PARAM);
	KC_TRY(split_query(&join));
	KC_TRY(kc_keychain_search(txn, caller, &join.keys, &collector.visitor));
	if (join.impossible)
		return KC_OK;
	KC_TRY(narrow(&join));
	return add_keys(&join);
}
