/* SPDX-License-Identifier: ISC */
/* Queries and found items on the wire. */
#include "base/query.h"

#include <string.h>

#define MOST_REFS_LEN ((size_t)KC_QUERY_MAX_REFS * KC_PERSISTENT_REF_LEN)
#define MOST_WANTED (KC_WANT_ATTRS | KC_WANT_SECRET | KC_WANT_HIDDEN | KC_WANT_WRITER)

static void put_name(struct kc_der_writer *w, kc_name name)
{
	kc_der_put_uint(w, name);
}

static kc_name get_name(struct kc_der_reader *r)
{
	return (kc_name)kc_der_get_uint_max(r, UINT32_MAX);
}

void kc_query_done(struct kc_query *query)
{
	kc_attrs_done(&query->attrs);
	kc_buf_done(&query->refs);
	kc_buf_done(&query->groups);
	*query = (struct kc_query)KC_QUERY_INIT;
}

void kc_query_add_ref(struct kc_query *query, const uint8_t ref[static KC_PERSISTENT_REF_LEN])
{
	kc_buf_push(&query->refs, ref, KC_PERSISTENT_REF_LEN);
}

void kc_query_add_group(struct kc_query *query, struct kc_bytes name)
{
	kc_buf_push(&query->groups, name.data, name.len);
	kc_buf_push_byte(&query->groups, 0);
}

bool kc_query_next_group(const struct kc_query *query, size_t *at, struct kc_bytes *ret)
{
	struct kc_bytes groups = kc_buf_bytes(&query->groups);
	const uint8_t *end;

	if (*at >= groups.len)
		return false;
	end = memchr(groups.data + *at, 0, groups.len - *at);
	if (!end)
		return false;
	*ret = kc_bytes(groups.data + *at, (size_t)(end - groups.data) - *at);
	*at += ret->len + 1;
	return true;
}

void kc_query_put(struct kc_der_writer *w, const struct kc_query *query)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	put_name(w, query->class);
	kc_attrs_put(w, &query->attrs);
	kc_der_put_bytes(w, kc_bytes(query->ref, query->has_ref ? sizeof query->ref : 0));
	kc_der_put_bytes(w, kc_buf_bytes(&query->refs));
	kc_der_put_bytes(w, kc_buf_bytes(&query->groups));
	kc_der_put_uint(w, query->sync);
	kc_der_put_uint(w, query->tomb);
	kc_der_put_uint(w, query->tomb_use);
	kc_der_put_uint(w, query->limit);
	kc_der_put_uint(w, query->after.id);
	put_name(w, query->after.class);
	kc_der_put_bool(w, query->after.synced);
	kc_der_put_uint(w, query->after.certificate);
	kc_der_put_uint(w, query->want);
	kc_der_put_bool(w, query->skip_locked);
	kc_der_put_bool(w, query->host_or_subdomain);
	kc_der_end(w);
}

void kc_query_pull(struct kc_der_reader *r, struct kc_query *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	struct kc_der_reader seq;
	struct kc_bytes ref, refs, groups;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	query.class = get_name(&seq);
	kc_attrs_pull(&seq, &query.attrs);
	ref = kc_der_get_bytes(&seq);
	refs = kc_der_get_bytes(&seq);
	groups = kc_der_get_bytes(&seq);
	query.sync = (enum kc_sync_filter)kc_der_get_uint_max(&seq, KC_SYNC_ANY);
	query.tomb = (enum kc_tomb_filter)kc_der_get_uint_max(&seq, KC_TOMB_ANY);
	query.tomb_use = (enum kc_tomb_use)kc_der_get_uint_max(&seq, KC_TOMB_USE_NEVER);
	query.limit = (uint32_t)kc_der_get_uint_max(&seq, UINT32_MAX);
	query.after.id = kc_der_get_uint(&seq);
	query.after.class = get_name(&seq);
	query.after.synced = kc_der_get_bool(&seq);
	query.after.certificate = kc_der_get_uint(&seq);
	query.want = (uint32_t)kc_der_get_uint_max(&seq, MOST_WANTED);
	query.skip_locked = kc_der_get_bool(&seq);
	query.host_or_subdomain = kc_der_get_bool(&seq);
	if (ref.len != 0 && ref.len != sizeof query.ref)
		kc_der_reader_fail(&seq);
	if (refs.len % KC_PERSISTENT_REF_LEN != 0 || refs.len > MOST_REFS_LEN)
		kc_der_reader_fail(&seq);
	else
		kc_buf_push(&query.refs, refs.data, refs.len);
	if (groups.len > KC_QUERY_MAX_GROUPS || (groups.len && groups.data[groups.len - 1] != 0))
		kc_der_reader_fail(&seq);
	else
		kc_buf_push(&query.groups, groups.data, groups.len);
	if (kc_buf_check(&query.refs) != KC_OK || kc_buf_check(&query.groups) != KC_OK)
		kc_der_reader_fail_with(&seq, KC_E_NO_MEMORY);
	kc_der_leave(r, &seq);
	if (kc_der_reader_check(r) != KC_OK)
		return;
	query.has_ref = ref.len != 0;
	if (query.has_ref)
		memcpy(query.ref, ref.data, ref.len);
	kc_query_done(ret);
	*ret = query;
	query = (struct kc_query)KC_QUERY_INIT;
}

void kc_found_done(struct kc_found *found)
{
	kc_attrs_done(&found->attrs);
	kc_secret_done(&found->secret);
	*found = (struct kc_found){0};
}

void kc_found_list_done(struct kc_found_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		kc_found_done(&list->rows[i]);
	free(list->rows);
	*list = (struct kc_found_list)KC_FOUND_LIST_INIT;
}

kc_err kc_found_list_take(struct kc_found_list *list, struct kc_found *found)
{
	if (list->count == list->allocated) {
		size_t wanted = list->allocated ? list->allocated * 2 : 8;
		struct kc_found *grown = realloc(list->rows, wanted * sizeof *grown);
		if (!grown)
			return KC_ERR(NO_MEMORY);
		list->rows = grown;
		list->allocated = wanted;
	}
	list->rows[list->count++] = *found;
	*found = (struct kc_found){0};
	return KC_OK;
}

static void put_found(struct kc_der_writer *w, const struct kc_found *found)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	put_name(w, found->class);
	kc_der_put_uint(w, found->id);
	kc_der_put_uint(w, found->version);
	kc_der_put_bool(w, found->synced);
	kc_der_put_uint(w, found->certificate);
	kc_der_put_bytes(w, KC_BYTES_OF(found->ref));
	kc_attrs_put(w, &found->attrs);
	kc_der_put_bool(w, found->has_secret);
	kc_der_put_bytes(w, kc_secret_bytes(&found->secret));
	kc_der_end(w);
}

static void pull_found(struct kc_der_reader *r, struct kc_found *ret)
{
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	ret->class = get_name(&seq);
	ret->id = kc_der_get_uint(&seq);
	ret->version = kc_der_get_uint(&seq);
	ret->synced = kc_der_get_bool(&seq);
	ret->certificate = kc_der_get_uint(&seq);
	kc_der_get_array(&seq, ret->ref, sizeof ret->ref);
	kc_attrs_pull(&seq, &ret->attrs);
	ret->has_secret = kc_der_get_bool(&seq);
	if (kc_secret_set(&ret->secret, kc_der_get_bytes(&seq)) != KC_OK)
		kc_der_reader_fail_with(&seq, KC_E_NO_MEMORY);
	kc_der_leave(r, &seq);
}

void kc_found_list_put(struct kc_der_writer *w, const struct kc_found_list *list)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_bool(w, list->more);
	for (size_t i = 0; i < list->count; i++)
		put_found(w, &list->rows[i]);
	kc_der_end(w);
}

void kc_found_list_pull(struct kc_der_reader *r, struct kc_found_list *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list list = KC_FOUND_LIST_INIT;
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	list.more = kc_der_get_bool(&seq);
	while (kc_der_more(&seq)) {
		KC_CLEANUP_FOUND struct kc_found found = {0};
		pull_found(&seq, &found);
		if (kc_found_list_take(&list, &found) != KC_OK)
			kc_der_reader_fail_with(&seq, KC_E_NO_MEMORY);
	}
	kc_der_leave(r, &seq);
	if (kc_der_reader_check(r) != KC_OK)
		return;
	kc_found_list_done(ret);
	*ret = list;
	list = (struct kc_found_list)KC_FOUND_LIST_INIT;
}
