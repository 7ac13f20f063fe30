/* SPDX-License-Identifier: ISC */
/* EvidenceCase of doc/keycircle.asn1: keeping cases, in little room. */
#include "backend/circle/record/evidence.h"

#include <string.h>

/* clang-format off */
static const char *const names[] = {
	[KC_EVIDENCE_TWO_LISTS]       = "two-lists",
	[KC_EVIDENCE_OTHER_LIST]      = "other-list",
	[KC_EVIDENCE_OWN_LIST]        = "own-list",
	[KC_EVIDENCE_OLD_LIST]        = "old-list",
	[KC_EVIDENCE_SHORT_LOG]       = "short-log",
	[KC_EVIDENCE_FORGED_ITEM]     = "forged-item",
	[KC_EVIDENCE_FORGED_KEY]      = "forged-key",
	[KC_EVIDENCE_UNSIGNED_CIRCLE] = "unsigned-circle",
	[KC_EVIDENCE_SAID]            = "said",
};
/* clang-format on */

const char *kc_evidence_name(enum kc_evidence_kind kind)
{
	return names[kind];
}

void kc_evidence_list_done(struct kc_evidence_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		kc_buf_done(&list->cases[i]);
	list->count = 0;
}

/* --- a case -------------------------------------------------------------------------------------
 */

static kc_err build(const struct kc_evidence *evidence, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, evidence->kind);
	kc_der_put_uint(&w, evidence->time_ms);
	kc_der_put_bytes(&w, KC_BYTES_OF(evidence->about.bytes));
	kc_der_put_bytes(&w, KC_BYTES_OF(evidence->by.bytes));
	kc_der_put_uint(&w, evidence->known);
	kc_der_put_uint(&w, evidence->shown);
	kc_der_put_bytes(&w, evidence->here);
	kc_der_put_bytes(&w, evidence->came);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static kc_err parse(struct kc_bytes bytes, struct kc_evidence *ret)
{
	struct kc_evidence evidence = {.known = 0};
	struct kc_der_reader r, seq;
	uint64_t kind;

	kc_der_reader_init(&r, bytes);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kind = kc_der_get_uint_max(&seq, KC_EVIDENCE_KINDS - 1);
	evidence.time_ms = kc_der_get_uint_max(&seq, KC_MAX_TIME - 1);
	kc_der_get_array(&seq, evidence.about.bytes, sizeof evidence.about.bytes);
	kc_der_get_array(&seq, evidence.by.bytes, sizeof evidence.by.bytes);
	evidence.known = kc_der_get_uint(&seq);
	evidence.shown = kc_der_get_uint(&seq);
	evidence.here = kc_der_get_bytes(&seq);
	evidence.came = kc_der_get_bytes(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	if (kind == 0)
		return KC_ERR(DECODE);
	evidence.kind = (enum kc_evidence_kind)kind;
	*ret = evidence;
	return KC_OK;
}

kc_err kc_evidence_get(const struct kc_evidence_list *list, size_t number, struct kc_evidence *ret)
{
	return parse(kc_buf_bytes(&list->cases[number]), ret);
}

/* --- the list -----------------------------------------------------------------------------------
 */

/* The same but for when it was noticed. */
static bool is_same(const struct kc_evidence *a, const struct kc_evidence *b)
{
	return a->kind == b->kind && kc_peer_id_equal(&a->about, &b->about) &&
	       kc_peer_id_equal(&a->by, &b->by) && a->known == b->known && a->shown == b->shown &&
	       kc_bytes_equal(a->here, b->here) && kc_bytes_equal(a->came, b->came);
}

static size_t len_of(const struct kc_evidence_list *list)
{
	size_t len = 0;

	for (size_t i = 0; i < list->count; i++)
		len += list->cases[i].len;
	return len;
}

static void drop(struct kc_evidence_list *list, size_t number)
{
	kc_buf_done(&list->cases[number]);
	memmove(&list->cases[number], &list->cases[number + 1],
		(--list->count - number) * sizeof list->cases[0]);
}

/* The oldest of the kind of which there are most. */
static kc_err make_room(struct kc_evidence_list *list)
{
	size_t counts[KC_EVIDENCE_KINDS] = {0}, first[KC_EVIDENCE_KINDS] = {0}, most = 0;

	for (size_t i = list->count; i > 0; i--) {
		struct kc_evidence evidence;

		KC_TRY(kc_evidence_get(list, i - 1, &evidence));
		counts[evidence.kind]++;
		first[evidence.kind] = i - 1;
	}
	for (size_t kind = 0; kind < KC_EVIDENCE_KINDS; kind++)
		if (counts[kind] > counts[most])
			most = kind;
	drop(list, first[most]);
	return KC_OK;
}

kc_err kc_evidence_add(
	struct kc_evidence_list *list, const struct kc_evidence *evidence, bool *ret_added)
{
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT;

	*ret_added = false;
	for (size_t i = 0; i < list->count; i++) {
		struct kc_evidence other;

		KC_TRY(kc_evidence_get(list, i, &other));
		if (is_same(&other, evidence))
			return KC_OK;
	}
	KC_TRY(build(evidence, &made));
	if (made.len > KC_EVIDENCE_MOST_LEN)
		return KC_OK;
	while (list->count == KC_EVIDENCE_MOST || len_of(list) + made.len > KC_EVIDENCE_MOST_LEN)
		KC_TRY(make_room(list));
	list->cases[list->count++] = made;
	made = (struct kc_buf)KC_BUF_INIT;
	*ret_added = true;
	return KC_OK;
}

kc_err kc_evidence_put(const struct kc_evidence_list *list, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < list->count; i++)
		kc_der_put_bytes(&w, kc_buf_bytes(&list->cases[i]));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static kc_err pull_case(struct kc_der_reader *r, struct kc_evidence_list *list)
{
	struct kc_bytes bytes = kc_der_get_bytes(r);
	struct kc_evidence evidence;
	bool added;

	KC_TRY(kc_der_reader_check(r));
	KC_TRY(parse(bytes, &evidence));
	KC_TRY(kc_evidence_add(list, &evidence, &added));
	return added ? KC_OK : KC_ERR(DECODE);
}

kc_err kc_evidence_pull(struct kc_bytes bytes, struct kc_evidence_list *ret)
{
	KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list list = {.count = 0};
	struct kc_der_reader r, rows;

	kc_der_reader_init(&r, bytes);
	kc_der_enter(&r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		if (list.count == KC_EVIDENCE_MOST)
			return KC_ERR(DECODE);
		KC_TRY(pull_case(&rows, &list));
	}
	kc_der_leave(&r, &rows);
	KC_TRY(kc_der_reader_finish(&r));
	kc_evidence_list_done(ret);
	*ret = list;
	list.count = 0;
	return KC_OK;
}
