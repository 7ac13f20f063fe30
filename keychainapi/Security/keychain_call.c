/* SPDX-License-Identifier: ISC */
/* One call of each keychain, and what their answers come to. */
#include "keychainapi/Security/keychain_call.h"

#include "keychainapi/Security/keychain_list.h"
#include "keychainapi/Security/keychain_lock.h"

/* What is done to each keychain. */
struct call {
	struct kc_query *searched;    /* of a search */
	const struct kc_query *query; /* of the others */
	const struct kc_client_item *changes;
	struct kc_found_list *found;
};
typedef kc_err each(struct kc_client *client, const struct call *call);

static bool is_users_alone(kc_name class)
{
	return class == KC_CLASS_KEY || class == KC_CLASS_IDENTITY;
}

/* What is told of several: something was done, else what went wrong, else nothing matched, else
 * there was nothing to look at. */
static unsigned weight(kc_err err)
{
	switch ((int)err) {
	case KC_OK:
		return 4;
	case KC_E_NOT_FOUND:
		return 2;
	case KC_E_NO_KEYCHAIN:
		return 1;
	}
	return 3;
}

static kc_err run_one(
	SecKeychainRef keychain, each *run, const struct call *call, kc_name class, bool may_ask)
{
	struct kc_client *client;
	kc_err err;

	if (is_users_alone(class) && kc_keychain_is(keychain) && !keychain->is_users)
		return KC_ERR(UNSUPPORTED);
	KC_TRY(kc_keychain_client(keychain, &client));
	err = run(client, call);
	if (may_ask && kc_keychain_lock_was_opened(client, err))
		err = run(client, call);
	return err;
}

static kc_err run_each(
	CFArrayRef keychains, each *run, const struct call *call, kc_name class, bool may_ask)
{
	kc_err told = KC_E_NO_KEYCHAIN;

	for (CFIndex i = 0; i < CFArrayGetCount(keychains); i++) {
		SecKeychainRef keychain = kc_keychain_list_at(keychains, i);
		size_t before = call->found ? call->found->count : 0;
		kc_err err = run_one(keychain, run, call, class, may_ask);
		/* Keys of other keychains are nothing to those who look everywhere. */
		if (err == KC_E_UNSUPPORTED && CFArrayGetCount(keychains) > 1)
			continue;
		for (size_t row = before; call->found && row < call->found->count; row++)
			call->found->rows[row].origin = keychain;
		if (weight(err) > weight(told))
			told = err;
		if (call->searched && call->searched->limit &&
			call->found->count >= call->searched->limit)
			break;
	}
	return told;
}

/* --- the calls ------------------------------------------------------------------------------- */

kc_err kc_keychain_call_add(SecKeychainRef keychain, const struct kc_client_item *item,
	uint32_t want, bool may_ask, struct kc_found *ret)
{
	struct kc_client *client;
	kc_err err;

	if (is_users_alone(item->class) && kc_keychain_is(keychain) && !keychain->is_users)
		return KC_ERR(UNSUPPORTED);
	KC_TRY(kc_keychain_client(keychain, &client));
	err = kc_client_item_add(client, item, want, ret);
	if (may_ask && kc_keychain_lock_was_opened(client, err))
		err = kc_client_item_add(client, item, want, ret);
	if (err == KC_OK)
		ret->origin = keychain;
	return err;
}

static kc_err take_all(struct kc_found_list *to, struct kc_found_list *from)
{
	for (size_t i = 0; i < from->count; i++)
		KC_TRY(kc_found_list_take(to, &from->rows[i]));
	return KC_OK;
}

/* As many as the keychains before have left to be found. */
static kc_err find(struct kc_client *client, const struct call *call)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list part = KC_FOUND_LIST_INIT;
	uint32_t limit = call->searched->limit;
	kc_err err;

	if (limit)
		call->searched->limit = limit - (uint32_t)call->found->count;
	err = kc_client_item_find(client, call->searched, &part);
	call->searched->limit = limit;
	if (err != KC_OK)
		return err;
	KC_TRY(take_all(call->found, &part));
	return part.count ? KC_OK : KC_ERR(NOT_FOUND);
}

kc_err kc_keychain_call_find(
	CFArrayRef keychains, struct kc_query *query, bool may_ask, struct kc_found_list *ret)
{
	struct call call = {.searched = query, .found = ret};

	return run_each(keychains, find, &call, query->class, may_ask);
}

static kc_err update(struct kc_client *client, const struct call *call)
{
	uint64_t count;

	return kc_client_item_update(client, call->query, call->changes, &count);
}

kc_err kc_keychain_call_update(CFArrayRef keychains, const struct kc_query *query,
	const struct kc_client_item *changes, bool may_ask)
{
	struct call call = {.query = query, .changes = changes};

	return run_each(keychains, update, &call, query->class, may_ask);
}

static kc_err delete (struct kc_client *client, const struct call *call)
{
	uint64_t count;

	return kc_client_item_delete(client, call->query, &count);
}

kc_err kc_keychain_call_delete(CFArrayRef keychains, const struct kc_query *query, bool may_ask)
{
	struct call call = {.query = query};

	return run_each(keychains, delete, &call, query->class, may_ask);
}
