/* SPDX-License-Identifier: ISC */
/*
 * PKCS#11 3.1, 5.18.3: wrapping keys, in the service. What a key says about being wrapped is told
 * here, with the standard's own words, and enforced there.
 */
#include <string.h>

#include "module/object/attribute.h"
#include "module/object/fetch.h"
#include "module/object/key_template.h"
#include "module/session/module.h"
#include "module/form/names.h"
#include "module/mechanism/params.h"
#include "module/mechanism/policy.h"

/* What is to be done, and with what. */
struct wrapping {
	const struct kc_mechanism *row;
	struct kc_params params;
	struct kc_object *by, *key;
};

static void wrapping_done(struct wrapping *wrapping)
{
	kc_params_done(&wrapping->params);
	if (wrapping->by)
		kc_object_put(wrapping->by);
	if (wrapping->key)
		kc_object_put(wrapping->key);
}

static CK_RV check_by(struct kc_session *session, const struct wrapping *wrapping)
{
	const struct kc_object *by = wrapping->by;

	if (!(by->kind & (KC_OBJECT_PUBLIC | KC_OBJECT_SECRET)) ||
		!kc_mechanism_takes(wrapping->row, by->key_type))
		return CKR_WRAPPING_KEY_TYPE_INCONSISTENT;
	if (!kc_policy_fits_size(session->module, wrapping->row, by))
		return CKR_WRAPPING_KEY_SIZE_RANGE;
	return kc_policy_allows(by, CKA_WRAP, wrapping->row->type);
}

/* A block of RSA holds no private key, and whole blocks do not give one back: nothing tells its end
 * from the zeros behind it (PKCS#11 3.1, 6.13.4 and 6.13.5). */
static bool holds_secrets_only(const struct kc_mechanism *row)
{
	return row->cipher == KC_CIPHER_RSA_RAW || row->cipher == KC_CIPHER_RSA_PKCS1 ||
	       row->cipher == KC_CIPHER_RSA_OAEP || row->cipher == KC_CIPHER_ECB ||
	       row->cipher == KC_CIPHER_CBC;
}

static CK_RV check_key(const struct wrapping *wrapping)
{
	const struct kc_object *key = wrapping->key;

	if (!(key->kind & (KC_OBJECT_PRIVATE | KC_OBJECT_SECRET)))
		return CKR_KEY_NOT_WRAPPABLE;
	if (!kc_policy_is_true(key, CKA_EXTRACTABLE))
		return CKR_KEY_UNEXTRACTABLE;
	if (kc_policy_is_true(key, CKA_WRAP_WITH_TRUSTED) &&
		!kc_policy_is_true(wrapping->by, CKA_TRUSTED))
		return CKR_KEY_NOT_WRAPPABLE;
	if (key->kind == KC_OBJECT_PRIVATE && holds_secrets_only(wrapping->row))
		return CKR_KEY_NOT_WRAPPABLE;
	return kc_key_template_matches(
		       kc_attrs_get_bytes(&wrapping->by->item.attrs, KC_ATTR_WRTM), key)
		       ? CKR_OK
		       : CKR_KEY_HANDLE_INVALID;
}

static CK_RV prepare(struct kc_session *session, const CK_MECHANISM *asked, CK_OBJECT_HANDLE by,
	CK_OBJECT_HANDLE key, struct wrapping *ret)
{
	KC_RV_TRY(kc_mechanism_ask(session->module, asked, CKF_WRAP, &ret->row));
	KC_RV_TRY(kc_params_of_cipher(ret->row, asked, &ret->params));
	KC_RV_TRY(kc_policy_fetch(session, by, CKR_WRAPPING_KEY_HANDLE_INVALID, &ret->by));
	KC_RV_TRY(kc_policy_fetch(session, key, CKR_KEY_HANDLE_INVALID, &ret->key));
	KC_RV_TRY(check_by(session, ret));
	return check_key(ret);
}

static kc_err ask_once(
	struct kc_session *session, const struct wrapping *wrapping, struct kc_buf *ret)
{
	const struct kc_object *by = wrapping->by;
	bool is_here = by->kind == KC_OBJECT_PUBLIC && !kc_object_is_on_token(by);

	return kc_client_key_wrap(session->module->client, is_here ? 0 : by->item.id,
		is_here ? kc_object_spki(by) : kc_bytes(NULL, 0), &wrapping->params.cipher,
		wrapping->key->item.id, ret);
}

/* clang-format off */
static const struct kc_policy_answer answers[] = {
	{KC_E_KEY_TYPE,        CKR_WRAPPING_KEY_TYPE_INCONSISTENT},
	{KC_E_KEY_SIZE,        CKR_KEY_SIZE_RANGE},
	{KC_E_DATA_LEN,        CKR_KEY_SIZE_RANGE},
	{KC_E_NOT_EXTRACTABLE, CKR_KEY_UNEXTRACTABLE},
	{KC_E_NOT_ALLOWED,     CKR_KEY_NOT_WRAPPABLE},
	{KC_E_NOT_FOUND,       CKR_KEY_HANDLE_INVALID},
};
/* clang-format on */

static CK_RV ask(struct kc_session *session, const struct wrapping *wrapping, struct kc_buf *ret)
{
	kc_err err = ask_once(session, wrapping, ret);

	if (err == KC_E_LOCKED) {
		KC_RV_OF(kc_client_login(session->module->client, kc_bytes(NULL, 0)));
		err = ask_once(session, wrapping, ret);
	}
	return kc_policy_answer(err, answers, KC_COUNT_OF(answers));
}

/* The length is only known when it is done, of a private key at least: so asking for it wraps too.
 */
CK_RV C_WrapKey(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR asked, CK_OBJECT_HANDLE by,
	CK_OBJECT_HANDLE key, CK_BYTE_PTR wrapped, CK_ULONG_PTR wrapped_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP(wrapping_done) struct wrapping wrapping = {0};
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT;
	CK_ULONG room;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!wrapped_len)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(prepare(session, asked, by, key, &wrapping));
	KC_RV_TRY(ask(session, &wrapping, &made));
	room = *wrapped_len;
	*wrapped_len = made.len;
	if (!wrapped)
		return CKR_OK;
	if (room < made.len)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(wrapped, made.data, made.len);
	return CKR_OK;
}
