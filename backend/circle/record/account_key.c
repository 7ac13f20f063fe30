/* SPDX-License-Identifier: ISC */
/* scrypt once, then a signing key and a wrapping key. */
#include "backend/circle/record/account_key.h"

#include <inttypes.h>
#include <string.h>

#include "backend/circle/record/account_cost.h"
#include "backend/circle/record/label.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/scalar_key.h"
#include "base/clock.h"
#include "base/random.h"

#define STRETCHED_LEN 32
#define USER_SEED_LEN 48
#define ALGORITHM_SCRYPT 1
#define MAX_TIME ((UINT64_C(1) << 53) - 1)

void kc_password_keys_done(struct kc_password_keys *keys)
{
	if (keys->user)
		kc_pk_free(keys->user);
	kc_secret_done(&keys->wrap);
	*keys = (struct kc_password_keys)KC_PASSWORD_KEYS_INIT;
}

void kc_password_keys_move(struct kc_password_keys *to, struct kc_password_keys *from)
{
	kc_password_keys_done(to);
	*to = *from;
	*from = (struct kc_password_keys)KC_PASSWORD_KEYS_INIT;
}

/* --- from the password --------------------------------------------------------------------------
 */

static kc_err stretch(const struct kc_account_key *params, const struct kc_account_id *account,
	struct kc_bytes password, struct kc_secret *ret)
{
	struct kc_kdf_cost cost = {.n = (uint64_t)1 << params->cost, .r = 8, .p = 1};
	uint8_t salt[KC_HASH_MAX_LEN];
	KC_CLEANUP_LABEL struct kc_label label;
	struct kc_bytes value;

	kc_label_init(&label, "kc1/salt");
	kc_der_put_bytes(&label.w, KC_BYTES_OF(account->bytes));
	kc_der_put_bytes(&label.w, KC_BYTES_OF(params->salt));
	KC_TRY(kc_label_end(&label, &value));
	KC_TRY(kc_hash_compute(KC_HASH_SHA256, value, salt));
	KC_TRY(kc_secret_alloc(ret, STRETCHED_LEN));
	return kc_kdf_scrypt(password, kc_bytes(salt, 32), &cost, ret->data, ret->len);
}

static kc_err expand(const struct kc_secret *stretched, const char *purpose,
	const struct kc_account_id *account, struct kc_secret *ret, size_t len)
{
	KC_CLEANUP_LABEL struct kc_label label;

	KC_TRY(kc_secret_alloc(ret, len));
	kc_label_init(&label, purpose);
	kc_der_put_bytes(&label.w, KC_BYTES_OF(account->bytes));
	return kc_label_derive(
		&label, kc_secret_bytes(stretched), kc_bytes(NULL, 0), ret->data, len);
}

static kc_err derive(const struct kc_account_key *params, const struct kc_account_id *account,
	struct kc_bytes password, struct kc_password_keys *ret)
{
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_SECRET struct kc_secret stretched = KC_SECRET_INIT;
	KC_CLEANUP_SECRET struct kc_secret seed = KC_SECRET_INIT;
	KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT;

	KC_TRY(stretch(params, account, password, &stretched));
	KC_TRY(expand(&stretched, "kc1/user-key", account, &seed, USER_SEED_LEN));
	KC_TRY(kc_scalar_key_make(kc_secret_bytes(&seed), &stored));
	KC_TRY(kc_pk_load_own(KC_KEY_EC, kc_secret_bytes(&stored), &keys.user));
	KC_TRY(expand(&stretched, "kc1/account-wrap", account, &keys.wrap, KC_SIV_KEY_LEN));
	kc_password_keys_move(ret, &keys);
	return KC_OK;
}

static kc_err user_public(const struct kc_pk *user, uint8_t ret[static KC_P256_PUBLIC_LEN])
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;

	KC_TRY(kc_pk_store_public(user, &stored));
	if (stored.len != KC_P256_PUBLIC_LEN)
		return KC_ERR(BUG);
	memcpy(ret, stored.data, stored.len);
	return KC_OK;
}

/* --- the record ---------------------------------------------------------------------------------
 */

/* What the wrapped keys are bound to. */
static kc_err wrap_ad(struct kc_label *label, const struct kc_account_key *params,
	const struct kc_account_id *account, struct kc_bytes *ret)
{
	kc_label_init(label, "kc1/account-keys");
	kc_der_put_bytes(&label->w, KC_BYTES_OF(account->bytes));
	kc_der_put_uint(&label->w, params->seq);
	kc_der_put_bytes(&label->w, KC_BYTES_OF(params->salt));
	return kc_label_end(label, ret);
}

static const struct kc_siv_key *wrap_key(const struct kc_password_keys *keys)
{
	return (const struct kc_siv_key *)(const void *)keys->wrap.data;
}

static kc_err put_body(const struct kc_account_key *params, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, KC_BYTES_OF(params->author.bytes));
	kc_der_put_uint(&w, params->seq);
	kc_der_put_uint(&w, params->time_ms);
	kc_der_put_uint(&w, ALGORITHM_SCRYPT);
	kc_der_put_bytes(&w, KC_BYTES_OF(params->salt));
	kc_der_put_uint(&w, params->cost);
	kc_der_put_bytes(&w, KC_BYTES_OF(params->user_public));
	kc_der_put_bytes(&w, params->wrapped);
	kc_extensions_put(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static kc_err user_signer(const struct kc_pk *user, struct kc_signer *ret)
{
	uint8_t public_key[KC_P256_PUBLIC_LEN];

	KC_TRY(user_public(user, public_key));
	ret->key = user;
	ret->kind = KC_SIGNATURE_P256;
	return kc_signature_key_id(KC_BYTES_OF(public_key), ret->id);
}

static kc_err sign_body(const struct kc_account_id *account, const struct kc_identity *author,
	const struct kc_account_key *params, const struct kc_pk *user, const struct kc_pk *before,
	struct kc_buf *ret)
{
	struct kc_signer signers[3] = {kc_identity_signer(author)};
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;

	KC_TRY(user_signer(user, &signers[1]));
	if (before)
		KC_TRY(user_signer(before, &signers[2]));
	KC_TRY(put_body(params, &body));
	return kc_record_build(
		KC_RECORD_ACCOUNT_KEY, account, kc_buf_bytes(&body), signers, before ? 3 : 2, ret);
}

/* Wraps and signs: what is the same for a new password and for an old one. */
static kc_err finish(const struct kc_account_id *account, const struct kc_identity *author,
	const struct kc_secret *account_keys, struct kc_account_key *params,
	const struct kc_password_keys *keys, const struct kc_pk *before, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_bytes ad;

	params->author = author->id;
	params->time_ms = kc_clock_now_ms();
	KC_TRY(user_public(keys->user, params->user_public));
	KC_TRY(wrap_ad(&label, params, account, &ad));
	KC_TRY(kc_account_keys_put(account_keys, &plain));
	KC_TRY(kc_aead_siv_seal(wrap_key(keys), ad, kc_buf_bytes(&plain), &wrapped));
	params->wrapped = kc_buf_bytes(&wrapped);
	return sign_body(account, author, params, keys->user, before, ret);
}

kc_err kc_account_key_make(const struct kc_account_id *account, const struct kc_identity *author,
	const struct kc_secret *account_keys, struct kc_bytes password, uint64_t seq,
	const struct kc_pk *before, struct kc_buf *ret, struct kc_password_keys *ret_keys)
{
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;
	struct kc_account_key params = {.seq = seq, .cost = kc_account_cost};

	if (password.len < KC_ACCOUNT_PASSWORD_MIN)
		return KC_ERR(WEAK_PASSWORD);
	kc_random_fill(params.salt, sizeof params.salt);
	KC_TRY(derive(&params, account, password, &keys));
	KC_TRY(finish(account, author, account_keys, &params, &keys, before, ret));
	kc_password_keys_move(ret_keys, &keys);
	return KC_OK;
}

/* Salt and cost stay: so the user key is the same, and nothing that it signed loses its weight. */
kc_err kc_account_key_renew(const struct kc_account_key *record,
	const struct kc_account_id *account, const struct kc_identity *author,
	const struct kc_secret *account_keys, const struct kc_password_keys *keys,
	struct kc_buf *ret)
{
	struct kc_account_key params = {.seq = record->seq + 1, .cost = record->cost};

	memcpy(params.salt, record->salt, sizeof params.salt);
	return finish(account, author, account_keys, &params, keys, keys->user, ret);
}

static kc_err parse_body(struct kc_bytes body, struct kc_account_key *ret)
{
	struct kc_der_reader r, seq;
	uint64_t algorithm, cost;
	kc_err extensions;

	kc_der_reader_init(&r, body);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, ret->author.bytes, sizeof ret->author.bytes);
	ret->seq = kc_der_get_uint(&seq);
	ret->time_ms = kc_der_get_uint_max(&seq, MAX_TIME);
	algorithm = kc_der_get_uint(&seq);
	kc_der_get_array(&seq, ret->salt, sizeof ret->salt);
	cost = kc_der_get_uint(&seq);
	kc_der_get_array(&seq, ret->user_public, sizeof ret->user_public);
	ret->wrapped = kc_der_get_bytes(&seq);
	extensions = kc_extensions_pull(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(extensions);
	if (ret->seq == 0)
		return KC_ERR(DECODE);
	if (algorithm != ALGORITHM_SCRYPT || cost < kc_account_cost_floor ||
		cost > kc_account_cost_ceiling)
		return KC_ERR(PARAM);
	ret->cost = (unsigned)cost;
	return KC_OK;
}

kc_err kc_account_key_open(
	struct kc_bytes record, const struct kc_account_id *account, struct kc_account_key *ret)
{
	struct kc_account_key params;
	struct kc_record parsed;
	uint8_t user_id[32];

	KC_TRY(kc_record_parse(record, KC_RECORD_ACCOUNT_KEY, &parsed));
	KC_TRY(parse_body(parsed.body, &params));
	if (parsed.signature_count == 0 ||
		!kc_bytes_equal(parsed.signatures[0].signer, KC_BYTES_OF(params.author.bytes)))
		return KC_ERR(VERIFY); /* whoever has the user key could sign it as its own */
	KC_TRY(kc_signature_key_id(KC_BYTES_OF(params.user_public), user_id));
	KC_TRY(kc_record_verify(
		&parsed, account, 1, KC_SIGNATURE_P256, KC_BYTES_OF(params.user_public), user_id));
	*ret = params;
	return KC_OK;
}

bool kc_account_key_is_number(struct kc_bytes record, struct kc_bytes digits)
{
	KC_CLEANUP_BUF struct kc_buf expected = KC_BUF_INIT;
	struct kc_account_key params;
	struct kc_record parsed;
	kc_err err;

	if (kc_record_parse(record, KC_RECORD_ACCOUNT_KEY, &parsed) != KC_OK)
		return false;
	err = parse_body(parsed.body, &params);
	if (err != KC_OK && err != KC_E_NEWER)
		return false;
	kc_buf_printf(&expected, "%" PRIu64, params.seq);
	return kc_buf_check(&expected) == KC_OK && kc_bytes_equal(kc_buf_bytes(&expected), digits);
}

kc_err kc_account_key_check_author(struct kc_bytes record, const struct kc_account_id *account,
	const struct kc_peer_id *author, const struct kc_permanent *permanent)
{
	return kc_permanent_verify(permanent, author, record, KC_RECORD_ACCOUNT_KEY, account);
}

kc_err kc_account_key_check_before(struct kc_bytes record, const struct kc_account_id *account,
	const uint8_t user_public[static KC_P256_PUBLIC_LEN])
{
	struct kc_bytes key = kc_bytes(user_public, KC_P256_PUBLIC_LEN);
	struct kc_record parsed;
	uint8_t user_id[32];

	KC_TRY(kc_record_parse(record, KC_RECORD_ACCOUNT_KEY, &parsed));
	KC_TRY(kc_signature_key_id(key, user_id));
	return kc_record_verify(&parsed, account, 2, KC_SIGNATURE_P256, key, user_id);
}

kc_err kc_account_key_try(const struct kc_account_key *record, const struct kc_account_id *account,
	struct kc_bytes password, struct kc_password_keys *ret)
{
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;
	uint8_t public_key[KC_P256_PUBLIC_LEN];

	KC_TRY(derive(record, account, password, &keys));
	KC_TRY(user_public(keys.user, public_key));
	if (!kc_mem_equal_ct(public_key, record->user_public, sizeof public_key))
		return KC_ERR(ACCOUNT_PASSWORD);
	kc_password_keys_move(ret, &keys);
	return KC_OK;
}

kc_err kc_account_key_unwrap(const struct kc_account_key *record,
	const struct kc_account_id *account, const struct kc_password_keys *keys,
	struct kc_secret *ret_account_keys)
{
	KC_CLEANUP_SECRET struct kc_secret plain = KC_SECRET_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_bytes ad;

	KC_TRY(wrap_ad(&label, record, account, &ad));
	KC_TRY(kc_aead_siv_open_secret(wrap_key(keys), ad, record->wrapped, &plain));
	if (kc_account_keys_parse(kc_secret_bytes(&plain), ret_account_keys) != KC_OK)
		return KC_ERR(CORRUPT);
	return KC_OK;
}
