/* SPDX-License-Identifier: ISC */
/* The cell "sync/former". */
#include "backend/sync/former.h"

#include <stdlib.h>
#include <string.h>

#include "backend/store/cell.h"
#include "backend/sync/memory.h"

#define CELL "sync/former"

void kc_former_done(struct kc_former *former)
{
	free(former->rows);
	*former = (struct kc_former){0};
}

const char *kc_former_name(
	const struct kc_former *former, const uint8_t id[static KC_FORMER_ID_LEN])
{
	for (size_t i = 0; i < former->count; i++)
		if (memcmp(former->rows[i].id, id, KC_FORMER_ID_LEN) == 0)
			return former->rows[i].name;
	return NULL;
}

static kc_err parse(struct kc_bytes saved, struct kc_former *ret)
{
	struct kc_der_reader r, seq, one;

	ret->rows = calloc(KC_FORMER_MOST, sizeof *ret->rows);
	if (!ret->rows)
		return KC_ERR(NO_MEMORY);
	kc_der_reader_init(&r, saved);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	while (kc_der_more(&seq) && ret->count < KC_FORMER_MOST) {
		struct kc_former_device *row = &ret->rows[ret->count++];

		kc_der_enter(&seq, KC_DER_SEQUENCE, &one);
		kc_der_get_array(&one, row->id, sizeof row->id);
		kc_der_get_text(&one, row->name, sizeof row->name);
		kc_der_leave(&seq, &one);
	}
	kc_der_leave(&r, &seq);
	return kc_der_reader_finish(&r) == KC_OK ? KC_OK : KC_ERR(CORRUPT);
}

kc_err kc_former_get(struct kc_txn *txn, struct kc_former *ret)
{
	KC_CLEANUP_FORMER struct kc_former former = {0};
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	kc_err err = kc_cell_get(txn, CELL, &saved);

	kc_former_done(ret);
	if (err == KC_OK)
		err = parse(kc_buf_bytes(&saved), &former);
	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT || err == KC_E_LOCKED)
		return KC_OK;
	KC_TRY(err);
	*ret = former;
	former = (struct kc_former){0};
	return KC_OK;
}

static void put_one(
	struct kc_der_writer *w, const uint8_t id[static KC_FORMER_ID_LEN], const char *name)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_bytes(w, kc_bytes(id, KC_FORMER_ID_LEN));
	kc_der_put_str(w, name);
	kc_der_end(w);
}

/* Those of the circle first: they are the newest. */
static kc_err put_all(
	const struct kc_circle *circle, const struct kc_former *before, struct kc_buf *ret)
{
	struct kc_der_writer w;
	size_t count = circle->member_count;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *member = circle->members[i];

		put_one(&w, member->id.bytes,
			i == circle->self ? "" : kc_circle_name_of(circle, member));
	}
	for (size_t i = 0; i < before->count && count < KC_FORMER_MOST; i++) {
		const struct kc_former_device *row = &before->rows[i];
		struct kc_peer_id id;

		memcpy(id.bytes, row->id, sizeof id.bytes);
		if (kc_circle_find(circle, &id))
			continue;
		put_one(&w, row->id, row->name);
		count++;
	}
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_former_keep(struct kc_txn *txn)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_FORMER struct kc_former before = {0};
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	kc_err err = kc_memory_get_circle(txn, &circle);

	if (err == KC_E_NO_STORE || err == KC_E_CORRUPT || err == KC_E_LOCKED)
		return KC_OK;
	KC_TRY(err);
	KC_TRY(kc_former_get(txn, &before));
	KC_TRY(put_all(circle, &before, &saved));
	return kc_cell_put(txn, KC_PROTECTION_DK, CELL, kc_buf_bytes(&saved));
}
