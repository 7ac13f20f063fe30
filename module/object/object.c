/* SPDX-License-Identifier: ISC */
/* Objects and the table of their handles. */
#include "module/object/object.h"

#include "base/clock.h"
#include "module/form/names.h"

/* clang-format off */
static const struct {
	CK_OBJECT_CLASS class;
	enum kc_object_kind kind;
} classes[] = {
	{CKO_DATA,        KC_OBJECT_DATA},
	{CKO_CERTIFICATE, KC_OBJECT_CERTIFICATE},
	{CKO_PUBLIC_KEY,  KC_OBJECT_PUBLIC},
	{CKO_PRIVATE_KEY, KC_OBJECT_PRIVATE},
	{CKO_SECRET_KEY,  KC_OBJECT_SECRET},
	{CKO_PROFILE,     KC_OBJECT_PROFILE},
	{CKO_MECHANISM,   KC_OBJECT_MECHANISM},
};
/* clang-format on */

unsigned kc_object_kind_of_class(CK_OBJECT_CLASS class)
{
	for (size_t i = 0; i < KC_COUNT_OF(classes); i++)
		if (classes[i].class == class)
			return classes[i].kind;
	return 0;
}

CK_OBJECT_CLASS kc_object_class_of_kind(enum kc_object_kind kind)
{
	size_t i = 0;

	while (classes[i].kind != kind)
		i++;
	return classes[i].class;
}

/* 0 when PKCS#11 has no object for the item. */
static unsigned kind_of_item(const struct kc_found *item)
{
	if (item->class == KC_CLASS_GENERIC || item->class == KC_CLASS_INTERNET)
		return KC_OBJECT_DATA;
	if (item->class == KC_CLASS_CERTIFICATE)
		return KC_OBJECT_CERTIFICATE;
	if (item->class != KC_CLASS_KEY)
		return 0;
	switch (kc_attrs_get_number(&item->attrs, KC_ATTR_KCLS, -1)) {
	case KC_KEY_PUBLIC:
		return KC_OBJECT_PUBLIC;
	case KC_KEY_PRIVATE:
		return KC_OBJECT_PRIVATE;
	case KC_KEY_SYMMETRIC:
		return KC_OBJECT_SECRET;
	}
	return 0;
}

/* A certificate's value is public and may be large: it moves out of the arena for secrets. */
static CK_RV keep_value(struct kc_object *object)
{
	if (object->kind != KC_OBJECT_CERTIFICATE || !object->item.has_secret)
		return CKR_OK;
	kc_buf_push(&object->value, object->item.secret.data, object->item.secret.len);
	KC_RV_OF(kc_buf_check(&object->value));
	kc_secret_done(&object->item.secret);
	return CKR_OK;
}

CK_RV kc_object_new(enum kc_token_number token, struct kc_found *found, bool has_value,
	const struct kc_token_status *seen, struct kc_object **ret)
{
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;
	unsigned kind = kind_of_item(found);

	if (kind == 0) {
		*ret = NULL;
		return CKR_OK;
	}
	object = calloc(1, sizeof *object);
	if (!object)
		return CKR_HOST_MEMORY;
	atomic_init(&object->refs, 1);
	object->token = token;
	object->kind = (enum kc_object_kind)kind;
	if (kind & KC_OBJECT_KEY) {
		object->key_type = (uint32_t)kc_attrs_get_number(&found->attrs, KC_ATTR_TYPE, 0);
		object->key_bits = (unsigned)kc_attrs_get_number(&found->attrs, KC_ATTR_BSIZ, 0);
	}
	object->item = *found;
	object->has_value = has_value;
	*found = (struct kc_found){0};
	if (seen)
		object->seen = *seen;
	object->fetched_us = kc_clock_monotonic_us();
	KC_RV_TRY(keep_value(object));
	*ret = object;
	object = NULL;
	return CKR_OK;
}

struct kc_object *kc_object_ref(struct kc_object *object)
{
	atomic_fetch_add_explicit(&object->refs, 1, memory_order_relaxed);
	return object;
}

void kc_object_put(struct kc_object *object)
{
	if (atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel) != 1)
		return;
	kc_found_done(&object->item);
	kc_buf_done(&object->value);
	free(object);
}

bool kc_object_is_private(const struct kc_object *object)
{
	struct kc_bytes when = kc_attrs_get_bytes(&object->item.attrs, KC_ATTR_PDMN);

	return (object->kind & KC_OBJECT_ITEM) && (when.len == 0 || when.data[0] != 'd');
}

struct kc_bytes kc_object_spki(const struct kc_object *object)
{
	return kc_attrs_get_bytes(&object->item.attrs, KC_ATTR_SPKI);
}
