/* SPDX-License-Identifier: ISC */
/* The set digest. */
#include "backend/store/setdigest.h"

#include <string.h>

#include "backend/store/setting.h"

#define PURPOSE "keycircle/1/store/set-digest"

#define TAG_LEN 16

struct kc_bytes kc_setdigest_tag(struct kc_bytes sealed)
{
	if (sealed.len < TAG_LEN)
		return sealed;
	return kc_bytes(sealed.data + sealed.len - TAG_LEN, TAG_LEN);
}

static void add(uint8_t digest[static KC_DIGEST_LEN], const uint8_t share[static KC_DIGEST_LEN])
{
	unsigned carry = 0;

	for (size_t i = 0; i < KC_DIGEST_LEN; i++) {
		carry += (unsigned)digest[i] + share[i];
		digest[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

/* The number that added to share gives 0. */
static void negate(uint8_t share[static KC_DIGEST_LEN])
{
	unsigned carry = 1;

	for (size_t i = 0; i < KC_DIGEST_LEN; i++) {
		carry += (uint8_t)~share[i];
		share[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

void kc_setdigest_fold(
	const struct kc_keybag *bag, struct kc_bytes row, uint8_t digest[static KC_DIGEST_LEN])
{
	uint8_t share[KC_DIGEST_LEN];

	kc_keybag_row_mac(bag, row, share);
	add(digest, share);
}

void kc_setdigest_note(struct kc_txn *txn, struct kc_bytes row, enum kc_share_move move)
{
	uint8_t share[KC_DIGEST_LEN];

	kc_keybag_row_mac(txn->bag, row, share);
	if (move == KC_SHARE_OUT)
		negate(share);
	add(txn->delta, share);
}

kc_err kc_setdigest_get(const struct kc_txn *txn, uint8_t ret[static KC_DIGEST_LEN])
{
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT, plain = KC_BUF_INIT;

	KC_TRY(kc_setting_get_bytes(txn->db, KC_SETTING_DIGEST, &sealed));
	KC_TRY(kc_keybag_open_metadata(
		txn->bag, KC_PROTECTION_DK, kc_bytes_str(PURPOSE), kc_buf_bytes(&sealed), &plain));
	if (plain.len != KC_DIGEST_LEN)
		return KC_ERR(CORRUPT);
	memcpy(ret, plain.data, KC_DIGEST_LEN);
	return KC_OK;
}

kc_err kc_setdigest_put(struct kc_txn *txn, const uint8_t digest[static KC_DIGEST_LEN])
{
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT;

	KC_TRY(kc_keybag_seal_metadata(txn->bag, KC_PROTECTION_DK, kc_bytes_str(PURPOSE),
		kc_bytes(digest, KC_DIGEST_LEN), &sealed));
	return kc_setting_put_bytes(txn->db, KC_SETTING_DIGEST, kc_buf_bytes(&sealed));
}

kc_err kc_setdigest_carry(struct kc_txn *txn)
{
	static const uint8_t nothing[KC_DIGEST_LEN];
	uint8_t digest[KC_DIGEST_LEN] = {0};
	kc_err err;

	if (memcmp(txn->delta, nothing, sizeof nothing) == 0)
		return KC_OK;
	err = kc_setdigest_get(txn, digest);
	/* A digest that is gone or damaged must not stop the user's work; the next look at all rows
	 * finds the difference. */
	if (err != KC_OK && err != KC_E_NOT_FOUND && err != KC_E_CORRUPT)
		return err;
	add(digest, txn->delta);
	return kc_setdigest_put(txn, digest);
}
