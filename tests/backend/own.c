/* SPDX-License-Identifier: ISC */
/* Short words for keys of one program, and keys out of keys. */
#include "tests/backend/own.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"

const struct kc_sign_params own_hmac = {.scheme = KC_SIGN_HMAC, .hash = KC_HASH_SHA256};

kc_err own_generate_pair(struct home *home, uint32_t type, unsigned bits, const char *private,
	const char *public, unsigned keep, struct kc_found_list *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs private_attrs = KC_ATTRS_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs public_attrs = KC_ATTRS_INIT;

	words_attrs(&private_attrs, private);
	words_attrs(&public_attrs, public);
	return kc_keychain_key_generate_in(home->keychain, &home_user,
		&(struct kc_key_spec){.type = type, .bits = bits}, &private_attrs, &public_attrs,
		keep, ret);
}

kc_err own_generate(
	struct home *home, uint32_t type, unsigned bits, const char *attrs, struct kc_found *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list made = KC_FOUND_LIST_INIT;

	KC_TRY(own_generate_pair(home, type, bits, attrs, "", KC_KEEP_PRIVATE_TRANSIENT, &made));
	CHECK_FATAL(made.count == 1);
	*ret = made.rows[0];
	made.rows[0] = (struct kc_found){0};
	return KC_OK;
}

kc_err own_create(struct home *home, const char *attrs, const char *value, bool transient,
	struct kc_found *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND struct kc_found made = {0};

	words_attrs(&given, attrs);
	KC_TRY(kc_keychain_key_create(
		home->keychain, &home_user, kc_bytes_str(value), &given, transient, &made));
	kc_found_done(ret);
	*ret = made;
	made = (struct kc_found){0};
	return KC_OK;
}

kc_err own_mac(struct home *home, const struct kc_caller *caller, uint64_t id)
{
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;

	KC_TRY(kc_keychain_key_sign(
		home->keychain, caller, id, &own_hmac, kc_bytes_str("message"), &code));
	CHECK(code.len == 32);
	return kc_buf_check(&code);
}

void own_check(const struct kc_attrs *attrs, const char *wanted, const char *what)
{
	char text[512], said[128];
	char *state = NULL;

	snprintf(text, sizeof text, "%s", wanted);
	for (char *word = strtok_r(text, " ", &state); word; word = strtok_r(NULL, " ", &state)) {
		long number = strtol(word + 5, NULL, 10);
		long is = (long)kc_attrs_get_number(attrs, kc_name_from(kc_bytes(word, 4)), -1);

		snprintf(said, sizeof said, "%s: %.4s is %ld", what, word, is);
		CHECK_MSG(is == number, said);
	}
}
