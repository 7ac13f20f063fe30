/* SPDX-License-Identifier: ISC */
/*
 * Certificates in the words of CSSM. What is given out points into the certificate: a name is read
 * when it is first asked for, and lives as long as the object.
 */
#include <pthread.h>
#include <string.h>

#include "base/der.h"
#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/object.h"

OSStatus SecCertificateCreateFromData(const CSSM_DATA *data, CSSM_CERT_TYPE type,
	CSSM_CERT_ENCODING encoding, SecCertificateRef *certificate)
{
	kc_err err;

	(void)type;
	if (!data || !data->Data || !certificate)
		return errSecParam;
	if (encoding != CSSM_CERT_ENCODING_DER && encoding != CSSM_CERT_ENCODING_BER)
		return errSecParam;
	err = kc_certificate_object_new(kc_bytes(data->Data, data->Length), certificate);
	return err == KC_E_DECODE ? errSecUnknownFormat : kc_err_osstatus(err);
}

OSStatus SecCertificateGetData(SecCertificateRef certificate, CSSM_DATA_PTR data)
{
	if (!kc_certificate_object_is(certificate) || !data)
		return errSecParam;
	data->Length = (size_t)CFDataGetLength(certificate->der);
	data->Data = (uint8_t *)(uintptr_t)CFDataGetBytePtr(certificate->der);
	return errSecSuccess;
}

OSStatus SecCertificateGetType(SecCertificateRef certificate, CSSM_CERT_TYPE *certificateType)
{
	if (!kc_certificate_object_is(certificate) || !certificateType)
		return errSecParam;
	*certificateType = kc_certificate_version(certificate->parsed);
	return errSecSuccess;
}

/* --- names ----------------------------------------------------------------------------------- */

/* One block: this, the parts of the name, all pairs, and the Name in DER that they point into. */
struct kc_certificate_older {
	CSSM_X509_NAME name;
	struct kc_buf der;
	CSSM_X509_RDN *parts;
	CSSM_X509_TYPE_VALUE_PAIR *pairs;
};

void kc_certificate_object_older_free(struct kc_certificate_older *older)
{
	if (!older)
		return;
	kc_buf_done(&older->der);
	free(older->parts);
	free(older->pairs);
	free(older);
}

static CSSM_DATA data_of(struct kc_bytes bytes)
{
	return (CSSM_DATA){bytes.len, (uint8_t *)(uintptr_t)bytes.data};
}

/* AttributeTypeAndValue ::= SEQUENCE { type OID, value ANY } */
static void read_pair(struct kc_der_reader *part, CSSM_X509_TYPE_VALUE_PAIR *ret)
{
	struct kc_der_reader fields;
	int tag;

	kc_der_enter(part, KC_DER_SEQUENCE, &fields);
	ret->type = data_of(kc_der_get(&fields, KC_DER_OID));
	tag = kc_der_peek(&fields);
	ret->valueType = (CSSM_BER_TAG)tag;
	ret->value = data_of(kc_der_get(&fields, (uint8_t)tag));
	kc_der_leave(part, &fields);
}

/* Name ::= SEQUENCE OF SET OF AttributeTypeAndValue; no part and no pair takes less than two bytes,
 * so the arrays have room. */
static kc_err read_name(struct kc_certificate_older *older)
{
	struct kc_der_reader r, parts, part;
	CSSM_X509_TYPE_VALUE_PAIR *pair = older->pairs;

	kc_der_reader_init(&r, kc_buf_bytes(&older->der));
	kc_der_enter(&r, KC_DER_SEQUENCE, &parts);
	while (kc_der_more(&parts)) {
		CSSM_X509_RDN *next = &older->parts[older->name.numberOfRDNs++];
		next->AttributeTypeAndValue = pair;
		kc_der_enter(&parts, KC_DER_SET, &part);
		while (kc_der_more(&part))
			read_pair(&part, pair++);
		next->numberOfPairs = (uint32_t)(pair - next->AttributeTypeAndValue);
		kc_der_leave(&parts, &part);
	}
	kc_der_leave(&r, &parts);
	older->name.RelativeDistinguishedName = older->parts;
	return kc_der_reader_finish(&r);
}

static kc_err fill(SecCertificateRef certificate, enum kc_certificate_name which,
	struct kc_certificate_older *older)
{
	size_t most;

	KC_TRY(kc_certificate_name_der(certificate->parsed, which, &older->der));
	most = older->der.len / 2 + 1;
	older->parts = calloc(most, sizeof *older->parts);
	older->pairs = calloc(most, sizeof *older->pairs);
	if (!older->parts || !older->pairs)
		return KC_ERR(NO_MEMORY);
	return read_name(older);
}

static kc_err get_inlock(
	SecCertificateRef certificate, enum kc_certificate_name which, const CSSM_X509_NAME **ret)
{
	struct kc_certificate_older **kept = &certificate->older[which], *made = *kept;
	kc_err err;

	if (!made) {
		made = calloc(1, sizeof *made);
		if (!made)
			return KC_ERR(NO_MEMORY);
		err = fill(certificate, which, made);
		if (err != KC_OK) {
			kc_certificate_object_older_free(made);
			return err;
		}
		*kept = made;
	}
	*ret = &made->name;
	return KC_OK;
}

static OSStatus get(
	SecCertificateRef certificate, enum kc_certificate_name which, const CSSM_X509_NAME **ret)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	kc_err err;

	if (!kc_certificate_object_is(certificate) || !ret)
		return errSecParam;
	pthread_mutex_lock(&mutex);
	err = get_inlock(certificate, which, ret);
	pthread_mutex_unlock(&mutex);
	return kc_err_osstatus(err);
}

OSStatus SecCertificateGetSubject(SecCertificateRef certificate, const CSSM_X509_NAME **subject)
{
	return get(certificate, KC_CERTIFICATE_SUBJECT, subject);
}

OSStatus SecCertificateGetIssuer(SecCertificateRef certificate, const CSSM_X509_NAME **issuer)
{
	return get(certificate, KC_CERTIFICATE_ISSUER, issuer);
}
