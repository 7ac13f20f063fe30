/* SPDX-License-Identifier: ISC */
/* The store between devices, and the circle of those that sync through it. */
#include "wire/client_impl.h"

/* A report comes with an error too. */
static kc_err run_with_fields(struct kc_client *client, enum kc_call number,
	const struct kc_field *fields, size_t count, struct kc_sync_report *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	kc_err err = kc_client_run(&call, client, number, fields, count);

	if (call.result.count) {
		kc_sync_report_done(ret);
		*ret = call.result.report;
		call.result.report = (struct kc_sync_report){0};
	}
	return err;
}

static kc_err run_for_report(
	struct kc_client *client, enum kc_call number, struct kc_sync_report *ret)
{
	return run_with_fields(client, number, NULL, 0, ret);
}

kc_err kc_client_sync_use(
	struct kc_client *client, const char *url, bool create, struct kc_bytes account_password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, SYNC_USE, KC_FIELD_S(kc_bytes_str(url)),
		KC_FIELD_T(create), KC_FIELD_B(account_password));
}

kc_err kc_client_sync_now(struct kc_client *client, struct kc_sync_report *ret)
{
	return run_for_report(client, KC_CALL_SYNC_NOW, ret);
}

kc_err kc_client_sync_repair(struct kc_client *client, struct kc_sync_report *ret)
{
	return run_for_report(client, KC_CALL_SYNC_REPAIR, ret);
}

kc_err kc_client_sync_status(struct kc_client *client, struct kc_sync_report *ret)
{
	return run_for_report(client, KC_CALL_SYNC_STATUS, ret);
}

kc_err kc_client_devices(struct kc_client *client, struct kc_device_list *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN_PLAIN(&call, client, DEVICES));
	kc_device_list_done(ret);
	*ret = call.result.devices;
	call.result.devices = (struct kc_device_list){0};
	return KC_OK;
}

kc_err kc_client_pair_start(
	struct kc_client *client, struct kc_bytes account_password, struct kc_buf *ret_code)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	struct kc_bytes code;

	KC_TRY(KC_CLIENT_RUN(&call, client, PAIR_START, KC_FIELD_B(account_password)));
	code = call.result.fields[0].bytes;
	kc_buf_push(ret_code, code.data, code.len);
	return kc_buf_check(ret_code);
}

kc_err kc_client_pair_poll(struct kc_client *client, struct kc_device *ret_applicant)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN_PLAIN(&call, client, PAIR_POLL));
	if (call.result.devices.count != 1)
		return KC_ERR(DECODE);
	*ret_applicant = call.result.devices.rows[0];
	return KC_OK;
}

kc_err kc_client_pair_decide(struct kc_client *client, bool let_in)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, PAIR_DECIDE, KC_FIELD_T(let_in));
}

kc_err kc_client_pair_cancel(struct kc_client *client)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN_PLAIN(&call, client, PAIR_CANCEL);
}

kc_err kc_client_join_start(struct kc_client *client, const char *url, const char *code,
	struct kc_bytes account_password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, JOIN_START, KC_FIELD_S(kc_bytes_str(url)),
		KC_FIELD_S(kc_bytes_str(code)), KC_FIELD_B(account_password));
}

kc_err kc_client_join_poll(struct kc_client *client, struct kc_sync_report *ret)
{
	return run_for_report(client, KC_CALL_JOIN_POLL, ret);
}

kc_err kc_client_join_cancel(struct kc_client *client)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN_PLAIN(&call, client, JOIN_CANCEL);
}

kc_err kc_client_device_remove(struct kc_client *client, const uint8_t id[static KC_DEVICE_ID_LEN],
	struct kc_bytes account_password, bool lost, uint64_t before_ms, struct kc_sync_report *ret)
{
	struct kc_field fields[] = {KC_FIELD_B(kc_bytes(id, KC_DEVICE_ID_LEN)),
		KC_FIELD_B(account_password), KC_FIELD_T(lost), KC_FIELD_U(before_ms)};

	return run_with_fields(client, KC_CALL_DEVICE_REMOVE, fields, KC_COUNT_OF(fields), ret);
}

kc_err kc_client_device_counter(struct kc_client *client, const uint8_t id[static KC_DEVICE_ID_LEN],
	struct kc_bytes account_password, struct kc_sync_report *ret)
{
	struct kc_field fields[] = {
		KC_FIELD_B(kc_bytes(id, KC_DEVICE_ID_LEN)), KC_FIELD_B(account_password)};

	return run_with_fields(client, KC_CALL_DEVICE_COUNTER, fields, KC_COUNT_OF(fields), ret);
}

kc_err kc_client_leave(struct kc_client *client, bool untold)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, LEAVE, KC_FIELD_T(untold));
}

kc_err kc_client_new_keys(struct kc_client *client, struct kc_sync_report *ret)
{
	return run_for_report(client, KC_CALL_NEW_KEYS, ret);
}

kc_err kc_client_history(struct kc_client *client, struct kc_history_list *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN_PLAIN(&call, client, HISTORY));
	kc_history_list_done(ret);
	*ret = call.result.history;
	call.result.history = (struct kc_history_list){0};
	return KC_OK;
}

kc_err kc_client_store_view(struct kc_client *client, bool whole, struct kc_store_view *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, STORE_VIEW, KC_FIELD_T(whole)));
	kc_store_view_done(ret);
	*ret = call.result.store_view;
	call.result.store_view = (struct kc_store_view){.parts = NULL};
	return KC_OK;
}

kc_err kc_client_evidence(struct kc_client *client, struct kc_buf *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	struct kc_bytes file;

	KC_TRY(KC_CLIENT_RUN_PLAIN(&call, client, EVIDENCE));
	file = call.result.fields[0].bytes;
	kc_buf_push(ret, file.data, file.len);
	return kc_buf_check(ret);
}

kc_err kc_client_exposure(struct kc_client *client, const uint8_t id[static KC_DEVICE_ID_LEN],
	struct kc_exposure *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, EXPOSURE, KC_FIELD_B(kc_bytes(id, KC_DEVICE_ID_LEN))));
	kc_exposure_done(ret);
	*ret = call.result.exposure;
	call.result.exposure = (struct kc_exposure){.refs = KC_BUF_INIT};
	return KC_OK;
}

kc_err kc_client_account_password(struct kc_client *client, struct kc_bytes old_password,
	struct kc_bytes new_password, struct kc_sync_report *ret)
{
	struct kc_field fields[] = {KC_FIELD_B(old_password), KC_FIELD_B(new_password)};

	return run_with_fields(client, KC_CALL_ACCOUNT_PASSWORD, fields, KC_COUNT_OF(fields), ret);
}

kc_err kc_client_account_accept(
	struct kc_client *client, struct kc_bytes password, struct kc_sync_report *ret)
{
	struct kc_field field = KC_FIELD_B(password);

	return run_with_fields(client, KC_CALL_ACCOUNT_ACCEPT, &field, 1, ret);
}
