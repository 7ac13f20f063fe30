/* SPDX-License-Identifier: ISC */
/* SecCertificateCopyValues: what a certificate says, as a dictionary of dictionaries. */
#include "crypto/certificate_values.h"

#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/error.h"
#include "keychainapi/Security/object.h"

#define MOST_NESTED 4 /* sections in sections */

/* What is being built: the values, and the arrays of the sections that are open. */
struct builder {
	CFMutableDictionaryRef values;
	CFArrayRef keys; /* those asked for; NULL: all */
	CFMutableArrayRef open[MOST_NESTED];
	unsigned depth;
	bool failed; /* without memory */
};

static CFStringRef new_text(const char *text)
{
	return CFStringCreateWithCString(NULL, text, kCFStringEncodingUTF8);
}

static CFTypeRef new_value(const struct kc_certificate_value *value)
{
	struct kc_bytes bytes = value->bytes;

	switch (value->kind) {
	case KC_CERTIFICATE_TEXT:
	case KC_CERTIFICATE_URL:
		return CFStringCreateWithBytes(
			NULL, bytes.data, (CFIndex)bytes.len, kCFStringEncodingUTF8, false);
	case KC_CERTIFICATE_DATA:
		return CFDataCreate(NULL, bytes.data, (CFIndex)bytes.len);
	case KC_CERTIFICATE_NUMBER:
		return CFNumberCreate(NULL, kCFNumberSInt64Type, &value->number);
	case KC_CERTIFICATE_DATE:
		return CFNumberCreate(NULL, kCFNumberDoubleType, &value->date);
	case KC_CERTIFICATE_SECTION:
		return CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	case KC_CERTIFICATE_END:
		break;
	}
	return NULL;
}

static CFStringRef type_of(enum kc_certificate_kind kind)
{
	switch (kind) {
	case KC_CERTIFICATE_TEXT:
		return kSecPropertyTypeString;
	case KC_CERTIFICATE_URL:
		return kSecPropertyTypeURL;
	case KC_CERTIFICATE_DATA:
		return kSecPropertyTypeData;
	case KC_CERTIFICATE_NUMBER:
	case KC_CERTIFICATE_DATE:
		return kSecPropertyTypeNumber;
	case KC_CERTIFICATE_SECTION:
	case KC_CERTIFICATE_END:
		break;
	}
	return kSecPropertyTypeSection;
}

/* The four members. */
static CFDictionaryRef new_entry(const struct kc_certificate_value *value, CFTypeRef object)
{
	KC_CLEANUP_OBJECT CFStringRef label = new_text(value->label);
	const void *keys[] = {kSecPropertyKeyType, kSecPropertyKeyLabel,
		kSecPropertyKeyLocalizedLabel, kSecPropertyKeyValue};
	const void *values[] = {type_of(value->kind), label, label, object};

	if (!label)
		return NULL;
	return CFDictionaryCreate(NULL, keys, values, KC_COUNT_OF(keys),
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
}

static bool is_wanted(const struct builder *builder, CFStringRef oid)
{
	CFRange all = {0, builder->keys ? CFArrayGetCount(builder->keys) : 0};

	return !builder->keys || CFArrayContainsValue(builder->keys, all, oid);
}

/* Into the innermost section, or under its own key. */
static void put(struct builder *builder, const struct kc_certificate_value *value, CFTypeRef object)
{
	KC_CLEANUP_OBJECT CFDictionaryRef entry = new_entry(value, object);
	KC_CLEANUP_OBJECT CFStringRef oid = NULL;

	builder->failed = builder->failed || !entry;
	if (!entry)
		return;
	if (builder->depth) {
		CFArrayAppendValue(builder->open[builder->depth - 1], entry);
		return;
	}
	oid = new_text(value->oid);
	builder->failed = builder->failed || !oid;
	if (oid && is_wanted(builder, oid))
		CFDictionarySetValue(builder->values, oid, entry);
}

/* After a failure nothing is taken any more, not even ends. */
static void take(void *context, const struct kc_certificate_value *value)
{
	struct builder *builder = context;
	KC_CLEANUP_OBJECT CFTypeRef object = NULL;

	if (builder->failed)
		return;
	if (value->kind == KC_CERTIFICATE_END) {
		CFRelease(builder->open[--builder->depth]);
		return;
	}
	object = new_value(value);
	builder->failed = !object || builder->depth == MOST_NESTED;
	if (builder->failed)
		return;
	put(builder, value, object);
	if (value->kind == KC_CERTIFICATE_SECTION)
		builder->open[builder->depth++] = (CFMutableArrayRef)(uintptr_t)CFRetain(object);
}

static void builder_done(struct builder *builder)
{
	while (builder->depth)
		CFRelease(builder->open[--builder->depth]);
	if (builder->values)
		CFRelease(builder->values);
}

static kc_err copy_values(SecCertificateRef certificate, CFArrayRef keys, CFDictionaryRef *ret)
{
	KC_CLEANUP(builder_done) struct builder builder = {.keys = keys};

	if (!kc_certificate_object_is(certificate) ||
		(keys && kc_object_kind(keys) != KC_OBJECT_ARRAY))
		return KC_ERR(PARAM);
	builder.values = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	if (!builder.values)
		return KC_ERR(NO_MEMORY);
	kc_certificate_values(certificate->parsed, take, &builder);
	if (builder.failed)
		return KC_ERR(NO_MEMORY);
	*ret = CFRetain(builder.values);
	return KC_OK;
}

CFDictionaryRef SecCertificateCopyValues(
	SecCertificateRef certificate, CFArrayRef keys, CFErrorRef *error)
{
	CFDictionaryRef values = NULL;

	kc_error_give(copy_values(certificate, keys, &values), error);
	return values;
}

CFStringRef SecCertificateCopyLongDescription(
	CFAllocatorRef allocator, SecCertificateRef certificate, CFErrorRef *error)
{
	(void)allocator;
	kc_error_give(kc_certificate_object_is(certificate) ? KC_OK : KC_ERR(PARAM), error);
	return SecCertificateCopySubjectSummary(certificate);
}

CFStringRef SecCertificateCopyShortDescription(
	CFAllocatorRef allocator, SecCertificateRef certificate, CFErrorRef *error)
{
	return SecCertificateCopyLongDescription(allocator, certificate, error);
}
