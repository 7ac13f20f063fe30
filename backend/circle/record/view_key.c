/* SPDX-License-Identifier: ISC */
/* One label for each use; the context is account, view and epoch. */
#include "backend/circle/record/view_key.h"

#include <string.h>

#include "backend/circle/record/label.h"

static const char *const purposes[] = {
	[KC_VIEW_KEY_CLASS_A] = "kc1/class-a",
	[KC_VIEW_KEY_CLASS_C] = "kc1/class-c",
	[KC_VIEW_KEY_HEAD] = "kc1/head-key",
	[KC_VIEW_KEY_LINK] = "kc1/link-key",
	[KC_VIEW_KEY_META] = "kc1/meta-key",
};

static kc_err derive(const char *purpose, const struct kc_account_id *account, unsigned view,
	uint64_t epoch, const struct kc_secret *key, uint8_t *ret, size_t len)
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, purpose);
	kc_der_put_bytes(&label.w, KC_BYTES_OF(account->bytes));
	kc_der_put_uint(&label.w, view);
	kc_der_put_uint(&label.w, epoch);
	return kc_label_derive(&label, kc_secret_bytes(key), kc_bytes(NULL, 0), ret, len);
}

kc_err kc_view_key_id(const struct kc_account_id *account, unsigned view, uint64_t epoch,
	const struct kc_secret *key, uint8_t ret[static KC_KID_LEN])
{
	return derive("kc1/kid", account, view, epoch, key, ret, KC_KID_LEN);
}

kc_err kc_view_key_derive(const struct kc_account_id *account, const struct kc_view_key_name *name,
	const struct kc_secret *key, enum kc_view_key_use use, struct kc_secret *ret)
{
	KC_TRY(kc_secret_alloc(ret, KC_SIV_KEY_LEN));
	return derive(purposes[use], account, name->view, name->epoch, key, ret->data, ret->len);
}

const struct kc_siv_key *kc_view_key_siv(const struct kc_secret *derived)
{
	return (const struct kc_siv_key *)(const void *)derived->data;
}

void kc_view_key_name_put(struct kc_der_writer *w, const struct kc_view_key_name *name)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, name->view);
	kc_der_put_uint(w, name->epoch);
	kc_der_put_bytes(w, KC_BYTES_OF(name->kid));
	kc_der_end(w);
}

void kc_view_key_name_pull(struct kc_der_reader *r, struct kc_view_key_name *ret)
{
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	ret->view = (unsigned)kc_der_get_uint_max(&seq, KC_CIRCLE_MAX_VIEWS - 1);
	ret->epoch = kc_der_get_uint_max(&seq, KC_VIEW_KEY_LAST_EPOCH);
	kc_der_get_array(&seq, ret->kid, sizeof ret->kid);
	kc_der_leave(r, &seq);
	if (ret->view == 0 || ret->epoch == 0)
		kc_der_reader_fail(r);
}

int kc_view_key_name_compare(const struct kc_view_key_name *a, const struct kc_view_key_name *b)
{
	if (a->view != b->view)
		return a->view < b->view ? -1 : 1;
	if (a->epoch != b->epoch)
		return a->epoch < b->epoch ? -1 : 1;
	return memcmp(a->kid, b->kid, sizeof a->kid);
}

bool kc_view_key_name_equal(const struct kc_view_key_name *a, const struct kc_view_key_name *b)
{
	return kc_view_key_name_compare(a, b) == 0;
}
