/* SPDX-License-Identifier: ISC */
/* Keys that the library has read from somebody's file become keys of ours by way of their stored
 * form, so that they pass the same checks as every other. */
#include <string.h>

#include "crypto/pk_impl.h"

/* Any curve of 256 bits would pass for P-256 by its size, and any point of it would be refused as
 * damaged. */
static bool has_our_curve(const EVP_PKEY *key)
{
	static const char *const groups[] = {
		"prime192v1", "secp224r1", "prime256v1", "secp384r1", "secp521r1"};
	char name[32];

	if (EVP_PKEY_get_group_name(key, name, sizeof name, NULL) != 1)
		return false;
	for (size_t i = 0; i < KC_COUNT_OF(groups); i++)
		if (strcmp(name, groups[i]) == 0)
			return true;
	return false;
}

static kc_err adopt_as(const struct kc_pk_kind *kind, EVP_PKEY *key, struct kc_pk **ret)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;

	if (kind == &kc_pk_ec &&
		(!has_our_curve(key) ||
			EVP_PKEY_set_utf8_string_param(key,
				OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed") != 1)) {
		kc_crypto_forget_errors();
		return KC_ERR(UNSUPPORTED);
	}
	KC_TRY(kind->store_private(key, &stored));
	return kc_pk_load(kind->type, true, kc_buf_bytes(&stored), ret);
}

kc_err kc_pk_adopt(EVP_PKEY *key, struct kc_pk **ret)
{
	for (size_t i = 0; i < KC_PK_KIND_COUNT; i++)
		if (EVP_PKEY_is_a(key, kc_pk_kinds[i]->name))
			return adopt_as(kc_pk_kinds[i], key, ret);
	return KC_ERR(UNSUPPORTED);
}
