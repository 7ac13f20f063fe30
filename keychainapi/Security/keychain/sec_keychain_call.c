/* SPDX-License-Identifier: ISC */
/* One call of each keychain, and what their answers come to. */
#include "keychainapi/Security/keychain/sec_keychain_call.h"

#include <string.h>

#include "keychainapi/Security/keychain/sec_keychain_list.h"
#include "keychainapi/Security/keychain/sec_keychain_lock.h"

/* What is told of several: it was done, else what went wrong, else nothing matched, else there was
 * nothing to look at. */
static unsigned weight(kc_err err)
{
	if (err == KC_OK)
		return 4;
	if (err == KC_E_NOT_FOUND)
		return 2;
	return err == KC_E_NO_KEYCHAIN ? 1 : 3;
}

static kc_err call_one(
	SecKeychainRef keychain, bool may_ask, kc_sec_keychain_call *call, void *context)
{
	struct kc_client *client;
	kc_err err;

	KC_TRY(kc_sec_keychain_client(keychain, &client));
	err = call(keychain, client, context);
	if (may_ask && kc_sec_keychain_lock_was_opened(client, err))
		err = call(keychain, client, context);
	return err;
}

/* The keychains of the system and of its roots, which every macOS has: here they are empty, unless
 * there is one of that name. */
static bool is_of_system(SecKeychainRef keychain)
{
	const char *name = kc_sec_keychain_is(keychain) ? strrchr(keychain->path, '/') : NULL;

	return name && (strcmp(name, "/System.keychain") == 0 ||
			       strcmp(name, "/SystemRootCertificates.keychain") == 0);
}

kc_err kc_sec_keychain_call_each(
	CFArrayRef keychains, bool may_ask, kc_sec_keychain_call *call, void *context)
{
	kc_err told = CFArrayGetCount(keychains) ? KC_E_NO_KEYCHAIN : KC_E_NOT_FOUND;

	for (CFIndex i = 0; i < CFArrayGetCount(keychains); i++) {
		SecKeychainRef keychain = kc_sec_keychain_list_at(keychains, i);
		kc_err err = call_one(keychain, may_ask, call, context);
		if (err == KC_E_NO_KEYCHAIN && is_of_system(keychain))
			err = KC_E_NOT_FOUND;
		if (weight(err) > weight(told))
			told = err;
	}
	return told;
}

/* --- adding ---------------------------------------------------------------------------------- */

struct add {
	const struct kc_client_item *item;
	uint32_t want;
	struct kc_found *found;
};

static kc_err add(SecKeychainRef keychain, struct kc_client *client, void *context)
{
	const struct add *adding = context;

	(void)keychain;
	return kc_client_item_add(client, adding->item, adding->want, adding->found);
}

kc_err kc_sec_keychain_call_add(SecKeychainRef keychain, const struct kc_client_item *item,
	uint32_t want, bool may_ask, struct kc_found *ret)
{
	struct add adding = {item, want, ret};

	KC_TRY(call_one(keychain, may_ask, add, &adding));
	ret->origin = keychain;
	return KC_OK;
}

/* --- searching ------------------------------------------------------------------------------- */

struct search {
	kc_sec_keychain_find *find;
	const void *context;
	uint32_t limit;
	struct kc_found_list *found;
};

static kc_err take_all(struct kc_found_list *to, struct kc_found_list *from)
{
	for (size_t i = 0; i < from->count; i++)
		KC_TRY(kc_found_list_take(to, &from->rows[i]));
	return KC_OK;
}

/* As many as the keychains before have left to be found. */
static kc_err search(SecKeychainRef keychain, struct kc_client *client, void *context)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list part = KC_FOUND_LIST_INIT;
	const struct search *searching = context;
	uint32_t limit = searching->limit;

	if (limit) {
		limit -= (uint32_t)searching->found->count;
		if (limit == 0)
			return KC_ERR(NOT_FOUND);
	}
	KC_TRY(searching->find(client, searching->context, limit, &part));
	for (size_t i = 0; i < part.count; i++)
		part.rows[i].origin = keychain;
	KC_TRY(take_all(searching->found, &part));
	return part.count ? KC_OK : KC_ERR(NOT_FOUND);
}

kc_err kc_sec_keychain_call_search(CFArrayRef keychains, bool may_ask, kc_sec_keychain_find *find,
	const void *context, uint32_t limit, struct kc_found_list *ret)
{
	struct search searching = {find, context, limit, ret};

	return kc_sec_keychain_call_each(keychains, may_ask, search, &searching);
}

static kc_err find_by_query(
	struct kc_client *client, const void *context, uint32_t limit, struct kc_found_list *ret)
{
	struct kc_query query = *(const struct kc_query *)context; /* borrows */

	query.limit = limit;
	return kc_client_item_find(client, &query, ret);
}

kc_err kc_sec_keychain_call_find(
	CFArrayRef keychains, const struct kc_query *query, bool may_ask, struct kc_found_list *ret)
{
	return kc_sec_keychain_call_search(
		keychains, may_ask, find_by_query, query, query->limit, ret);
}
