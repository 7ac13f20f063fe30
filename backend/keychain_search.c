/* SPDX-License-Identifier: ISC */
/* From a query to the rows that it matches. */
#include <string.h>

#include "backend/keychain_impl.h"
#include "backend/store/history.h"
#include "backend/store/terms.h"

/* A query with its special attributes taken out of the set. */
struct request {
	const struct kc_query *query;
	const struct kc_caller *caller;
	enum kc_sync_filter sync;
	enum kc_tomb_filter tomb;
	struct kc_history_visitor *earlier; /* NULL: items are searched */
};

/* "sync" and "tomb" may come as filters of the query or as attributes; an attribute wins. */
static kc_err read_marks(struct request *request)
{
	const struct kc_attrs *attrs = &request->query->attrs;
	const struct kc_value *sync = kc_attrs_get(attrs, KC_ATTR_SYNC);
	const struct kc_value *tomb = kc_attrs_get(attrs, KC_ATTR_TOMB);
	uint8_t scratch[KC_KIND_SCRATCH_LEN];
	struct kc_value value;

	request->sync = request->query->sync;
	request->tomb = request->query->tomb;
	if (sync) {
		KC_TRY(kc_kind_convert(KC_KIND_SYNC, true, sync, scratch, &value));
		request->sync = value.type == KC_VALUE_STRING ? KC_SYNC_ANY
				: value.number		      ? KC_SYNC_SYNCED
							      : KC_SYNC_LOCAL;
	}
	if (tomb) {
		KC_TRY(kc_kind_convert(KC_KIND_FLAG, true, tomb, scratch, &value));
		request->tomb = value.number ? KC_TOMB_DEAD : KC_TOMB_LIVE;
	}
	return KC_OK;
}

static kc_err add_group(const struct kc_keybag *bag, struct kc_bytes name, struct kc_match *match)
{
	struct kc_value group = kc_value_text(name);

	return kc_terms_of_filter(
		bag, match->class, KC_ATTR_AGRP, &group, &match->groups, &match->marks);
}

/* Who may see all groups can ask for some; who may not sees its own, whatever it asks for. */
static kc_err add_groups(
	const struct kc_keybag *bag, const struct request *request, struct kc_match *match)
{
	const struct kc_value *wanted = kc_attrs_get(&request->query->attrs, KC_ATTR_AGRP);
	const struct kc_caller *caller = request->caller;
	struct kc_bytes name;
	size_t at = 0;

	if (wanted)
		return kc_keychain_access_group(caller, wanted->bytes);
	if (caller->all_groups) {
		while (kc_query_next_group(request->query, &at, &name))
			KC_TRY(add_group(bag, name, match));
		return KC_OK;
	}
	for (size_t i = 0; i < caller->group_count; i++)
		KC_TRY(add_group(bag, kc_bytes_str(caller->groups[i]), match));
	return KC_OK;
}

/* A protection class that no item has matches nothing. */
static bool add_protection(const struct kc_attrs *filters, struct kc_match *match)
{
	const struct kc_value *wanted = kc_attrs_get(filters, KC_ATTR_PDMN);
	enum kc_protection protection;

	if (!wanted)
		return true;
	if (kc_protection_from_text(wanted->bytes, &protection) != KC_OK)
		return false;
	match->protection = protection;
	return true;
}

static kc_err add_filters(const struct kc_keybag *bag, const struct request *request,
	const struct kc_attrs *filters, struct kc_match *match)
{
	for (size_t i = 0; i < filters->count; i++) {
		const struct kc_attr *filter = &filters->rows[i];
		if (request->query->host_or_subdomain && filter->name == KC_ATTR_SRVR)
			KC_TRY(kc_terms_of_domain(
				bag, match->class, filter->value.bytes, &match->terms));
		else
			KC_TRY(kc_terms_of_filter(bag, match->class, filter->name, &filter->value,
				&match->terms, &match->marks));
	}
	return KC_OK;
}

/* What rows of one class must have. *ret_possible is false when none can match. */
static kc_err build_match(const struct kc_keybag *bag, const struct request *request, kc_name class,
	struct kc_match *ret, bool *ret_possible)
{
	KC_CLEANUP_ATTRS struct kc_attrs filters = KC_ATTRS_INIT;
	kc_err err = kc_ruler_convert(class, KC_USE_QUERY, &request->query->attrs, &filters);

	*ret_possible = false;
	/* Asked for any class, those that lack an attribute are just not meant. */
	if (err == KC_E_NO_SUCH_ATTR && request->query->class == 0)
		return KC_OK;
	if (err != KC_OK)
		return err;
	ret->class = class;
	ret->tomb = request->tomb;
	ret->has_ref = request->query->has_ref;
	memcpy(ret->ref, request->query->ref, sizeof ret->ref);
	ret->refs = kc_buf_bytes(&request->query->refs);
	if (!add_protection(&filters, ret))
		return KC_OK;
	KC_TRY(add_groups(bag, request, ret));
	KC_TRY(add_filters(bag, request, &filters, ret));
	*ret_possible = true;
	return KC_OK;
}

static kc_err run_scan(struct kc_txn *txn, const struct kc_match *match,
	struct kc_keychain_visitor *visitor, bool *stop)
{
	KC_CLEANUP_SCAN struct kc_scan scan = KC_SCAN_INIT;
	struct kc_row row;
	bool found;

	KC_TRY(kc_scan_open(txn, match, &scan));
	while (!*stop) {
		KC_TRY(kc_scan_next(&scan, &row, &found));
		if (!found)
			return KC_OK;
		KC_TRY(visitor->visit(visitor, &row, stop));
	}
	return KC_OK;
}

/* The rows of one class and one sync mark with ids above after. */
static kc_err search_part(struct kc_txn *txn, const struct request *request, kc_name class,
	bool sync, uint64_t after, struct kc_keychain_visitor *visitor, bool *stop)
{
	KC_CLEANUP_MATCH struct kc_match match = KC_MATCH_INIT;
	bool possible;

	KC_TRY(build_match(txn->bag, request, class, &match, &possible));
	match.sync = sync;
	match.after = after;
	if (possible && request->earlier)
		return kc_history_search(txn, &match, request->earlier);
	return possible ? run_scan(txn, &match, visitor, stop) : KC_OK;
}

static bool is_wanted(enum kc_sync_filter filter, bool sync)
{
	return filter == KC_SYNC_ANY || (filter == KC_SYNC_SYNCED) == sync;
}

/* The faults of a query do not depend on what there is to find. */
static kc_err check_query(const struct kc_caller *caller, const struct kc_query *query)
{
	const struct kc_value *group = kc_attrs_get(&query->attrs, KC_ATTR_AGRP);

	KC_TRY(kc_keychain_access_caller(caller));
	KC_TRY(kc_attrs_check(&query->attrs));
	KC_TRY(kc_buf_check(&query->refs));
	KC_TRY(kc_buf_check(&query->groups));
	if (kc_ruler_class_bit(query->class) == 0)
		return KC_ERR(NO_SUCH_CLASS);
	if (query->refs.len % KC_PERSISTENT_REF_LEN != 0)
		return KC_ERR(PARAM);
	if (query->refs.len / KC_PERSISTENT_REF_LEN > KC_QUERY_MAX_REFS)
		return KC_ERR(TOO_LARGE);
	for (size_t i = 0; i < query->attrs.count; i++)
		if (!kc_ruler_find(query->class, query->attrs.rows[i].name))
			return KC_ERR(NO_SUCH_ATTR);
	if (query->host_or_subdomain && !kc_attrs_get(&query->attrs, KC_ATTR_SRVR))
		return KC_ERR(PARAM);
	if (group && (group->type == KC_VALUE_STRING || group->type == KC_VALUE_BYTES))
		return kc_keychain_access_group(caller, group->bytes);
	return KC_OK;
}

/* The parts of a list, in its order: each class of local items, then of synced ones. */
#define PART_COUNT (2 * KC_CLASS_COUNT)

static kc_err find_part(const struct kc_page_end *end, unsigned *ret)
{
	unsigned part = end->synced ? KC_CLASS_COUNT : 0, most = part + KC_CLASS_COUNT;

	while (end->id && part < most && kc_ruler_class(part % KC_CLASS_COUNT) != end->class)
		part++;
	if (part == most)
		return KC_ERR(PARAM);
	*ret = end->id ? part : 0;
	return KC_OK;
}

kc_err kc_keychain_search(struct kc_txn *txn, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_keychain_visitor *visitor)
{
	struct request request = {.query = query, .caller = caller};
	uint64_t after = query->after.id;
	bool stop = false;
	unsigned first = 0;

	KC_TRY(check_query(caller, query));
	KC_TRY(read_marks(&request));
	KC_TRY(find_part(&query->after, &first));
	for (unsigned part = first; part < PART_COUNT && !stop; part++) {
		kc_name class = kc_ruler_class(part % KC_CLASS_COUNT);
		bool sync = part >= KC_CLASS_COUNT;
		if (is_wanted(request.sync, sync) && (query->class == 0 || query->class == class))
			KC_TRY(search_part(txn, &request, class, sync, after, visitor, &stop));
		after = 0;
	}
	return KC_OK;
}

kc_err kc_keychain_search_history(struct kc_txn *txn, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_history_visitor *visitor)
{
	struct request request = {.query = query, .caller = caller, .earlier = visitor};
	bool stop = false;

	KC_TRY(check_query(caller, query));
	if (query->refs.len)
		return KC_ERR(PARAM);
	KC_TRY(read_marks(&request));
	for (unsigned part = 0; part < PART_COUNT; part++) {
		kc_name class = kc_ruler_class(part % KC_CLASS_COUNT);
		bool sync = part >= KC_CLASS_COUNT;
		if (is_wanted(request.sync, sync) && (query->class == 0 || query->class == class))
			KC_TRY(search_part(txn, &request, class, sync, 0, NULL, &stop));
	}
	return KC_OK;
}

/* --- lists of ids -------------------------------------------------------------------------------
 */

void kc_keychain_ids_done(struct kc_keychain_ids *ids)
{
	free(ids->ids);
	*ids = (struct kc_keychain_ids){0};
}

kc_err kc_keychain_ids_push(struct kc_keychain_ids *ids, uint64_t id)
{
	if (ids->count == ids->allocated) {
		size_t wanted = ids->allocated ? ids->allocated * 2 : 16;
		uint64_t *grown = realloc(ids->ids, wanted * sizeof *grown);
		if (!grown)
			return KC_ERR(NO_MEMORY);
		ids->ids = grown;
		ids->allocated = wanted;
	}
	ids->ids[ids->count++] = id;
	return KC_OK;
}

struct id_collector {
	struct kc_keychain_visitor visitor;
	struct kc_keychain_ids *ids;
};

static kc_err collect_id(struct kc_keychain_visitor *visitor, const struct kc_row *row, bool *stop)
{
	struct id_collector *collector = (struct id_collector *)visitor;

	(void)stop;
	return kc_keychain_ids_push(collector->ids, row->id);
}

kc_err kc_keychain_search_ids(struct kc_txn *txn, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_keychain_ids *ret)
{
	struct id_collector collector = {.visitor = {collect_id}, .ids = ret};
	struct kc_query whole = *query; /* borrows the attributes */

	whole.after = (struct kc_page_end){0};
	return kc_keychain_search(txn, caller, &whole, &collector.visitor);
}
