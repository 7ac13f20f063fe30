/* SPDX-License-Identifier: ISC */
/* Logs of own writes that are longer than a head: put together from their segments. */
#include "backend/sync/absorb/absorb_impl.h"

#include <string.h>

#include "backend/circle/record/segment.h"

static const struct kc_absorb_record *find_segment(
	const struct kc_absorb *absorb, size_t member, const struct kc_segment_name *name)
{
	for (size_t i = 0; i < absorb->count; i++) {
		const struct kc_absorb_record *record = &absorb->records[i];

		/* That the rest of the hash fits is seen when it is opened. */
		if (record->kind == KC_ABSORB_SEGMENT && record->state == KC_OK &&
			kc_absorb_member(absorb, record) == member &&
			memcmp(record->name, name->hash, sizeof record->name) == 0)
			return record;
	}
	return NULL;
}

/* Appends the entries of a segment, the last of which has that counter (0: any). WAITING when its
 * key is not here. */
static kc_err open_segment(const struct kc_absorb_reader *r, size_t member,
	const struct kc_absorb_record *record, uint64_t last, enum kc_view *ret_view,
	struct kc_head_log *log)
{
	uint8_t view_tag[KC_TAG_LEN], kid[KC_KID_LEN];
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	const struct kc_held_epoch *held;
	kc_err err;

	if (kc_segment_peek(record->value, view_tag, kid) != KC_OK)
		return KC_ERR(REFUSED);
	*ret_view = kc_absorb_view(r, view_tag);
	held = kc_circle_find_epoch(r->circle, kid);
	if (!held)
		return KC_ERR(WAITING);
	KC_TRY(kc_circle_epoch_key(r->circle, held, KC_VIEW_KEY_HEAD, &key));
	if (held->epoch->name.view != *ret_view)
		return KC_ERR(REFUSED);
	err = kc_segment_open(record->value,
		&(struct kc_segment_place){
			.account = &r->circle->account,
			.peer = &r->circle->members[member]->id,
			.view_tag = view_tag,
			.name = &held->epoch->name,
		},
		&key, last, log);
	return err == KC_OK || err == KC_E_NO_MEMORY ? err : KC_ERR(REFUSED);
}

/* The one that a head of that view names. */
static kc_err open_named(const struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_segment_name *name, struct kc_head_log *log)
{
	const struct kc_absorb_record *record = find_segment(r->absorb, member, name);
	uint8_t hash[KC_HASH32_LEN];
	enum kc_view found;

	if (!record)
		return KC_ERR(WAITING);
	KC_TRY(kc_segment_hash(record->value, hash));
	if (memcmp(hash, name->hash, sizeof hash) != 0)
		return KC_ERR(WAITING);
	KC_TRY(open_segment(r, member, record, name->last, &found, log));
	return found == view ? KC_OK : KC_ERR(REFUSED);
}

kc_err kc_absorb_log(const struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_head *head, uint64_t above, struct kc_head_log *ret, bool *ret_missing)
{
	for (size_t i = 0; i < head->segments.count; i++) {
		const struct kc_segment_name *name = &head->segments.rows[i];
		kc_err err;

		if (name->last <= above)
			continue;
		err = open_named(r, member, view, name, ret);
		*ret_missing = *ret_missing || err == KC_E_WAITING;
		if (err != KC_OK)
			return err == KC_E_WAITING ? KC_OK : err;
	}
	for (size_t i = 0; i < head->log.count; i++)
		if (head->log.rows[i].counter > above)
			KC_TRY(kc_head_log_add(ret, &head->log.rows[i]));
	kc_head_log_trim(ret, above);
	return KC_OK;
}

kc_err kc_absorb_keep_segments(struct kc_absorb_reader *r)
{
	for (size_t i = 0; i < r->absorb->count && r->absorb->gathered->by_feed; i++) {
		KC_CLEANUP(kc_head_log_done) struct kc_head_log log = {0};
		struct kc_absorb_record *record = &r->absorb->records[i];
		size_t member = kc_absorb_member(r->absorb, record);
		const struct kc_vector *vector;
		enum kc_view view;
		kc_err err;

		if (record->kind != KC_ABSORB_SEGMENT || record->state != KC_OK ||
			!kc_peer_set_has(r->trust.trusted, member))
			continue;
		err = open_segment(r, member, record, 0, &view, &log);
		if (err == KC_E_NO_MEMORY)
			return err;
		if (err == KC_OK) {
			vector = &r->circle->views[view].vector;
			if (kc_vector_get(vector, &r->circle->members[member]->id) <
				log.rows[log.count - 1].counter)
				err = KC_ERR(WAITING);
		}
		record->state = err;
	}
	return KC_OK;
}
