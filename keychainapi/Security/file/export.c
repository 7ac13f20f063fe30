/* SPDX-License-Identifier: ISC */
/* SecItemExport: the objects become a list of certificates and keys, the list a file. */
#include <Security/SecImportExport.h>

#include "crypto/export.h"
#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/certificate/identity.h"
#include "keychainapi/Security/key/key_data.h"
#include "keychainapi/Security/file/file_params.h"
#include "keychainapi/Security/object.h"

#define MOST_PARTS 512

/* A certificate or a key. */
struct part {
	SecCertificateRef certificate; /* borrowed; NULL for a key */
	SecKeyRef key;
	struct kc_pk *pk; /* of a key, with the private half of a private one */
};

struct job {
	SecExternalFormat format;
	bool pem;
	struct kc_bytes passphrase;
	struct part *parts;
	size_t count;
};

static void job_done(struct job *job)
{
	for (size_t i = 0; i < job->count; i++)
		kc_pk_free_cleanup(&job->parts[i].pk);
	free(job->parts);
}

/* --- the parts ------------------------------------------------------------------------------- */

static kc_err load_private(SecKeyRef key, struct kc_pk **ret)
{
	KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT;

	KC_TRY(kc_key_data_external(key, &stored));
	return kc_pk_load(kc_pk_type(key->pk), true, kc_secret_bytes(&stored), ret);
}

static kc_err add_part(struct job *job, const struct part *part)
{
	struct part *made;

	if (job->count == MOST_PARTS)
		return KC_ERR(TOO_LARGE);
	made = &job->parts[job->count];
	*made = *part;
	job->count++;
	if (!made->key)
		return KC_OK;
	if (kc_key_is_remote(made->key))
		return load_private(made->key, &made->pk);
	made->pk = kc_pk_ref(made->key->pk);
	return KC_OK;
}

/* The certificate first. */
static kc_err add_identity(struct job *job, SecIdentityRef identity)
{
	struct __SecIdentity *of = identity;

	KC_TRY(add_part(job, &(struct part){.certificate = of->certificate}));
	return add_part(job, &(struct part){.key = of->key});
}

static kc_err add_object(struct job *job, CFTypeRef object)
{
	void *mutable = (void *)(uintptr_t)object;

	if (kc_certificate_object_is(object))
		return add_part(job, &(struct part){.certificate = mutable});
	if (kc_key_is(object))
		return add_part(job, &(struct part){.key = mutable});
	if (kc_identity_is(object))
		return add_identity(job, mutable);
	return KC_ERR(PARAM);
}

static kc_err add_objects(struct job *job, CFTypeRef given)
{
	job->parts = calloc(MOST_PARTS, sizeof *job->parts);
	if (!job->parts)
		return KC_ERR(NO_MEMORY);
	if (kc_object_kind(given) != KC_OBJECT_ARRAY)
		return given ? add_object(job, given) : KC_ERR(PARAM);
	for (CFIndex i = 0; i < CFArrayGetCount(given); i++)
		KC_TRY(add_object(job, CFArrayGetValueAtIndex(given, i)));
	return job->count ? KC_OK : KC_ERR(PARAM);
}

/* --- one part -------------------------------------------------------------------------------- */

/* What one part is in a format: its bytes and the label of its PEM. */
struct text {
	struct kc_buf der;
	const char *label;
	bool sealed; /* with RFC 1421's encryption, so PEM anyway */
};

static void text_done(struct text *text)
{
	kc_buf_done(&text->der);
}

static kc_err write_certificate(const struct part *part, struct text *ret)
{
	struct kc_bytes der = kc_certificate_object_der(part->certificate);

	kc_buf_push(&ret->der, der.data, der.len);
	ret->label = "CERTIFICATE";
	return kc_buf_check(&ret->der);
}

static kc_err write_pkcs8(const struct part *part, struct text *ret)
{
	ret->label = "PRIVATE KEY";
	return kc_export_pkcs8(part->pk, &ret->der);
}

/* Keys that have no older form have PKCS#8. */
static kc_err write_traditional(const struct part *part, struct text *ret)
{
	kc_err err = kc_export_traditional(part->pk, &ret->der);

	ret->label = kc_pk_type(part->pk) == KC_KEY_RSA ? "RSA PRIVATE KEY" : "EC PRIVATE KEY";
	return err == KC_E_KEY_TYPE ? write_pkcs8(part, ret) : err;
}

static kc_err write_spki(const struct part *part, struct text *ret)
{
	ret->label = "PUBLIC KEY";
	return kc_pk_spki(part->pk, &ret->der);
}

static kc_err write_pkcs1_public(const struct part *part, struct text *ret)
{
	if (kc_pk_type(part->pk) != KC_KEY_RSA)
		return KC_ERR(KEY_TYPE);
	ret->label = "RSA PUBLIC KEY";
	return kc_pk_store_public(part->pk, &ret->der);
}

static kc_err write_sealed(const struct part *part, struct text *ret)
{
	ret->sealed = true;
	ret->label = kc_pk_type(part->pk) == KC_KEY_RSA ? "RSA PRIVATE KEY" : "EC PRIVATE KEY";
	return kc_export_traditional(part->pk, &ret->der);
}

/* What each format is for each kind of part; NULL: nothing. */
static const struct form {
	SecExternalFormat format;
	kc_err (*certificate)(const struct part *part, struct text *ret);
	kc_err (*private)(const struct part *part, struct text *ret);
	kc_err (*public)(const struct part *part, struct text *ret);
} forms[] = {
	{kSecFormatUnknown, write_certificate, write_traditional, write_spki},
	{kSecFormatPEMSequence, write_certificate, write_traditional, write_spki},
	{kSecFormatX509Cert, write_certificate, NULL, NULL},
	{kSecFormatOpenSSL, NULL, write_traditional, write_spki},
	{kSecFormatBSAFE, NULL, write_pkcs8, write_pkcs1_public},
	{kSecFormatWrappedOpenSSL, NULL, write_sealed, NULL},
};

/* The error for a format that a part does not have. */
static kc_err write_part(const struct job *job, const struct part *part, struct text *ret)
{
	for (size_t i = 0; i < KC_COUNT_OF(forms); i++) {
		kc_err (*write)(const struct part *, struct text *) =
			part->certificate	     ? forms[i].certificate
			: kc_pk_is_private(part->pk) ? forms[i].private
						     : forms[i].public;

		if (forms[i].format == job->format)
			return write ? write(part, ret) : KC_ERR(UNSUPPORTED);
	}
	return KC_ERR(UNSUPPORTED);
}

static kc_err write_pem(const struct job *job, const struct text *text, struct kc_buf *ret)
{
	return kc_export_pem(text->label, kc_buf_bytes(&text->der),
		text->sealed ? job->passphrase : kc_bytes(NULL, 0), ret);
}

/* One part may be DER; several are PEM, whatever was asked for. */
static kc_err write_each(const struct job *job, struct kc_buf *ret)
{
	bool pem = job->pem || job->count > 1 || job->format == kSecFormatPEMSequence;

	for (size_t i = 0; i < job->count; i++) {
		KC_CLEANUP(text_done) struct text text = {.der = KC_BUF_INIT};

		KC_TRY(write_part(job, &job->parts[i], &text));
		if (pem || text.sealed)
			KC_TRY(write_pem(job, &text, ret));
		else
			kc_buf_push(ret, text.der.data, text.der.len);
	}
	return kc_buf_check(ret);
}

/* --- all of them ----------------------------------------------------------------------------- */

static kc_err write_wrapped(const struct job *job, struct kc_buf *ret)
{
	for (size_t i = 0; i < job->count; i++) {
		KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;

		if (job->parts[i].certificate || !kc_pk_is_private(job->parts[i].pk))
			return KC_ERR(UNSUPPORTED);
		KC_TRY(kc_export_pkcs8_encrypted(job->parts[i].pk, job->passphrase, &der));
		if (job->pem || job->count > 1)
			KC_TRY(kc_export_pem("ENCRYPTED PRIVATE KEY", kc_buf_bytes(&der),
				kc_bytes(NULL, 0), ret));
		else
			kc_buf_push(ret, der.data, der.len);
	}
	return kc_buf_check(ret);
}

static kc_err finish(
	const struct job *job, const char *label, const struct kc_buf *der, struct kc_buf *ret)
{
	if (job->pem)
		return kc_export_pem(label, kc_buf_bytes(der), kc_bytes(NULL, 0), ret);
	kc_buf_push(ret, der->data, der->len);
	return kc_buf_check(ret);
}

static kc_err write_pkcs7(const struct job *job, struct kc_buf *ret)
{
	KC_CLEANUP_FREE struct kc_bytes *certificates = calloc(job->count, sizeof *certificates);
	KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;

	if (!certificates)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < job->count; i++) {
		if (!job->parts[i].certificate)
			return KC_ERR(UNSUPPORTED);
		certificates[i] = kc_certificate_object_der(job->parts[i].certificate);
	}
	KC_TRY(kc_export_pkcs7(certificates, job->count, &der));
	return finish(job, "PKCS7", &der, ret);
}

/* Certificates and keys find each other by the digest of the public key. */
static kc_err fill_member(
	const struct part *part, uint8_t id[static 20], struct kc_export_member *ret)
{
	if (part->certificate) {
		ret->certificate = kc_certificate_object_der(part->certificate);
		KC_TRY(kc_certificate_key_label(part->certificate->parsed, id));
	} else {
		if (!kc_pk_is_private(part->pk))
			return KC_ERR(UNSUPPORTED);
		ret->key = part->pk;
		KC_TRY(kc_pk_label(part->pk, id));
	}
	ret->id = kc_bytes(id, 20);
	return KC_OK;
}

/* Of a certificate without its key the id would say nothing. */
static void leave_lonely_ids(struct kc_export_member *members, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool has_key = false;

		for (size_t k = 0; k < count && !members[i].key; k++)
			has_key = has_key ||
				  (members[k].key && kc_bytes_equal(members[k].id, members[i].id));
		if (!members[i].key && !has_key)
			members[i].id = kc_bytes(NULL, 0);
	}
}

static kc_err write_pkcs12(const struct job *job, struct kc_buf *ret)
{
	KC_CLEANUP_FREE struct kc_export_member *members = calloc(job->count, sizeof *members);
	KC_CLEANUP_FREE uint8_t(*ids)[20] = calloc(job->count, sizeof *ids);
	KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;

	if (!members || !ids)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < job->count; i++)
		KC_TRY(fill_member(&job->parts[i], ids[i], &members[i]));
	leave_lonely_ids(members, job->count);
	KC_TRY(kc_export_pkcs12(members, job->count, job->passphrase, &der));
	return finish(job, "PKCS12", &der, ret);
}

static kc_err write_file(const struct job *job, struct kc_buf *ret)
{
	if (job->format == kSecFormatPKCS7)
		return write_pkcs7(job, ret);
	if (job->format == kSecFormatPKCS12)
		return write_pkcs12(job, ret);
	if (job->format == kSecFormatWrappedPKCS8)
		return write_wrapped(job, ret);
	return write_each(job, ret);
}

/* --- the calls ------------------------------------------------------------------------------- */

static bool needs_passphrase(SecExternalFormat format)
{
	return format == kSecFormatPKCS12 || format == kSecFormatWrappedPKCS8 ||
	       format == kSecFormatWrappedOpenSSL;
}

static OSStatus status_of(kc_err err)
{
	return err == KC_E_UNSUPPORTED || err == KC_E_KEY_TYPE ? errSecUnsupportedFormat
							       : kc_err_osstatus(err);
}

static OSStatus run(struct job *job, CFTypeRef objects, CFDataRef *ret)
{
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;
	kc_err err;

	if (needs_passphrase(job->format) && !job->passphrase.data)
		return errSecPassphraseRequired;
	err = add_objects(job, objects);
	if (err == KC_OK)
		err = write_file(job, &file);
	if (err != KC_OK)
		return status_of(err);
	*ret = CFDataCreate(NULL, file.data, (CFIndex)file.len);
	return *ret ? errSecSuccess : errSecAllocate;
}

OSStatus SecItemExport(CFTypeRef secItemOrArray, SecExternalFormat outputFormat,
	SecItemImportExportFlags flags, const SecItemImportExportKeyParameters *keyParams,
	CFDataRef *exportedData)
{
	KC_CLEANUP_FILE_PARAMS struct kc_file_params params = KC_FILE_PARAMS_INIT;
	KC_CLEANUP(job_done)
	struct job job = {.format = outputFormat, .pem = (flags & kSecItemPemArmour) != 0};
	kc_err err = exportedData ? kc_file_params_read(keyParams, &params) : KC_ERR(PARAM);

	job.passphrase = params.passphrase;
	return err == KC_OK ? run(&job, secItemOrArray, exportedData) : kc_err_osstatus(err);
}

OSStatus SecKeychainItemExport(CFTypeRef keychainItemOrArray, SecExternalFormat outputFormat,
	SecItemImportExportFlags flags, const SecKeyImportExportParameters *keyParams,
	CFDataRef *exportedData)
{
	KC_CLEANUP_FILE_PARAMS struct kc_file_params params = KC_FILE_PARAMS_INIT;
	KC_CLEANUP(job_done)
	struct job job = {.format = outputFormat, .pem = (flags & kSecItemPemArmour) != 0};
	kc_err err = exportedData ? kc_file_params_read_legacy(keyParams, &params) : KC_ERR(PARAM);

	job.passphrase = params.passphrase;
	return err == KC_OK ? run(&job, keychainItemOrArray, exportedData) : kc_err_osstatus(err);
}
