/* SPDX-License-Identifier: ISC */
/* Logs of own writes that are longer than a head: put together from their segments. */
#include "backend/sync/absorb/absorb_impl.h"

#include <string.h>

#include "backend/circle/record/segment.h"

void kc_absorb_segments_done(struct kc_absorb_segments *segments)
{
	for (size_t i = 0; i < segments->count; i++)
		kc_head_log_done(&segments->rows[i].log);
	free(segments->rows);
	*segments = (struct kc_absorb_segments){.rows = NULL};
}

static int by_name(const void *a, const void *b)
{
	const struct kc_absorb_segment *x = a, *y = b;

	if (x->member != y->member)
		return x->member < y->member ? -1 : 1;
	return memcmp(x->name, y->name, sizeof x->name);
}

/* That the rest of the hash fits is seen when a head names it. */
kc_err kc_absorb_name_segments(struct kc_absorb_reader *r)
{
	struct kc_absorb_segments *segments = &r->segments;
	size_t count = 0;

	for (size_t i = 0; i < r->absorb->count; i++)
		count += r->absorb->records[i].kind == KC_ABSORB_SEGMENT;
	segments->rows = calloc(count + 1, sizeof *segments->rows);
	if (!segments->rows)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < r->absorb->count; i++) {
		const struct kc_absorb_record *record = &r->absorb->records[i];
		struct kc_absorb_segment *row = &segments->rows[segments->count];

		if (record->kind != KC_ABSORB_SEGMENT || record->state != KC_OK)
			continue;
		row->record = i;
		row->member = record->member;
		memcpy(row->name, record->name, sizeof row->name);
		segments->count++;
	}
	if (segments->count)
		qsort(segments->rows, segments->count, sizeof *segments->rows, by_name);
	return KC_OK;
}

static struct kc_absorb_segment *find_segment(
	const struct kc_absorb_reader *r, size_t member, const uint8_t *name)
{
	struct kc_absorb_segment wanted = {.member = member};

	memcpy(wanted.name, name, sizeof wanted.name);
	return r->segments.count ? bsearch(&wanted, r->segments.rows, r->segments.count,
					   sizeof wanted, by_name)
				 : NULL;
}

/* WAITING when its key is not here. */
static kc_err open_segment(const struct kc_absorb_reader *r, struct kc_absorb_segment *segment)
{
	struct kc_bytes value = r->absorb->records[segment->record].value;
	uint8_t view_tag[KC_TAG_LEN], kid[KC_KID_LEN];
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	const struct kc_held_epoch *held;
	kc_err err;

	if (kc_segment_peek(value, view_tag, kid) != KC_OK)
		return KC_ERR(REFUSED);
	segment->view = kc_absorb_view(r, view_tag);
	held = kc_circle_find_epoch(r->circle, kid);
	if (!held)
		return KC_ERR(WAITING);
	KC_TRY(kc_circle_epoch_key(r->circle, held, KC_VIEW_KEY_HEAD, &key));
	if (held->epoch->name.view != segment->view)
		return KC_ERR(REFUSED);
	err = kc_segment_open(value,
		&(struct kc_segment_place){
			.account = &r->circle->account,
			.peer = &r->circle->members[segment->member]->id,
			.view_tag = view_tag,
			.name = &held->epoch->name,
		},
		&key, 0, &segment->log);
	return err == KC_OK || err == KC_E_NO_MEMORY ? err : KC_ERR(REFUSED);
}

static kc_err open_once(const struct kc_absorb_reader *r, struct kc_absorb_segment *segment)
{
	if (segment->opened)
		return segment->err;
	segment->opened = true;
	segment->err = kc_segment_hash(r->absorb->records[segment->record].value, segment->hash);
	if (segment->err == KC_OK)
		segment->err = open_segment(r, segment);
	return segment->err;
}

/* Appends the entries of the one that a head of that view names. */
static kc_err append_named(const struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_segment_name *name, struct kc_head_log *log)
{
	struct kc_absorb_segment *segment = find_segment(r, member, name->hash);
	const struct kc_head_log *found;

	if (!segment)
		return KC_ERR(WAITING);
	KC_TRY(open_once(r, segment));
	if (memcmp(segment->hash, name->hash, sizeof segment->hash) != 0)
		return KC_ERR(WAITING);
	found = &segment->log;
	if (segment->view != view || found->rows[found->count - 1].counter != name->last ||
		(log->count && found->rows[0].counter != log->rows[log->count - 1].counter + 1))
		return KC_ERR(REFUSED);
	for (size_t i = 0; i < found->count; i++)
		KC_TRY(kc_head_log_add(log, &found->rows[i]));
	return KC_OK;
}

kc_err kc_absorb_log(const struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_head *head, uint64_t above, struct kc_head_log *ret, bool *ret_missing)
{
	for (size_t i = 0; i < head->segments.count; i++) {
		const struct kc_segment_name *name = &head->segments.rows[i];
		kc_err err;

		if (name->last <= above)
			continue;
		err = append_named(r, member, view, name, ret);
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
	for (size_t i = 0; i < r->segments.count && r->absorb->gathered->by_feed; i++) {
		struct kc_absorb_segment *segment = &r->segments.rows[i];
		const struct kc_head_log *log = &segment->log;
		const struct kc_vector *vector;
		kc_err err;

		if (!kc_peer_set_has(r->trust.trusted, segment->member))
			continue;
		err = open_once(r, segment);
		if (err == KC_E_NO_MEMORY)
			return err;
		if (err == KC_OK) {
			vector = &r->circle->views[segment->view].vector;
			if (kc_vector_get(vector, &r->circle->members[segment->member]->id) <
				log->rows[log->count - 1].counter)
				err = KC_ERR(WAITING);
		}
		r->absorb->records[segment->record].state = err;
	}
	return KC_OK;
}
