/* SPDX-License-Identifier: ISC */
/* Readers of attributes that objects of several kinds have. */
#include <string.h>

#include "module/form/certificate.h"
#include "module/form/date.h"
#include "module/form/hasher.h"
#include "module/object/key_template.h"
#include "module/form/names.h"
#include "module/object/readers.h"

/* A reader looks at the object, its row, or neither. */
#define UNUSED(argument) ((void)(argument))

KC_READER(class)
{
	UNUSED(row);
	return kc_cell_set_number(cell, kc_object_class_of_kind(object->kind));
}

KC_READER(token)
{
	UNUSED(row);
	return kc_cell_set_flag(cell, kc_object_is_on_token(object));
}

KC_READER(is_private)
{
	UNUSED(row);
	return kc_cell_set_flag(cell, kc_object_is_private(object));
}

/* The item's persistent reference, in hexadecimal since the attribute is text. */
KC_READER(unique_id)
{
	UNUSED(row);
	if (object->kind & KC_OBJECT_BUILTIN) {
		kc_buf_printf(&cell->made, "%s-%lu",
			object->kind == KC_OBJECT_PROFILE ? "profile" : "mechanism",
			object->number);
		return kc_cell_set_made(cell);
	}
	if (!kc_object_is_on_token(object))
		kc_buf_printf(&cell->made, "session-%lu", object->handle);
	for (size_t i = 0; kc_object_is_on_token(object) && i < sizeof object->item.ref; i++)
		kc_buf_printf(&cell->made, "%02x", object->item.ref[i]);
	return kc_cell_set_made(cell);
}

KC_READER(flag)
{
	bool otherwise = (row->kinds_true & object->kind) != 0;

	return kc_cell_set_flag(
		cell, kc_attrs_get_number(&object->item.attrs, row->ruler, otherwise) != 0);
}

KC_READER(number)
{
	return kc_cell_set_number(
		cell, (CK_ULONG)kc_attrs_get_number(&object->item.attrs, row->ruler, 0));
}

/* Eight bytes each, as items have them. */
KC_READER(numbers)
{
	struct kc_bytes held = kc_attrs_get_bytes(&object->item.attrs, row->ruler);

	for (size_t i = 0; i + 8 <= held.len; i += 8) {
		CK_ULONG number = kc_key_template_get_number(held.data + i);
		kc_buf_push(&cell->made, &number, sizeof number);
	}
	return kc_cell_set_made(cell);
}

KC_READER(synced)
{
	UNUSED(row);
	return kc_cell_set_flag(cell, object->item.synced);
}

/* What the policy decided, which the service tells; a session object goes nowhere. */
KC_READER(view)
{
	struct kc_bytes view = kc_attrs_get_bytes(&object->item.attrs, KC_ATTR_VIEW);

	UNUSED(row);
	return kc_cell_set_bytes(cell, view.len ? view : kc_bytes_str("never"));
}

/* Which profile or mechanism. */
KC_READER(which)
{
	UNUSED(row);
	return kc_cell_set_number(cell, object->number);
}

KC_READER(bytes)
{
	return kc_cell_set_bytes(cell, kc_attrs_get_bytes(&object->item.attrs, row->ruler));
}

KC_READER(date)
{
	double date = kc_attrs_get_date(&object->item.attrs, row->ruler, 0);
	CK_DATE day;

	if (date == 0 || kc_date_build(date, &day) != CKR_OK)
		return kc_cell_set_bytes(cell, kc_bytes(NULL, 0));
	kc_buf_push(&cell->made, &day, sizeof day);
	return kc_cell_set_made(cell);
}

KC_READER(false)
{
	UNUSED(object);
	UNUSED(row);
	return kc_cell_set_flag(cell, false);
}

KC_READER(zero)
{
	UNUSED(object);
	UNUSED(row);
	return kc_cell_set_number(cell, 0);
}

/* A password's application is the service or the server that it is for. */
KC_READER(application)
{
	bool is_generic = object->item.class == KC_CLASS_GENERIC;

	UNUSED(row);
	return kc_cell_set_bytes(cell,
		kc_attrs_get_bytes(&object->item.attrs, is_generic ? KC_ATTR_SVCE : KC_ATTR_SRVR));
}

/* The secret of a password; an item without one has an empty value. */
KC_READER(secret)
{
	UNUSED(row);
	if (!object->has_value)
		return KC_RV_NEEDS_SECRET;
	return kc_cell_set_bytes(cell, kc_secret_bytes(&object->item.secret));
}

KC_READER(certificate)
{
	UNUSED(row);
	if (!object->has_value)
		return KC_RV_NEEDS_SECRET;
	return kc_cell_set_bytes(cell, kc_buf_bytes(&object->value));
}

/* Its SubjectPublicKeyInfo; one that is not in DER does not say. */
KC_READER(certificate_key)
{
	struct kc_certificate parts;

	UNUSED(row);
	if (!object->has_value)
		return KC_RV_NEEDS_SECRET;
	if (kc_certificate_parse(kc_buf_bytes(&object->value), &parts) != KC_OK)
		return kc_cell_set_bytes(cell, kc_bytes(NULL, 0));
	return kc_cell_set_bytes(cell, parts.spki);
}

/* SHA-1 is what the hashes are of unless it says otherwise, PKCS#11 3.1 4.6.3. */
KC_READER(name_hash)
{
	return kc_cell_set_number(
		cell, (CK_ULONG)kc_attrs_get_number(&object->item.attrs, row->ruler, CKM_SHA_1));
}

/* The first three bytes of the SHA-1 of the certificate, PKCS#11 3.1 4.6.2. */
KC_READER(check_value)
{
	uint8_t digest[KC_HASHER_MAX_LEN];
	struct kc_hasher hasher;

	UNUSED(row);
	if (!object->has_value)
		return KC_RV_NEEDS_SECRET;
	kc_hasher_start(&hasher, KC_HASH_SHA1);
	kc_hasher_update(&hasher, kc_buf_bytes(&object->value));
	kc_hasher_finish(&hasher, digest);
	kc_buf_push(&cell->made, digest, 3);
	return kc_cell_set_made(cell);
}
