/* SPDX-License-Identifier: ISC */
/* From templates to items, one function for each class of objects. */
#include "module/create.h"

#include <string.h>

#include "base/random.h"
#include "module/fetch.h"
#include "module/hasher.h"
#include "module/keyform.h"
#include "module/module.h"
#include "module/names.h"

#define DISCRIMINATOR_LEN 16

void kc_made_done(struct kc_made *made)
{
	kc_attrs_done(&made->attrs);
	kc_buf_done(&made->value);
}

CK_RV kc_create_place(
	const struct kc_session *session, const struct kc_template *t, bool *ret_on_token)
{
	KC_RV_TRY(kc_template_get_flag(t, CKA_TOKEN, false, ret_on_token));
	return *ret_on_token && !session->is_writable ? CKR_SESSION_READ_ONLY : CKR_OK;
}

CK_RV kc_create_common(const struct kc_session *session, const struct kc_template *t,
	bool is_private, struct kc_attrs *attrs)
{
	uint8_t discriminator[DISCRIMINATOR_LEN];

	KC_RV_TRY(kc_template_get_flag(t, CKA_PRIVATE, is_private, &is_private));
	kc_attrs_set_str(attrs, KC_ATTR_PDMN, is_private ? "ak" : "dk");
	kc_attrs_set_number(attrs, KC_ATTR_SYNC, session->token == KC_TOKEN_SYNC);
	kc_random_fill(discriminator, sizeof discriminator);
	kc_attrs_set_bytes(attrs, KC_ATTR_KCID, KC_BYTES_OF(discriminator));
	KC_RV_OF(kc_attrs_check(attrs));
	return CKR_OK;
}

CK_RV kc_create_adopt(struct kc_session *session, struct kc_found *found, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;

	KC_RV_TRY(kc_object_new(session->token, found, false, NULL, &object));
	if (!object)
		return CKR_GENERAL_ERROR;
	KC_RV_TRY(kc_fetch_keep(session, object));
	*ret = object->handle;
	return CKR_OK;
}

CK_RV kc_create_in_session(struct kc_session *session, struct kc_made *made, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_FOUND struct kc_found found = {.class = made->class, .has_secret = true};
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;

	KC_RV_OF(kc_attrs_check(&made->attrs));
	KC_RV_OF(kc_buf_check(&made->value));
	KC_RV_OF(kc_secret_set(&found.secret, kc_buf_bytes(&made->value)));
	kc_attrs_move(&found.attrs, &made->attrs);
	KC_RV_TRY(kc_object_new(session->token, &found, true, NULL, &object));
	object->session = session->handle;
	KC_RV_TRY(kc_fetch_keep(session, object));
	*ret = object->handle;
	return CKR_OK;
}

/* Stores an item, and answers with its handle. */
static CK_RV store(struct kc_session *session, struct kc_made *made, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_FOUND struct kc_found found = {0};
	struct kc_client_item item = {
		.class = made->class,
		.attrs = &made->attrs,
		.has_secret = true,
		.secret = kc_buf_bytes(&made->value),
	};

	KC_RV_OF(kc_attrs_check(&made->attrs));
	KC_RV_OF(kc_buf_check(&made->value));
	KC_RV_OF(kc_client_item_add(
		session->module->client, &item, KC_WANT_ATTRS | KC_WANT_HIDDEN, &found));
	return kc_create_adopt(session, &found, ret);
}

/* Stores what the service reads out of a file: it knows certificates, and computes public keys. */
static CK_RV import(struct kc_session *session, struct kc_made *made, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list list = KC_FOUND_LIST_INIT;
	kc_err err;

	KC_RV_OF(kc_attrs_check(&made->attrs));
	KC_RV_OF(kc_buf_check(&made->value));
	err = kc_client_import(session->module->client, kc_buf_bytes(&made->value),
		kc_bytes(NULL, 0), &made->attrs, &list);
	if (err == KC_E_DECODE)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	KC_RV_OF(err);
	return list.count == 1 ? kc_create_adopt(session, &list.rows[0], ret) : CKR_GENERAL_ERROR;
}

static CK_RV create_data(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_MADE struct kc_made made = KC_MADE_INIT;
	struct kc_bytes value = kc_template_get_bytes(t, CKA_VALUE);
	bool on_token;

	KC_RV_TRY(kc_template_check(t, KC_OBJECT_DATA, KC_KEY_RSA, KC_GIVEN_CREATE));
	KC_RV_TRY(kc_create_place(session, t, &on_token));
	made.class = KC_CLASS_GENERIC;
	KC_RV_TRY(kc_template_write(t, KC_OBJECT_DATA, KC_KEY_RSA, &made.attrs));
	KC_RV_TRY(kc_create_common(session, t, true, &made.attrs));
	kc_buf_push(&made.value, value.data, value.len);
	return on_token ? store(session, &made, ret) : kc_create_in_session(session, &made, ret);
}

/* The names and the serial number come out of the certificate, whatever the template says; and a
 * certificate is public. */
static CK_RV create_certificate(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_MADE struct kc_made made = KC_MADE_INIT;
	struct kc_bytes value;
	bool on_token, is_private;

	KC_RV_TRY(kc_template_check(t, KC_OBJECT_CERTIFICATE, KC_KEY_RSA, KC_GIVEN_CREATE));
	KC_RV_TRY(kc_template_need_bytes(t, CKA_VALUE, &value));
	KC_RV_TRY(kc_template_get_flag(t, CKA_PRIVATE, false, &is_private));
	if (is_private)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	KC_RV_TRY(kc_create_place(session, t, &on_token));
	if (!on_token)
		return CKR_TEMPLATE_INCONSISTENT;
	KC_RV_TRY(kc_template_write(t, KC_OBJECT_CERTIFICATE, KC_KEY_RSA, &made.attrs));
	kc_attrs_remove(&made.attrs, KC_ATTR_DSUB);
	kc_attrs_remove(&made.attrs, KC_ATTR_DISS);
	kc_attrs_remove(&made.attrs, KC_ATTR_DSER);
	KC_RV_TRY(kc_create_common(session, t, false, &made.attrs));
	kc_buf_push(&made.value, value.data, value.len);
	return import(session, &made, ret);
}

CK_RV kc_create_public_item(struct kc_bytes spki, struct kc_made *made)
{
	uint8_t label[KC_HASHER_MAX_LEN];
	struct kc_hasher hasher;
	struct kc_public_key key;
	unsigned bits;

	KC_RV_OF(kc_keyform_parse_spki(spki, &key));
	bits = kc_keyform_bits(&key);
	kc_hasher_start(&hasher, KC_HASH_SHA1);
	kc_hasher_update(&hasher, key.encoded);
	kc_hasher_finish(&hasher, label);
	made->class = KC_CLASS_KEY;
	kc_attrs_set_number(&made->attrs, KC_ATTR_KCLS, KC_KEY_PUBLIC);
	kc_attrs_set_number(&made->attrs, KC_ATTR_TYPE, key.type);
	kc_attrs_set_number(&made->attrs, KC_ATTR_BSIZ, bits);
	kc_attrs_set_number(&made->attrs, KC_ATTR_ESIZ, bits);
	kc_attrs_set_number(&made->attrs, KC_ATTR_PERM, 1);
	kc_attrs_set_bytes(
		&made->attrs, KC_ATTR_KLBL, kc_bytes(label, kc_hasher_len(KC_HASH_SHA1)));
	kc_attrs_set_bytes(&made->attrs, KC_ATTR_SPKI, spki);
	kc_buf_push(&made->value, key.encoded.data, key.encoded.len);
	return CKR_OK;
}

/* The key type of a template, by our numbers. */
static CK_RV key_type_of(const struct kc_template *t, enum kc_key_type *ret)
{
	/* clang-format off */
	static const struct {
		CK_KEY_TYPE theirs;
		enum kc_key_type ours;
	} types[] = {
		{CKK_RSA,        KC_KEY_RSA},
		{CKK_EC,         KC_KEY_EC},
		{CKK_EC_EDWARDS, KC_KEY_ED25519},
	};
	/* clang-format on */
	CK_KEY_TYPE theirs;

	if (!kc_template_find(t, CKA_KEY_TYPE))
		return CKR_TEMPLATE_INCOMPLETE;
	KC_RV_TRY(kc_template_get_number(t, CKA_KEY_TYPE, 0, &theirs));
	for (size_t i = 0; i < KC_COUNT_OF(types); i++) {
		if (types[i].theirs == theirs) {
			*ret = types[i].ours;
			return CKR_OK;
		}
	}
	return CKR_ATTRIBUTE_VALUE_INVALID;
}

/* The curve of a template for a key of the type. */
static CK_RV curve_of(
	const struct kc_template *t, enum kc_key_type type, const struct kc_curve **ret)
{
	struct kc_bytes params;

	KC_RV_TRY(kc_template_need_bytes(t, CKA_EC_PARAMS, &params));
	KC_RV_TRY(kc_keyform_find_curve(params, ret));
	return (*ret)->type == type ? CKR_OK : CKR_TEMPLATE_INCONSISTENT;
}

static CK_RV build_spki(const struct kc_template *t, enum kc_key_type type, struct kc_buf *ret)
{
	struct kc_bytes modulus, exponent, point;
	const struct kc_curve *curve;

	if (type == KC_KEY_RSA) {
		KC_RV_TRY(kc_template_need_bytes(t, CKA_MODULUS, &modulus));
		KC_RV_TRY(kc_template_need_bytes(t, CKA_PUBLIC_EXPONENT, &exponent));
		return kc_err_ckr(kc_keyform_build_spki_rsa(modulus, exponent, ret));
	}
	KC_RV_TRY(curve_of(t, type, &curve));
	KC_RV_TRY(kc_template_need_bytes(t, CKA_EC_POINT, &point));
	KC_RV_TRY(kc_keyform_get_point(point, curve, &point));
	return kc_err_ckr(kc_keyform_build_spki_curve(curve, point, ret));
}

static CK_RV create_public(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_MADE struct kc_made made = KC_MADE_INIT;
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT;
	enum kc_key_type type;
	bool on_token;

	KC_RV_TRY(key_type_of(t, &type));
	KC_RV_TRY(kc_template_check(t, KC_OBJECT_PUBLIC, type, KC_GIVEN_CREATE));
	KC_RV_TRY(kc_create_place(session, t, &on_token));
	KC_RV_TRY(build_spki(t, type, &spki));
	KC_RV_TRY(kc_create_public_item(kc_buf_bytes(&spki), &made));
	KC_RV_TRY(kc_template_write(t, KC_OBJECT_PUBLIC, type, &made.attrs));
	KC_RV_TRY(kc_create_common(session, t, false, &made.attrs));
	return on_token ? store(session, &made, ret) : kc_create_in_session(session, &made, ret);
}

static CK_RV build_pkcs8(const struct kc_template *t, enum kc_key_type type, struct kc_buf *ret)
{
	static const CK_ATTRIBUTE_TYPE types[KC_RSA_PARTS] = {
		[KC_RSA_N] = CKA_MODULUS,
		[KC_RSA_E] = CKA_PUBLIC_EXPONENT,
		[KC_RSA_D] = CKA_PRIVATE_EXPONENT,
		[KC_RSA_P] = CKA_PRIME_1,
		[KC_RSA_Q] = CKA_PRIME_2,
		[KC_RSA_DP] = CKA_EXPONENT_1,
		[KC_RSA_DQ] = CKA_EXPONENT_2,
		[KC_RSA_QI] = CKA_COEFFICIENT,
	};
	struct kc_bytes parts[KC_RSA_PARTS], scalar;
	const struct kc_curve *curve;

	if (type != KC_KEY_RSA) {
		KC_RV_TRY(curve_of(t, type, &curve));
		KC_RV_TRY(kc_template_need_bytes(t, CKA_VALUE, &scalar));
		return kc_err_ckr(kc_keyform_build_pkcs8_curve(curve, scalar, ret));
	}
	for (unsigned i = 0; i < KC_RSA_PARTS; i++)
		KC_RV_TRY(kc_template_need_bytes(t, types[i], &parts[i]));
	return kc_err_ckr(kc_keyform_build_pkcs8_rsa(parts, ret));
}

/* The service says what a key that came from outside is: sensitive and not extractable unless the
 * template wants it otherwise, and never always so. */
static CK_RV create_private(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_MADE struct kc_made made = KC_MADE_INIT;
	enum kc_key_type type;
	bool on_token;

	KC_RV_TRY(key_type_of(t, &type));
	KC_RV_TRY(kc_template_check(t, KC_OBJECT_PRIVATE, type, KC_GIVEN_CREATE));
	KC_RV_TRY(kc_create_place(session, t, &on_token));
	if (!on_token)
		return CKR_TEMPLATE_INCONSISTENT;
	kc_attrs_set_number(&made.attrs, KC_ATTR_KCLS, KC_KEY_PRIVATE); /* and no public one */
	KC_RV_TRY(kc_template_write(t, KC_OBJECT_PRIVATE, type, &made.attrs));
	KC_RV_TRY(kc_create_common(session, t, true, &made.attrs));
	KC_RV_TRY(build_pkcs8(t, type, &made.value));
	return import(session, &made, ret);
}

CK_RV kc_create_object(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	CK_OBJECT_CLASS class;

	if (!kc_template_find(t, CKA_CLASS))
		return CKR_TEMPLATE_INCOMPLETE;
	KC_RV_TRY(kc_template_get_number(t, CKA_CLASS, 0, &class));
	switch (kc_object_kind_of_class(class)) {
	case KC_OBJECT_DATA:
		return create_data(session, t, ret);
	case KC_OBJECT_CERTIFICATE:
		return create_certificate(session, t, ret);
	case KC_OBJECT_PUBLIC:
		return create_public(session, t, ret);
	case KC_OBJECT_PRIVATE:
		return create_private(session, t, ret);
	}
	return CKR_ATTRIBUTE_VALUE_INVALID;
}
