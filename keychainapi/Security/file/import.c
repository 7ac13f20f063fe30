/* SPDX-License-Identifier: ISC */
/*
 * SecItemImport: the file is read here, and once more by the service when it goes into a keychain:
 * there all of it is one transaction.
 */
#include <Security/SecImportExport.h>

#include "keychainapi/Security/file/file_format.h"
#include "keychainapi/Security/file/import_objects.h"
#include "keychainapi/Security/file/file_params.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/keychain/sec_keychain.h"

#define KCLS KC_NAME('k', 'c', 'l', 's')

/* What a call was given, and where its answers go. */
struct job {
	CFDataRef data;
	SecExternalFormat *format;
	SecExternalItemType *type;
	SecKeychainRef keychain;
	CFArrayRef *items;
	struct kc_file_params params;
	struct kc_import import;
	struct kc_file_format found;
};

static void job_done(struct job *job)
{
	kc_import_done(&job->import);
	kc_file_params_done(&job->params);
}

/* --- reading --------------------------------------------------------------------------------- */

/* The result code for a file that cannot be read. */
static OSStatus status_of(const struct job *job, kc_err err)
{
	if (err == KC_E_DECODE)
		return errSecUnknownFormat;
	if (err == KC_E_UNSUPPORTED || err == KC_E_KEY_TYPE)
		return errSecUnsupportedFormat;
	if (err != KC_E_AUTH)
		return kc_err_osstatus(err);
	if (!job->params.passphrase.data)
		return errSecPassphraseRequired;
	return kc_import_is_pkcs12(kc_object_bytes(job->data)) ? errSecPkcs12VerifyFailure
							       : errSecAuthFailed;
}

static size_t count_private(const struct kc_import *import)
{
	size_t count = 0;

	for (size_t i = 0; i < import->count; i++)
		count += import->rows[i].key && kc_pk_is_private(import->rows[i].key);
	return count;
}

static OSStatus read_file(struct job *job)
{
	kc_err err =
		kc_import_parse(kc_object_bytes(job->data), job->params.passphrase, &job->import);

	if (err != KC_OK)
		return status_of(job, err);
	job->found = kc_file_format_of(&job->import);
	if (!kc_file_format_suits(&job->found, job->format ? *job->format : kSecFormatUnknown,
		    job->type ? *job->type : kSecItemTypeUnknown))
		return errSecUnknownFormat;
	if (job->params.only_one && count_private(&job->import) > 1)
		return errSecMultiplePrivKeys;
	return errSecSuccess;
}

/* --- the objects ----------------------------------------------------------------------------- */

/* In a file of PKCS#12 a key and its certificate are one. */
static kc_err append(
	const struct kc_import *import, size_t at, size_t partner, CFMutableArrayRef list)
{
	const struct kc_import_object *object = &import->rows[at];
	KC_CLEANUP_OBJECT CFTypeRef made = NULL;
	SecIdentityRef identity = NULL;

	if (partner == KC_IMPORT_ALONE) {
		KC_TRY(kc_import_object_new(object, &made));
	} else if (object->key) {
		KC_TRY(kc_import_identity_new(object, &import->rows[partner], &identity));
		made = identity;
	}
	if (made)
		CFArrayAppendValue(list, made);
	return KC_OK;
}

static kc_err append_objects(const struct job *job, CFMutableArrayRef list)
{
	KC_CLEANUP_FREE size_t *partners = NULL;

	KC_TRY(kc_import_pair(&job->import, &partners));
	for (size_t i = 0; i < job->import.count; i++)
		KC_TRY(append(&job->import, i,
			job->found.format == kSecFormatPKCS12 ? partners[i] : KC_IMPORT_ALONE,
			list));
	return KC_OK;
}

/* --- the keychain ---------------------------------------------------------------------------- */

static kc_err store(const struct job *job)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_client *client;

	KC_TRY(kc_attrs_dup(&job->params.attrs, &attrs));
	/* A private key's public half is no item of its own. */
	kc_attrs_set_number(&attrs, KCLS, KC_KEY_PRIVATE);
	KC_TRY(kc_attrs_check(&attrs));
	KC_TRY(kc_sec_keychain_client(job->keychain, &client));
	return kc_client_import(
		client, kc_object_bytes(job->data), job->params.passphrase, &attrs, &found);
}

static kc_err replace_by_stored(const struct job *job, CFMutableArrayRef list)
{
	for (CFIndex i = 0; i < CFArrayGetCount(list); i++) {
		CFTypeRef object = CFRetain(CFArrayGetValueAtIndex(list, i));
		kc_err err = kc_import_stored_twin(job->keychain, &object);

		if (err == KC_OK)
			CFArraySetValueAtIndex(list, i, object);
		CFRelease(object);
		KC_TRY(err);
	}
	return KC_OK;
}

/* --- the calls ------------------------------------------------------------------------------- */

static kc_err make_items(const struct job *job, CFArrayRef *ret)
{
	KC_CLEANUP_OBJECT CFMutableArrayRef list =
		CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	if (!list)
		return KC_ERR(NO_MEMORY);
	KC_TRY(append_objects(job, list));
	if (job->keychain) {
		KC_TRY(store(job));
		KC_TRY(replace_by_stored(job, list));
	}
	*ret = CFRetain(list);
	return KC_OK;
}

static bool has_arguments(const struct job *job)
{
	return kc_object_kind(job->data) == KC_OBJECT_DATA && (job->items || job->keychain) &&
	       (!job->keychain || kc_sec_keychain_is(job->keychain));
}

/* of_params is what reading the parameters came to. */
static OSStatus run(struct job *job, kc_err of_params)
{
	KC_CLEANUP_OBJECT CFArrayRef list = NULL;
	OSStatus status = has_arguments(job) ? kc_err_osstatus(of_params) : errSecParam;

	if (status == errSecSuccess)
		status = read_file(job);
	if (status == errSecSuccess)
		status = kc_err_osstatus(make_items(job, &list));
	if (status != errSecSuccess)
		return status;
	if (job->format)
		*job->format = job->found.format;
	if (job->type)
		*job->type = job->found.type;
	if (job->items)
		*job->items = CFRetain(list);
	return errSecSuccess;
}

OSStatus SecItemImport(CFDataRef importedData, CFStringRef fileNameOrExtension,
	SecExternalFormat *inputFormat, SecExternalItemType *itemType,
	SecItemImportExportFlags flags, const SecItemImportExportKeyParameters *keyParams,
	SecKeychainRef importKeychain, CFArrayRef *outItems)
{
	KC_CLEANUP(job_done)
	struct job job = {importedData, inputFormat, itemType, importKeychain, outItems,
		.params = KC_FILE_PARAMS_INIT};

	(void)fileNameOrExtension, (void)flags;
	return run(&job, kc_file_params_read(keyParams, &job.params));
}

OSStatus SecKeychainItemImport(CFDataRef importedData, CFStringRef fileNameOrExtension,
	SecExternalFormat *inputFormat, SecExternalItemType *itemType,
	SecItemImportExportFlags flags, const SecKeyImportExportParameters *keyParams,
	SecKeychainRef importKeychain, CFArrayRef *outItems)
{
	KC_CLEANUP(job_done)
	struct job job = {importedData, inputFormat, itemType, importKeychain, outItems,
		.params = KC_FILE_PARAMS_INIT};

	(void)fileNameOrExtension, (void)flags;
	return run(&job, kc_file_params_read_legacy(keyParams, &job.params));
}
