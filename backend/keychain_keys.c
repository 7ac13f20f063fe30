/* SPDX-License-Identifier: ISC */
/* Key pairs behind the door. */
#include "backend/keychain_impl.h"

void kc_keychain_keys_drop(struct kc_keychain *keychain)
{
	(void)keychain;
}

void kc_keychain_keys_close(struct kc_keychain *keychain)
{
	(void)keychain;
}

kc_err kc_keychain_key_generate(struct kc_keychain *keychain, const struct kc_caller *caller,
	enum kc_key_type type, unsigned bits, const struct kc_attrs *private_attrs,
	const struct kc_attrs *public_attrs, bool store_public, struct kc_found *ret_private,
	struct kc_found *ret_public)
{
	(void)keychain, (void)caller, (void)type, (void)bits, (void)private_attrs;
	(void)public_attrs, (void)store_public, (void)ret_private, (void)ret_public;
	return KC_ERR(UNSUPPORTED);
}

kc_err kc_keychain_import(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct kc_bytes file, struct kc_bytes passphrase, const struct kc_attrs *attrs,
	struct kc_found_list *ret)
{
	(void)keychain, (void)caller, (void)file, (void)passphrase, (void)attrs, (void)ret;
	return KC_ERR(UNSUPPORTED);
}

kc_err kc_keychain_key_sign(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_sign_params *params, struct kc_bytes input,
	struct kc_buf *ret_signature)
{
	(void)keychain, (void)caller, (void)id, (void)params, (void)input, (void)ret_signature;
	return KC_ERR(UNSUPPORTED);
}

kc_err kc_keychain_key_verify(struct kc_keychain *keychain, struct kc_bytes spki,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_bytes signature)
{
	(void)keychain, (void)spki, (void)params, (void)input, (void)signature;
	return KC_ERR(UNSUPPORTED);
}
