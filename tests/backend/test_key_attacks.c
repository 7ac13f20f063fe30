/* SPDX-License-Identifier: ISC */
/* A hostile program that speaks the protocol itself, after keys that are not to come out. */
#include <stdio.h>
#include <string.h>

#include "tests/backend/own.h"
#include "tests/check.h"

#define NONE kc_bytes(NULL, 0)
#define VALUE "sixteen bytes ke"
#define HIDDEN "kcls=#2 labl=k sens=#1 extr=#0"

static const struct kc_cipher_params kwp = {.scheme = KC_CIPHER_KWP};

static kc_err derive(struct home *home, uint64_t id, const struct kc_derive_params *how,
	const char *attrs, struct kc_found *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;

	words_attrs(&given, attrs);
	kc_found_done(ret);
	*ret = (struct kc_found){0};
	return kc_keychain_key_derive(home->keychain, &home_user, id, how, &given, true, ret);
}

static kc_err copy(struct home *home, const struct kc_caller *caller, uint64_t id,
	const char *changes, struct kc_found *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;

	words_attrs(&given, changes);
	kc_found_done(ret);
	*ret = (struct kc_found){0};
	return kc_keychain_key_copy(home->keychain, caller, id, &given, true, ret);
}

static kc_err amend(struct home *home, uint64_t id, const char *changes)
{
	KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;

	words_attrs(&given, changes);
	return kc_keychain_key_amend(home->keychain, &home_user, id, &given);
}

static kc_err update_as(
	struct home *home, const struct kc_caller *caller, const char *changes, const char *secret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	struct kc_item_input input = {.class = KC_CLASS_KEY, .attrs = KC_ATTRS_INIT};
	kc_err err;

	words_query(KC_CLASS_KEY, "labl=k", &query);
	words_attrs(&input.attrs, changes);
	if (secret) {
		input.has_secret = true;
		input.secret = kc_bytes_str(secret);
	}
	err = kc_keychain_item_update(home->keychain, caller, &query, &input, NULL);
	kc_attrs_done(&input.attrs);
	return err;
}

/* --- being the security officer -----------------------------------------------------------------
 */

static struct kc_caller officer_of(struct kc_caller caller)
{
	caller.is_officer = true;
	return caller;
}

/* Whoever could call a key trusted would take out every key that is only for trusted ones. */
static void nobody_else_makes_a_key_trusted(void)
{
	struct kc_caller officer = officer_of(home_user);
	KC_CLEANUP_FOUND struct kc_found key = {0}, other = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (int transient = 0; transient < 2; transient++)
		CHECK_ERR(own_create(&home, "kcls=#2 trst=#1", VALUE, transient, &key),
			KC_E_NOT_MODIFIABLE);
	CHECK_ERR(own_generate(&home, KC_SECRET_AES, 256, "trst=#1", &key), KC_E_NOT_MODIFIABLE);
	CHECK_ERR(words_add(&home, KC_CLASS_KEY, "kcls=#2 trst=#1", VALUE), KC_E_NOT_MODIFIABLE);
	CHECK_ERR(words_add(&home, KC_CLASS_CERTIFICATE, "labl=x trst=#1", "bytes"),
		KC_E_NOT_MODIFIABLE);
	CHECK_OK_FATAL(own_create(&home, "kcls=#2 trst=#0", VALUE, true, &key));
	CHECK_ERR(amend(&home, key.id, "trst=#1"), KC_E_NOT_MODIFIABLE);
	CHECK_ERR(copy(&home, &home_user, key.id, "trst=#1", &other), KC_E_NOT_MODIFIABLE);
	CHECK_OK(copy(&home, &officer, key.id, "trst=#1", &other));
	own_check(&other.attrs, "trst=1", "the officer's copy");

	kc_found_done(&key);
	CHECK_OK_FATAL(own_create(&home, "kcls=#2 labl=k", VALUE, false, &key));
	CHECK_ERR(update_as(&home, &home_user, "trst=#1", NULL), KC_E_NOT_MODIFIABLE);
	CHECK_OK(update_as(&home, &officer, "trst=#1", NULL));
}

/* The trust is in this key, and in what the officer let it do. */
static void a_trusted_key_stays_what_it_is(void)
{
	static const char *const changes[] = {"wrap=#1", "unwp=#1", "decr=#1", "encr=#1", "drve=#1",
		"uwtm=%00", "almc=%00", "kcls=#0", "type=#5"};
	struct kc_caller officer = officer_of(home_user);
	KC_CLEANUP_FOUND struct kc_found key = {0}, other = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(own_create(&home,
		"kcls=#2 labl=k type=#2147483649 wrap=#0 unwp=#0 encr=#0 decr=#0 drve=#0", VALUE,
		false, &key));
	CHECK_OK_FATAL(update_as(&home, &officer, "trst=#1", NULL));
	for (size_t i = 0; i < KC_COUNT_OF(changes); i++)
		CHECK_MSG(update_as(&home, &home_user, changes[i], NULL) == KC_E_NOT_MODIFIABLE,
			changes[i]);
	CHECK_ERR(update_as(&home, &home_user, "", "a key of my own!"), KC_E_NOT_MODIFIABLE);
	/* Nor does it do more as a copy, or by being trusted no longer: it would decrypt what it
	 * has wrapped. */
	for (size_t i = 0; i < KC_COUNT_OF(changes) - 2; i++)
		CHECK_MSG(
			copy(&home, &home_user, key.id, changes[i], &other) == KC_E_NOT_MODIFIABLE,
			changes[i]);
	CHECK_ERR(update_as(&home, &home_user, "trst=#0", NULL), KC_E_NOT_MODIFIABLE);
	CHECK_ERR(update_as(&home, &home_user, "trst=x decr=#1", NULL), KC_E_NOT_MODIFIABLE);
	CHECK_OK(copy(&home, &home_user, key.id, "labl=copy", &other));
	CHECK(kc_attrs_get_number(&other.attrs, KC_NAME('t', 'r', 's', 't'), 0) == 0);
	/* What does not matter may change, and the officer may change all. */
	CHECK_OK(update_as(&home, &home_user, "atag=new wrap=#0", NULL));
	CHECK_OK(update_as(&home, &officer, "wrap=#1", "another key, his"));
	CHECK_OK(update_as(&home, &officer, "trst=#0", NULL));
	CHECK_OK(update_as(&home, &home_user, "decr=#1", VALUE));
}

/* --- one use each time --------------------------------------------------------------------------
 */

static void a_key_goes_on_asking(void)
{
	struct kc_bytes password = kc_bytes_str("password");
	KC_CLEANUP_FOUND struct kc_found key = {0}, other = {0};
	CLEANUP_HOME struct home home = HOME_INIT;
	uint64_t operation, twin;

	home_init(&home);
	CHECK_OK_FATAL(own_create(&home, "kcls=#2 alau=#1 labl=k", VALUE, false, &key));
	CHECK_ERR(update_as(&home, &home_user, "alau=#0", NULL), KC_E_NOT_MODIFIABLE);
	CHECK_ERR(copy(&home, &home_user, key.id, "alau=#0", &other), KC_E_NOT_ALLOWED);
	CHECK_OK_FATAL(copy(&home, &home_user, key.id, "", &other));
	CHECK_ERR(amend(&home, other.id, "alau=#0"), KC_E_NOT_ALLOWED);
	CHECK_ERR(own_mac(&home, &home_user, other.id), KC_E_AUTH_NEEDED);
	/* One authorisation is not for two operations. */
	CHECK_OK(kc_keychain_key_authorize(home.keychain, &home_user, key.id, password));
	CHECK_OK_FATAL(kc_keychain_mac_begin(
		home.keychain, &home_user, key.id, false, &own_hmac, &operation));
	CHECK_ERR(kc_keychain_operation_fork(home.keychain, &home_user, operation, &twin),
		KC_E_AUTH_NEEDED);
}

/* --- keys that are made of one ------------------------------------------------------------------
 */

static void what_holds_a_key_is_held_as_it(void)
{
	static const struct kc_derive_params joined = {
		.scheme = KC_DERIVE_CONCATENATE_AFTER, .data = {(const uint8_t *)"more", 4}};
	struct kc_derive_params both = {.scheme = KC_DERIVE_CONCATENATE_KEY};
	struct kc_bytes password = kc_bytes_str("password");
	KC_CLEANUP_FOUND struct kc_found key = {0}, own = {0}, wrapping = {0}, made = {0};
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(own_generate(&home, KC_SECRET_AES, 256, "wrap=#1", &wrapping));
	CHECK_OK_FATAL(own_create(
		&home, "kcls=#2 drve=#1 extr=#1 sens=#1 wwtr=#1 alau=#1", VALUE, false, &key));
	CHECK_OK(kc_keychain_key_authorize(home.keychain, &home_user, key.id, password));
	CHECK_OK_FATAL(derive(&home, key.id, &joined, "extr=#1 wwtr=#0 alau=#0 priv=#0", &made));
	own_check(&made.attrs, "sens=1 wwtr=1 alau=1 priv=1", "made of one key");
	CHECK_ERR(kc_keychain_key_wrap(
			  home.keychain, &home_user, wrapping.id, NONE, &kwp, made.id, &box),
		KC_E_NOT_ALLOWED);
	/* The second key is used as much as the first. */
	CHECK_OK_FATAL(own_create(&home, "kcls=#2 drve=#1 sens=#0 extr=#1", "mine", true, &own));
	both.other = key.id;
	CHECK_ERR(derive(&home, own.id, &both, "", &made), KC_E_AUTH_NEEDED);
	CHECK_OK(kc_keychain_key_authorize(home.keychain, &home_user, key.id, password));
	CHECK_OK(derive(&home, own.id, &both, "", &made));
	own_check(&made.attrs, "sens=1 wwtr=1 alau=1 priv=1", "made of two keys");
	CHECK_OK_FATAL(own_create(&home, HIDDEN " drve=#0", VALUE, true, &key));
	both.other = key.id;
	CHECK_ERR(derive(&home, own.id, &both, "", &made), KC_E_KEY_USE);
}

/* A key of which all but a byte is known is found by trying, and then the next byte. */
static void no_key_is_taken_out_in_pieces(void)
{
	static const struct {
		const char *what;
		struct kc_derive_params how;
	} rows[] = {
		{"a byte", {.scheme = KC_DERIVE_EXTRACT, .number = 8, .length = 1}},
		{"13 bytes", {.scheme = KC_DERIVE_EXTRACT, .number = 3, .length = 13}},
		{"the first", {.scheme = KC_DERIVE_CONCATENATE_AFTER,
				      .data = {(const uint8_t *)"x", 1},
				      .length = 1}},
		{"and known ones", {.scheme = KC_DERIVE_CONCATENATE_BEFORE,
					   .data = {(const uint8_t *)"0123456789abcde", 15},
					   .length = 16}},
		{"behind", {.scheme = KC_DERIVE_CONCATENATE_AFTER,
				   .data = {(const uint8_t *)"0123456789abcde", 15},
				   .offset = 15}},
		{"xored", {.scheme = KC_DERIVE_XOR, .data = {(const uint8_t *)"x", 1}}},
	};
	static const struct kc_derive_params longer = {.scheme = KC_DERIVE_CONCATENATE_AFTER,
		.data = {(const uint8_t *)"0123456789abcde", 15}};
	static const struct kc_derive_params turned = {
		.scheme = KC_DERIVE_EXTRACT, .number = 5, .length = 16};
	static const struct kc_derive_params last = {
		.scheme = KC_DERIVE_EXTRACT, .number = 15 * 8, .length = 16};
	KC_CLEANUP_FOUND struct kc_found key = {0}, made = {0}, piece = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(own_create(&home, HIDDEN " drve=#1", VALUE, false, &key));
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		CHECK_MSG(derive(&home, key.id, &rows[i].how, "", &made) == KC_E_KEY_SIZE,
			rows[i].what);
	CHECK_OK(derive(&home, key.id, &turned, "drve=#1", &made));
	/* Nor when known bytes were put to it before. */
	CHECK_OK_FATAL(derive(&home, key.id, &longer, "drve=#1", &made));
	own_check(&made.attrs, "bsiz=248 esiz=128", "with known bytes");
	CHECK_ERR(derive(&home, made.id, &last, "", &piece), KC_E_KEY_SIZE);
	CHECK_OK(amend(&home, made.id, "esiz=#248")); /* which changes nothing */
	CHECK_ERR(derive(&home, made.id, &last, "", &piece), KC_E_KEY_SIZE);
	/* A key that may be read can be cut as one likes. */
	CHECK_OK_FATAL(own_create(&home, "kcls=#2 drve=#1 sens=#0 extr=#1", VALUE, true, &key));
	CHECK_OK(derive(&home, key.id, &rows[0].how, "", &made));
}

/* Who has a key of his own wrapped with the same IV would know what the first was xored with. */
static void a_trusted_key_is_no_keystream(void)
{
	const struct kc_bytes iv = {(const uint8_t *)"sixteen bytes iv", 16};
	const struct {
		struct kc_cipher_params how;
		kc_err err;
	} rows[] = {
		{{.scheme = KC_CIPHER_KWP}, KC_OK},
		{{.scheme = KC_CIPHER_CBC_PAD, .iv = iv}, KC_OK},
		{{.scheme = KC_CIPHER_CTR, .iv = iv, .counter_bits = 128}, KC_E_NOT_ALLOWED},
		{{.scheme = KC_CIPHER_OFB, .iv = iv}, KC_E_NOT_ALLOWED},
		{{.scheme = KC_CIPHER_CFB8, .iv = iv}, KC_E_NOT_ALLOWED},
		{{.scheme = KC_CIPHER_CFB128, .iv = iv}, KC_E_NOT_ALLOWED},
		{{.scheme = KC_CIPHER_GCM, .iv = iv, .tag_len = 16}, KC_E_NOT_ALLOWED},
	};
	struct kc_caller officer = officer_of(home_user);
	KC_CLEANUP_FOUND struct kc_found key = {0}, wrapping = {0};
	KC_CLEANUP_ATTRS struct kc_attrs trust = KC_ATTRS_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	words_attrs(&trust, "trst=#1");
	CHECK_OK_FATAL(own_generate(&home, KC_SECRET_AES, 256, "wrap=#1", &wrapping));
	CHECK_OK(kc_keychain_key_amend(home.keychain, &officer, wrapping.id, &trust));
	CHECK_OK_FATAL(own_create(&home, "kcls=#2 sens=#1 extr=#1 wwtr=#1", VALUE, true, &key));
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;

		CHECK_ERR(kc_keychain_key_wrap(home.keychain, &home_user, wrapping.id, NONE,
				  &rows[i].how, key.id, &box),
			rows[i].err);
	}
}

/* --- an item's other faces ----------------------------------------------------------------------
 */

/* A private key that were a secret one could be cut and joined; another type, used in other ways.
 */
static void a_key_that_is_kept_stays_of_its_kind(void)
{
	static const char *const changes[] = {"kcls=#2", "kcls=#0", "type=#2147483648", "esiz=#8"};
	KC_CLEANUP_FOUND_LIST struct kc_found_list pair = KC_FOUND_LIST_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(own_generate_pair(&home, KC_KEY_EC, 256, "labl=k", "", 0, &pair));
	for (size_t i = 0; i < KC_COUNT_OF(changes); i++)
		CHECK_MSG(update_as(&home, &home_user, changes[i], NULL) == KC_E_NOT_MODIFIABLE,
			changes[i]);
	CHECK_OK(update_as(&home, &home_user, "kcls=#1 type=#73", NULL));
	CHECK_OK(words_delete(&home, KC_CLASS_KEY, "labl=k"));
	/* What its bytes said, it may be told again; and other bytes are another key. */
	CHECK_OK_FATAL(words_add(&home, KC_CLASS_KEY, "labl=k kcls=#1 type=#73 extr=#0", "bytes"));
	CHECK_OK(update_as(&home, &home_user, "kcls=#1 type=#73", NULL));
	CHECK_ERR(update_as(&home, &home_user, "kcls=#2", NULL), KC_E_NOT_MODIFIABLE);
	CHECK_OK(update_as(&home, &home_user, "kcls=#2", "other bytes"));
}

/* A number may come as text, and as text that is no number. */
static void text_loosens_nothing(void)
{
	static const char *const changes[] = {"extr=1", "extr=x", "sens=0", "sens=x", "wwtr=0",
		"wwtr=x", "alau=0", "alau=x", "priv=0", "extr=!1", "sens=!0"};
	KC_CLEANUP_FOUND struct kc_found key = {0}, made = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(own_create(&home, HIDDEN " wwtr=#1 alau=#1", VALUE, false, &key));
	for (size_t i = 0; i < KC_COUNT_OF(changes); i++) {
		CHECK_MSG(copy(&home, &home_user, key.id, changes[i], &made) == KC_E_NOT_ALLOWED,
			changes[i]);
		if (strncmp(changes[i], "priv", 4) != 0)
			CHECK_MSG(update_as(&home, &home_user, changes[i], NULL) ==
					  KC_E_NOT_MODIFIABLE,
				changes[i]);
	}
	CHECK_OK_FATAL(copy(&home, &home_user, key.id, "sens=1 extr=0", &made));
	for (size_t i = 0; i < KC_COUNT_OF(changes); i++)
		CHECK_MSG(amend(&home, made.id, changes[i]) == KC_E_NOT_ALLOWED, changes[i]);
	CHECK_ERR(update_as(&home, &home_user, "type=1", NULL), KC_E_NOT_MODIFIABLE);
	CHECK_ERR(update_as(&home, &home_user, "type=x", NULL), KC_E_NOT_MODIFIABLE);
}

/* What has conditions for its use, and is sensitive, is not read past them. */
static void a_sensitive_private_key_with_conditions_is_not_read(void)
{
	static const char *const conditions[] = {"wwtr=#1", "alau=#1"};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(conditions); i++) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list pair = KC_FOUND_LIST_INIT;
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		char attrs[64];

		snprintf(attrs, sizeof attrs, "labl=k sens=#1 extr=#1 %s", conditions[i]);
		CHECK_OK_FATAL(own_generate_pair(
			&home, KC_KEY_EC, 256, attrs, "", KC_KEEP_NO_PUBLIC, &pair));
		CHECK_ERR(update_as(&home, &home_user, "sens=#0", NULL), KC_E_NOT_MODIFIABLE);
		CHECK_OK_FATAL(words_find(&home, KC_CLASS_KEY, "labl=k", &found));
		CHECK_FATAL(found.count == 1);
		CHECK_MSG(!found.rows[0].has_secret, conditions[i]);
		CHECK_OK(words_delete(&home, KC_CLASS_KEY, "labl=k"));
	}
}

/* Nothing of a key of another group is told to a sandbox, by no call that takes an id, nor through
 * a key of its own. */
static void a_sandbox_has_its_own_keys_alone(void)
{
	static const struct kc_cipher_params ecb = {.scheme = KC_CIPHER_ECB};
	static const struct kc_derive_params hashed = {
		.scheme = KC_DERIVE_HASH, .hash = KC_HASH_SHA256};
	struct kc_derive_params both = {.scheme = KC_DERIVE_CONCATENATE_KEY};
	const struct kc_caller *him = &home_sandbox;
	KC_CLEANUP_FOUND struct kc_found key = {0}, own = {0}, made = {0};
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT, none = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;
	struct kc_keychain *keychain;
	uint64_t id, operation;

	home_init(&home);
	keychain = home.keychain;
	words_attrs(&attrs, "kcls=#2 type=#2147483649 drve=#1 wrap=#1 unwp=#1 extr=#1");
	CHECK_OK_FATAL(
		kc_keychain_key_create(keychain, him, kc_bytes_str(VALUE), &attrs, false, &own));
	for (int transient = 0; transient < 2; transient++) {
		CHECK_OK_FATAL(own_create(&home,
			"kcls=#2 type=#2147483649 drve=#1 wrap=#1 unwp=#1 extr=#1 sens=#0", VALUE,
			transient, &key));
		id = key.id;
		both.other = id;
		CHECK_ERR(kc_keychain_secret_encrypt(
				  keychain, him, id, &ecb, kc_bytes_str(VALUE), &out),
			KC_E_NOT_FOUND);
		CHECK_ERR(kc_keychain_cipher_begin(keychain, him, id, false, &ecb, &operation),
			KC_E_NOT_FOUND);
		CHECK_ERR(kc_keychain_mac_begin(keychain, him, id, false, &own_hmac, &operation),
			KC_E_NOT_FOUND);
		CHECK_ERR(kc_keychain_key_reveal(keychain, him, id, &value), KC_E_NOT_FOUND);
		CHECK_ERR(kc_keychain_key_copy(keychain, him, id, &none, true, &made),
			KC_E_NOT_FOUND);
		CHECK_ERR(kc_keychain_key_derive(keychain, him, id, &hashed, &none, true, &made),
			KC_E_NOT_FOUND);
		CHECK_ERR(kc_keychain_key_derive(keychain, him, own.id, &both, &none, true, &made),
			KC_E_NOT_FOUND);
		CHECK_ERR(kc_keychain_key_wrap(keychain, him, own.id, NONE, &kwp, id, &out),
			KC_E_NOT_FOUND);
		CHECK_ERR(kc_keychain_key_wrap(keychain, him, id, NONE, &kwp, own.id, &out),
			KC_E_NOT_FOUND);
		CHECK_ERR(kc_keychain_key_unwrap(keychain, him, id, &kwp, kc_bytes_str(VALUE),
				  &attrs, true, &made),
			KC_E_NOT_FOUND);
		CHECK_ERR(kc_keychain_key_authorize(keychain, him, id, kc_bytes_str("password")),
			KC_E_NOT_FOUND);
		CHECK_ERR(kc_keychain_key_amend(keychain, him, id, &none), KC_E_NOT_FOUND);
		CHECK_ERR(kc_keychain_key_forget(keychain, him, id), KC_E_NOT_FOUND);
	}
	/* Nor does he put a key into another group. */
	words_attrs(&none, "agrp=user");
	CHECK_ERR(
		kc_keychain_key_copy(keychain, him, own.id, &none, false, &made), KC_E_NOT_ALLOWED);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(nobody_else_makes_a_key_trusted),
		CHECK_TEST(a_trusted_key_stays_what_it_is),
		CHECK_TEST(a_key_goes_on_asking),
		CHECK_TEST(what_holds_a_key_is_held_as_it),
		CHECK_TEST(no_key_is_taken_out_in_pieces),
		CHECK_TEST(a_trusted_key_is_no_keystream),
		CHECK_TEST(a_key_that_is_kept_stays_of_its_kind),
		CHECK_TEST(text_loosens_nothing),
		CHECK_TEST(a_sandbox_has_its_own_keys_alone),
		CHECK_TEST(a_sensitive_private_key_with_conditions_is_not_read),
	};
	home_use_memory();
	return check_main("key attacks", tests, KC_COUNT_OF(tests));
}
