/* SPDX-License-Identifier: ISC */
/* The two items of identities. */
#include "keychainapi/Security/certificate/identity_item.h"

#include "base/mechanism.h"
#include "keychainapi/Security/item/chosen.h"
#include "keychainapi/Security/item/filter.h"
#include "keychainapi/Security/certificate/identity.h"
#include "keychainapi/Security/item/reference.h"

#define KLBL KC_NAME('k', 'l', 'b', 'l')
#define PKHH KC_NAME('p', 'k', 'h', 'h')

/* --- adding ---------------------------------------------------------------------------------- */

static kc_err add_part(struct kc_client *client, const struct kc_request *request, CFTypeRef part,
	struct kc_found *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	struct kc_client_item item = {
		.attrs = &attrs,
		.has_secret = true,
		.one_of_both_syncs = !request->strict && !request->sync_given,
	};

	KC_TRY(kc_reference_expand(part, &attrs, &secret, &item.class));
	kc_attrs_merge(&attrs, &request->query.attrs);
	KC_TRY(kc_attrs_check(&attrs));
	item.secret = kc_secret_bytes(&secret);
	return kc_client_item_add(client, &item, 0, ret);
}

/* Takes the new certificate back: half an identity is none. */
static void take_back(struct kc_client *client, const struct kc_found *found)
{
	KC_CLEANUP_BUF struct kc_buf refs = KC_BUF_INIT;
	struct kc_query like = {.tomb_use = KC_TOMB_USE_NEVER};
	kc_err err;

	kc_chosen_add(&refs, found->ref);
	err = kc_chosen_delete(client, KC_CLASS_CERTIFICATE, &like, &refs);
	(void)err; /* what went wrong before is what the caller hears of */
}

static kc_err add_parts(struct kc_client *client, const struct kc_request *request)
{
	SecIdentityRef identity = (SecIdentityRef)(uintptr_t)request->identity;
	KC_CLEANUP_FOUND struct kc_found certificate = {0}, key = {0};
	kc_err err = add_part(client, request, identity->certificate, &certificate);
	bool is_new = err == KC_OK;

	if (!is_new && err != KC_E_DUPLICATE)
		return err;
	err = add_part(client, request, identity->key, &key);
	if (is_new && err != KC_OK && err != KC_E_DUPLICATE)
		take_back(client, &certificate);
	return is_new && err == KC_E_DUPLICATE ? KC_OK : err;
}

kc_err kc_identity_item_add(
	struct kc_client *client, const struct kc_request *request, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	KC_TRY(add_parts(client, request));
	query.class = KC_CLASS_IDENTITY;
	query.sync = KC_SYNC_ANY;
	query.limit = 1;
	query.want = request->query.want;
	KC_TRY(kc_identity_identify((SecIdentityRef)(uintptr_t)request->identity, &query.attrs));
	return kc_client_item_find(client, &query, ret);
}

/* --- finding their items --------------------------------------------------------------------- */

/* The strict profile asks for the two items with the same words; where one identity is named, and
 * in the default profile, only pairs count. */
static bool means_pairs(const struct kc_request *request)
{
	return !request->strict || request->query.has_ref || request->has_object;
}

struct pairs {
	struct kc_found_list found;
	struct kc_buf certificates, keys; /* references */
};

#define PAIRS_INIT                                                                            \
	{                                                                                     \
		.found = KC_FOUND_LIST_INIT, .certificates = KC_BUF_INIT, .keys = KC_BUF_INIT \
	}

static void pairs_done(struct pairs *pairs)
{
	kc_found_list_done(&pairs->found);
	kc_buf_done(&pairs->certificates);
	kc_buf_done(&pairs->keys);
}

static kc_err find_pairs(
	struct kc_client *client, const struct kc_request *request, struct pairs *ret)
{
	struct kc_query query = request->query; /* borrows the attributes */

	query.want = KC_WANT_ATTRS | KC_WANT_HIDDEN;
	KC_TRY(kc_filter_find(client, &request->filter, &query, &ret->found));
	for (size_t i = 0; i < ret->found.count; i++)
		kc_chosen_add(&ret->certificates, ret->found.rows[i].ref);
	return ret->found.count ? KC_OK : KC_ERR(NOT_FOUND);
}

static kc_err add_key(struct kc_buf *keys, const struct kc_found *found)
{
	struct kc_bytes ref = kc_attrs_get_bytes(&found->attrs, KC_IDENTITY_KEY_REF);

	if (ref.len != KC_PERSISTENT_REF_LEN)
		return KC_ERR(DECODE);
	kc_chosen_add(keys, ref.data);
	return KC_OK;
}

/* --- changing -------------------------------------------------------------------------------- */

static kc_err update_pairs(struct kc_client *client, const struct kc_request *request,
	const struct kc_client_item *changes)
{
	KC_CLEANUP(pairs_done) struct pairs pairs = PAIRS_INIT;

	KC_TRY(find_pairs(client, request, &pairs));
	for (size_t i = 0; i < pairs.found.count; i++)
		KC_TRY(add_key(&pairs.keys, &pairs.found.rows[i]));
	KC_TRY(kc_chosen_update(
		client, KC_CLASS_CERTIFICATE, &request->query, &pairs.certificates, changes));
	return kc_chosen_update(client, KC_CLASS_KEY, &request->query, &pairs.keys, changes);
}

static kc_err update_both(struct kc_client *client, const struct kc_request *request,
	const struct kc_client_item *changes)
{
	struct kc_query query = request->query; /* borrows the attributes */

	query.class = KC_CLASS_CERTIFICATE;
	KC_TRY(kc_client_item_update(client, &query, changes, NULL));
	query.class = KC_CLASS_KEY;
	return kc_client_item_update(client, &query, changes, NULL);
}

kc_err kc_identity_item_update(struct kc_client *client, const struct kc_request *request,
	const struct kc_client_item *changes)
{
	/* No bytes are both a certificate and a key. */
	if (changes->has_secret)
		return KC_ERR(PARAM);
	return means_pairs(request) ? update_pairs(client, request, changes)
				    : update_both(client, request, changes);
}

/* --- deleting -------------------------------------------------------------------------------- */

static kc_err has_certificate(struct kc_client *client, const struct kc_found *found, bool *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list rest = KC_FOUND_LIST_INIT;
	kc_err err;

	query.class = KC_CLASS_CERTIFICATE;
	query.sync = KC_SYNC_ANY;
	query.limit = 1;
	kc_attrs_set_bytes(&query.attrs, PKHH, kc_attrs_get_bytes(&found->attrs, KLBL));
	err = kc_client_item_find(client, &query, &rest);
	*ret = err == KC_OK;
	return err == KC_E_NOT_FOUND ? KC_OK : err;
}

static kc_err delete_pairs(struct kc_client *client, const struct kc_request *request)
{
	KC_CLEANUP(pairs_done) struct pairs pairs = PAIRS_INIT;

	KC_TRY(find_pairs(client, request, &pairs));
	KC_TRY(kc_chosen_delete(
		client, KC_CLASS_CERTIFICATE, &request->query, &pairs.certificates));
	for (size_t i = 0; i < pairs.found.count; i++) {
		bool is_used = false;
		KC_TRY(has_certificate(client, &pairs.found.rows[i], &is_used));
		if (!is_used)
			KC_TRY(add_key(&pairs.keys, &pairs.found.rows[i]));
	}
	if (pairs.keys.len == 0)
		return kc_buf_check(&pairs.keys);
	return kc_chosen_delete(client, KC_CLASS_KEY, &request->query, &pairs.keys);
}

static kc_err delete_both(struct kc_client *client, const struct kc_request *request)
{
	struct kc_query query = request->query; /* borrows the attributes */

	query.class = KC_CLASS_CERTIFICATE;
	KC_TRY(kc_client_item_delete(client, &query, NULL));
	query.class = KC_CLASS_KEY;
	return kc_client_item_delete(client, &query, NULL);
}

kc_err kc_identity_item_delete(struct kc_client *client, const struct kc_request *request)
{
	return means_pairs(request) ? delete_pairs(client, request) : delete_both(client, request);
}
