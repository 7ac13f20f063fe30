/* SPDX-License-Identifier: ISC */
/* From templates to keys in the service, and from those to objects. */
#include "module/object/new_key.h"

#include <string.h>

#include "module/object/create.h"
#include "module/object/fetch.h"
#include "module/object/key_type.h"
#include "module/session/module.h"
#include "module/form/names.h"

#define MOST_LEN ((CK_ULONG)64 << 10)

void kc_new_key_done(struct kc_new_key *key)
{
	kc_attrs_done(&key->attrs);
}

CK_RV kc_new_key_check_class(const struct kc_template *t, CK_OBJECT_CLASS class)
{
	CK_ULONG given;

	KC_RV_TRY(kc_template_get_number(t, CKA_CLASS, class, &given));
	return given == class ? CKR_OK : CKR_TEMPLATE_INCONSISTENT;
}

CK_RV kc_new_key_secret_type(const struct kc_template *t, uint32_t otherwise, uint32_t *ret)
{
	CK_KEY_TYPE ckk;

	if (!kc_template_find(t, CKA_KEY_TYPE)) {
		*ret = otherwise;
		return CKR_OK;
	}
	KC_RV_TRY(kc_template_get_number(t, CKA_KEY_TYPE, 0, &ckk));
	return kc_key_type_find(ckk, KC_OBJECT_SECRET, NULL, ret);
}

size_t kc_new_key_fixed_len(uint32_t type)
{
	if (type == KC_SECRET_DES3)
		return 24;
	if (type == KC_SECRET_CHACHA20 || type == (KC_SECRET_OF_CKK | CKK_POLY1305))
		return 32;
	return 0;
}

CK_RV kc_new_key_check_len(uint32_t type, size_t len)
{
	size_t fixed = kc_new_key_fixed_len(type);
	bool fits = len > 0 && len <= MOST_LEN;

	if (fixed)
		fits = len == fixed;
	else if (type == KC_SECRET_AES)
		fits = len == 16 || len == 24 || len == 32;
	return fits ? CKR_OK : CKR_ATTRIBUTE_VALUE_INVALID;
}

static CK_RV read_len(const struct kc_template *t, uint32_t type, size_t *ret)
{
	CK_ULONG len;

	*ret = kc_new_key_fixed_len(type);
	if (!kc_template_find(t, CKA_VALUE_LEN))
		return CKR_OK;
	KC_RV_TRY(kc_template_get_number(t, CKA_VALUE_LEN, 0, &len));
	*ret = len;
	return kc_new_key_check_len(type, len);
}

/* A secret key of a session is its program's own, which may read it unless it said otherwise, as
 * the standard's defaults have it (PKCS#11 3.1, 4.10); what is on the token stays there. */
static void set_session_defaults(const struct kc_template *t, struct kc_attrs *attrs)
{
	if (!kc_template_find(t, CKA_SENSITIVE))
		kc_attrs_set_number(attrs, KC_ATTR_SENS, 0);
	if (!kc_template_find(t, CKA_EXTRACTABLE))
		kc_attrs_set_number(attrs, KC_ATTR_EXTR, 1);
}

CK_RV kc_new_key_read(const struct kc_session *session, const struct kc_template *t,
	enum kc_object_kind kind, uint32_t type, unsigned occasion, struct kc_new_key *ret)
{
	bool is_secret = kind == KC_OBJECT_SECRET, is_private;

	KC_RV_TRY(kc_template_check(t, kind, type, occasion));
	KC_RV_TRY(kc_create_place(session, t, &ret->on_token));
	if (is_secret)
		KC_RV_TRY(read_len(t, type, &ret->len));
	ret->type = type;
	KC_RV_TRY(kc_template_write(t, kind, type, &ret->attrs));
	if (is_secret && !ret->on_token)
		set_session_defaults(t, &ret->attrs);
	KC_RV_TRY(kc_create_common(session, t, true, &ret->attrs));
	KC_RV_TRY(kc_template_get_flag(t, CKA_PRIVATE, true, &is_private));
	kc_attrs_set_number(&ret->attrs, KC_ATTR_PRIV, is_private);
	kc_attrs_set_number(
		&ret->attrs, KC_ATTR_KCLS, is_secret ? KC_KEY_SYMMETRIC : KC_KEY_PRIVATE);
	kc_attrs_set_number(&ret->attrs, KC_ATTR_TYPE, type);
	KC_RV_OF(kc_attrs_check(&ret->attrs));
	return CKR_OK;
}

/* Which key it is in the service. */
struct place {
	uint64_t id;
	kc_name class;
	uint8_t ref[KC_PERSISTENT_REF_LEN];
};

static struct place place_of(const struct kc_found *found)
{
	struct place place = {.id = found->id, .class = found->class};

	memcpy(place.ref, found->ref, sizeof place.ref);
	return place;
}

/* Nobody hears when this fails: the call that made the key has its own failure to tell. */
static void drop(struct kc_session *session, const struct place *place)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	if (place->id & KC_TRANSIENT_BIT) {
		err = kc_client_key_forget(session->module->client, place->id);
	} else {
		query.class = place->class;
		query.has_ref = true;
		query.sync = KC_SYNC_ANY;
		query.limit = 1;
		memcpy(query.ref, place->ref, sizeof query.ref);
		err = kc_client_item_delete(session->module->client, &query, NULL);
	}
	(void)err;
}

static CK_RV keep(struct kc_session *session, const struct kc_template *t, bool on_token,
	struct kc_found *found, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;

	KC_RV_TRY(kc_object_new(session->token, found, false, NULL, &object));
	if (!object)
		return CKR_GENERAL_ERROR;
	if (!on_token)
		object->session = session->handle;
	KC_RV_TRY(kc_template_match(t, object));
	KC_RV_TRY(kc_fetch_keep(session, object));
	*ret = object->handle;
	return CKR_OK;
}

CK_RV kc_new_key_keep(struct kc_session *session, const struct kc_template *t, bool on_token,
	struct kc_found *found, CK_OBJECT_HANDLE *ret)
{
	struct place place = place_of(found);
	CK_RV rv = keep(session, t, on_token, found, ret);

	if (rv != CKR_OK)
		drop(session, &place);
	return rv;
}

void kc_new_key_undo(struct kc_session *session, CK_OBJECT_HANDLE handle)
{
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;
	struct place place;

	if (kc_fetch_known(session, handle, &object) != CKR_OK)
		return;
	place = place_of(&object->item);
	if (object->item.id)
		drop(session, &place);
	kc_fetch_forget(session, handle);
}
