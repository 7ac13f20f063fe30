/* SPDX-License-Identifier: ISC */
/* Logs of own writes that are longer than a head: put together from their segments. */
#include "backend/sync/absorb_impl.h"

#include <string.h>

#include "backend/circle/segment.h"

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

/* WAITING when its key is not here. */
static kc_err open_segment(const struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_absorb_record *record, const struct kc_segment_name *name,
	struct kc_head_log *log)
{
	uint8_t view_tag[KC_TAG_LEN], kid[KC_KID_LEN], hash[KC_HASH32_LEN];
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	const struct kc_held_epoch *held;
	kc_err err;

	KC_TRY(kc_segment_hash(record->value, hash));
	if (memcmp(hash, name->hash, sizeof hash) != 0 ||
		kc_segment_peek(record->value, view_tag, kid) != KC_OK ||
		memcmp(view_tag, r->view_tags[view], sizeof view_tag) != 0)
		return KC_ERR(REFUSED);
	held = kc_circle_find_epoch(r->circle, kid);
	if (!held)
		return KC_ERR(WAITING);
	if (held->epoch->name.view != view)
		return KC_ERR(REFUSED);
	KC_TRY(kc_circle_epoch_key(r->circle, held, KC_VIEW_KEY_HEAD, &key));
	err = kc_segment_open(record->value,
		&(struct kc_segment_place){
			.account = &r->circle->account,
			.peer = &r->circle->members[member]->id,
			.view_tag = view_tag,
			.name = &held->epoch->name,
		},
		&key, name, log);
	return err == KC_OK || err == KC_E_NO_MEMORY ? err : KC_ERR(REFUSED);
}

kc_err kc_absorb_log(const struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_head *head, uint64_t above, struct kc_head_log *ret, bool *ret_missing)
{
	for (size_t i = 0; i < head->segments.count; i++) {
		const struct kc_segment_name *name = &head->segments.rows[i];
		const struct kc_absorb_record *record;
		kc_err err = KC_ERR(WAITING);

		if (name->last <= above)
			continue;
		record = find_segment(r->absorb, member, name);
		if (record)
			err = open_segment(r, member, view, record, name, ret);
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
