/* SPDX-License-Identifier: ISC */
/* The table of handlers, and what is the same for every call. */
#include "service/dispatch.h"

#include "base/clock.h"

/* What a handler needs, and what follows from it. */
enum {
	NEEDS_KEYCHAIN = 1, /* fails with the reason when there is none */
	IS_USE = 2,	    /* keeps the keychain from locking itself as idle */
	MAY_LOCK = 4,	    /* or unlock: the timers look again */
	HAS_REPORT = 8,	    /* the result is sent with an error too */
};

static const struct row {
	kc_handler handle;
	unsigned flags;
} rows[] = {
	/* clang-format off */
	[KC_CALL_HELLO]           = {kc_handle_hello,           0},
	[KC_CALL_STATUS]          = {kc_handle_status,          0},
	[KC_CALL_SETUP]           = {kc_handle_setup,           IS_USE | MAY_LOCK},
	[KC_CALL_UNLOCK]          = {kc_handle_unlock,          NEEDS_KEYCHAIN | IS_USE | MAY_LOCK},
	[KC_CALL_LOCK]            = {kc_handle_lock,            NEEDS_KEYCHAIN | MAY_LOCK},
	[KC_CALL_CHANGE_PASSWORD] = {kc_handle_change_password, NEEDS_KEYCHAIN | IS_USE | MAY_LOCK},
	[KC_CALL_CHECK_PASSWORD]  = {kc_handle_check_password,  NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_LOGIN]           = {kc_handle_login,           NEEDS_KEYCHAIN | IS_USE | MAY_LOCK},
	[KC_CALL_LOGOUT]          = {kc_handle_logout,          0},
	[KC_CALL_STOP]            = {kc_handle_stop,            0},
	[KC_CALL_RENAME]          = {kc_handle_rename,          NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_OFFICER_LOGIN]   = {kc_handle_officer_login,   NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_OFFICER_LOGOUT]  = {kc_handle_officer_logout,  0},
	[KC_CALL_OFFICER_RESET]   = {kc_handle_officer_reset,   NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_OFFICER_CHANGE]  = {kc_handle_officer_change,  NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_OFFICER_SET]     = {kc_handle_officer_set,     NEEDS_KEYCHAIN | IS_USE | MAY_LOCK},
	[KC_CALL_OFFICER_ERASE]   = {kc_handle_officer_erase,   NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_TOKEN_USE]       = {kc_handle_token_use,       0},
	[KC_CALL_ITEM_ADD]        = {kc_handle_item_add,        NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_ITEM_FIND]       = {kc_handle_item_find,       NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_ITEM_UPDATE]     = {kc_handle_item_update,     NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_ITEM_DELETE]     = {kc_handle_item_delete,     NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_GENERATE]    = {kc_handle_key_generate,    NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_IMPORT]          = {kc_handle_import,          NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_SIGN]        = {kc_handle_key_sign,        NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_VERIFY]      = {kc_handle_key_verify,      NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_DECRYPT]     = {kc_handle_key_decrypt,     NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_AGREE]       = {kc_handle_key_agree,       NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_GENERATE_IN] = {kc_handle_key_generate_in,   NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_CREATE]      = {kc_handle_key_create,        NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_COPY]        = {kc_handle_key_copy,          NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_DERIVE]      = {kc_handle_key_derive,        NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_UNWRAP]      = {kc_handle_key_unwrap,        NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_WRAP]        = {kc_handle_key_wrap,          NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_REVEAL]      = {kc_handle_key_reveal,        NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_AMEND]       = {kc_handle_key_amend,         NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_FORGET]      = {kc_handle_key_forget,        NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_KEY_AUTHORIZE]   = {kc_handle_key_authorize,     NEEDS_KEYCHAIN | IS_USE | MAY_LOCK},
	[KC_CALL_SECRET_ENCRYPT]  = {kc_handle_secret_encrypt,    NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_PUBLIC_ENCRYPT]  = {kc_handle_public_encrypt,    NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_PUBLIC_RECOVER]  = {kc_handle_public_recover,    NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_MAC_CHECK]       = {kc_handle_mac_check,         NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_CIPHER_BEGIN]    = {kc_handle_cipher_begin,      NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_MAC_BEGIN]       = {kc_handle_mac_begin,         NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_OPERATION_PART]  = {kc_handle_operation_part,    NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_OPERATION_END]   = {kc_handle_operation_end,     NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_OPERATION_REST]  = {kc_handle_operation_rest,    NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_OPERATION_DROP]  = {kc_handle_operation_drop,    NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_OPERATION_FORK]  = {kc_handle_operation_fork,    NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_SYNC_USE]        = {kc_handle_sync_use,        NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_SYNC_NOW]        = {kc_handle_sync_now,        NEEDS_KEYCHAIN | IS_USE | HAS_REPORT},
	[KC_CALL_SYNC_REPAIR]     = {kc_handle_sync_repair,     NEEDS_KEYCHAIN | IS_USE | HAS_REPORT},
	[KC_CALL_SYNC_STATUS]     = {kc_handle_sync_status,     NEEDS_KEYCHAIN},
	[KC_CALL_DEVICES]         = {kc_handle_devices,         NEEDS_KEYCHAIN},
	[KC_CALL_PAIR_START]      = {kc_handle_pair_start,      NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_PAIR_POLL]       = {kc_handle_pair_poll,       NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_PAIR_DECIDE]     = {kc_handle_pair_decide,     NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_PAIR_CANCEL]     = {kc_handle_pair_cancel,     NEEDS_KEYCHAIN},
	[KC_CALL_JOIN_START]      = {kc_handle_join_start,      NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_JOIN_POLL]       = {kc_handle_join_poll,       NEEDS_KEYCHAIN | IS_USE | HAS_REPORT},
	[KC_CALL_JOIN_CANCEL]     = {kc_handle_join_cancel,     NEEDS_KEYCHAIN},
	[KC_CALL_DEVICE_REMOVE]   = {kc_handle_device_remove,   NEEDS_KEYCHAIN | IS_USE | HAS_REPORT},
	[KC_CALL_DEVICE_COUNTER]  = {kc_handle_device_counter,  NEEDS_KEYCHAIN | IS_USE | HAS_REPORT},
	[KC_CALL_LEAVE]           = {kc_handle_leave,           NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_NEW_KEYS]        = {kc_handle_new_keys,        NEEDS_KEYCHAIN | IS_USE | HAS_REPORT},
	[KC_CALL_ITEM_HISTORY]    = {kc_handle_item_history,    NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_ITEM_RESTORE]    = {kc_handle_item_restore,    NEEDS_KEYCHAIN | IS_USE},
	[KC_CALL_HISTORY]         = {kc_handle_history,         NEEDS_KEYCHAIN},
	[KC_CALL_EXPOSURE]        = {kc_handle_exposure,        NEEDS_KEYCHAIN},
	[KC_CALL_STORE_VIEW]      = {kc_handle_store_view,      NEEDS_KEYCHAIN},
	[KC_CALL_EVIDENCE]        = {kc_handle_evidence,        NEEDS_KEYCHAIN},
	[KC_CALL_ACCOUNT_PASSWORD] = {kc_handle_account_password, NEEDS_KEYCHAIN | IS_USE | HAS_REPORT},
	[KC_CALL_ACCOUNT_ACCEPT]  = {kc_handle_account_accept,  NEEDS_KEYCHAIN | IS_USE | HAS_REPORT},
	/* clang-format on */
};

static bool is_pair(const struct kc_attrs *attrs)
{
	return kc_attrs_get_number(attrs, KC_NAME('k', 'c', 'l', 's'), KC_KEY_PRIVATE) ==
	       KC_KEY_PRIVATE;
}

/* Whether the call may compute for seconds: an RSA key is looked for, completed or tried, a
 * password stretched. */
static bool is_long(const struct kc_request *request, enum kc_call call)
{
	const struct kc_field *fields = request->arguments.fields;

	if (call == KC_CALL_KEY_GENERATE || call == KC_CALL_KEY_GENERATE_IN)
		return fields[0].number == KC_KEY_RSA;
	if (call == KC_CALL_KEY_DERIVE)
		return fields[1].derive->scheme == KC_DERIVE_PBKDF2;
	if (call == KC_CALL_KEY_CREATE)
		return is_pair(fields[1].attrs);
	if (call == KC_CALL_KEY_UNWRAP)
		return is_pair(fields[3].attrs);
	return call == KC_CALL_IMPORT;
}

static kc_err run(struct kc_request *request, enum kc_call call, kc_handler handler)
{
	kc_err err;

	if (!is_long(request, call))
		return handler(request);
	KC_TRY(kc_application_begin_work(
		request->application, &request->service->stopping, request->process));
	err = handler(request);
	kc_application_end_work(request->application);
	return err;
}

static kc_err handle(
	struct kc_request *request, const struct kc_call_row *call, const struct row *row)
{
	kc_err err;

	if (call->who == KC_CALL_WHO_USER && request->application->access.sandboxed)
		return KC_ERR(NOT_ALLOWED);
	if (row->flags & IS_USE)
		atomic_store(&request->service->used_us, kc_clock_monotonic_us());
	if (row->flags & NEEDS_KEYCHAIN)
		KC_TRY(kc_service_keychain(request->service, &request->keychain));
	err = run(request, call->call, row->handle);
	if (err == KC_E_REPLACED) /* the next service opens what is there now, and looks at all of
				     it */
		kc_service_stop(request->service);
	if (call->changes && !request->is_own)
		kc_service_changed(request->service);
	if (row->flags & MAY_LOCK)
		kc_service_wake(request->service);
	return err;
}

/* A result that no message holds leaves the error that says so. */
static kc_err build_reply(const struct kc_call_row *call, kc_err err,
	const struct kc_record *result, struct kc_buf *reply)
{
	kc_err built = kc_message_build_reply(call, err, result, reply);

	if (built != KC_E_TOO_LARGE)
		return built;
	kc_buf_reset(reply);
	return kc_message_build_reply(call, KC_E_TOO_LARGE, NULL, reply);
}

static void request_done(struct kc_request *request)
{
	kc_record_done(&request->arguments);
	kc_record_done(&request->result);
}

kc_err kc_dispatch(struct kc_service *service, struct kc_application *application, int process,
	struct kc_bytes message, struct kc_buf *reply)
{
	const char *const groups[] = {application->access.group};
	const struct kc_call_row *call = NULL;
	KC_CLEANUP(request_done)
	struct kc_request request = {
		.service = service,
		.application = application,
		.process = process,
		.caller = {groups, 1, !application->access.sandboxed, application->number,
			kc_application_is_officer(application)},
	};
	bool has_result;
	kc_err err;

	kc_record_init(&request.arguments);
	kc_record_init(&request.result);
	err = kc_message_parse_request(message, &call, &request.arguments);
	if (err == KC_OK)
		err = handle(&request, call, &rows[call->call]);
	has_result = err == KC_OK || (call && rows[call->call].flags & HAS_REPORT);
	return build_reply(call, err, has_result ? &request.result : NULL, reply);
}
