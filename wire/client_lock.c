/* SPDX-License-Identifier: ISC */
/* The lock, passwords, and the security officer. */
#include "wire/client_impl.h"

kc_err kc_client_setup(struct kc_client *client, struct kc_bytes password, const char *device)
{
	return kc_client_setup_with_officer(client, password, kc_bytes(NULL, 0), device);
}

kc_err kc_client_setup_with_officer(struct kc_client *client, struct kc_bytes password,
	struct kc_bytes officer_pin, const char *device)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, SETUP, KC_FIELD_B(password),
		KC_FIELD_S(kc_bytes_str(device)), KC_FIELD_B(officer_pin));
}

kc_err kc_client_unlock(struct kc_client *client, struct kc_bytes password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, UNLOCK, KC_FIELD_B(password));
}

kc_err kc_client_rename(struct kc_client *client, const char *device)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, RENAME, KC_FIELD_S(kc_bytes_str(device)));
}

kc_err kc_client_lock(struct kc_client *client)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN_PLAIN(&call, client, LOCK);
}

kc_err kc_client_change_password(
	struct kc_client *client, struct kc_bytes old_password, struct kc_bytes new_password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(
		&call, client, CHANGE_PASSWORD, KC_FIELD_B(old_password), KC_FIELD_B(new_password));
}

kc_err kc_client_check_password(struct kc_client *client, struct kc_bytes password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, CHECK_PASSWORD, KC_FIELD_B(password));
}

kc_err kc_client_login(struct kc_client *client, struct kc_bytes password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, LOGIN, KC_FIELD_B(password));
}

kc_err kc_client_logout(struct kc_client *client)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN_PLAIN(&call, client, LOGOUT);
}

kc_err kc_client_officer_login(struct kc_client *client, struct kc_bytes pin)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, OFFICER_LOGIN, KC_FIELD_B(pin));
}

kc_err kc_client_officer_logout(struct kc_client *client)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN_PLAIN(&call, client, OFFICER_LOGOUT);
}

kc_err kc_client_officer_reset(struct kc_client *client, struct kc_bytes new_password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, OFFICER_RESET, KC_FIELD_B(new_password));
}

kc_err kc_client_officer_change(
	struct kc_client *client, struct kc_bytes old_pin, struct kc_bytes new_pin)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(
		&call, client, OFFICER_CHANGE, KC_FIELD_B(old_pin), KC_FIELD_B(new_pin));
}

kc_err kc_client_officer_set(
	struct kc_client *client, struct kc_bytes password, struct kc_bytes pin)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, OFFICER_SET, KC_FIELD_B(password), KC_FIELD_B(pin));
}

kc_err kc_client_officer_erase(
	struct kc_client *client, struct kc_bytes pin, enum kc_sync_filter which)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, OFFICER_ERASE, KC_FIELD_B(pin), KC_FIELD_U(which));
}

kc_err kc_client_token_use(struct kc_client *client, enum kc_sync_filter which, bool has_sessions)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, TOKEN_USE, KC_FIELD_U(which), KC_FIELD_T(has_sessions));
}

kc_err kc_client_stop(struct kc_client *client)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN_PLAIN(&call, client, STOP);
}
