/* SPDX-License-Identifier: ISC */
/* Ciphers and codes in parts: the same as in one, one call at a time, bounded, gone with a lock. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "backend/keychain_owned.h"
#include "tests/backend/own.h"
#include "tests/check.h"

#define NONE kc_bytes(NULL, 0)

static const struct kc_cipher_params cbc_pad = {
	.scheme = KC_CIPHER_CBC_PAD, .iv = {(const uint8_t *)"sixteen bytes iv", 16}};
static const struct kc_cipher_params gcm = {
	.scheme = KC_CIPHER_GCM, .iv = {(const uint8_t *)"twelve bytes", 12}, .tag_len = 16};

static kc_err cipher(struct home *home, const struct kc_caller *caller, uint64_t id, bool decrypts,
	const struct kc_cipher_params *params, struct kc_bytes input, size_t part,
	struct kc_buf *ret)
{
	uint64_t operation;

	KC_TRY(kc_keychain_cipher_begin(home->keychain, caller, id, decrypts, params, &operation));
	for (; input.len > part; input = kc_bytes(input.data + part, input.len - part))
		KC_TRY(kc_keychain_operation_part(
			home->keychain, caller, operation, kc_bytes(input.data, part), ret));
	return kc_keychain_operation_end(home->keychain, caller, operation, input, NONE, ret);
}

static size_t count_of(struct home *home)
{
	return kc_keychain_owned_count(home->keychain, KC_OWNED_OPERATION);
}

static void parts_are_as_the_whole(void)
{
	static const struct kc_cipher_params *const ways[] = {&cbc_pad, &gcm};
	static const size_t parts[] = {1, 7, 16, 17, 100};
	KC_CLEANUP_FOUND struct kc_found key = {0};
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(own_generate(&home, KC_SECRET_AES, 128, "", &key));
	memset(kc_buf_extend(&message, 77), 'm', 77);
	for (size_t i = 0; i < KC_COUNT_OF(ways) * KC_COUNT_OF(parts); i++) {
		const struct kc_cipher_params *way = ways[i % 2];
		size_t part = parts[i / 2];
		KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT, sealed = KC_BUF_INIT;
		KC_CLEANUP_BUF struct kc_buf opened = KC_BUF_INIT;

		CHECK_OK(kc_keychain_secret_encrypt(
			home.keychain, &home_user, key.id, way, kc_buf_bytes(&message), &whole));
		CHECK_OK(cipher(&home, &home_user, key.id, false, way, kc_buf_bytes(&message), part,
			&sealed));
		CHECK(kc_bytes_equal(kc_buf_bytes(&whole), kc_buf_bytes(&sealed)));
		CHECK_OK(cipher(&home, &home_user, key.id, true, way, kc_buf_bytes(&sealed), part,
			&opened));
		CHECK(kc_bytes_equal(kc_buf_bytes(&message), kc_buf_bytes(&opened)));
		sealed.data[sealed.len - 1] ^= 1;
		kc_buf_reset(&opened);
		CHECK_ERR(cipher(&home, &home_user, key.id, true, way, kc_buf_bytes(&sealed), part,
				  &opened),
			KC_E_DECRYPT);
		CHECK(way == &cbc_pad || opened.len == 0);
	}
	CHECK(count_of(&home) == 0);
}

static void codes_in_parts(void)
{
	KC_CLEANUP_FOUND struct kc_found key = {0};
	KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT, code = KC_BUF_INIT, none = KC_BUF_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;
	struct kc_keychain *keychain;
	uint64_t one, two;

	home_init(&home);
	keychain = home.keychain;
	CHECK_OK_FATAL(own_create(&home, "kcls=#2", "secret", true, &key));
	CHECK_OK(kc_keychain_key_sign(
		keychain, &home_user, key.id, &own_hmac, kc_bytes_str("Attack at dawn"), &whole));
	CHECK_OK_FATAL(kc_keychain_mac_begin(keychain, &home_user, key.id, false, &own_hmac, &one));
	CHECK_OK(kc_keychain_operation_part(
		keychain, &home_user, one, kc_bytes_str("Attack "), &none));
	CHECK_OK(kc_keychain_operation_fork(keychain, &home_user, one, &two));
	CHECK_OK(kc_keychain_operation_end(
		keychain, &home_user, one, kc_bytes_str("at dawn"), NONE, &code));
	CHECK(none.len == 0 && kc_bytes_equal(kc_buf_bytes(&code), kc_buf_bytes(&whole)));
	kc_buf_reset(&code);
	CHECK_OK(kc_keychain_operation_end(
		keychain, &home_user, two, kc_bytes_str("at dusk"), NONE, &code));
	CHECK(!kc_bytes_equal(kc_buf_bytes(&code), kc_buf_bytes(&whole)));

	/* To be verified, with the last part or behind it. */
	for (int wrong = 0; wrong < 2; wrong++) {
		CHECK_OK_FATAL(
			kc_keychain_mac_begin(keychain, &home_user, key.id, true, &own_hmac, &one));
		CHECK_OK(kc_keychain_operation_part(
			keychain, &home_user, one, kc_bytes_str("Attack at "), &none));
		CHECK_ERR(
			kc_keychain_operation_end(keychain, &home_user, one,
				kc_bytes_str(wrong ? "dusk" : "dawn"), kc_buf_bytes(&whole), &none),
			wrong ? KC_E_VERIFY : KC_OK);
	}
	/* A code for an operation that makes one, and none for one that verifies. */
	CHECK_OK_FATAL(kc_keychain_mac_begin(keychain, &home_user, key.id, false, &own_hmac, &one));
	CHECK_ERR(kc_keychain_operation_end(
			  keychain, &home_user, one, NONE, kc_buf_bytes(&whole), &none),
		KC_E_PARAM);
	CHECK_OK_FATAL(kc_keychain_mac_begin(keychain, &home_user, key.id, true, &own_hmac, &one));
	CHECK_ERR(kc_keychain_operation_end(keychain, &home_user, one, NONE, NONE, &none),
		KC_E_DATA_LEN);
	CHECK(none.len == 0 && count_of(&home) == 0);
}

static void they_are_of_one_program(void)
{
	struct kc_caller other = home_user;
	KC_CLEANUP_FOUND struct kc_found key = {0};
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;
	uint64_t id, twin;

	other.program = 5;
	home_init(&home);
	CHECK_OK_FATAL(own_create(&home, "kcls=#2 labl=k", "secret", false, &key));
	CHECK_OK_FATAL(
		kc_keychain_mac_begin(home.keychain, &home_user, key.id, false, &own_hmac, &id));
	CHECK_ERR(
		kc_keychain_operation_part(home.keychain, &other, id, NONE, &out), KC_E_NOT_FOUND);
	CHECK_ERR(kc_keychain_operation_end(home.keychain, &other, id, NONE, NONE, &out),
		KC_E_NOT_FOUND);
	CHECK_ERR(kc_keychain_operation_rest(home.keychain, &other, id, &out), KC_E_NOT_FOUND);
	CHECK_ERR(kc_keychain_operation_fork(home.keychain, &other, id, &twin), KC_E_NOT_FOUND);
	kc_keychain_operation_drop(home.keychain, &other, id);
	/* An operation is no key, and a key no operation. */
	CHECK_ERR(kc_keychain_key_forget(home.keychain, &home_user, id), KC_E_NOT_FOUND);
	CHECK_ERR(kc_keychain_operation_part(home.keychain, &home_user, key.id, NONE, &out),
		KC_E_NOT_FOUND);
	/* There is no rest before the end. */
	CHECK_OK(kc_keychain_operation_part(home.keychain, &home_user, id, NONE, &out));
	kc_keychain_program_gone(home.keychain, other.program);
	CHECK_OK(kc_keychain_operation_part(home.keychain, &home_user, id, NONE, &out));
	kc_keychain_program_gone(home.keychain, home_user.program);
	CHECK_ERR(kc_keychain_operation_part(home.keychain, &home_user, id, NONE, &out),
		KC_E_NOT_FOUND);
	CHECK(count_of(&home) == 0);
}

/* What goes with a lock, and what stays: as the key can still be used. A deleted key's operation
 * goes on. */
static void a_lock_ends_them(void)
{
	static const struct {
		const char *attrs;
		bool transient, stays;
	} rows[] = {
		{"kcls=#2 labl=a", false, false},
		{"kcls=#2 labl=b pdmn=ck", false, true},
		{"kcls=#2 labl=c pdmn=dku", false, true},
		{"kcls=#2", true, false},
		{"kcls=#2 priv=#0", true, true},
	};
	CLEANUP_HOME struct home home = HOME_INIT;
	uint64_t ids[KC_COUNT_OF(rows)];

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_FOUND struct kc_found key = {0};

		CHECK_OK_FATAL(own_create(&home, rows[i].attrs, "value", rows[i].transient, &key));
		CHECK_OK_FATAL(kc_keychain_mac_begin(
			home.keychain, &home_user, key.id, false, &own_hmac, &ids[i]));
	}
	CHECK_OK(words_delete(&home, KC_CLASS_KEY, "labl=b"));
	kc_keychain_lock(home.keychain);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;

		CHECK_MSG(kc_keychain_operation_end(home.keychain, &home_user, ids[i], NONE, NONE,
				  &code) == (rows[i].stays ? KC_OK : KC_E_NOT_FOUND),
			rows[i].attrs);
		CHECK(code.len == (rows[i].stays ? 32 : 0));
	}
	CHECK(count_of(&home) == 0);
}

/* What comes at the end comes in pieces, and is all there. */
static void ends_are_given_in_pieces(void)
{
	static const size_t lens[] = {KC_OPERATION_ANSWER - 1, KC_OPERATION_ANSWER,
		KC_OPERATION_ANSWER + 1, 3 * KC_OPERATION_ANSWER};
	KC_CLEANUP_FOUND struct kc_found key = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(own_generate(&home, KC_SECRET_AES, 256, "", &key));
	for (size_t i = 0; i < KC_COUNT_OF(lens); i++) {
		KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT, sealed = KC_BUF_INIT;
		KC_CLEANUP_BUF struct kc_buf opened = KC_BUF_INIT;
		uint64_t id;
		size_t before;

		memset(kc_buf_extend(&message, lens[i]), 'x', lens[i]);
		CHECK_OK(kc_keychain_secret_encrypt(
			home.keychain, &home_user, key.id, &gcm, kc_buf_bytes(&message), &sealed));
		CHECK_OK_FATAL(kc_keychain_cipher_begin(
			home.keychain, &home_user, key.id, true, &gcm, &id));
		CHECK_OK(kc_keychain_operation_end(
			home.keychain, &home_user, id, kc_buf_bytes(&sealed), NONE, &opened));
		CHECK(opened.len ==
			(lens[i] < KC_OPERATION_ANSWER ? lens[i] : KC_OPERATION_ANSWER));
		CHECK(count_of(&home) == (lens[i] >= KC_OPERATION_ANSWER));
		if (count_of(&home)) {
			CHECK_ERR(kc_keychain_operation_fork(home.keychain, &home_user, id, &id),
				KC_E_NOT_FOUND);
			do {
				before = opened.len;
				CHECK_OK(kc_keychain_operation_rest(
					home.keychain, &home_user, id, &opened));
			} while (opened.len == before + KC_OPERATION_ANSWER);
		}
		CHECK(kc_bytes_equal(kc_buf_bytes(&opened), kc_buf_bytes(&message)));
		CHECK(count_of(&home) == 0);
	}
}

struct race {
	struct home *home;
	uint64_t id;
	atomic_uint done, busy;
};

static void *hammer(void *argument)
{
	struct race *race = argument;

	for (unsigned i = 0; i < 300; i++) {
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		kc_err err = kc_keychain_operation_part(race->home->keychain, &home_user, race->id,
			kc_bytes_str("a part of a message"), &out);

		atomic_fetch_add(err == KC_OK ? &race->done : &race->busy, 1);
		CHECK(err == KC_OK || err == KC_E_BUSY);
	}
	return NULL;
}

/* Threads that use one operation at once get their turn, or are told. */
static void one_call_at_a_time(void)
{
	KC_CLEANUP_FOUND struct kc_found key = {0};
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;
	struct race race = {.home = &home};
	pthread_t threads[4];

	home_init(&home);
	CHECK_OK_FATAL(own_create(&home, "kcls=#2", "secret", true, &key));
	CHECK_OK_FATAL(kc_keychain_mac_begin(
		home.keychain, &home_user, key.id, false, &own_hmac, &race.id));
	for (size_t i = 0; i < KC_COUNT_OF(threads); i++)
		CHECK_FATAL(pthread_create(&threads[i], NULL, hammer, &race) == 0);
	for (size_t i = 0; i < KC_COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	CHECK(atomic_load(&race.done) > 0);
	CHECK(atomic_load(&race.done) + atomic_load(&race.busy) == 1200);
	CHECK_OK(kc_keychain_operation_end(home.keychain, &home_user, race.id, NONE, NONE, &code));
	CHECK(code.len == 32);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(parts_are_as_the_whole),
		CHECK_TEST(codes_in_parts),
		CHECK_TEST(they_are_of_one_program),
		CHECK_TEST(a_lock_ends_them),
		CHECK_TEST(ends_are_given_in_pieces),
		CHECK_TEST(one_call_at_a_time),
	};
	home_use_memory();
	return check_main("operations", tests, KC_COUNT_OF(tests));
}
