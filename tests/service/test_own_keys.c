/* SPDX-License-Identifier: ISC */
/* Keys of one program through the whole service: every call, two programs, death, and limits. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/status.h"
#include "tests/check.h"
#include "tests/wire/device.h"
#include "tests/wire/raw.h"

#define BOTH_TRANSIENT (KC_KEEP_PRIVATE_TRANSIENT | KC_KEEP_PUBLIC_TRANSIENT)

static const struct kc_key_spec aes256 = {.type = KC_SECRET_AES, .bits = 256};
static const struct kc_key_spec rsa2048 = {.type = KC_KEY_RSA, .bits = 2048};
static const struct kc_sign_params hmac = {.scheme = KC_SIGN_HMAC, .hash = KC_HASH_SHA256};
static const struct kc_cipher_params gcm = {
	.scheme = KC_CIPHER_GCM, .iv = {(const uint8_t *)"twelve bytes", 12}, .tag_len = 16};
static const struct kc_cipher_params kwp = {.scheme = KC_CIPHER_KWP};

/* Attributes from numbers: "kcls=2 extr=1". */
static void set(struct kc_attrs *attrs, const char *text)
{
	for (; *text; text += strcspn(text, " "), text += strspn(text, " "))
		kc_attrs_set_number(attrs, kc_name_from(kc_bytes((const uint8_t *)text, 4)),
			strtol(text + 5, NULL, 10));
}

static kc_err create(
	struct kc_client *client, const char *attrs, const char *value, struct kc_found *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;

	set(&given, attrs);
	return kc_client_key_create(client, kc_bytes_str(value), &given, true, ret);
}

static kc_err generate_aes(struct kc_client *client, const char *attrs, uint64_t *ret_id)
{
	KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs none = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list made = KC_FOUND_LIST_INIT;

	set(&given, attrs);
	KC_TRY(kc_client_key_generate_in(client, &aes256, &given, &none, BOTH_TRANSIENT, &made));
	CHECK_FATAL(made.count == 1);
	*ret_id = made.rows[0].id;
	return KC_OK;
}

static kc_err mac(struct kc_client *client, uint64_t id)
{
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;

	KC_TRY(kc_client_key_sign(client, id, &hmac, kc_bytes_str("message"), &code));
	return kc_client_mac_check(client, id, &hmac, kc_bytes_str("message"), kc_buf_bytes(&code));
}

/* Messages from none at all to more than one call holds. */
static void messages_of_any_length(void)
{
	static const size_t lens[] = {0, 1, 16, 16384, 70000, (size_t)1 << 20,
		((size_t)1 << 20) + 1, (size_t)3 << 20, ((size_t)9 << 20) + 5};
	struct kc_client *client = device_client();
	KC_CLEANUP_FOUND struct kc_found key = {0};
	uint64_t id;

	CHECK_OK_FATAL(generate_aes(client, "priv=1", &id));
	CHECK_OK_FATAL(create(client, "kcls=2", "secret", &key));
	for (size_t i = 0; i < KC_COUNT_OF(lens); i++) {
		KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT, sealed = KC_BUF_INIT;
		KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;
		KC_CLEANUP_SECRET struct kc_secret opened = KC_SECRET_INIT;
		uint8_t *bytes = kc_buf_extend(&message, lens[i]);

		for (size_t at = 0; at < lens[i]; at++)
			bytes[at] = (uint8_t)(at * 7 + at / 251);
		CHECK_OK(kc_client_secret_encrypt(
			client, id, &gcm, kc_buf_bytes(&message), &sealed));
		CHECK(sealed.len == lens[i] + 16);
		CHECK_OK(kc_client_key_decrypt(client, id, &gcm, kc_buf_bytes(&sealed), &opened));
		CHECK(kc_bytes_equal(kc_secret_bytes(&opened), kc_buf_bytes(&message)));
		sealed.data[sealed.len / 2] ^= 1;
		CHECK_ERR(kc_client_key_decrypt(client, id, &gcm, kc_buf_bytes(&sealed), &opened),
			KC_E_DECRYPT);
		CHECK_OK(kc_client_key_sign(client, key.id, &hmac, kc_buf_bytes(&message), &code));
		CHECK_OK(kc_client_mac_check(
			client, key.id, &hmac, kc_buf_bytes(&message), kc_buf_bytes(&code)));
		code.data[0] ^= 1;
		CHECK_ERR(kc_client_mac_check(client, key.id, &hmac, kc_buf_bytes(&message),
				  kc_buf_bytes(&code)),
			KC_E_VERIFY);
	}
	kc_client_free(client);
}

/* The same message in parts of its own gives the same. */
static void operations_in_parts(void)
{
	static const size_t parts[] = {1, 15, 0, 16, 100, 5000, (size_t)1 << 20, 3};
	struct kc_client *client = device_client();
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT, whole = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf got = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret out = KC_SECRET_INIT;
	uint64_t id, operation, twin;
	size_t at = 0;

	CHECK_OK_FATAL(generate_aes(client, "priv=1", &id));
	for (size_t i = 0; i < KC_COUNT_OF(parts); i++)
		memset(kc_buf_extend(&message, parts[i]), (int)i, parts[i]);
	CHECK_OK(kc_client_secret_encrypt(client, id, &gcm, kc_buf_bytes(&message), &whole));
	CHECK_OK_FATAL(kc_client_cipher_begin(client, id, false, &gcm, &operation));
	for (size_t i = 0; i < KC_COUNT_OF(parts); at += parts[i++]) {
		CHECK_OK(kc_client_operation_part(
			client, operation, kc_bytes(message.data + at, parts[i]), &out));
		kc_buf_push(&got, out.data, out.len);
	}
	CHECK_OK(kc_client_operation_end(
		client, operation, kc_bytes(NULL, 0), kc_bytes(NULL, 0), &out));
	kc_buf_push(&got, out.data, out.len);
	CHECK(kc_bytes_equal(kc_buf_bytes(&got), kc_buf_bytes(&whole)));
	/* It has ended. */
	CHECK_ERR(kc_client_operation_part(client, operation, kc_bytes_str("x"), &out),
		KC_E_NOT_FOUND);
	CHECK_OK(kc_client_operation_drop(client, operation));

	CHECK_OK_FATAL(kc_client_mac_begin(
		client, id, false, &(struct kc_sign_params){.scheme = KC_SIGN_CMAC}, &operation));
	CHECK_OK(kc_client_operation_part(client, operation, kc_bytes_str("one"), &out));
	CHECK_OK(kc_client_operation_fork(client, operation, &twin));
	CHECK(twin != operation);
	CHECK_OK(kc_client_operation_end(
		client, operation, kc_bytes_str("two"), kc_bytes(NULL, 0), &out));
	kc_buf_reset(&got);
	CHECK_OK(kc_client_key_sign(client, id, &(struct kc_sign_params){.scheme = KC_SIGN_CMAC},
		kc_bytes_str("onetwo"), &got));
	CHECK(kc_bytes_equal(kc_buf_bytes(&got), kc_secret_bytes(&out)));
	CHECK_OK(kc_client_operation_drop(client, twin));
	CHECK_ERR(kc_client_operation_part(client, twin, kc_bytes_str("x"), &out), KC_E_NOT_FOUND);
	kc_client_free(client);
}

static void keys_out_of_keys(void)
{
	static const struct kc_derive_params hkdf = {.scheme = KC_DERIVE_HKDF,
		.hash = KC_HASH_SHA256,
		.data = {(const uint8_t *)"info", 4},
		.extract = true,
		.expand = true,
		.length = 32};
	struct kc_client *client = device_client();
	KC_CLEANUP_FOUND struct kc_found base = {0}, derived = {0}, back = {0}, stored = {0};
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs none = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret one = KC_SECRET_INIT, two = KC_SECRET_INIT;
	uint64_t wrapping;

	CHECK_OK_FATAL(generate_aes(client, "wrap=1 unwp=1", &wrapping));
	CHECK_OK_FATAL(create(client, "kcls=2 drve=1", "secret", &base));
	set(&attrs, "kcls=2 sens=0 extr=1 sign=1");
	CHECK_OK_FATAL(kc_client_key_derive(client, base.id, &hkdf, &attrs, true, &derived));
	CHECK_OK(kc_client_key_wrap(
		client, wrapping, kc_bytes(NULL, 0), &kwp, derived.id, &wrapped));
	CHECK_OK_FATAL(kc_client_key_unwrap(
		client, wrapping, &kwp, kc_buf_bytes(&wrapped), &attrs, true, &back));
	CHECK_OK(kc_client_key_reveal(client, derived.id, &one));
	CHECK_OK(kc_client_key_reveal(client, back.id, &two));
	CHECK(one.len == 32 && kc_bytes_equal(kc_secret_bytes(&one), kc_secret_bytes(&two)));
	CHECK_ERR(kc_client_key_reveal(client, base.id, &one), KC_E_NOT_EXTRACTABLE);
	CHECK_OK_FATAL(kc_client_key_copy(client, back.id, &none, false, &stored));
	CHECK((stored.id & KC_TRANSIENT_BIT) == 0);
	CHECK_OK(mac(client, stored.id));
	set(&attrs, "sign=0");
	CHECK_OK(kc_client_key_amend(client, back.id, &attrs));
	CHECK_ERR(mac(client, back.id), KC_E_KEY_USE);
	CHECK_OK(kc_client_key_forget(client, back.id));
	CHECK_ERR(mac(client, back.id), KC_E_NOT_FOUND);
	kc_client_free(client);
}

static void public_keys_that_come_with_the_question(void)
{
	static const struct kc_cipher_params oaep = {
		.scheme = KC_CIPHER_RSA_OAEP, .hash = KC_HASH_SHA256, .mgf_hash = KC_HASH_SHA256};
	static const struct kc_sign_params pkcs1 = {.scheme = KC_SIGN_RSA_PKCS1};
	struct kc_client *client = device_client();
	KC_CLEANUP_FOUND_LIST struct kc_found_list pair = KC_FOUND_LIST_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs none = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf block = KC_BUF_INIT, out = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret message = KC_SECRET_INIT;
	struct kc_bytes spki;

	CHECK_OK_FATAL(
		kc_client_key_generate_in(client, &rsa2048, &none, &none, BOTH_TRANSIENT, &pair));
	CHECK_FATAL(pair.count == 2);
	spki = kc_attrs_get_bytes(&pair.rows[1].attrs, KC_NAME('s', 'p', 'k', 'i'));
	CHECK_OK(kc_client_public_encrypt(client, spki, &oaep, kc_bytes_str("hello"), &block));
	CHECK_OK(kc_client_key_decrypt(
		client, pair.rows[0].id, &oaep, kc_buf_bytes(&block), &message));
	CHECK(kc_bytes_equal(kc_secret_bytes(&message), kc_bytes_str("hello")));
	kc_buf_reset(&block);
	CHECK_OK(kc_client_key_sign(
		client, pair.rows[0].id, &pkcs1, kc_bytes_str("recover me"), &block));
	CHECK_OK(kc_client_public_recover(client, spki, &pkcs1, kc_buf_bytes(&block), &out));
	CHECK(kc_bytes_equal(kc_buf_bytes(&out), kc_bytes_str("recover me")));
	kc_client_free(client);
}

static void each_use_is_authorised(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_FOUND struct kc_found key = {0};
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;

	CHECK_OK_FATAL(create(client, "kcls=2 alau=1", "secret", &key));
	for (int again = 0; again < 2; again++) {
		CHECK_ERR(kc_client_key_sign(client, key.id, &hmac, kc_bytes_str("m"), &code),
			KC_E_AUTH_NEEDED);
		CHECK_ERR(
			kc_client_key_authorize(client, key.id, kc_bytes_str("wrong")), KC_E_AUTH);
		CHECK_OK(kc_client_key_authorize(client, key.id, kc_bytes_str("fake")));
		CHECK_OK(kc_client_key_sign(client, key.id, &hmac, kc_bytes_str("m"), &code));
	}
	kc_client_free(client);
}

/* --- two programs ------------------------------------------------------------------------------
 */

/* Runs work in another process, and answers its exit status; -1 when it was killed. */
static int in_another(int (*work)(struct kc_client *client, uint64_t number), uint64_t number)
{
	struct kc_client *client;
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(kc_client_new(&client) == KC_OK ? work(client, number) : 99);
	CHECK_FATAL(child > 0 && waitpid(child, &status, 0) == child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int try_key(struct kc_client *client, uint64_t id)
{
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;

	return mac(client, id) == KC_E_NOT_FOUND &&
	       kc_client_key_reveal(client, id, &value) == KC_E_NOT_FOUND &&
	       kc_client_key_forget(client, id) == KC_E_NOT_FOUND;
}

static int try_operation(struct kc_client *client, uint64_t id)
{
	KC_CLEANUP_SECRET struct kc_secret out = KC_SECRET_INIT;
	uint64_t twin;

	return kc_client_operation_part(client, id, kc_bytes_str("x"), &out) == KC_E_NOT_FOUND &&
	       kc_client_operation_fork(client, id, &twin) == KC_E_NOT_FOUND &&
	       kc_client_operation_drop(client, id) == KC_OK;
}

static void nothing_is_another_programs(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_FOUND struct kc_found key = {0};
	KC_CLEANUP_SECRET struct kc_secret out = KC_SECRET_INIT;
	uint64_t operation;

	CHECK_OK_FATAL(create(client, "kcls=2 sens=0 extr=1", "secret", &key));
	CHECK_OK_FATAL(kc_client_mac_begin(client, key.id, false, &hmac, &operation));
	CHECK(in_another(try_key, key.id) == 1);
	CHECK(in_another(try_operation, operation) == 1);
	CHECK_OK(mac(client, key.id));
	CHECK_OK(kc_client_operation_end(
		client, operation, kc_bytes_str("x"), kc_bytes(NULL, 0), &out));
	kc_client_free(client);
}

/* Takes as much as it gets, and dies without a word. */
static int take_all(struct kc_client *client, uint64_t number)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf large = KC_BUF_INIT;
	KC_CLEANUP_FOUND struct kc_found key = {0};
	kc_err err = KC_OK;
	unsigned count = 0;
	uint64_t operation;

	set(&attrs, "kcls=2");
	kc_buf_extend(&large, (size_t)60 << 10);
	kc_attrs_set_bytes(&attrs, KC_NAME('l', 'a', 'b', 'l'), kc_buf_bytes(&large));
	kc_attrs_set_bytes(&attrs, KC_NAME('a', 't', 'a', 'g'), kc_buf_bytes(&large));
	for (; err == KC_OK && count < 1000; count++) {
		kc_found_done(&key);
		err = kc_client_key_create(client, kc_bytes_str("k"), &attrs, true, &key);
	}
	if (err != KC_E_BUSY || count < 200)
		return 1;
	if (create(client, "kcls=2", "one", &key) != KC_OK &&
		kc_client_mac_begin(client, key.id, false, &hmac, &operation) == KC_OK)
		return 2;
	if (number % 2)
		kill(getpid(), SIGKILL);
	return 0;
}

/* More programs, one after the other, than could leave anything behind: all of them together may
 * have eight times as much as one. */
static void the_dead_leave_nothing(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_FOUND struct kc_found key = {0};

	for (uint64_t i = 0; i < 12; i++)
		CHECK(in_another(take_all, i) == (i % 2 ? -1 : 0));
	CHECK_OK(create(client, "kcls=2", "still", &key));
	CHECK_OK(mac(client, key.id));
	kc_client_free(client);
}

/* A program is over with its last connection, not before. */
static void keys_last_as_long_as_a_connection(void)
{
	struct kc_client *one = device_client(), *two;
	KC_CLEANUP_FOUND struct kc_found key = {0};
	KC_CLEANUP_STATUS struct kc_status status = {0};

	CHECK_OK_FATAL(kc_client_new(&two));
	CHECK_OK(kc_client_status(two, &status));
	CHECK_OK_FATAL(create(one, "kcls=2", "secret", &key));
	kc_client_free(one);
	CHECK_OK(mac(two, key.id));
	CHECK_OK(kc_client_lock(two));
	CHECK_ERR(mac(two, key.id), KC_E_NOT_FOUND);
	CHECK_OK(kc_client_unlock(two, kc_bytes_str("fake")));
	kc_client_free(two);
}

static uint64_t issue(const struct raw *raw)
{
	return kc_bulletin_read(raw->channel.bulletin).change;
}

/* What is a program's own is no change: nobody's cache is made stale by it, and nothing is synced.
 */
static void own_keys_are_no_change(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND struct kc_found key = {0}, copy = {0};
	KC_CLEANUP_SECRET struct kc_secret out = KC_SECRET_INIT;
	uint64_t before, id, operation;
	struct raw raw;

	CHECK_OK_FATAL(raw_open(&raw));
	before = issue(&raw);
	CHECK_OK_FATAL(create(client, "kcls=2", "secret", &key));
	CHECK_OK(generate_aes(client, "priv=1", &id));
	set(&attrs, "sign=1");
	CHECK_OK(kc_client_key_amend(client, key.id, &attrs));
	CHECK_OK_FATAL(kc_client_mac_begin(client, key.id, false, &hmac, &operation));
	CHECK_OK(kc_client_operation_end(
		client, operation, kc_bytes_str("x"), kc_bytes(NULL, 0), &out));
	CHECK_OK(kc_client_key_authorize(client, key.id, kc_bytes_str("fake")));
	CHECK(issue(&raw) == before);
	CHECK_OK(kc_client_key_copy(client, key.id, &attrs, false, &copy));
	CHECK(issue(&raw) != before);
	before = issue(&raw);
	CHECK_OK(kc_client_key_forget(client, key.id));
	CHECK(issue(&raw) == before);
	raw_close(&raw);
	kc_client_free(client);
}

static void operations_are_bounded(void)
{
	struct kc_client *client = device_client();
	static const struct kc_cipher_params ccm = {.scheme = KC_CIPHER_CCM,
		.iv = {(const uint8_t *)"twelve bytes", 12},
		.tag_len = 16};
	KC_CLEANUP_SECRET struct kc_secret out = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf part = KC_BUF_INIT;
	uint64_t id, operations[3], many;
	kc_err err = KC_OK;
	unsigned count = 0;

	CHECK_OK_FATAL(generate_aes(client, "priv=1", &id));
	kc_buf_extend(&part, (size_t)8 << 20);
	for (size_t i = 0; i < KC_COUNT_OF(operations); i++)
		CHECK_OK_FATAL(kc_client_cipher_begin(client, id, true, &gcm, &operations[i]));
	for (; err == KC_OK && count < 32; count++)
		err = kc_client_operation_part(
			client, operations[count % 3], kc_buf_bytes(&part), &out);
	CHECK_ERR(err, KC_E_BUSY);
	CHECK(count == 12); /* the twelfth part of 8 MiB goes beyond 96 MiB */
	for (size_t i = 0; i < KC_COUNT_OF(operations); i++)
		CHECK_OK(kc_client_operation_drop(client, operations[i]));
	for (count = 0, err = KC_OK; err == KC_OK && count < 1000; count++)
		err = kc_client_cipher_begin(client, id, false, &ccm, &many);
	CHECK_ERR(err, KC_E_BUSY);
	CHECK(count == 257);
	kc_client_free(client);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(messages_of_any_length),
		CHECK_TEST(operations_in_parts),
		CHECK_TEST(keys_out_of_keys),
		CHECK_TEST(public_keys_that_come_with_the_question),
		CHECK_TEST(each_use_is_authorised),
		CHECK_TEST(nothing_is_another_programs),
		CHECK_TEST(the_dead_leave_nothing),
		CHECK_TEST(keys_last_as_long_as_a_connection),
		CHECK_TEST(own_keys_are_no_change),
		CHECK_TEST(operations_are_bounded),
	};
	int failed;

	device_make("tests/service/keycircled-fast");
	failed = check_main("own keys", tests, KC_COUNT_OF(tests));
	device_remove();
	return failed;
}
