/* SPDX-License-Identifier: ISC */
/*
 * Templates that keys carry: CKA_WRAP_TEMPLATE (what the wrapped key must be like),
 * CKA_UNWRAP_TEMPLATE and CKA_DERIVE_TEMPLATE (what the new key will be like), PKCS#11 3.1, 4.8 to
 * 4.10. An item holds them as KeyTemplate of doc/keycircle.asn1.
 */
#ifndef KC_MODULE_OBJECT_KEY_TEMPLATE_H
#define KC_MODULE_OBJECT_KEY_TEMPLATE_H

#include "module/object/template.h"

/* Appends what the item holds of an attribute whose value is an array of attributes. No template
 * within a template. CKR_ATTRIBUTE_VALUE_INVALID. */
CK_RV kc_key_template_build(const CK_ATTRIBUTE *given, struct kc_buf *ret);
/* Gives one to the caller by the rules for arrays of 5.7.5: sizes, or values where there is room.
 * CKR_BUFFER_TOO_SMALL. */
CK_RV kc_key_template_give(struct kc_bytes held, CK_ATTRIBUTE *asked);

/* One in memory again. */
struct kc_key_template {
	struct kc_template t; /* of the two that follow */
	CK_ATTRIBUTE *rows;
	struct kc_buf values;
};
#define KC_KEY_TEMPLATE_INIT       \
	{                          \
		.t = {.count = 0 } \
	}
#define KC_CLEANUP_KEY_TEMPLATE KC_CLEANUP(kc_key_template_done)
void kc_key_template_done(struct kc_key_template *template);

/* Whether an object has every value that a template demands; an absent template demands none. */
bool kc_key_template_matches(struct kc_bytes held, const struct kc_object *object);
/* A caller's template and what the template of a key adds to it. CKR_TEMPLATE_INCONSISTENT where
 * the two do not agree. The caller's is borrowed. */
CK_RV kc_key_template_merge(
	const struct kc_template *t, struct kc_bytes held, struct kc_key_template *ret);

/* A CK_ULONG in memory as items hold it, eight bytes, and back. */
void kc_key_template_put_number(struct kc_buf *ret, const uint8_t *number);
CK_ULONG kc_key_template_get_number(const uint8_t *held);

#endif
