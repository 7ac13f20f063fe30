/* SPDX-License-Identifier: ISC */
/* Keys behind the door: what is stored of them, who may use them when, and what never comes out. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "crypto/pk.h"
#include "tests/backend/words.h"
#include "tests/check.h"
#include "tests/file.h"

#define MESSAGE kc_bytes_str("Attack at dawn")
#define KEY KC_CLASS_KEY

static const struct kc_sign_params ecdsa = {.scheme = KC_SIGN_ECDSA_DER, .hash = KC_HASH_SHA256};

struct pair {
	struct kc_found private, public;
};

static void pair_done(struct pair *pair)
{
	kc_found_done(&pair->private);
	kc_found_done(&pair->public);
}
#define CLEANUP_PAIR KC_CLEANUP(pair_done)
#define PAIR_INIT         \
	{                 \
		{0},      \
		{         \
			0 \
		}         \
	}

static kc_err generate_as(struct home *home, const struct kc_caller *caller, enum kc_key_type type,
	unsigned bits, const char *private, const char *public, struct pair *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs private_attrs = KC_ATTRS_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs public_attrs = KC_ATTRS_INIT;

	words_attrs(&private_attrs, private);
	words_attrs(&public_attrs, public);
	return kc_keychain_key_generate(home->keychain, caller, type, bits, &private_attrs,
		&public_attrs, true, &ret->private, &ret->public);
}

static kc_err generate(struct home *home, const char *attrs, struct pair *ret)
{
	return generate_as(home, &home_user, KC_KEY_EC, 256, attrs, attrs, ret);
}

static kc_err sign(struct home *home, uint64_t id)
{
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;

	return kc_keychain_key_sign(home->keychain, &home_user, id, &ecdsa, MESSAGE, &signature);
}

static kc_name name_of(const char *text)
{
	return kc_name_from(kc_bytes_str(text));
}

/* Checks numbers: "kcls=1 type=73". */
static void check_numbers(const struct kc_attrs *attrs, const char *wanted, const char *what)
{
	char text[512], said[64];
	char *state = NULL;

	snprintf(text, sizeof text, "%s", wanted);
	for (char *word = strtok_r(text, " ", &state); word; word = strtok_r(NULL, " ", &state)) {
		long number = strtol(word + 5, NULL, 10);

		word[4] = 0;
		snprintf(said, sizeof said, "%s: %s is %ld", what, word,
			(long)kc_attrs_get_number(attrs, name_of(word), -1));
		CHECK_MSG(kc_attrs_get_number(attrs, name_of(word), -1) == number, said);
	}
}

static void generated_keys_say_what_they_are(void)
{
	static const struct {
		const char *what;
		enum kc_key_type type;
		unsigned bits;
		const char *private, *public;
	} rows[] = {
		{"RSA", KC_KEY_RSA, 2048,
			"type=42 bsiz=2048 esiz=2048 decr=1 unwp=1 drve=0 encr=0 wrap=0",
			"type=42 bsiz=2048 esiz=2048 encr=1 wrap=1 drve=0"},
		{"P-256", KC_KEY_EC, 256, "type=73 bsiz=256 esiz=256 drve=1 decr=1 unwp=1 wrap=0",
			"type=73 bsiz=256 esiz=256 encr=1 decr=0 wrap=1 unwp=0"},
		{"P-521", KC_KEY_EC, 521, "type=73 bsiz=521 esiz=521", "type=73 bsiz=521"},
		{"Ed25519", KC_KEY_ED25519, 256, "type=105 bsiz=256 decr=0 drve=0 unwp=0",
			"type=105 bsiz=256 encr=0 wrap=0"},
		{"P-192", KC_KEY_EC, 192, "type=73 bsiz=192 esiz=192", "type=73 bsiz=192"},
		{"P-224", KC_KEY_EC, 224, "type=73 bsiz=224 esiz=224", "type=73 bsiz=224"},
		{"Ed448", KC_KEY_ED448, 456, "type=107 bsiz=456 decr=0 drve=0 unwp=0",
			"type=107 bsiz=456 encr=0 wrap=0"},
	};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CLEANUP_PAIR struct pair pair = PAIR_INIT;
		struct kc_attrs *private = &pair.private.attrs, *public = &pair.public.attrs;

		CHECK_OK_FATAL(generate_as(
			&home, &home_user, rows[i].type, rows[i].bits, "labl=mine", "", &pair));
		check_numbers(private, rows[i].private, rows[i].what);
		check_numbers(public, rows[i].public, rows[i].what);
		check_numbers(private,
			"kcls=1 sign=1 vrfy=0 perm=1 priv=1 modi=1 sens=1 asen=1 extr=0 next=1 "
			"locl=1",
			rows[i].what);
		check_numbers(public,
			"kcls=0 sign=0 vrfy=1 perm=1 priv=0 modi=1 sens=0 asen=0 extr=1 next=0 "
			"locl=1",
			rows[i].what);
		CHECK(strcmp(words_text(private, "pdmn"), "ak") == 0);
		CHECK(strcmp(words_text(public, "pdmn"), "dk") == 0);
		CHECK(strcmp(words_text(private, "labl"), "mine") == 0);
		CHECK(kc_attrs_get_bytes(private, name_of("klbl")).len == 20);
		CHECK(kc_bytes_equal(kc_attrs_get_bytes(private, name_of("klbl")),
			kc_attrs_get_bytes(public, name_of("klbl"))));
		CHECK(kc_bytes_equal(kc_attrs_get_bytes(private, name_of("klbl")),
			kc_attrs_get_bytes(private, name_of("ckid"))));
		CHECK(kc_bytes_equal(kc_attrs_get_bytes(private, name_of("spki")),
			kc_attrs_get_bytes(public, name_of("spki"))));
		CHECK(kc_attrs_get_bytes(private, name_of("spki")).len > 32);
	}
	CHECK(words_count(&home, KEY, "kcls=#1") == KC_COUNT_OF(rows));
	CHECK(words_count(&home, KEY, "kcls=#0") == KC_COUNT_OF(rows));
}

/* Keys that agree and do nothing else. */
static void agreement_keys_say_what_they_are(void)
{
	static const struct {
		const char *what;
		enum kc_key_type type;
		unsigned bits;
		const char *both;
	} rows[] = {
		{"X25519", KC_KEY_X25519, 0, "type=106 bsiz=256 esiz=256"},
		{"X448", KC_KEY_X448, 448, "type=108 bsiz=448 esiz=448"},
	};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CLEANUP_PAIR struct pair pair = PAIR_INIT;

		CHECK_OK_FATAL(
			generate_as(&home, &home_user, rows[i].type, rows[i].bits, "", "", &pair));
		check_numbers(&pair.private.attrs, rows[i].both, rows[i].what);
		check_numbers(&pair.public.attrs, rows[i].both, rows[i].what);
		check_numbers(&pair.private.attrs,
			"kcls=1 drve=1 sign=0 decr=0 unwp=0 encr=0 sens=1 extr=0", rows[i].what);
		check_numbers(&pair.public.attrs, "kcls=0 drve=0 vrfy=0 encr=0 wrap=0 extr=1",
			rows[i].what);
		CHECK_ERR(sign(&home, pair.private.id), KC_E_KEY_USE);
	}
}

static void callers_may_say_otherwise(void)
{
	CLEANUP_PAIR struct pair pair = PAIR_INIT, bound = PAIR_INIT, refused = PAIR_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(generate_as(&home, &home_user, KC_KEY_EC, 256,
		"extr=#1 sens=#0 ckid=%0102 type=#42 bsiz=#9 klbl=%00 asen=#1 next=#1", "vrfy=#0",
		&pair));
	check_numbers(&pair.private.attrs, "extr=1 sens=0 asen=0 next=0 type=73 bsiz=256", "own");
	check_numbers(&pair.public.attrs, "vrfy=0", "own");
	CHECK(kc_attrs_get_bytes(&pair.private.attrs, name_of("ckid")).len == 2);
	CHECK(kc_attrs_get_bytes(&pair.private.attrs, name_of("klbl")).len == 20);

	CHECK_OK_FATAL(generate_as(&home, &home_user, KC_KEY_EC, 256, "pdmn=aku", "", &bound));
	CHECK(strcmp(words_text(&bound.public.attrs, "pdmn"), "dku") == 0);

	CHECK_ERR(generate_as(&home, &home_user, KC_KEY_EC, 257, "", "", &refused), KC_E_KEY_SIZE);
	CHECK_ERR(
		generate_as(&home, &home_user, KC_KEY_RSA, 2040, "", "", &refused), KC_E_KEY_SIZE);
	CHECK_ERR(generate_as(&home, &home_user, (enum kc_key_type)7, 256, "", "", &refused),
		KC_E_KEY_TYPE);
	CHECK_ERR(generate_as(&home, &home_user, KC_KEY_EC, 256, "svce=x", "", &refused),
		KC_E_NO_SUCH_ATTR);
	/* The public half is refused: the private one is not left alone. */
	CHECK_ERR(generate_as(&home, &home_user, KC_KEY_EC, 256, "labl=half", "svce=x", &refused),
		KC_E_NO_SUCH_ATTR);
	CHECK(words_count(&home, KEY, "labl=half") == 0);
	CHECK(words_count(&home, KEY, "") == 4);
}

static void signatures_verify_with_the_public_key(void)
{
	static const struct {
		enum kc_key_type type;
		unsigned bits;
		struct kc_sign_params params;
	} rows[] = {
		{KC_KEY_RSA, 2048,
			{.scheme = KC_SIGN_RSA_PSS,
				.hash = KC_HASH_SHA256,
				.mgf_hash = KC_HASH_SHA256,
				.salt_len = 32}},
		{KC_KEY_EC, 384, {.scheme = KC_SIGN_ECDSA_RAW, .hash = KC_HASH_SHA384}},
		{KC_KEY_ED25519, 0, {.scheme = KC_SIGN_EDDSA}},
	};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
		CLEANUP_PAIR struct pair pair = PAIR_INIT;
		struct kc_bytes spki;

		CHECK_OK_FATAL(
			generate_as(&home, &home_user, rows[i].type, rows[i].bits, "", "", &pair));
		spki = kc_attrs_get_bytes(&pair.public.attrs, name_of("spki"));
		for (int again = 0; again < 3; again++) {
			kc_buf_reset(&signature);
			CHECK_OK(kc_keychain_key_sign(home.keychain, &home_user, pair.private.id,
				&rows[i].params, MESSAGE, &signature));
			CHECK_OK(kc_keychain_key_verify(home.keychain, spki, &rows[i].params,
				MESSAGE, kc_buf_bytes(&signature)));
		}
		CHECK_ERR(kc_keychain_key_verify(home.keychain, spki, &rows[i].params,
				  kc_bytes_str("Attack at dusk"), kc_buf_bytes(&signature)),
			KC_E_VERIFY);
		CHECK_ERR(sign(&home, pair.public.id), KC_E_KEY_TYPE);
		CHECK_ERR(sign(&home, 999999), KC_E_NOT_FOUND);
	}
}

/* --- decryption and agreement -------------------------------------------------------------------
 */

static const struct kc_cipher_params oaep = {
	.scheme = KC_CIPHER_RSA_OAEP, .hash = KC_HASH_SHA256, .mgf_hash = KC_HASH_SHA256};

/* A block for the pair, by its public half. */
static void encrypt_for(const struct pair *pair, struct kc_buf *ret)
{
	KC_CLEANUP_PK struct kc_pk *pk = NULL;

	CHECK_OK_FATAL(
		kc_pk_load_spki(kc_attrs_get_bytes(&pair->public.attrs, name_of("spki")), &pk));
	CHECK_OK_FATAL(kc_pk_encrypt(pk, &oaep, MESSAGE, ret));
}

static kc_err decrypt_as(
	struct home *home, const struct kc_caller *caller, uint64_t id, const struct kc_buf *block)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	kc_err err = kc_keychain_key_decrypt(
		home->keychain, caller, id, &oaep, kc_buf_bytes(block), &message);

	CHECK((err == KC_OK) == kc_bytes_equal(kc_buf_bytes(&message), MESSAGE));
	return err;
}

static void blocks_are_decrypted(void)
{
	KC_CLEANUP_BUF struct kc_buf block = KC_BUF_INIT;
	CLEANUP_PAIR struct pair pair = PAIR_INIT, ec = PAIR_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;
	uint64_t id;

	home_init(&home);
	CHECK_OK_FATAL(generate_as(&home, &home_user, KC_KEY_RSA, 2048, "labl=a", "", &pair));
	CHECK_OK_FATAL(generate(&home, "", &ec));
	id = pair.private.id;
	encrypt_for(&pair, &block);
	CHECK_OK(decrypt_as(&home, &home_user, id, &block));
	CHECK_OK(decrypt_as(&home, &home_user, id, &block)); /* from the cache */
	CHECK_ERR(decrypt_as(&home, &home_sandbox, id, &block), KC_E_NOT_FOUND);
	CHECK_ERR(decrypt_as(&home, &home_user, pair.public.id, &block), KC_E_KEY_TYPE);
	CHECK_ERR(decrypt_as(&home, &home_user, ec.private.id, &block), KC_E_MECHANISM);
	CHECK_ERR(decrypt_as(&home, &home_user, 999999, &block), KC_E_NOT_FOUND);
	block.data[9] ^= 1;
	CHECK_ERR(decrypt_as(&home, &home_user, id, &block), KC_E_DECRYPT);
	block.data[9] ^= 1;
	kc_buf_truncate(&block, 255);
	CHECK_ERR(decrypt_as(&home, &home_user, id, &block), KC_E_DATA_LEN);
	kc_buf_reset(&block);
	encrypt_for(&pair, &block);
	kc_keychain_lock(home.keychain);
	CHECK_ERR(decrypt_as(&home, &home_user, id, &block), KC_E_LOCKED);
	home_unlock(&home);
	CHECK_OK(decrypt_as(&home, &home_user, id, &block));
	CHECK_OK(words_delete(&home, KEY, "kcls=#1 labl=a"));
	CHECK_ERR(decrypt_as(&home, &home_user, id, &block), KC_E_NOT_FOUND);
}

/* Each use has its marks, whatever the key was used for before; what says nothing may be used. */
static void marks_are_honoured(void)
{
	static const struct {
		const char *marks;
		kc_err sign, decrypt;
	} rows[] = {
		{"sign=#1 decr=#1 unwp=#1", KC_OK, KC_OK},
		{"sign=#0 decr=#1 unwp=#0", KC_E_KEY_USE, KC_OK},
		{"sign=#1 decr=#0 unwp=#0", KC_OK, KC_E_KEY_USE},
		{"sign=#0 decr=#0 unwp=#1", KC_E_KEY_USE, KC_OK},
		{"sign=#1 decr=#1 unwp=#1", KC_OK, KC_OK},
	};
	static const struct kc_sign_params pkcs1 = {
		.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_SHA256};
	KC_CLEANUP_BUF struct kc_buf block = KC_BUF_INIT;
	CLEANUP_PAIR struct pair pair = PAIR_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(generate_as(&home, &home_user, KC_KEY_RSA, 2048, "labl=a", "", &pair));
	encrypt_for(&pair, &block);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CHECK_OK(words_update(&home, KEY, "kcls=#1 labl=a", rows[i].marks, NULL));
		for (int again = 0; again < 2; again++) {
			KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;

			CHECK_ERR(kc_keychain_key_sign(home.keychain, &home_user, pair.private.id,
					  &pkcs1, MESSAGE, &signature),
				rows[i].sign);
			CHECK_ERR(decrypt_as(&home, &home_user, pair.private.id, &block),
				rows[i].decrypt);
		}
	}
}

static kc_err agree(
	struct home *home, uint64_t id, const struct kc_buf *peer, struct kc_secret *ret)
{
	return kc_keychain_key_agree(home->keychain, &home_user, id, kc_buf_bytes(peer), ret);
}

static void pairs_agree(void)
{
	static const struct {
		enum kc_key_type type;
		unsigned bits;
		size_t len;
	} rows[] = {{KC_KEY_EC, 256, 32}, {KC_KEY_EC, 521, 66}, {KC_KEY_X25519, 256, 32}};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_SECRET struct kc_secret inside = KC_SECRET_INIT,
						   outside = KC_SECRET_INIT;
		KC_CLEANUP_BUF struct kc_buf peer = KC_BUF_INIT, mine = KC_BUF_INIT;
		KC_CLEANUP_PK struct kc_pk *theirs = NULL, *public = NULL;
		CLEANUP_PAIR struct pair pair = PAIR_INIT;

		CHECK_OK_FATAL(generate_as(
			&home, &home_user, rows[i].type, rows[i].bits, "labl=x", "", &pair));
		CHECK_OK_FATAL(kc_pk_generate(rows[i].type, rows[i].bits, &theirs));
		CHECK_OK(kc_pk_store_public(theirs, &peer));
		CHECK_OK_FATAL(kc_pk_load_spki(
			kc_attrs_get_bytes(&pair.private.attrs, name_of("spki")), &public));
		CHECK_OK(kc_pk_store_public(public, &mine));
		CHECK_OK(agree(&home, pair.private.id, &peer, &inside));
		CHECK_OK(kc_pk_agree(theirs, kc_buf_bytes(&mine), &outside));
		CHECK(inside.len == rows[i].len);
		CHECK(kc_bytes_equal(kc_secret_bytes(&inside), kc_secret_bytes(&outside)));
		CHECK_ERR(agree(&home, pair.public.id, &peer, &inside), KC_E_KEY_TYPE);
		CHECK_OK(words_update(&home, KEY, "kcls=#1 labl=x", "drve=#0", NULL));
		CHECK_ERR(agree(&home, pair.private.id, &peer, &inside), KC_E_KEY_USE);
		CHECK_OK(words_update(&home, KEY, "kcls=#1 labl=x", "drve=#1", NULL));
		kc_buf_push_byte(&peer, 0);
		CHECK_ERR(agree(&home, pair.private.id, &peer, &inside), KC_E_DECODE);
		kc_keychain_lock(home.keychain);
		CHECK_ERR(agree(&home, pair.private.id, &peer, &inside), KC_E_LOCKED);
		home_unlock(&home);
		CHECK_OK(words_delete(&home, KEY, "kcls=#1 labl=x"));
	}
}

/* --- what comes out -----------------------------------------------------------------------------
 */

static bool comes_out_as(struct home *home, const char *words, uint32_t want)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	bool out = false;

	words_query(KEY, words, &query);
	query.want = want;
	CHECK_OK_FATAL(kc_keychain_item_find(home->keychain, &home_user, &query, &found));
	for (size_t i = 0; i < found.count; i++)
		out = out || found.rows[i].has_secret || found.rows[i].secret.len > 0;
	return out;
}

/* Whatever is asked for besides. */
static bool comes_out(struct home *home, const char *words)
{
	bool alone = comes_out_as(home, words, KC_WANT_SECRET);
	bool with_all = comes_out_as(home, words, KC_WANT_SECRET | KC_WANT_ATTRS | KC_WANT_HIDDEN);

	CHECK(alone == with_all);
	return alone || with_all;
}

static void private_values_stay_inside(void)
{
	CLEANUP_PAIR struct pair kept = PAIR_INIT, open = PAIR_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(generate_as(&home, &home_user, KC_KEY_EC, 256, "labl=kept", "", &kept));
	CHECK_OK_FATAL(
		generate_as(&home, &home_user, KC_KEY_EC, 256, "labl=open extr=#1", "", &open));
	CHECK(!comes_out(&home, "kcls=#1 labl=kept"));
	CHECK(comes_out(&home, "kcls=#1 labl=open")); /* the positive control */
	CHECK(comes_out(&home, "kcls=#0"));
	CHECK(!kept.private.has_secret && kept.private.secret.len == 0);
	CHECK_OK(sign(&home, kept.private.id));
	home_close(&home);
	home_open(&home);
	home_unlock(&home);
	CHECK(!comes_out(&home, "kcls=#1 labl=kept"));
	CHECK(comes_out(&home, "kcls=#1 labl=open"));
	CHECK_OK(sign(&home, kept.private.id));
}

/* --- who may sign, and when ---------------------------------------------------------------------
 */

static void lock_ends_signing(void)
{
	CLEANUP_PAIR struct pair pair = PAIR_INIT, after_first = PAIR_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(generate(&home, "labl=a", &pair));
	CHECK_OK_FATAL(generate_as(&home, &home_user, KC_KEY_EC, 256, "pdmn=ck", "", &after_first));
	CHECK_OK(sign(&home, pair.private.id));
	CHECK_OK(sign(&home, after_first.private.id));
	kc_keychain_lock(home.keychain);
	CHECK_ERR(sign(&home, pair.private.id), KC_E_LOCKED);
	CHECK_OK(sign(&home, after_first.private.id));
	CHECK_OK(words_find(&home, KEY, "kcls=#0 labl=a", &found)); /* readable while locked */
	home_unlock(&home);
	CHECK_OK(sign(&home, pair.private.id));
	home_close(&home);
	home_open(&home);
	CHECK_ERR(sign(&home, pair.private.id), KC_E_LOCKED);
	CHECK_ERR(sign(&home, after_first.private.id), KC_E_LOCKED);
	home_unlock(&home);
	CHECK_OK(sign(&home, pair.private.id));
}

static void changes_are_seen_at_once(void)
{
	CLEANUP_PAIR struct pair pair = PAIR_INIT, other = PAIR_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(generate(&home, "labl=a", &pair));
	CHECK_OK_FATAL(generate(&home, "labl=b", &other));
	CHECK_OK(sign(&home, pair.private.id));
	CHECK_OK(words_add(&home, KC_CLASS_GENERIC, "svce=x acct=y", "z"));
	CHECK_OK(sign(&home, pair.private.id));
	CHECK_OK(words_update(&home, KEY, "kcls=#1 labl=a", "sign=#0", NULL));
	CHECK_ERR(sign(&home, pair.private.id), KC_E_KEY_USE);
	CHECK_OK(words_update(&home, KEY, "kcls=#1 labl=a", "sign=#1", NULL));
	CHECK_OK(sign(&home, pair.private.id));
	CHECK_OK(words_delete(&home, KEY, "kcls=#1 labl=a"));
	CHECK_ERR(sign(&home, pair.private.id), KC_E_NOT_FOUND);
	CHECK_OK(sign(&home, other.private.id));
}

/* A key that somebody else has just used is in the cache, and still not everybody's. */
static void others_may_not_sign(void)
{
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	CLEANUP_PAIR struct pair mine = PAIR_INIT, theirs = PAIR_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(generate(&home, "", &mine));
	CHECK_OK_FATAL(generate_as(&home, &home_sandbox, KC_KEY_EC, 256, "", "", &theirs));
	CHECK_OK(sign(&home, mine.private.id));
	CHECK_ERR(kc_keychain_key_sign(home.keychain, &home_sandbox, mine.private.id, &ecdsa,
			  MESSAGE, &signature),
		KC_E_NOT_FOUND);
	CHECK(signature.len == 0);
	CHECK_OK(kc_keychain_key_sign(
		home.keychain, &home_sandbox, theirs.private.id, &ecdsa, MESSAGE, &signature));
}

/* A key that was used before its group or its value was changed. */
static void changed_keys_are_prepared_again(void)
{
	static const struct kc_sign_params eddsa = {.scheme = KC_SIGN_EDDSA};
	KC_CLEANUP_BUF struct kc_buf before = KC_BUF_INIT, same = KC_BUF_INIT, after = KC_BUF_INIT;
	KC_CLEANUP_FOUND struct kc_found key = {0};
	CLEANUP_HOME struct home home = HOME_INIT;
	struct kc_keychain *keychain;

	home_init(&home);
	keychain = home.keychain;
	CHECK_OK_FATAL(words_add_as(&home, &home_sandbox, KEY, "kcls=#1 type=#105 labl=seed",
		"one seed of exactly 32 bytes....", &key));
	CHECK_OK(kc_keychain_key_sign(keychain, &home_sandbox, key.id, &eddsa, MESSAGE, &before));
	CHECK_OK(kc_keychain_key_sign(keychain, &home_user, key.id, &eddsa, MESSAGE, &same));
	CHECK(kc_bytes_equal(kc_buf_bytes(&before), kc_buf_bytes(&same)));

	CHECK_OK(words_update(&home, KEY, "labl=seed", "agrp=user", NULL));
	CHECK_OK(kc_keychain_key_sign(keychain, &home_user, key.id, &eddsa, MESSAGE, &same));
	CHECK_ERR(kc_keychain_key_sign(keychain, &home_sandbox, key.id, &eddsa, MESSAGE, &same),
		KC_E_NOT_FOUND);

	CHECK_OK(words_update(
		&home, KEY, "labl=seed", "crtr=#1", "two seed of exactly 32 bytes...."));
	CHECK_OK(kc_keychain_key_sign(keychain, &home_user, key.id, &eddsa, MESSAGE, &after));
	CHECK(after.len == before.len);
	CHECK(!kc_bytes_equal(kc_buf_bytes(&before), kc_buf_bytes(&after)));
}

static void more_keys_than_the_cache_holds(void)
{
	uint64_t ids[80];
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(ids); i++) {
		CLEANUP_PAIR struct pair pair = PAIR_INIT;

		CHECK_OK_FATAL(generate(&home, "", &pair));
		ids[i] = pair.private.id;
	}
	for (size_t round = 0; round < 3; round++)
		for (size_t i = 0; i < KC_COUNT_OF(ids); i++)
			CHECK_OK(sign(&home, ids[i]));
}

/* --- files --------------------------------------------------------------------------------------
 */

static kc_err import(struct home *home, const char *name, const char *passphrase, const char *attrs,
	struct kc_found_list *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;
	char path[128];

	snprintf(path, sizeof path, "import/%s", name);
	CHECK_FATAL(file_read_data(path, &file));
	words_attrs(&given, attrs);
	return kc_keychain_import(home->keychain, &home_user, kc_buf_bytes(&file),
		kc_bytes_str(passphrase), &given, ret);
}

static void identities_are_imported_whole(void)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list added = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list keys = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list certificates = KC_FOUND_LIST_INIT;
	static const struct kc_sign_params rsa = {
		.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_SHA256};
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_ERR(import(&home, "rc2.p12", "wrong", "", &added), KC_E_AUTH);
	CHECK(words_count(&home, 0, "") == 0);
	CHECK_OK_FATAL(import(&home, "rc2.p12", "correct horse", "", &added));
	CHECK(added.count == 4); /* two certificates, two halves */
	CHECK_OK_FATAL(words_find(&home, KEY, "kcls=#1", &keys));
	CHECK_OK_FATAL(words_find(&home, KC_CLASS_CERTIFICATE, "labl=Roots", &certificates));
	kc_found_list_done(&certificates);
	CHECK_FATAL(keys.count == 1);
	CHECK(strcmp(words_text(&keys.rows[0].attrs, "labl"), "Alice's identity") == 0);
	check_numbers(&keys.rows[0].attrs, "extr=0 sens=1 asen=0 next=0 locl=0 sign=1", "imported");
	CHECK_OK(kc_keychain_key_sign(
		home.keychain, &home_user, keys.rows[0].id, &rsa, MESSAGE, &signature));
	CHECK(!comes_out(&home, "kcls=#1"));

	/* The certificate of the key is found by the key's label, also while locked. */
	kc_keychain_lock(home.keychain);
	CHECK_OK_FATAL(words_find(&home, KC_CLASS_CERTIFICATE, "", &certificates));
	CHECK(certificates.count == 2);
	size_t joined = 0;
	for (size_t i = 0; i < certificates.count; i++)
		if (kc_bytes_equal(kc_attrs_get_bytes(&certificates.rows[i].attrs, name_of("pkhh")),
			    kc_attrs_get_bytes(&keys.rows[0].attrs, name_of("klbl")))) {
			joined++;
			CHECK(certificates.rows[i].has_secret);
			CHECK(strcmp(words_text(&certificates.rows[i].attrs, "labl"),
				      "Alice's identity") == 0);
		}
	CHECK(joined == 1);
}

static void importing_twice_adds_what_is_new(void)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list added = KC_FOUND_LIST_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(import(&home, "ca.cert.pem", NULL, "", &added));
	CHECK(added.count == 1);
	CHECK_OK_FATAL(import(&home, "chain.pem", NULL, "labl=Alice", &added));
	CHECK(added.count == 3);
	CHECK_ERR(import(&home, "chain.pem", NULL, "", &added), KC_E_DUPLICATE);
	CHECK_ERR(import(&home, "modern.p12", "correct horse", "", &added), KC_E_DUPLICATE);
	CHECK(words_count(&home, 0, "") == 4);
	CHECK(words_count(&home, 0, "labl=Alice") == 3);
	CHECK(words_count(&home, KC_CLASS_CERTIFICATE, "labl=Roots") == 1);
}

static void keys_are_called_like_their_certificate(void)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list added = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list keys = KC_FOUND_LIST_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(import(&home, "chain.pem", NULL, "", &added));
	CHECK_OK_FATAL(words_find(&home, KEY, "", &keys));
	CHECK(keys.count == 2);
	for (size_t i = 0; i < keys.count; i++)
		CHECK(strcmp(words_text(&keys.rows[i].attrs, "labl"), "Alice Example") == 0);
}

static void import_takes_what_suits(void)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list added = KC_FOUND_LIST_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(
		import(&home, "chain.pem", NULL, "labl=A extr=#1 pdmn=aku atag=tag", &added));
	CHECK(comes_out(&home, "kcls=#1"));
	CHECK(words_count(&home, KEY, "pdmn=aku kcls=#1 atag=tag") == 1);
	CHECK(words_count(&home, KEY, "pdmn=dku kcls=#0 atag=tag") == 1);
	CHECK(words_count(&home, KC_CLASS_CERTIFICATE, "pdmn=dku labl=A") == 2);
	CHECK_ERR(import(&home, "p256.pk8.pem", NULL, "nope=x", &added), KC_E_NO_SUCH_ATTR);
	CHECK_ERR(
		import(&home, "openssh.encrypted", "correct horse", "", &added), KC_E_UNSUPPORTED);
	CHECK_ERR(import(&home, "rsa512.pk8.pem", NULL, "", &added), KC_E_KEY_SIZE);
	CHECK_ERR(import(&home, "make.sh", NULL, "", &added), KC_E_DECODE);
	CHECK_OK(import(&home, "x25519.pk8.pem", NULL, "labl=X", &added));
	CHECK(words_count(&home, KEY, "labl=X type=#106 bsiz=#256 sign=#0") == 2);
	CHECK_OK(import(&home, "openssh.ed25519-256", NULL, "", &added));
	CHECK(words_count(&home, KEY, "labl=alice@example.org") == 2);
	kc_keychain_lock(home.keychain);
	CHECK_ERR(import(&home, "p256.pk8.pem", NULL, "", &added), KC_E_LOCKED);
	CHECK(words_count(&home, KEY, "bsiz=#256 type=#73") == 0);
	CHECK_OK(import(&home, "dns.cert.pem", NULL, "", &added));
}

/* --- many threads -------------------------------------------------------------------------------
 */

#define SIGNERS 3
#define ROUNDS 15

struct crowd {
	struct home *home;
	uint64_t id;
	struct kc_bytes spki;
	atomic_uint good, other;
	atomic_bool ended; /* what disturbs them */
};

static void *sign_again_and_again(void *data)
{
	struct crowd *crowd = data;
	bool last = false;

	/* Until it is left alone, and once more. */
	while (!last) {
		KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
		kc_err err;

		last = crowd->ended;
		err = kc_keychain_key_sign(
			crowd->home->keychain, &home_user, crowd->id, &ecdsa, MESSAGE, &signature);
		if (err == KC_OK && kc_keychain_key_verify(crowd->home->keychain, crowd->spki,
					    &ecdsa, MESSAGE, kc_buf_bytes(&signature)) == KC_OK)
			crowd->good++;
		else if (err != KC_E_LOCKED)
			crowd->other++;
		else
			sched_yield();
	}
	return NULL;
}

static void *disturb(void *data)
{
	struct crowd *crowd = data;
	struct kc_bytes password = kc_bytes_str("password");

	for (int i = 0; i < ROUNDS; i++) {
		CLEANUP_PAIR struct pair pair = PAIR_INIT;
		KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
		kc_err err = generate(crowd->home, "labl=passing", &pair);

		if (err == KC_OK)
			err = kc_keychain_key_sign(crowd->home->keychain, &home_user,
				pair.private.id, &ecdsa, MESSAGE, &signature);
		if (err == KC_OK)
			err = words_delete(crowd->home, KEY, "labl=passing");
		if (err != KC_OK)
			crowd->other++;
		kc_keychain_lock(crowd->home->keychain);
		if (kc_keychain_unlock(crowd->home->keychain, password) != KC_OK)
			crowd->other++;
	}
	crowd->ended = true;
	return NULL;
}

static void threads_sign_while_others_change(void)
{
	pthread_t signers[SIGNERS], disturber;
	CLEANUP_PAIR struct pair pair = PAIR_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;
	struct crowd crowd = {.home = &home};

	home_init(&home);
	CHECK_OK_FATAL(generate(&home, "labl=lasting", &pair));
	crowd.id = pair.private.id;
	crowd.spki = kc_attrs_get_bytes(&pair.public.attrs, name_of("spki"));
	CHECK_FATAL(pthread_create(&disturber, NULL, disturb, &crowd) == 0);
	for (size_t i = 0; i < SIGNERS; i++)
		CHECK_FATAL(pthread_create(&signers[i], NULL, sign_again_and_again, &crowd) == 0);
	for (size_t i = 0; i < SIGNERS; i++)
		pthread_join(signers[i], NULL);
	pthread_join(disturber, NULL);
	CHECK(crowd.other == 0);
	CHECK(crowd.good >= SIGNERS);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(generated_keys_say_what_they_are),
		CHECK_TEST(agreement_keys_say_what_they_are),
		CHECK_TEST(callers_may_say_otherwise),
		CHECK_TEST(signatures_verify_with_the_public_key),
		CHECK_TEST(blocks_are_decrypted),
		CHECK_TEST(marks_are_honoured),
		CHECK_TEST(pairs_agree),
		CHECK_TEST(private_values_stay_inside),
		CHECK_TEST(lock_ends_signing),
		CHECK_TEST(changes_are_seen_at_once),
		CHECK_TEST(others_may_not_sign),
		CHECK_TEST(changed_keys_are_prepared_again),
		CHECK_TEST(more_keys_than_the_cache_holds),
		CHECK_TEST(identities_are_imported_whole),
		CHECK_TEST(importing_twice_adds_what_is_new),
		CHECK_TEST(keys_are_called_like_their_certificate),
		CHECK_TEST(import_takes_what_suits),
		CHECK_TEST(threads_sign_while_others_change),
	};
	return check_main("keys", tests, KC_COUNT_OF(tests));
}
