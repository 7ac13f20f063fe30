/* SPDX-License-Identifier: ISC */
/* Certificates (PKCS#11 3.1, 4.6). */
#include "module/form/certificate.h"

#include "module/object/create.h"
#include "module/form/hasher.h"
#include "module/form/names.h"

/* What the template leaves to a URL: the certificate's value then, and not the hashes. */
static CK_RV check_value(const struct kc_template *t, struct kc_bytes *ret)
{
	struct kc_bytes ignored;

	*ret = kc_template_get_bytes(t, CKA_VALUE);
	if (!kc_template_find(t, CKA_VALUE))
		return CKR_TEMPLATE_INCOMPLETE;
	if (ret->len)
		return CKR_OK;
	KC_RV_TRY(kc_template_need_bytes(t, CKA_URL, &ignored));
	KC_RV_TRY(kc_template_need_bytes(t, CKA_HASH_OF_SUBJECT_PUBLIC_KEY, &ignored));
	return kc_template_need_bytes(t, CKA_HASH_OF_ISSUER_PUBLIC_KEY, &ignored);
}

static CK_RV check(const struct kc_template *t, struct kc_bytes *ret_value)
{
	struct kc_bytes ignored;

	KC_RV_TRY(kc_template_check(t, KC_OBJECT_CERTIFICATE, 0, KC_GIVEN_CREATE));
	KC_RV_TRY(check_value(t, ret_value));
	KC_RV_TRY(kc_template_need_bytes(t, CKA_SUBJECT, &ignored));
	return kc_template_find(t, CKA_CERTIFICATE_TYPE) ? CKR_OK : CKR_TEMPLATE_INCOMPLETE;
}

/* The names and the serial number come out of the certificate, whatever the template says: not
 * every application writes them in DER. */
static CK_RV describe(struct kc_bytes value, struct kc_attrs *attrs)
{
	uint8_t hash[KC_HASHER_MAX_LEN];
	struct kc_certificate parts;
	struct kc_hasher hasher;

	if (kc_certificate_parse(value, &parts) != KC_OK)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	kc_hasher_start(&hasher, KC_HASH_SHA1);
	kc_hasher_update(&hasher, parts.key);
	kc_hasher_finish(&hasher, hash);
	kc_attrs_set_bytes(attrs, KC_ATTR_DSUB, parts.subject);
	kc_attrs_set_bytes(attrs, KC_ATTR_DISS, parts.issuer);
	kc_attrs_set_bytes(attrs, KC_ATTR_DSER, parts.serial);
	kc_attrs_set_bytes(attrs, KC_ATTR_PKHH, kc_bytes(hash, kc_hasher_len(KC_HASH_SHA1)));
	return CKR_OK;
}

/* The service fills in what SecItem wants to know. It also reads certificates that are not in DER,
 * and what it reads out of a file is public. */
static CK_RV store(struct kc_session *session, const struct kc_template *t, struct kc_made *made,
	CK_OBJECT_HANDLE *ret)
{
	bool is_private;

	if (made->value.len == 0 || describe(kc_buf_bytes(&made->value), &made->attrs) == CKR_OK)
		return kc_create_store(session, made, ret);
	KC_RV_TRY(kc_template_get_flag(t, CKA_PRIVATE, false, &is_private));
	if (is_private)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	kc_attrs_remove(&made->attrs, KC_ATTR_DSUB);
	kc_attrs_remove(&made->attrs, KC_ATTR_DISS);
	kc_attrs_remove(&made->attrs, KC_ATTR_DSER);
	return kc_create_import(session, made, ret);
}

CK_RV kc_create_certificate(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_MADE struct kc_made made = KC_MADE_INIT;
	struct kc_bytes value;
	bool on_token;

	KC_RV_TRY(check(t, &value));
	KC_RV_TRY(kc_create_place(session, t, &on_token));
	made.class = KC_CLASS_CERTIFICATE;
	KC_RV_TRY(kc_template_write(t, KC_OBJECT_CERTIFICATE, 0, &made.attrs));
	KC_RV_TRY(kc_create_common(session, t, false, &made.attrs));
	kc_buf_push(&made.value, value.data, value.len);
	KC_RV_TRY(kc_create_match(t, &made));
	if (on_token)
		return store(session, t, &made, ret);
	if (value.len)
		KC_RV_TRY(describe(value, &made.attrs));
	return kc_create_in_session(session, &made, ret);
}
