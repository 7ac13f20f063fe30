/* SPDX-License-Identifier: ISC */
/* SecItemExport: the objects become a list of certificates and keys, the list a file. */
#include <Security/SecImportExport.h>

#include "crypto/export_file.h"
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

/* --- the file -------------------------------------------------------------------------------- */

static const enum kc_export_format formats[] = {
	[kSecFormatUnknown] = KC_EXPORT_ANY,
	[kSecFormatOpenSSL] = KC_EXPORT_OPENSSL,
	[kSecFormatBSAFE] = KC_EXPORT_BSAFE,
	[kSecFormatWrappedPKCS8] = KC_EXPORT_PKCS8_SEALED,
	[kSecFormatWrappedOpenSSL] = KC_EXPORT_OPENSSL_SEALED,
	[kSecFormatX509Cert] = KC_EXPORT_X509,
	[kSecFormatPEMSequence] = KC_EXPORT_SEQUENCE,
	[kSecFormatPKCS7] = KC_EXPORT_PKCS7,
	[kSecFormatPKCS12] = KC_EXPORT_PKCS12,
};

static kc_err write_file(const struct job *job, struct kc_buf *ret)
{
	KC_CLEANUP_FREE struct kc_export_member *members = calloc(job->count, sizeof *members);
	struct kc_export_file file = {
		.pem = job->pem,
		.passphrase = job->passphrase,
		.members = members,
		.count = job->count,
	};

	if (!members)
		return KC_ERR(NO_MEMORY);
	if (job->format < KC_COUNT_OF(formats))
		file.format = formats[job->format];
	for (size_t i = 0; i < job->count; i++) {
		members[i].key = job->parts[i].pk;
		if (job->parts[i].certificate)
			members[i].certificate =
				kc_certificate_object_der(job->parts[i].certificate);
	}
	return kc_export_file(&file, ret);
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
