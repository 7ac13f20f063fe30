/* SPDX-License-Identifier: ISC */
/* The view on the wire. */
#include "base/store_view.h"

#include <string.h>

#define MOST_PARTS 4096

void kc_store_view_done(struct kc_store_view *view)
{
	free(view->parts);
	*view = (struct kc_store_view){.parts = NULL};
}

static void put_part(struct kc_der_writer *w, const struct kc_store_part *part)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_bytes(w, KC_BYTES_OF(part->id));
	kc_der_put_str(w, part->name);
	kc_der_put_bool(w, part->is_this);
	kc_der_put_bool(w, part->is_out);
	kc_der_put_uint(w, part->settled);
	kc_der_put_uint(w, part->first);
	kc_der_put_uint(w, part->last);
	kc_der_put_uint(w, part->hole);
	kc_der_put_uint(w, part->damaged);
	kc_der_put_uint(w, part->spoilt);
	kc_der_put_bool(w, part->garbled);
	kc_der_put_bool(w, part->excused);
	kc_der_put_uint(w, part->list);
	kc_der_put_uint(w, part->there);
	kc_der_put_uint(w, part->named);
	kc_der_put_uint(w, part->waiting_since_ms);
	kc_der_end(w);
}

static void pull_part(struct kc_der_reader *r, struct kc_store_part *ret)
{
	struct kc_der_reader seq;

	*ret = (struct kc_store_part){.settled = 0};
	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, ret->id, sizeof ret->id);
	kc_der_get_text(&seq, ret->name, sizeof ret->name);
	ret->is_this = kc_der_get_bool(&seq);
	ret->is_out = kc_der_get_bool(&seq);
	ret->settled = kc_der_get_uint(&seq);
	ret->first = kc_der_get_uint(&seq);
	ret->last = kc_der_get_uint(&seq);
	ret->hole = kc_der_get_uint(&seq);
	ret->damaged = kc_der_get_uint(&seq);
	ret->spoilt = kc_der_get_uint(&seq);
	ret->garbled = kc_der_get_bool(&seq);
	ret->excused = kc_der_get_bool(&seq);
	ret->list = kc_der_get_uint(&seq);
	ret->there = kc_der_get_uint(&seq);
	ret->named = kc_der_get_uint(&seq);
	ret->waiting_since_ms = kc_der_get_uint(&seq);
	kc_der_leave(r, &seq);
}

void kc_store_view_put(struct kc_der_writer *w, const struct kc_store_view *view)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_bool(w, view->reached);
	kc_der_put_bool(w, view->suspect);
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < view->count; i++)
		put_part(w, &view->parts[i]);
	kc_der_end(w);
	kc_der_put_uint(w, view->given);
	kc_der_put_uint(w, view->given_ms);
	kc_der_put_uint(w, view->evidence);
	kc_der_put_str(w, view->caught);
	kc_der_end(w);
}

static bool add_part(struct kc_store_view *view, const struct kc_store_part *part)
{
	struct kc_store_part *grown =
		reallocarray(view->parts, view->count + 1, sizeof *view->parts);

	if (!grown)
		return false;
	view->parts = grown;
	view->parts[view->count++] = *part;
	return true;
}

void kc_store_view_pull(struct kc_der_reader *r, struct kc_store_view *ret)
{
	KC_CLEANUP_STORE_VIEW struct kc_store_view view = {.parts = NULL};
	struct kc_der_reader seq, rows;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	view.reached = kc_der_get_bool(&seq);
	view.suspect = kc_der_get_bool(&seq);
	kc_der_enter(&seq, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && view.count < MOST_PARTS) {
		struct kc_store_part part;

		pull_part(&rows, &part);
		if (!add_part(&view, &part)) {
			kc_der_reader_fail_with(&rows, KC_E_NO_MEMORY);
			break;
		}
	}
	kc_der_leave(&seq, &rows);
	view.given = kc_der_get_uint(&seq);
	view.given_ms = kc_der_get_uint(&seq);
	view.evidence = kc_der_get_uint(&seq);
	kc_der_get_text(&seq, view.caught, sizeof view.caught);
	kc_der_leave(r, &seq);
	if (kc_der_reader_check(r) != KC_OK)
		return;
	kc_store_view_done(ret);
	*ret = view;
	view = (struct kc_store_view){.parts = NULL};
}
