/* SPDX-License-Identifier: ISC */
/* Marks of keys: by the constants of attributes, and by the bits of CSSM. */
#include "keychainapi/Security/file/file_params.h"

#include <Security/SecItem.h>

#include "keychainapi/Security/object.h"

#define EXTR KC_NAME('e', 'x', 't', 'r')
#define SENS KC_NAME('s', 'e', 'n', 's')

/* clang-format off */
static const struct mark {
	const CFStringRef *name;
	uint32_t bit;
} uses[] = {
	{&kSecAttrCanEncrypt, CSSM_KEYUSE_ENCRYPT},
	{&kSecAttrCanDecrypt, CSSM_KEYUSE_DECRYPT},
	{&kSecAttrCanSign,    CSSM_KEYUSE_SIGN},
	{&kSecAttrCanVerify,  CSSM_KEYUSE_VERIFY},
	{&kSecAttrCanWrap,    CSSM_KEYUSE_WRAP},
	{&kSecAttrCanUnwrap,  CSSM_KEYUSE_UNWRAP},
	{&kSecAttrCanDerive,  CSSM_KEYUSE_DERIVE},
}, attributes[] = {
	{&kSecAttrIsExtractable, CSSM_KEYATTR_EXTRACTABLE},
	{&kSecAttrIsSensitive,   CSSM_KEYATTR_SENSITIVE},
};
/* clang-format on */

void kc_file_params_done(struct kc_file_params *params)
{
	kc_attrs_done(&params->attrs);
}

kc_err kc_file_params_passphrase(CFTypeRef given, struct kc_bytes *ret)
{
	enum kc_object_kind kind = kc_object_kind(given);

	*ret = kc_bytes(NULL, 0);
	if (!given)
		return KC_OK;
	if (kind != KC_OBJECT_STRING && kind != KC_OBJECT_DATA)
		return KC_ERR(PARAM);
	*ret = kc_object_bytes(given);
	if (!ret->data)
		*ret = kc_bytes("", 0);
	return KC_OK;
}

void kc_file_params_set_default(struct kc_attrs *attrs)
{
	if (kc_attrs_get(attrs, EXTR))
		return;
	kc_attrs_set_number(attrs, EXTR, 1);
	if (!kc_attrs_get(attrs, SENS))
		kc_attrs_set_number(attrs, SENS, 0);
}

static void set_marks(struct kc_attrs *attrs, const struct mark *marks, size_t count, uint32_t bits)
{
	for (size_t i = 0; i < count; i++)
		kc_attrs_set_number(attrs, kc_name_from(kc_object_bytes(*marks[i].name)),
			(bits & marks[i].bit) != 0);
}

/* The bits that an array of names says; names that mean nothing here are passed over. */
static kc_err bits_of(CFArrayRef names, const struct mark *marks, size_t count, uint32_t *ret)
{
	uint32_t bits = 0;

	if (kc_object_kind(names) != KC_OBJECT_ARRAY)
		return KC_ERR(PARAM);
	for (CFIndex at = 0; at < CFArrayGetCount(names); at++) {
		CFTypeRef name = CFArrayGetValueAtIndex(names, at);

		if (kc_object_kind(name) != KC_OBJECT_STRING)
			return KC_ERR(PARAM);
		for (size_t i = 0; i < count; i++)
			if (CFEqual(*marks[i].name, name))
				bits |= marks[i].bit;
	}
	*ret = bits;
	return KC_OK;
}

static kc_err set_named(
	struct kc_attrs *attrs, CFArrayRef names, const struct mark *marks, size_t count)
{
	uint32_t bits = 0;

	if (!names)
		return KC_OK;
	KC_TRY(bits_of(names, marks, count, &bits));
	set_marks(attrs, marks, count, bits);
	return KC_OK;
}

static kc_err read_common(uint32_t version, SecKeyImportExportFlags flags, CFTypeRef passphrase,
	struct kc_file_params *ret)
{
	if (version != SEC_KEY_IMPORT_EXPORT_PARAMS_VERSION)
		return KC_ERR(PARAM);
	ret->only_one = (flags & kSecKeyImportOnlyOne) != 0;
	return kc_file_params_passphrase(passphrase, &ret->passphrase);
}

kc_err kc_file_params_read(
	const SecItemImportExportKeyParameters *given, struct kc_file_params *ret)
{
	if (given) {
		KC_TRY(read_common(given->version, given->flags, given->passphrase, ret));
		KC_TRY(set_named(&ret->attrs, given->keyUsage, uses, KC_COUNT_OF(uses)));
		KC_TRY(set_named(
			&ret->attrs, given->keyAttributes, attributes, KC_COUNT_OF(attributes)));
	}
	kc_file_params_set_default(&ret->attrs);
	return kc_attrs_check(&ret->attrs);
}

kc_err kc_file_params_read_legacy(
	const SecKeyImportExportParameters *given, struct kc_file_params *ret)
{
	if (given) {
		KC_TRY(read_common(given->version, given->flags, given->passphrase, ret));
		if (given->keyUsage && !(given->keyUsage & CSSM_KEYUSE_ANY))
			set_marks(&ret->attrs, uses, KC_COUNT_OF(uses), given->keyUsage);
		if (given->keyAttributes)
			set_marks(&ret->attrs, attributes, KC_COUNT_OF(attributes),
				given->keyAttributes);
	}
	kc_file_params_set_default(&ret->attrs);
	return kc_attrs_check(&ret->attrs);
}
