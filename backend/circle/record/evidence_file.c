/* SPDX-License-Identifier: ISC */
/* Evidence of doc/keycircle.asn1: the file, and what public keys alone show of it. */
#include <string.h>

#include "backend/circle/record/compat.h"
#include "backend/circle/record/evidence.h"
#include "backend/circle/record/shares.h"

#define LABEL "kc1/evidence"

void kc_evidence_file_done(struct kc_evidence_file *file)
{
	kc_evidence_list_done(&file->list);
}

kc_err kc_evidence_file_build(const struct kc_account_id *account,
	const struct kc_bytes *permanents, size_t permanent_count,
	const struct kc_evidence_list *list, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf cases = KC_BUF_INIT;
	struct kc_der_writer w;

	KC_TRY(kc_evidence_put(list, &cases));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_str(&w, LABEL);
	kc_der_put_bytes(&w, KC_BYTES_OF(account->bytes));
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < permanent_count; i++)
		kc_der_put_bytes(&w, permanents[i]);
	kc_der_end(&w);
	kc_der_put_bytes(&w, kc_buf_bytes(&cases));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_evidence_file_parse(struct kc_bytes bytes, struct kc_evidence_file *ret)
{
	struct kc_der_reader r, seq, rows;
	struct kc_bytes cases;

	ret->device_count = 0;
	kc_der_reader_init(&r, bytes);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	if (!kc_bytes_equal(kc_der_get_utf8(&seq), kc_bytes_str(LABEL)))
		kc_der_reader_fail(&seq);
	kc_der_get_array(&seq, ret->account.bytes, sizeof ret->account.bytes);
	kc_der_enter(&seq, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		struct kc_bytes record = kc_der_get_bytes(&rows);
		struct kc_evidence_device *device = &ret->devices[ret->device_count];

		if (ret->device_count == KC_CIRCLE_MAX_PEERS)
			return KC_ERR(DECODE);
		KC_TRY(kc_der_reader_check(&rows));
		KC_TRY(kc_permanent_open(record, &ret->account, &device->permanent, &device->id));
		ret->device_count++;
	}
	kc_der_leave(&seq, &rows);
	cases = kc_der_get_bytes(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	return kc_evidence_pull(cases, &ret->list);
}

/* --- what the keys show -------------------------------------------------------------------------
 */

struct signed_list {
	struct kc_list *list; /* owned */
	struct kc_record_id id;
};

static void signed_list_done(struct signed_list *list)
{
	free(list->list);
}
#define CLEANUP_SIGNED_LIST KC_CLEANUP(signed_list_done)

static const struct kc_permanent *find_device(
	const struct kc_evidence_file *file, const struct kc_peer_id *id)
{
	for (size_t i = 0; i < file->device_count; i++)
		if (kc_peer_id_equal(&file->devices[i].id, id))
			return &file->devices[i].permanent;
	return NULL;
}

/* A list that is rightly signed by a device. */
static kc_err open_list(const struct kc_evidence_file *file, struct kc_bytes record,
	const struct kc_peer_id *author, struct signed_list *ret)
{
	const struct kc_permanent *permanent = find_device(file, author);

	ret->list = malloc(sizeof *ret->list);
	if (!ret->list)
		return KC_ERR(NO_MEMORY);
	if (!permanent || kc_list_parse(record, &file->account, ret->list, &ret->id) != KC_OK ||
		!kc_peer_id_equal(&ret->list->peer, author))
		return KC_ERR(VERIFY);
	return kc_list_verify(record, &file->account, ret->list, permanent);
}

static kc_err demand(bool holds)
{
	return holds ? KC_OK : KC_ERR(VERIFY);
}

/* The same number twice, or the next one, which names another than this as the one before it. */
static bool are_two(const struct signed_list *here, const struct signed_list *came)
{
	if (came->list->seq == here->list->seq)
		return !kc_record_id_equal(&came->id, &here->id);
	return came->list->seq == here->list->seq + 1 &&
	       !(came->list->has_prev && kc_record_id_equal(&came->list->prev, &here->id));
}

/* Both by the device itself. */
static kc_err check_pair(const struct kc_evidence_file *file, const struct kc_evidence *e)
{
	CLEANUP_SIGNED_LIST struct signed_list here = {0}, came = {0};

	KC_TRY(open_list(file, e->here, &e->about, &here));
	KC_TRY(open_list(file, e->came, &e->about, &came));
	if (e->kind == KC_EVIDENCE_OLD_LIST)
		return demand(came.list->seq < here.list->seq);
	if (e->kind == KC_EVIDENCE_OWN_LIST && came.list->seq != here.list->seq)
		return KC_ERR(UNSUPPORTED); /* what a device never made it alone knows */
	return demand(are_two(&here, &came));
}

/* One list names another under the number of the one that is here, or of the one before it. */
static kc_err check_other(const struct kc_evidence_file *file, const struct kc_evidence *e)
{
	CLEANUP_SIGNED_LIST struct signed_list here = {0}, came = {0};
	const struct kc_seen *seen;

	KC_TRY(open_list(file, e->here, &e->about, &here));
	KC_TRY(open_list(file, e->came, &e->by, &came));
	seen = kc_list_find_seen(came.list, &e->about);
	if (!seen)
		return KC_ERR(VERIFY);
	if (seen->seq == here.list->seq)
		return demand(!kc_record_id_equal(&seen->id, &here.id));
	if (seen->seq + 1 == here.list->seq)
		return demand(
			here.list->has_prev && !kc_record_id_equal(&seen->id, &here.list->prev));
	return KC_ERR(UNSUPPORTED);
}

/* The writer signed that its log went so far. */
static kc_err check_short(const struct kc_evidence_file *file, const struct kc_evidence *e)
{
	CLEANUP_SIGNED_LIST struct signed_list here = {0};

	KC_TRY(open_list(file, e->here, &e->about, &here));
	if (here.list->number <= e->shown)
		return KC_ERR(UNSUPPORTED); /* the operations after its last list were not said */
	return KC_OK;
}

/* Whose they are is shown; what is in the box the receiver alone sees. */
static kc_err check_shares(const struct kc_evidence_file *file, const struct kc_evidence *e)
{
	const struct kc_permanent *author = find_device(file, &e->about);
	struct kc_shares shares;

	if (!author || kc_shares_parse(e->came, &shares) != KC_OK ||
		!kc_peer_id_equal(&shares.author, &e->about))
		return KC_ERR(VERIFY);
	KC_TRY(kc_shares_verify(e->came, &file->account, &shares, author));
	return KC_ERR(UNSUPPORTED);
}

static kc_err check_unsigned(const struct kc_evidence *e)
{
	struct kc_record record;

	if (kc_record_parse(e->came, KC_RECORD_CIRCLE, &record) != KC_OK)
		return KC_ERR(VERIFY);
	return demand(record.signature_count == 0);
}

kc_err kc_evidence_check(const struct kc_evidence_file *file, const struct kc_evidence *evidence)
{
	switch (evidence->kind) {
	case KC_EVIDENCE_TWO_LISTS:
	case KC_EVIDENCE_OWN_LIST:
	case KC_EVIDENCE_OLD_LIST:
		return check_pair(file, evidence);
	case KC_EVIDENCE_OTHER_LIST:
		return check_other(file, evidence);
	case KC_EVIDENCE_SHORT_LOG:
		return check_short(file, evidence);
	case KC_EVIDENCE_FORGED_KEY:
		return check_shares(file, evidence);
	case KC_EVIDENCE_UNSIGNED_CIRCLE:
		return check_unsigned(evidence);
	case KC_EVIDENCE_FORGED_ITEM:
	case KC_EVIDENCE_SAID:
	case KC_EVIDENCE_KINDS:
		break;
	}
	return KC_ERR(UNSUPPORTED);
}
