/* SPDX-License-Identifier: ISC */
/* What keys say of their past, what they may be used for, and what of them comes out. */
#include <stdio.h>
#include <string.h>

#include "tests/backend/own.h"
#include "tests/check.h"

#define NONE kc_bytes(NULL, 0)
#define SPKI KC_NAME('s', 'p', 'k', 'i')

static const struct kc_cipher_params kwp = {.scheme = KC_CIPHER_KWP};
static const struct kc_cipher_params oaep = {
	.scheme = KC_CIPHER_RSA_OAEP, .hash = KC_HASH_SHA256, .mgf_hash = KC_HASH_SHA256};
static const struct kc_derive_params hashed = {
	.scheme = KC_DERIVE_HASH, .hash = KC_HASH_SHA256, .length = 32};
static const struct kc_derive_params joined = {
	.scheme = KC_DERIVE_CONCATENATE_AFTER, .data = {(const uint8_t *)"more", 4}};
static const struct kc_derive_params agreed = {.scheme = KC_DERIVE_AGREE};

static kc_err derive(struct home *home, uint64_t id, const struct kc_derive_params *how,
	const char *attrs, struct kc_found *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;

	words_attrs(&given, attrs);
	return kc_keychain_key_derive(home->keychain, &home_user, id, how, &given, true, ret);
}

static kc_err wrap(struct home *home, uint64_t with, const struct kc_cipher_params *how,
	uint64_t id, struct kc_buf *ret)
{
	return kc_keychain_key_wrap(home->keychain, &home_user, with, NONE, how, id, ret);
}

static kc_err unwrap(struct home *home, uint64_t with, const struct kc_cipher_params *how,
	const struct kc_buf *wrapped, const char *attrs, bool transient, struct kc_found *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;

	words_attrs(&given, attrs);
	return kc_keychain_key_unwrap(home->keychain, &home_user, with, how, kc_buf_bytes(wrapped),
		&given, transient, ret);
}

/* PKCS#11 3.1, 4.9 and 4.10: what a key may say of itself depends on where it is from. */
static void histories(void)
{
	static const struct {
		const char *base, *attrs, *generated, *created, *hashed, *joined;
	} rows[] = {
		{"sens=#1 extr=#0", "sens=#1 extr=#0", "locl=1 asen=1 next=1",
			"locl=0 asen=0 next=0", "locl=0 asen=1 next=1",
			"sens=1 extr=0 asen=1 next=1"},
		{"sens=#1 extr=#0", "sens=#0 extr=#1", "locl=1 asen=0 next=0",
			"locl=0 asen=0 next=0", "sens=0 extr=1 asen=0 next=0",
			"sens=1 extr=0 asen=1 next=1"},
		{"sens=#0 extr=#1", "sens=#1 extr=#0", "locl=1 asen=1 next=1",
			"locl=0 asen=0 next=0", "sens=1 extr=0 asen=0 next=0",
			"sens=1 extr=0 asen=0 next=0"},
		{"sens=#0 extr=#0", "sens=#1 extr=#1", "locl=1 asen=1 next=0",
			"locl=0 asen=0 next=0", "sens=1 extr=1 asen=0 next=0",
			"sens=1 extr=0 asen=0 next=1"},
	};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_FOUND struct kc_found base = {0}, generated = {0}, created = {0};
		KC_CLEANUP_FOUND struct kc_found by_hash = {0}, by_joining = {0};
		char text[128];

		snprintf(text, sizeof text, "drve=#1 %s", rows[i].base);
		CHECK_OK_FATAL(own_generate(&home, KC_SECRET_GENERIC, 256, text, &base));
		CHECK_OK_FATAL(
			own_generate(&home, KC_SECRET_GENERIC, 256, rows[i].attrs, &generated));
		own_check(&generated.attrs, rows[i].generated, "generated");
		snprintf(text, sizeof text, "kcls=#2 locl=#1 asen=#1 next=#1 %s", rows[i].attrs);
		CHECK_OK_FATAL(own_create(&home, text, "value", i % 2, &created));
		own_check(&created.attrs, rows[i].created, "created");
		CHECK_OK_FATAL(derive(&home, base.id, &hashed, rows[i].attrs, &by_hash));
		own_check(&by_hash.attrs, rows[i].hashed, "hashed");
		CHECK_OK_FATAL(derive(&home, base.id, &joined, rows[i].attrs, &by_joining));
		own_check(&by_joining.attrs, rows[i].joined, "joined");
	}
}

static void what_is_made_of_two_keys_is_as_both(void)
{
	struct kc_derive_params both = {.scheme = KC_DERIVE_CONCATENATE_KEY};
	KC_CLEANUP_FOUND struct kc_found open = {0}, closed = {0}, made = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(
		own_generate(&home, KC_SECRET_GENERIC, 128, "drve=#1 sens=#0 extr=#1", &open));
	CHECK_OK_FATAL(
		own_generate(&home, KC_SECRET_GENERIC, 128, "drve=#1 sens=#1 extr=#0", &closed));
	both.other = closed.id;
	CHECK_OK_FATAL(derive(&home, open.id, &both, "sens=#0 extr=#1", &made));
	own_check(&made.attrs, "sens=1 extr=0 asen=0 next=0 bsiz=256", "open and closed");
	both.other = 999999;
	kc_found_done(&made);
	CHECK_ERR(derive(&home, open.id, &both, "", &made), KC_E_NOT_FOUND);
	/* A pair is no secret to be joined. */
	CHECK_ERR(derive(&home, 999999, &joined, "", &made), KC_E_NOT_FOUND);
	CHECK_ERR(derive(&home, open.id, &joined, "kcls=#1", &made), KC_E_PARAM);
}

static void passwords_and_peers(void)
{
	static const struct kc_derive_params pbkdf2 = {.scheme = KC_DERIVE_PBKDF2,
		.hash = KC_HASH_SHA256,
		.salt = {(const uint8_t *)"salt", 4},
		.password = {(const uint8_t *)"password", 8},
		.number = 1,
		.length = 32};
	/* RFC 7914, 11 */
	static const uint8_t begins[] = {0x12, 0x0f, 0xb6, 0xcf};
	struct kc_derive_params with = agreed;
	KC_CLEANUP_FOUND_LIST struct kc_found_list one = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list two = KC_FOUND_LIST_INIT;
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT, shared = KC_SECRET_INIT;
	KC_CLEANUP_FOUND struct kc_found key = {0};
	CLEANUP_HOME struct home home = HOME_INIT;
	struct kc_bytes spki;

	home_init(&home);
	CHECK_OK_FATAL(derive(&home, 0, &pbkdf2, "sens=#0 extr=#1", &key));
	own_check(&key.attrs, "locl=1 bsiz=256", "of a password");
	CHECK_OK(kc_keychain_key_reveal(home.keychain, &home_user, key.id, &value));
	CHECK(value.len == 32 && memcmp(value.data, begins, sizeof begins) == 0);
	kc_found_done(&key);

	CHECK_OK_FATAL(own_generate_pair(
		&home, KC_KEY_X25519, 0, "", "", KC_KEEP_PRIVATE_TRANSIENT, &one));
	CHECK_OK_FATAL(own_generate_pair(&home, KC_KEY_X25519, 0, "labl=two", "labl=two", 0, &two));
	spki = kc_attrs_get_bytes(&two.rows[1].attrs, SPKI);
	with.peer = kc_bytes(spki.data + spki.len - 32, 32);
	CHECK_OK_FATAL(derive(&home, one.rows[0].id, &with, "sens=#0 extr=#1", &key));
	spki = kc_attrs_get_bytes(&one.rows[1].attrs, SPKI);
	CHECK_OK(kc_keychain_key_agree(home.keychain, &home_user, two.rows[0].id,
		kc_bytes(spki.data + spki.len - 32, 32), &shared));
	CHECK_OK(kc_keychain_key_reveal(home.keychain, &home_user, key.id, &value));
	CHECK(kc_bytes_equal(kc_secret_bytes(&value), kc_secret_bytes(&shared)));
}

/* Every use has its mark, and stored and transient keys differ in nothing. */
static void uses_are_marked(void)
{
	static const struct {
		const char *mark;
		bool encrypts, decrypts, signs, verifies, wraps, unwraps, derives;
	} rows[] = {
		{"encr=#1", true, false, false, false, false, false, false},
		{"decr=#1", false, true, false, false, false, false, false},
		{"sign=#1", false, false, true, false, false, false, false},
		{"vrfy=#1", false, false, false, true, false, false, false},
		{"wrap=#1", false, false, false, false, true, false, false},
		{"unwp=#1", false, false, false, false, false, true, false},
		{"drve=#1", false, false, false, false, false, false, true},
	};
	static const struct kc_cipher_params ctr = {.scheme = KC_CIPHER_CTR,
		.iv = {(const uint8_t *)"sixteen bytes iv", 16},
		.counter_bits = 128};
	static const struct kc_sign_params cmac = {.scheme = KC_SIGN_CMAC};
	KC_CLEANUP_FOUND struct kc_found value = {0};
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;
	struct kc_keychain *keychain;

	home_init(&home);
	keychain = home.keychain;
	CHECK_OK_FATAL(own_create(&home, "kcls=#2 extr=#1", "value", true, &value));
	kc_buf_extend(&box, 24);
	for (size_t i = 0; i < KC_COUNT_OF(rows) * 2; i++) {
		const bool transient = i % 2;
		const char *mark = rows[i / 2].mark;
		KC_CLEANUP_FOUND struct kc_found key = {0}, made = {0};
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		struct kc_bytes text = kc_bytes_str("sixteen bytes of");
		uint64_t operation;
		char attrs[160];
		struct {
			const char *what;
			bool may;
			kc_err err;
		} uses[10];

		snprintf(attrs, sizeof attrs,
			"kcls=#2 type=#2147483649 labl=%zu encr=#0 decr=#0 sign=#0 vrfy=#0 wrap=#0 "
			"unwp=#0 drve=#0 %s",
			i, mark);
		CHECK_OK_FATAL(own_create(&home, attrs, "sixteen bytes ke", transient, &key));
#define USE(n, name, allowed, call) \
	(uses[n].what = (name), uses[n].may = (allowed), uses[n].err = (call))
		USE(0, "encrypt", rows[i / 2].encrypts,
			kc_keychain_secret_encrypt(keychain, &home_user, key.id, &ctr, text, &out));
		USE(1, "decrypt", rows[i / 2].decrypts,
			kc_keychain_key_decrypt(keychain, &home_user, key.id, &ctr, text, &out));
		USE(2, "sign", rows[i / 2].signs,
			kc_keychain_key_sign(keychain, &home_user, key.id, &cmac, text, &out));
		USE(3, "verify", rows[i / 2].verifies,
			kc_keychain_mac_check(keychain, &home_user, key.id, &cmac, text, text));
		USE(4, "wrap", rows[i / 2].wraps, wrap(&home, key.id, &kwp, value.id, &out));
		USE(5, "unwrap", rows[i / 2].unwraps,
			unwrap(&home, key.id, &kwp, &box, "kcls=#2", true, &made));
		USE(6, "derive", rows[i / 2].derives, derive(&home, key.id, &hashed, "", &made));
		USE(7, "encrypt in parts", rows[i / 2].encrypts,
			kc_keychain_cipher_begin(
				keychain, &home_user, key.id, false, &ctr, &operation));
		USE(8, "decrypt in parts", rows[i / 2].decrypts,
			kc_keychain_cipher_begin(
				keychain, &home_user, key.id, true, &ctr, &operation));
		USE(9, "verify in parts", rows[i / 2].verifies,
			kc_keychain_mac_begin(
				keychain, &home_user, key.id, true, &cmac, &operation));
#undef USE
		for (size_t u = 0; u < KC_COUNT_OF(uses); u++) {
			char said[64];

			snprintf(said, sizeof said, "%s: %s", mark, uses[u].what);
			CHECK_MSG((uses[u].err == KC_E_KEY_USE) == !uses[u].may, said);
		}
	}
}

static void keys_of_another_kind_are_told(void)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list pair = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND struct kc_found key = {0}, made = {0};
	KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;
	uint64_t operation;

	home_init(&home);
	CHECK_OK_FATAL(own_generate_pair(&home, KC_KEY_EC, 256, "", "", 0, &pair));
	CHECK_OK_FATAL(own_create(&home, "kcls=#2 drve=#1", "value", true, &key));
	CHECK_ERR(kc_keychain_key_agree(
			  home.keychain, &home_user, key.id, kc_bytes_str("peer"), &shared),
		KC_E_KEY_TYPE);
	CHECK_ERR(kc_keychain_mac_begin(
			  home.keychain, &home_user, pair.rows[0].id, false, &own_hmac, &operation),
		KC_E_KEY_TYPE);
	CHECK_ERR(own_mac(&home, &home_user, pair.rows[1].id), KC_E_KEY_TYPE);
	CHECK_ERR(kc_keychain_key_reveal(home.keychain, &home_user, pair.rows[1].id, &shared),
		KC_E_KEY_TYPE);
	CHECK_ERR(own_create(&home, "kcls=#0", "value", true, &made), KC_E_PARAM);
	CHECK_ERR(own_create(&home, "labl=x", "value", true, &made), KC_E_PARAM);
	CHECK_ERR(own_create(&home, "kcls=#1", "value", true, &made), KC_E_DECODE);
	CHECK_ERR(own_create(&home, "kcls=#2 type=#42", "value", true, &made), KC_E_KEY_TYPE);
	CHECK_ERR(
		own_create(&home, "kcls=#2 type=#2147483649", "value", true, &made), KC_E_KEY_SIZE);
	CHECK_ERR(own_create(&home, "kcls=#2 kcvl=%000000", "value", true, &made), KC_E_PARAM);
	CHECK_ERR(own_generate(&home, KC_SECRET_AES, 129, "", &made), KC_E_KEY_SIZE);
	CHECK_ERR(own_generate(&home, 7, 128, "", &made), KC_E_KEY_TYPE);
}

/* --- in and out --------------------------------------------------------------------------------
 */

static void values_come_out_as_they_say(void)
{
	static const struct {
		const char *attrs;
		kc_err revealed, wrapped;
		bool found; /* by SecItem, when it is an item */
	} rows[] = {
		{"sens=#0 extr=#1", KC_OK, KC_OK, true},
		{"sens=#1 extr=#1", KC_E_NOT_EXTRACTABLE, KC_OK, false},
		{"sens=#0 extr=#0", KC_E_NOT_EXTRACTABLE, KC_E_NOT_EXTRACTABLE, false},
		{"sens=#1 extr=#0", KC_E_NOT_EXTRACTABLE, KC_E_NOT_EXTRACTABLE, false},
		{"sens=#0 extr=#1 wwtr=#1", KC_OK, KC_E_NOT_ALLOWED, true},
	};
	struct kc_caller officer = home_user;
	KC_CLEANUP_ATTRS struct kc_attrs trust = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND struct kc_found wrapping = {0}, trusted = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(own_generate(&home, KC_SECRET_AES, 256, "wrap=#1", &wrapping));
	CHECK_OK_FATAL(own_generate(&home, KC_SECRET_AES, 256, "wrap=#1", &trusted));
	officer.is_officer = true;
	words_attrs(&trust, "trst=#1");
	CHECK_OK(kc_keychain_key_amend(home.keychain, &officer, trusted.id, &trust));
	for (size_t i = 0; i < KC_COUNT_OF(rows) * 2; i++) {
		const bool transient = i % 2;
		KC_CLEANUP_FOUND struct kc_found key = {0};
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;
		KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
		char attrs[96], query[32];

		snprintf(query, sizeof query, "labl=%zu", i);
		snprintf(attrs, sizeof attrs, "kcls=#2 %s %s", query, rows[i / 2].attrs);
		CHECK_OK_FATAL(own_create(&home, attrs, "the value", transient, &key));
		CHECK_MSG(kc_keychain_key_reveal(home.keychain, &home_user, key.id, &value) ==
				  rows[i / 2].revealed,
			rows[i / 2].attrs);
		CHECK_MSG(wrap(&home, wrapping.id, &kwp, key.id, &box) == rows[i / 2].wrapped,
			rows[i / 2].attrs);
		CHECK(wrap(&home, trusted.id, &kwp, key.id, &box) == KC_OK ||
			rows[i / 2].wrapped == KC_E_NOT_EXTRACTABLE);
		if (transient)
			continue;
		CHECK_OK_FATAL(words_find(&home, KC_CLASS_KEY, query, &found));
		CHECK(found.count == 1);
		CHECK_MSG(found.rows[0].has_secret == rows[i / 2].found, rows[i / 2].attrs);
	}
}

/* What another program stored with SecItem keeps its ways, and can be used all the same. */
static void secret_items_of_others_are_keys(void)
{
	KC_CLEANUP_FOUND struct kc_found item = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(words_add_as(
		&home, &home_user, KC_CLASS_KEY, "kcls=#2 labl=raw", "any bytes", &item));
	CHECK(words_has_secret(&home, KC_CLASS_KEY, "labl=raw", "any bytes"));
	CHECK_OK(own_mac(&home, &home_user, item.id));
	CHECK_OK(words_update(&home, KC_CLASS_KEY, "labl=raw", "sign=#0", NULL));
	CHECK_ERR(own_mac(&home, &home_user, item.id), KC_E_KEY_USE);
}

/* An update does not loosen what an item says of its key. */
static void items_are_not_loosened(void)
{
	static const struct {
		const char *attrs, *changes;
		kc_err err;
	} rows[] = {
		{"sens=#0 extr=#1", "sens=#1 extr=#0 wwtr=#1", KC_OK},
		{"sens=#1 extr=#1", "sens=#0", KC_E_NOT_MODIFIABLE},
		{"sens=#1 extr=#0", "extr=#1", KC_E_NOT_MODIFIABLE},
		{"sens=#0 extr=#0", "extr=#1", KC_E_NOT_MODIFIABLE},
		{"sens=#0 extr=#0", "kcls=#0", KC_E_NOT_MODIFIABLE},
		{"sens=#0 extr=#1 wwtr=#1", "wwtr=#0", KC_E_NOT_MODIFIABLE},
		{"sens=#0 extr=#1 wwtr=#1", "desc=x", KC_E_NO_SUCH_ATTR},
		{"sens=#0 extr=#1 wwtr=#1", "atag=x", KC_OK},
	};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_FOUND struct kc_found key = {0};
		char attrs[96], query[32];

		snprintf(query, sizeof query, "labl=%zu", i);
		snprintf(attrs, sizeof attrs, "kcls=#2 %s %s", query, rows[i].attrs);
		CHECK_OK_FATAL(own_create(&home, attrs, "value", false, &key));
		CHECK_MSG(words_update(&home, KC_CLASS_KEY, query, rows[i].changes, NULL) ==
				  rows[i].err,
			rows[i].changes);
	}
}

/* Keys of every kind, wrapped by every kind, come back as they were, but with no past. */
static void wrapped_keys_come_back(void)
{
	static const struct {
		uint32_t type;
		unsigned bits;
	} kinds[] = {{KC_KEY_RSA, 2048}, {KC_KEY_EC, 384}, {KC_KEY_ED25519, 0}, {KC_KEY_X448, 0},
		{KC_SECRET_AES, 192}, {KC_SECRET_GENERIC, 136}};
	KC_CLEANUP_FOUND_LIST struct kc_found_list rsa = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND struct kc_found aes = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(own_generate(&home, KC_SECRET_AES, 256, "", &aes));
	CHECK_OK_FATAL(own_generate_pair(&home, KC_KEY_RSA, 2048, "labl=w", "labl=w", 0, &rsa));
	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++) {
		bool is_secret = kc_secret_type_is(kinds[i].type);
		KC_CLEANUP_FOUND_LIST struct kc_found_list made = KC_FOUND_LIST_INIT;
		KC_CLEANUP_FOUND struct kc_found back = {0};
		KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
		KC_CLEANUP_SECRET struct kc_secret one = KC_SECRET_INIT, two = KC_SECRET_INIT;
		char attrs[96];

		CHECK_OK_FATAL(
			own_generate_pair(&home, kinds[i].type, kinds[i].bits, "sens=#0 extr=#1",
				"", KC_KEEP_PRIVATE_TRANSIENT | KC_KEEP_NO_PUBLIC, &made));
		CHECK_OK_FATAL(wrap(&home, aes.id, &kwp, made.rows[0].id, &box));
		snprintf(attrs, sizeof attrs, "kcls=#%d type=#%u sens=#0 extr=#1 labl=%zu",
			is_secret ? 2 : 1, kinds[i].type, i);
		CHECK_OK_FATAL(unwrap(&home, aes.id, &kwp, &box, attrs, i % 2, &back));
		own_check(&back.attrs, "locl=0 asen=0 next=0 extr=1", "unwrapped");
		CHECK_OK(kc_keychain_key_reveal(home.keychain, &home_user, made.rows[0].id, &one));
		CHECK_OK(kc_keychain_key_reveal(home.keychain, &home_user, back.id, &two));
		CHECK(one.len && kc_bytes_equal(kc_secret_bytes(&one), kc_secret_bytes(&two)));
		box.data[3] ^= 1;
		kc_found_done(&back);
		CHECK_ERR(unwrap(&home, aes.id, &kwp, &box, attrs, true, &back), KC_E_DECRYPT);
		if (!is_secret)
			continue;
		/* By a public key: an item, or one that comes with the question. */
		for (int by_spki = 0; by_spki < 2; by_spki++) {
			kc_buf_reset(&box);
			CHECK_OK(kc_keychain_key_wrap(home.keychain, &home_user,
				by_spki ? 0 : rsa.rows[1].id,
				by_spki ? kc_attrs_get_bytes(&rsa.rows[1].attrs, SPKI) : NONE,
				&oaep, made.rows[0].id, &box));
			kc_found_done(&back);
			CHECK_OK_FATAL(
				unwrap(&home, rsa.rows[0].id, &oaep, &box, attrs, true, &back));
			CHECK_OK(kc_keychain_key_reveal(home.keychain, &home_user, back.id, &two));
			CHECK(kc_bytes_equal(kc_secret_bytes(&one), kc_secret_bytes(&two)));
		}
	}
}

/* --- copies ------------------------------------------------------------------------------------
 */

static void copies_are_the_same_key(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (int i = 0; i < 8; i++) {
		bool from_transient = i & 1, to_transient = i & 2, is_pair = i & 4;
		KC_CLEANUP_FOUND_LIST struct kc_found_list made = KC_FOUND_LIST_INIT;
		KC_CLEANUP_FOUND struct kc_found copy = {0}, again = {0};
		KC_CLEANUP_ATTRS struct kc_attrs changes = KC_ATTRS_INIT;
		KC_CLEANUP_SECRET struct kc_secret one = KC_SECRET_INIT, two = KC_SECRET_INIT;
		char attrs[96];

		snprintf(attrs, sizeof attrs, "labl=%d sens=#0 extr=#1 ckid=%%0102 pdmn=ck", i);
		CHECK_OK_FATAL(own_generate_pair(&home, is_pair ? KC_KEY_EC : KC_SECRET_AES, 256,
			attrs, "",
			KC_KEEP_NO_PUBLIC | (from_transient ? KC_KEEP_PRIVATE_TRANSIENT : 0),
			&made));
		words_attrs(&changes, "labl=copied");
		CHECK_OK_FATAL(kc_keychain_key_copy(
			home.keychain, &home_user, made.rows[0].id, &changes, to_transient, &copy));
		CHECK(copy.id != made.rows[0].id);
		CHECK(((copy.id & KC_TRANSIENT_BIT) != 0) == to_transient);
		CHECK(strcmp(words_text(&copy.attrs, "labl"), "copied") == 0);
		CHECK(strcmp(words_text(&copy.attrs, "pdmn"), "ck") == 0);
		CHECK(kc_attrs_get_bytes(&copy.attrs, KC_NAME('c', 'k', 'i', 'd')).len == 2);
		own_check(&copy.attrs, "locl=1 asen=0 next=0 sens=0 extr=1", "copied");
		CHECK_OK(kc_keychain_key_reveal(home.keychain, &home_user, copy.id, &one));
		CHECK_OK(kc_keychain_key_reveal(home.keychain, &home_user, made.rows[0].id, &two));
		CHECK(kc_bytes_equal(kc_secret_bytes(&one), kc_secret_bytes(&two)));
		/* Equal objects may exist. */
		CHECK_OK(kc_keychain_key_copy(home.keychain, &home_user, made.rows[0].id, &changes,
			to_transient, &again));
	}
}

static void what_is_not_to_be_copied_is_not(void)
{
	KC_CLEANUP_FOUND struct kc_found key = {0}, copy = {0};
	KC_CLEANUP_ATTRS struct kc_attrs none = KC_ATTRS_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(own_create(&home, "kcls=#2 copy=#0", "value", true, &key));
	CHECK_ERR(kc_keychain_key_copy(home.keychain, &home_user, key.id, &none, true, &copy),
		KC_E_NOT_ALLOWED);
}

/* --- keys that ask each time -------------------------------------------------------------------
 */

static void each_use_wants_the_password(void)
{
	struct kc_caller other = home_user;
	struct kc_bytes password = kc_bytes_str("password");
	CLEANUP_HOME struct home home = HOME_INIT;

	other.program = 9;
	home_init(&home);
	for (int transient = 0; transient < 2; transient++) {
		KC_CLEANUP_FOUND struct kc_found key = {0};
		KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;
		uint64_t id, operation;

		CHECK_OK_FATAL(
			own_create(&home, "kcls=#2 alau=#1 labl=a", "value", transient, &key));
		id = key.id;
		CHECK_ERR(own_mac(&home, &home_user, id), KC_E_AUTH_NEEDED);
		CHECK_ERR(kc_keychain_key_authorize(
				  home.keychain, &home_user, id, kc_bytes_str("wrong")),
			KC_E_AUTH);
		CHECK_ERR(own_mac(&home, &home_user, id), KC_E_AUTH_NEEDED);
		/* Twice is once; and for one use. */
		for (int again = 0; again < 2; again++)
			CHECK_OK(
				kc_keychain_key_authorize(home.keychain, &home_user, id, password));
		CHECK_ERR(
			own_mac(&home, &other, id), transient ? KC_E_NOT_FOUND : KC_E_AUTH_NEEDED);
		CHECK_OK(own_mac(&home, &home_user, id));
		CHECK_ERR(own_mac(&home, &home_user, id), KC_E_AUTH_NEEDED);
		/* An operation is one use, from its beginning to its end. */
		CHECK_ERR(kc_keychain_mac_begin(
				  home.keychain, &home_user, id, false, &own_hmac, &operation),
			KC_E_AUTH_NEEDED);
		CHECK_OK(kc_keychain_key_authorize(home.keychain, &home_user, id, password));
		CHECK_OK_FATAL(kc_keychain_mac_begin(
			home.keychain, &home_user, id, false, &own_hmac, &operation));
		CHECK_OK(kc_keychain_operation_part(
			home.keychain, &home_user, operation, kc_bytes_str("m"), &code));
		CHECK_OK(kc_keychain_operation_end(
			home.keychain, &home_user, operation, NONE, NONE, &code));
		CHECK_ERR(own_mac(&home, &home_user, id), KC_E_AUTH_NEEDED);
		/* A use that is refused takes none; the end of the program, or a lock, does. */
		CHECK_OK(kc_keychain_key_authorize(home.keychain, &home_user, id, password));
		CHECK_ERR(derive(&home, id, &hashed, "", &(struct kc_found){0}), KC_E_KEY_USE);
		CHECK_OK(own_mac(&home, &home_user, id));
		if (transient)
			continue;
		CHECK_OK(kc_keychain_key_authorize(home.keychain, &home_user, id, password));
		kc_keychain_program_gone(home.keychain, home_user.program);
		CHECK_ERR(own_mac(&home, &home_user, id), KC_E_AUTH_NEEDED);
		CHECK_OK(kc_keychain_key_authorize(home.keychain, &home_user, id, password));
		kc_keychain_lock(home.keychain);
		home_unlock(&home);
		CHECK_ERR(own_mac(&home, &home_user, id), KC_E_AUTH_NEEDED);
	}
	CHECK_ERR(kc_keychain_key_authorize(home.keychain, &home_user, 999999, password),
		KC_E_NOT_FOUND);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(histories),
		CHECK_TEST(what_is_made_of_two_keys_is_as_both),
		CHECK_TEST(passwords_and_peers),
		CHECK_TEST(uses_are_marked),
		CHECK_TEST(keys_of_another_kind_are_told),
		CHECK_TEST(values_come_out_as_they_say),
		CHECK_TEST(secret_items_of_others_are_keys),
		CHECK_TEST(items_are_not_loosened),
		CHECK_TEST(wrapped_keys_come_back),
		CHECK_TEST(copies_are_the_same_key),
		CHECK_TEST(what_is_not_to_be_copied_is_not),
		CHECK_TEST(each_use_wants_the_password),
	};
	home_use_memory();
	return check_main("key policy", tests, KC_COUNT_OF(tests));
}
