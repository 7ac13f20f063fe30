/* SPDX-License-Identifier: ISC */
/* The circle behind the door. */
#include "backend/keychain_impl.h"

void kc_keychain_sync_close(struct kc_keychain *keychain)
{
	(void)keychain;
}

kc_err kc_keychain_sync_fill_status(
	struct kc_keychain *keychain, struct kc_txn *txn, struct kc_status *status)
{
	(void)keychain, (void)txn, (void)status;
	return KC_OK;
}

kc_err kc_keychain_sync_use(struct kc_keychain *keychain, const char *url, bool create,
	struct kc_bytes account_password)
{
	(void)keychain, (void)url, (void)create, (void)account_password;
	return KC_ERR(UNSUPPORTED);
}

kc_err kc_keychain_sync_now(struct kc_keychain *keychain, struct kc_sync_report *ret)
{
	(void)keychain, (void)ret;
	return KC_ERR(NO_STORE);
}

kc_err kc_keychain_sync_status(struct kc_keychain *keychain, struct kc_sync_report *ret)
{
	(void)keychain, (void)ret;
	return KC_ERR(NO_STORE);
}

kc_err kc_keychain_devices(struct kc_keychain *keychain, struct kc_device_list *ret)
{
	(void)keychain, (void)ret;
	return KC_ERR(NO_STORE);
}

kc_err kc_keychain_pair_start(struct kc_keychain *keychain, struct kc_bytes account_password,
	char ret_code[KC_PAIRING_CODE_LEN + 1])
{
	(void)keychain, (void)account_password, (void)ret_code;
	return KC_ERR(NO_STORE);
}

kc_err kc_keychain_pair_poll(struct kc_keychain *keychain, struct kc_device *ret_applicant)
{
	(void)keychain, (void)ret_applicant;
	return KC_ERR(NO_STORE);
}

kc_err kc_keychain_pair_decide(struct kc_keychain *keychain, bool let_in)
{
	(void)keychain, (void)let_in;
	return KC_ERR(NO_STORE);
}

void kc_keychain_pair_cancel(struct kc_keychain *keychain)
{
	(void)keychain;
}

kc_err kc_keychain_join_start(struct kc_keychain *keychain, const char *url, const char *code,
	struct kc_bytes account_password)
{
	(void)keychain, (void)url, (void)code, (void)account_password;
	return KC_ERR(UNSUPPORTED);
}

kc_err kc_keychain_join_poll(struct kc_keychain *keychain, struct kc_sync_report *ret)
{
	(void)keychain, (void)ret;
	return KC_ERR(NO_STORE);
}

void kc_keychain_join_cancel(struct kc_keychain *keychain)
{
	(void)keychain;
}
