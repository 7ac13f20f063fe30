/* SPDX-License-Identifier: ISC */
/* A file's contents say what it is; what it is called says nothing more. */
#include "keychainapi/Security/file/file_format.h"

#include "base/mem.h"

/* clang-format off */
static const struct row {
	enum kc_import_format found;
	SecExternalFormat format;
	bool is_aggregate;
} rows[] = {
	{KC_IMPORT_X509,            kSecFormatX509Cert,       false},
	{KC_IMPORT_PKCS1,           kSecFormatOpenSSL,        false},
	{KC_IMPORT_PKCS1_PUBLIC,    kSecFormatBSAFE,          false},
	{KC_IMPORT_SEC1,            kSecFormatOpenSSL,        false},
	{KC_IMPORT_PKCS8,           kSecFormatBSAFE,          false},
	{KC_IMPORT_PKCS8_ENCRYPTED, kSecFormatWrappedPKCS8,   false},
	{KC_IMPORT_PEM_ENCRYPTED,   kSecFormatWrappedOpenSSL, false},
	{KC_IMPORT_SPKI,            kSecFormatOpenSSL,        false},
	{KC_IMPORT_OPENSSH,         kSecFormatSSHv2,          false},
	{KC_IMPORT_PKCS7,           kSecFormatPKCS7,          true},
	{KC_IMPORT_PKCS12,          kSecFormatPKCS12,         true},
};
/* clang-format on */

static const struct row *row_of(enum kc_import_format found)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (rows[i].found == found)
			return &rows[i];
	return &rows[0];
}

static SecExternalItemType type_of(const struct kc_import_object *object)
{
	if (!object->key)
		return kSecItemTypeCertificate;
	return kc_pk_is_private(object->key) ? kSecItemTypePrivateKey : kSecItemTypePublicKey;
}

static bool all_are(const struct kc_import *import, SecExternalItemType type)
{
	for (size_t i = 0; i < import->count; i++)
		if (type_of(&import->rows[i]) != type)
			return false;
	return true;
}

static bool is_one_structure(const struct kc_import *import)
{
	for (size_t i = 1; i < import->count; i++)
		if (import->rows[i].format != import->rows[0].format)
			return false;
	return import->count == 1 || row_of(import->rows[0].format)->is_aggregate;
}

struct kc_file_format kc_file_format_of(const struct kc_import *import)
{
	const struct row *first = row_of(import->rows[0].format);
	bool is_one = is_one_structure(import);

	return (struct kc_file_format){
		.format = is_one ? first->format : kSecFormatPEMSequence,
		.type = is_one && !first->is_aggregate ? type_of(&import->rows[0])
						       : kSecItemTypeAggregate,
		.all_private = all_are(import, kSecItemTypePrivateKey),
		.all_public = all_are(import, kSecItemTypePublicKey),
		.all_certificates = all_are(import, kSecItemTypeCertificate),
		.is_pem = import->is_pem,
	};
}

/* The two families of forms that keys in the clear have are told apart for them. */
static bool is_clear_key(SecExternalFormat format)
{
	return format == kSecFormatOpenSSL || format == kSecFormatBSAFE;
}

static bool suits_format(const struct kc_file_format *found, SecExternalFormat format)
{
	if (format == kSecFormatUnknown || format == found->format)
		return true;
	if (format == kSecFormatPEMSequence)
		return found->is_pem;
	return is_clear_key(format) && is_clear_key(found->format);
}

static bool suits_type(const struct kc_file_format *found, SecExternalItemType type)
{
	switch (type) {
	case kSecItemTypeUnknown:
	case kSecItemTypeAggregate:
		return true;
	case kSecItemTypePrivateKey:
		return found->all_private;
	case kSecItemTypePublicKey:
		return found->all_public;
	case kSecItemTypeCertificate:
		return found->all_certificates;
	default:
		return false;
	}
}

bool kc_file_format_suits(
	const struct kc_file_format *found, SecExternalFormat format, SecExternalItemType type)
{
	return suits_format(found, format) && suits_type(found, type);
}
