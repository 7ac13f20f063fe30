/* SPDX-License-Identifier: ISC */
/* The calls about the circle and its store. */
#include "service/dispatch.h"

/* A text field as a C string that buf owns; the parser lets no NUL through. */
static const char *text_of(const struct kc_field *field, struct kc_buf *buf)
{
	kc_buf_push(buf, field->bytes.data, field->bytes.len);
	return kc_buf_text(buf);
}

kc_err kc_handle_sync_use(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;
	const char *url = text_of(&fields[0], &buf);

	if (!url)
		return KC_ERR(NO_MEMORY);
	return kc_keychain_sync_use(request->keychain, url, fields[1].truth, fields[2].bytes);
}

kc_err kc_handle_sync_now(struct kc_request *request)
{
	return kc_keychain_sync_now(request->keychain, &request->result.report);
}

kc_err kc_handle_sync_repair(struct kc_request *request)
{
	return kc_keychain_sync_repair(request->keychain, &request->result.report);
}

kc_err kc_handle_sync_status(struct kc_request *request)
{
	return kc_keychain_sync_status(request->keychain, &request->result.report);
}

kc_err kc_handle_devices(struct kc_request *request)
{
	return kc_keychain_devices(request->keychain, &request->result.devices);
}

/* The last one that made a code lets in whoever knows it; an earlier one, which shows another code,
 * has no say in that. */
static bool is_sponsor(const struct kc_request *request)
{
	return atomic_load(&request->service->sponsor) == request->application->number;
}

/* Where nobody has made a code, the service that made this one's has ended. */
static kc_err check_sponsor(const struct kc_request *request)
{
	if (is_sponsor(request))
		return KC_OK;
	return atomic_load(&request->service->sponsor) ? KC_ERR(CANCELED) : KC_ERR(SERVICE);
}

kc_err kc_handle_pair_start(struct kc_request *request)
{
	char code[KC_PAIRING_CODE_LEN + 1];

	KC_TRY(kc_keychain_pair_start(request->keychain, request->arguments.fields[0].bytes, code));
	atomic_store(&request->service->sponsor, request->application->number);
	kc_buf_push(&request->result.buf, code, KC_PAIRING_CODE_LEN);
	kc_mem_wipe(code, sizeof code);
	return kc_buf_check(&request->result.buf);
}

kc_err kc_handle_pair_poll(struct kc_request *request)
{
	struct kc_device_list *list = &request->result.devices;
	struct kc_device applicant;

	KC_TRY(check_sponsor(request));
	KC_TRY(kc_keychain_pair_poll(request->keychain, &applicant));
	list->rows = malloc(sizeof *list->rows);
	if (!list->rows)
		return KC_ERR(NO_MEMORY);
	list->rows[0] = applicant;
	list->count = 1;
	return KC_OK;
}

kc_err kc_handle_pair_decide(struct kc_request *request)
{
	KC_TRY(check_sponsor(request));
	return kc_keychain_pair_decide(request->keychain, request->arguments.fields[0].truth);
}

kc_err kc_handle_pair_cancel(struct kc_request *request)
{
	if (is_sponsor(request))
		kc_keychain_pair_cancel(request->keychain);
	return KC_OK;
}

kc_err kc_handle_join_start(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	KC_CLEANUP_BUF struct kc_buf url_buf = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf code_buf = KC_BUF_INIT;
	const char *url = text_of(&fields[0], &url_buf);
	const char *code = text_of(&fields[1], &code_buf);

	if (!url || !code)
		return KC_ERR(NO_MEMORY);
	atomic_store(&request->service->applicant, request->application->number);
	return kc_keychain_join_start(request->keychain, url, code, fields[2].bytes);
}

kc_err kc_handle_join_poll(struct kc_request *request)
{
	return kc_keychain_join_poll(request->keychain, &request->result.report);
}

kc_err kc_handle_join_cancel(struct kc_request *request)
{
	kc_keychain_join_cancel(request->keychain);
	return KC_OK;
}

/* A device is named by all of its id. */
static kc_err id_of(const struct kc_field *field, const uint8_t **ret)
{
	*ret = field->bytes.data;
	return field->bytes.len == KC_DEVICE_ID_LEN ? KC_OK : KC_ERR(PARAM);
}

kc_err kc_handle_device_remove(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	const uint8_t *id;

	KC_TRY(id_of(&fields[0], &id));
	return kc_keychain_device_remove(request->keychain, id, fields[1].bytes, fields[2].truth,
		fields[3].number, &request->result.report);
}

kc_err kc_handle_device_counter(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	const uint8_t *id;

	KC_TRY(id_of(&fields[0], &id));
	return kc_keychain_device_counter(
		request->keychain, id, fields[1].bytes, &request->result.report);
}

kc_err kc_handle_leave(struct kc_request *request)
{
	return kc_keychain_leave(request->keychain, request->arguments.fields[0].truth);
}

kc_err kc_handle_new_keys(struct kc_request *request)
{
	return kc_keychain_rotate(request->keychain, &request->result.report);
}

kc_err kc_handle_history(struct kc_request *request)
{
	return kc_keychain_history(request->keychain, &request->result.history);
}

kc_err kc_handle_exposure(struct kc_request *request)
{
	const uint8_t *id;

	KC_TRY(id_of(&request->arguments.fields[0], &id));
	return kc_keychain_exposure(request->keychain, id, &request->result.exposure);
}

kc_err kc_handle_store_view(struct kc_request *request)
{
	return kc_keychain_store_view(
		request->keychain, request->arguments.fields[0].truth, &request->result.store_view);
}

kc_err kc_handle_evidence(struct kc_request *request)
{
	return kc_keychain_evidence(request->keychain, &request->result.buf);
}

kc_err kc_handle_account_password(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	return kc_keychain_account_password(
		request->keychain, fields[0].bytes, fields[1].bytes, &request->result.report);
}

kc_err kc_handle_account_accept(struct kc_request *request)
{
	return kc_keychain_account_accept(
		request->keychain, request->arguments.fields[0].bytes, &request->result.report);
}

void kc_handle_gone(struct kc_service *service, uint64_t application)
{
	struct kc_keychain *keychain = atomic_load(&service->keychain);
	uint64_t sponsor = application, applicant = application;

	if (!keychain)
		return;
	kc_keychain_program_gone(keychain, application);
	/* The other device would wait until its ten minutes are over. */
	if (atomic_compare_exchange_strong(&service->sponsor, &sponsor, 0))
		kc_keychain_pair_cancel(keychain);
	if (atomic_compare_exchange_strong(&service->applicant, &applicant, 0))
		kc_keychain_join_cancel(keychain);
}
