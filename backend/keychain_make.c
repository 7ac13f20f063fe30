/* SPDX-License-Identifier: ISC */
/* Making keys: from nothing, of a value, as copies; stored or transient. */
#include "backend/keychain_make.h"

#include "crypto/export.h"
#include "crypto/import.h"
#include "crypto/rsa_complete.h"
#include "backend/item/ruler.h"
#include "backend/keychain_strict.h"
#include "backend/keychain_transient.h"
#include "base/random.h"

#define RSA_LEAST 1024 /* where less than 2048 is asked for is the caller's to say */

/* --- where a key goes ---------------------------------------------------------------------------
 */

static kc_err store(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_keychain_half *half, struct kc_found *ret)
{
	KC_CLEANUP_FOUND struct kc_found found = {0};
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_keychain_half_add(&txn, caller, half, false, &found));
	KC_TRY(kc_txn_commit(&txn));
	*ret = found;
	found = (struct kc_found){0};
	return KC_OK;
}

static kc_err place(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_keychain_key *key, const struct kc_keychain_half *half, bool transient,
	struct kc_found *ret)
{
	if (transient)
		return kc_keychain_transient_add(keychain, caller, key, &half->attrs, ret);
	return store(keychain, caller, half, ret);
}

/* A new key, private or secret, with what it says of itself. */
static kc_err finish(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_keychain_key *key, unsigned origin, const struct kc_attrs *attrs,
	bool transient, struct kc_found *ret)
{
	KC_CLEANUP_HALF struct kc_keychain_half half = KC_KEYCHAIN_HALF_INIT;

	if (key->pk)
		KC_TRY(kc_keychain_half_private(key->pk, origin, attrs, &half));
	else
		KC_TRY(kc_keychain_half_secret(key->sk, origin, attrs, &half));
	return place(keychain, caller, key, &half, transient, ret);
}

/* --- from nothing -------------------------------------------------------------------------------
 */

/* What is to become of a new pair. */
struct pair {
	struct kc_keychain *keychain;
	const struct kc_caller *caller;
	unsigned keep;
	struct kc_keychain_key key;
	struct kc_keychain_half private, public;
};

static void pair_done(struct pair *pair)
{
	kc_keychain_keys_done(&pair->key);
	kc_keychain_half_done(&pair->private);
	kc_keychain_half_done(&pair->public);
}

/* A public half that is not stored is nowhere but in the answer: it is no secret. */
static kc_err describe_public(const struct pair *pair, struct kc_found *ret)
{
	const struct kc_item_input input = {
		.class = KC_CLASS_KEY, .attrs = pair->public.attrs /* borrowed */};
	KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;

	KC_TRY(kc_keychain_build(pair->caller, &input, &stored.item));
	return kc_keychain_found_take(&stored, KC_WANT_ATTRS | KC_WANT_HIDDEN, ret);
}

/* The stored ones, within a transaction; and what is known of a public one. */
static kc_err place_halves(
	struct pair *pair, struct kc_found *ret_private, struct kc_found *ret_public)
{
	bool stores_private = !(pair->keep & KC_KEEP_PRIVATE_TRANSIENT);
	bool stores_public = !(pair->keep & (KC_KEEP_PUBLIC_TRANSIENT | KC_KEEP_NO_PUBLIC));
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	if (!(pair->keep & (KC_KEEP_NO_PUBLIC)) && !stores_public)
		KC_TRY(describe_public(pair, ret_public));
	if (!stores_private && !stores_public)
		return KC_OK;
	KC_TRY(kc_txn_begin(pair->keychain->store, KC_TXN_WRITE, &txn));
	if (stores_private)
		KC_TRY(kc_keychain_half_add(
			&txn, pair->caller, &pair->private, false, ret_private));
	if (stores_public)
		KC_TRY(kc_keychain_half_add(&txn, pair->caller, &pair->public, false, ret_public));
	return kc_txn_commit(&txn);
}

/* Both or none. */
static kc_err place_pair(
	struct pair *pair, struct kc_found *ret_private, struct kc_found *ret_public)
{
	kc_err err;

	if (!(pair->keep & KC_KEEP_PRIVATE_TRANSIENT))
		return place_halves(pair, ret_private, ret_public);
	KC_TRY(kc_keychain_transient_add(
		pair->keychain, pair->caller, &pair->key, &pair->private.attrs, ret_private));
	err = place_halves(pair, ret_private, ret_public);
	if (err != KC_OK &&
		kc_keychain_key_forget(pair->keychain, pair->caller, ret_private->id) != KC_OK)
		return err; /* a lock has taken it meanwhile */
	return err;
}

#define EXPONENT_LEN 8

/* Outside any transaction: a large RSA key takes seconds. */
static kc_err generate_key(const struct kc_key_spec *spec, struct kc_pk **ret)
{
	uint8_t exponent[EXPONENT_LEN];

	if (spec->type != KC_KEY_RSA)
		return kc_pk_generate((enum kc_key_type)spec->type, spec->bits, ret);
	if (spec->bits < RSA_LEAST)
		return KC_ERR(KEY_SIZE);
	if (spec->exponent == 0)
		return kc_pk_generate(KC_KEY_RSA, spec->bits, ret);
	for (unsigned i = 0; i < EXPONENT_LEN; i++)
		exponent[i] = (uint8_t)(spec->exponent >> (8 * (EXPONENT_LEN - 1 - i)));
	return kc_pk_generate_rsa(spec->bits, KC_BYTES_OF(exponent), ret);
}

static kc_err generate_pair(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_key_spec *spec, const struct kc_attrs *private_attrs,
	const struct kc_attrs *public_attrs, unsigned keep, struct kc_found_list *ret)
{
	KC_CLEANUP(pair_done)
	struct pair pair = {.keychain = keychain,
		.caller = caller,
		.keep = keep,
		.private = KC_KEYCHAIN_HALF_INIT,
		.public = KC_KEYCHAIN_HALF_INIT};
	KC_CLEANUP_FOUND struct kc_found private = {0};
	KC_CLEANUP_FOUND struct kc_found public = {0};

	KC_TRY(generate_key(spec, &pair.key.pk));
	KC_TRY(kc_keychain_half_private(
		pair.key.pk, KC_ORIGIN_GENERATED, private_attrs, &pair.private));
	KC_TRY(kc_keychain_half_public(pair.key.pk, KC_ORIGIN_GENERATED, public_attrs,
		kc_keychain_half_is_bound(private_attrs), &pair.public));
	KC_TRY(place_pair(&pair, &private, &public));
	KC_TRY(kc_found_list_take(ret, &private));
	return keep & KC_KEEP_NO_PUBLIC ? KC_OK : kc_found_list_take(ret, &public);
}

static kc_err generate_secret(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_key_spec *spec, const struct kc_attrs *attrs, bool transient,
	struct kc_found_list *ret)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};
	KC_CLEANUP_FOUND struct kc_found found = {0};

	if (spec->bits % 8)
		return KC_ERR(KEY_SIZE);
	KC_TRY(kc_sk_generate((enum kc_secret_type)spec->type, spec->bits / 8, &key.sk));
	KC_TRY(finish(keychain, caller, &key, KC_ORIGIN_GENERATED, attrs, transient, &found));
	return kc_found_list_take(ret, &found);
}

kc_err kc_keychain_key_generate_in(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_key_spec *spec, const struct kc_attrs *private_attrs,
	const struct kc_attrs *public_attrs, unsigned keep, struct kc_found_list *ret)
{
	KC_TRY(kc_attrs_check(private_attrs));
	KC_TRY(kc_attrs_check(public_attrs));
	if (kc_secret_type_is(spec->type))
		return generate_secret(keychain, caller, spec, private_attrs,
			keep & KC_KEEP_PRIVATE_TRANSIENT, ret);
	return generate_pair(keychain, caller, spec, private_attrs, public_attrs, keep, ret);
}

/* --- of a value ---------------------------------------------------------------------------------
 */

/* Plain PKCS#8 of one private key, of the type that the attributes give, if they do. */
static kc_err read_private(
	struct kc_bytes value, const struct kc_attrs *attrs, struct kc_keychain_key *ret)
{
	KC_CLEANUP_IMPORT struct kc_import import = KC_IMPORT_INIT;
	KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT;
	const struct kc_pk *key;

	KC_TRY(kc_rsa_complete(value, &whole));
	if (kc_import_parse(kc_buf_bytes(&whole), kc_bytes(NULL, 0), &import) != KC_OK ||
		import.is_pem || import.count != 1 || import.rows[0].format != KC_IMPORT_PKCS8)
		return KC_ERR(DECODE);
	key = import.rows[0].key;
	if (kc_attrs_get_number(attrs, KC_ATTR_TYPE, kc_pk_type(key)) != kc_pk_type(key))
		return KC_ERR(KEY_TYPE);
	if (kc_pk_type(key) == KC_KEY_RSA && kc_pk_bits(key) < RSA_LEAST)
		return KC_ERR(KEY_SIZE);
	ret->pk = kc_pk_ref(import.rows[0].key);
	return KC_OK;
}

static kc_err read_value(
	struct kc_bytes value, const struct kc_attrs *attrs, struct kc_keychain_key *ret)
{
	int64_t type = kc_attrs_get_number(attrs, KC_ATTR_TYPE, KC_SECRET_GENERIC);

	switch (kc_attrs_get_number(attrs, KC_ATTR_KCLS, -1)) {
	case KC_KEY_PRIVATE:
		return read_private(value, attrs, ret);
	case KC_KEY_SYMMETRIC:
		if (type < 0 || type > UINT32_MAX || !kc_secret_type_is((uint32_t)type))
			return KC_ERR(KEY_TYPE);
		return kc_sk_load((enum kc_secret_type)type, value, &ret->sk);
	default:
		return KC_ERR(PARAM);
	}
}

kc_err kc_keychain_make_of_value(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct kc_bytes value, unsigned origin, const struct kc_attrs *attrs, bool transient,
	struct kc_found *ret)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};

	KC_TRY(kc_attrs_check(attrs));
	KC_TRY(read_value(value, attrs, &key));
	return finish(keychain, caller, &key, origin, attrs, transient, ret);
}

kc_err kc_keychain_key_create(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct kc_bytes value, const struct kc_attrs *attrs, bool transient, struct kc_found *ret)
{
	return kc_keychain_make_of_value(
		keychain, caller, value, KC_ORIGIN_IMPORTED, attrs, transient, ret);
}

kc_err kc_keychain_make_value(const struct kc_keychain_key *key, struct kc_secret *ret)
{
	KC_CLEANUP_BUF struct kc_buf info = KC_BUF_INIT;

	if (key->sk)
		return kc_secret_set(ret, kc_sk_value(key->sk));
	KC_TRY(kc_export_pkcs8(key->pk, &info));
	return kc_secret_set(ret, kc_buf_bytes(&info));
}

kc_err kc_keychain_key_reveal(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_secret *ret)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};

	KC_TRY(kc_keychain_keys_get(keychain, caller, id, 0, &key));
	if (!(key.marks & KC_KEY_EXTRACTABLE) || (key.marks & KC_KEY_SENSITIVE))
		return KC_ERR(NOT_EXTRACTABLE);
	return kc_keychain_make_value(&key, ret);
}

/* --- copies -------------------------------------------------------------------------------------
 */

/* Of an item only: who it is, and what the store sets. */
static void leave_behind(struct kc_attrs *attrs)
{
	static const kc_name names[] = {
		KC_ATTR_UUID,
		KC_ATTR_SHA1,
		KC_ATTR_SELF,
		KC_ATTR_CDAT,
		KC_ATTR_MDAT,
		KC_ATTR_MUSR,
		KC_ATTR_CLIP,
		KC_ATTR_KCID,
	};

	for (size_t i = 0; i < KC_COUNT_OF(names); i++)
		kc_attrs_remove(attrs, names[i]);
}

/* The attributes of a key and its prepared key. */
static kc_err read_key(struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id,
	struct kc_attrs *ret_attrs, struct kc_keychain_key *ret)
{
	KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	if (id & KC_TRANSIENT_BIT)
		return kc_keychain_transient_read(keychain, caller, id, ret_attrs, ret);
	KC_TRY(kc_keychain_keys_get(keychain, caller, id, 0, ret));
	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	KC_TRY(kc_keychain_txn_get(&txn, caller, id, false, &stored));
	kc_attrs_move(ret_attrs, &stored.item.attrs);
	return KC_OK;
}

/* Equal objects may exist, but not two rows with one primary key. */
static void set_discriminator(struct kc_attrs *attrs)
{
	uint8_t random[16];

	kc_random_fill(random, sizeof random);
	if (!kc_attrs_get(attrs, KC_ATTR_KCID))
		kc_attrs_set_bytes(attrs, KC_ATTR_KCID, KC_BYTES_OF(random));
}

static kc_err copy_value(const struct kc_keychain_key *key, struct kc_secret *ret)
{
	if (key->sk)
		return kc_secret_set(ret, kc_sk_value(key->sk));
	return kc_pk_store_private(key->pk, ret);
}

kc_err kc_keychain_key_copy(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_attrs *changes, bool transient, struct kc_found *ret)
{
	KC_CLEANUP_HALF struct kc_keychain_half half = KC_KEYCHAIN_HALF_INIT;
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};
	KC_CLEANUP_ATTRS struct kc_attrs allowed = KC_ATTRS_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs before = KC_ATTRS_INIT;

	KC_TRY(kc_attrs_check(changes));
	KC_TRY(read_key(keychain, caller, id, &half.attrs, &key));
	if (kc_attrs_get_number(&half.attrs, KC_ATTR_COPY, 1) == 0)
		return KC_ERR(NOT_ALLOWED);
	KC_TRY(kc_keychain_strict_changes(&half.attrs, changes, &allowed));
	leave_behind(&half.attrs);
	KC_TRY(kc_attrs_dup(&half.attrs, &before));
	kc_attrs_merge(&half.attrs, &allowed);
	KC_TRY(kc_keychain_strict_trust(caller, &before, &half.attrs, false));
	if (!caller->is_officer)
		kc_attrs_remove(&half.attrs, KC_ATTR_TRST);
	set_discriminator(&half.attrs);
	KC_TRY(kc_attrs_check(&half.attrs));
	KC_TRY(copy_value(&key, &half.secret));
	return place(keychain, caller, &key, &half, transient, ret);
}
