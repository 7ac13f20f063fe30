/* SPDX-License-Identifier: ISC */
/* SecPKCS12Import: identities with their chains, and whether they go into the keychain. */
#include <Security/SecCertificate.h>
#include <Security/SecImportExport.h>
#include <Security/SecItem.h>
#include <Security/SecTrust.h>

#include "keychainapi/Security/file/import_objects.h"
#include "keychainapi/Security/file/file_params.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/item/profile.h"
#include "keychainapi/Security/item/request.h"
#include "keychainapi/Security/keychain/sec_keychain.h"

#define KCLS KC_NAME('k', 'c', 'l', 's')
#define LABEL_LEN 20

struct job {
	struct kc_bytes data, passphrase;
	CFDictionaryRef options; /* may be NULL */
	bool stores;
	bool as_on_mac;		 /* the result codes of the file keychain */
	SecKeychainRef keychain; /* NULL: the user's */
	struct kc_import import;
};

static void job_done(struct job *job)
{
	kc_import_done(&job->import);
}

/* --- options --------------------------------------------------------------------------------- */

static CFTypeRef option(const struct job *job, CFStringRef name)
{
	return job->options ? kc_object_member(job->options, name) : NULL;
}

static bool is_true(const struct job *job, CFStringRef name)
{
	bool truth = false;

	return kc_object_truth(option(job, name), &truth) == KC_OK && truth;
}

static kc_err read_options(struct job *job)
{
	if (job->options && kc_object_kind(job->options) != KC_OBJECT_DICTIONARY)
		return KC_ERR(PARAM);
	KC_TRY(kc_file_params_passphrase(
		option(job, kSecImportExportPassphrase), &job->passphrase));
	job->keychain = (SecKeychainRef)(uintptr_t)option(job, kSecImportExportKeychain);
	if (job->keychain && !kc_sec_keychain_is(job->keychain))
		return KC_ERR(PARAM);
	if (kc_profile_is_strict(option(job, kSecUseDataProtectionKeychain))) {
		job->stores = is_true(job, kSecUseDataProtectionKeychain);
	} else {
		job->stores = !is_true(job, kSecImportToMemoryOnly);
		job->as_on_mac = job->stores;
	}
	return KC_OK;
}

/* --- the file -------------------------------------------------------------------------------- */

static OSStatus status_of(const struct job *job, kc_err err)
{
	if (err == KC_E_NO_MEMORY)
		return errSecAllocate;
	if (err != KC_E_AUTH)
		return errSecDecode;
	if (!job->as_on_mac)
		return errSecAuthFailed;
	return job->passphrase.data ? errSecPkcs12VerifyFailure : errSecPassphraseRequired;
}

static OSStatus read_file(struct job *job)
{
	kc_err err = kc_import_is_pkcs12(job->data) ? KC_OK : KC_ERR(DECODE);

	if (err == KC_OK)
		err = kc_import_parse(job->data, job->passphrase, &job->import);
	return err == KC_OK ? errSecSuccess : status_of(job, err);
}

/* --- the keychain ---------------------------------------------------------------------------- */

/* Words of this call alone, which mean nothing to an item. */
static void remove_own_words(CFMutableDictionaryRef attributes)
{
	CFDictionaryRemoveValue(attributes, kSecImportExportPassphrase);
	CFDictionaryRemoveValue(attributes, kSecImportExportKeychain);
	CFDictionaryRemoveValue(attributes, kSecImportExportAccess);
	CFDictionaryRemoveValue(attributes, kSecImportToMemoryOnly);
}

/* The dictionary may have been made with NULL callbacks. */
static kc_err copy_options(CFDictionaryRef options, CFMutableDictionaryRef to)
{
	KC_CLEANUP_FREE const void **pairs = NULL;
	CFIndex count = options ? CFDictionaryGetCount(options) : 0;

	pairs = calloc(2 * (size_t)count + 1, sizeof *pairs);
	if (!pairs)
		return KC_ERR(NO_MEMORY);
	if (count)
		CFDictionaryGetKeysAndValues(options, pairs, pairs + count);
	for (CFIndex i = 0; i < count; i++)
		CFDictionarySetValue(to, pairs[i], pairs[count + i]);
	return KC_OK;
}

/* The other options, as an add of a key would read them. */
static kc_err attributes_of(const struct job *job, struct kc_attrs *ret)
{
	KC_CLEANUP_OBJECT CFMutableDictionaryRef attributes = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	KC_CLEANUP_REQUEST struct kc_request request = KC_REQUEST_INIT;

	if (!attributes)
		return KC_ERR(NO_MEMORY);
	KC_TRY(copy_options(job->options, attributes));
	remove_own_words(attributes);
	CFDictionarySetValue(attributes, kSecClass, kSecClassKey);
	KC_TRY(kc_request_parse(KC_GRAMMAR_ADD, attributes, &request));
	kc_attrs_move(ret, &request.query.attrs);
	kc_file_params_set_default(ret);
	/* A private key's public half is no item of its own. */
	kc_attrs_set_number(ret, KCLS, KC_KEY_PRIVATE);
	return kc_attrs_check(ret);
}

static kc_err client_of(const struct job *job, struct kc_client **ret)
{
	return job->keychain ? kc_sec_keychain_client(job->keychain, ret) : kc_client_shared(ret);
}

/* All of it is one transaction. What is there already stays. */
static kc_err store(const struct job *job)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_client *client;
	kc_err err;

	KC_TRY(attributes_of(job, &attrs));
	KC_TRY(client_of(job, &client));
	err = kc_client_import(client, job->data, job->passphrase, &attrs, &found);
	return err == KC_E_DUPLICATE ? KC_OK : err;
}

/* --- the result ------------------------------------------------------------------------------ */

/* The certificates of the file with one of them first. */
static kc_err new_candidates(const struct job *job, size_t first, CFMutableArrayRef *ret)
{
	CFMutableArrayRef list = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	kc_err err = list ? KC_OK : KC_ERR(NO_MEMORY);

	for (size_t i = 0; err == KC_OK && i < job->import.count; i++) {
		KC_CLEANUP_OBJECT CFTypeRef certificate = NULL;

		if (job->import.rows[i].key)
			continue;
		err = kc_import_object_new(&job->import.rows[i], &certificate);
		if (err == KC_OK)
			CFArrayInsertValueAtIndex(
				list, i == first ? 0 : CFArrayGetCount(list), certificate);
	}
	if (err == KC_OK)
		*ret = list;
	else if (list)
		CFRelease(list);
	return err;
}

/* The trust object judges nothing yet but how far the chain leads. */
static kc_err put_chain(const struct job *job, size_t first, CFMutableDictionaryRef item)
{
	KC_CLEANUP_OBJECT CFMutableArrayRef candidates = NULL;
	KC_CLEANUP_OBJECT CFArrayRef chain = NULL;
	KC_CLEANUP_OBJECT SecTrustRef trust = NULL;

	KC_TRY(new_candidates(job, first, &candidates));
	if (SecTrustCreateWithCertificates(candidates, NULL, &trust) != errSecSuccess)
		return KC_ERR(NO_MEMORY);
	chain = SecTrustCopyCertificateChain(trust);
	if (!chain)
		return KC_ERR(DECODE);
	CFDictionarySetValue(item, kSecImportItemCertChain, chain);
	CFDictionarySetValue(item, kSecImportItemTrust, trust);
	return KC_OK;
}

static CFStringRef new_label(
	const struct kc_import_object *key, const struct kc_import_object *certificate)
{
	const struct kc_buf *name = key->name.len ? &key->name : &certificate->name;
	KC_CLEANUP_OBJECT CFTypeRef object = NULL;

	if (name->len)
		return CFStringCreateWithBytes(
			NULL, name->data, (CFIndex)name->len, kCFStringEncodingUTF8, false);
	if (kc_import_object_new(certificate, &object) != KC_OK)
		return NULL;
	return SecCertificateCopySubjectSummary((SecCertificateRef)(uintptr_t)object);
}

static kc_err put_names(const struct kc_import_object *key,
	const struct kc_import_object *certificate, CFMutableDictionaryRef item)
{
	KC_CLEANUP_OBJECT CFStringRef label = new_label(key, certificate);
	KC_CLEANUP_OBJECT CFDataRef id = NULL;
	uint8_t hash[LABEL_LEN];

	KC_TRY(kc_pk_label(key->key, hash));
	id = CFDataCreate(NULL, hash, sizeof hash);
	if (label)
		CFDictionarySetValue(item, kSecImportItemLabel, label);
	if (id)
		CFDictionarySetValue(item, kSecImportItemKeyID, id);
	return KC_OK;
}

static kc_err put_identity(
	const struct job *job, size_t key, size_t certificate, CFMutableDictionaryRef item)
{
	SecIdentityRef made = NULL;
	CFTypeRef identity;
	kc_err err;

	KC_TRY(kc_import_identity_new(
		&job->import.rows[key], &job->import.rows[certificate], &made));
	identity = made;
	err = job->stores ? kc_import_stored_twin(job->keychain, &identity) : KC_OK;
	if (err == KC_OK)
		CFDictionarySetValue(item, kSecImportItemIdentity, identity);
	CFRelease(identity);
	return err;
}

static CFMutableDictionaryRef new_item(void)
{
	return CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
}

static kc_err append_identity(
	const struct job *job, size_t key, size_t certificate, CFMutableArrayRef list)
{
	KC_CLEANUP_OBJECT CFMutableDictionaryRef item = new_item();

	if (!item)
		return KC_ERR(NO_MEMORY);
	KC_TRY(put_identity(job, key, certificate, item));
	KC_TRY(put_chain(job, certificate, item));
	KC_TRY(put_names(&job->import.rows[key], &job->import.rows[certificate], item));
	CFArrayAppendValue(list, item);
	return KC_OK;
}

/* A file of certificates alone: all of them. */
static kc_err append_certificates(const struct job *job, CFMutableArrayRef list)
{
	KC_CLEANUP_OBJECT CFMutableDictionaryRef item = new_item();
	KC_CLEANUP_OBJECT CFMutableArrayRef certificates = NULL;

	if (!item)
		return KC_ERR(NO_MEMORY);
	KC_TRY(new_candidates(job, 0, &certificates));
	CFDictionarySetValue(item, kSecImportItemCertChain, certificates);
	CFArrayAppendValue(list, item);
	return KC_OK;
}

static bool has_private_key(const struct job *job)
{
	for (size_t i = 0; i < job->import.count; i++)
		if (job->import.rows[i].key)
			return true;
	return false;
}

static kc_err make_list(const struct job *job, CFMutableArrayRef list)
{
	KC_CLEANUP_FREE size_t *partners = NULL;

	if (!has_private_key(job))
		return append_certificates(job, list);
	KC_TRY(kc_import_pair(&job->import, &partners));
	for (size_t i = 0; i < job->import.count; i++)
		if (job->import.rows[i].key && partners[i] != KC_IMPORT_ALONE)
			KC_TRY(append_identity(job, i, partners[i], list));
	return KC_OK;
}

static kc_err make_items(const struct job *job, CFArrayRef *ret)
{
	KC_CLEANUP_OBJECT CFMutableArrayRef list =
		CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	if (!list)
		return KC_ERR(NO_MEMORY);
	if (job->stores)
		KC_TRY(store(job));
	KC_TRY(make_list(job, list));
	*ret = CFRetain(list);
	return KC_OK;
}

OSStatus SecPKCS12Import(CFDataRef pkcs12_data, CFDictionaryRef options, CFArrayRef *items)
{
	KC_CLEANUP(job_done) struct job job = {.options = options};
	CFArrayRef made = NULL;
	OSStatus status;

	if (kc_object_kind(pkcs12_data) != KC_OBJECT_DATA || !items)
		return errSecParam;
	job.data = kc_object_bytes(pkcs12_data);
	status = kc_err_osstatus(read_options(&job));
	if (status == errSecSuccess)
		status = read_file(&job);
	if (status == errSecSuccess)
		status = kc_err_osstatus(make_items(&job, &made));
	if (status == errSecSuccess)
		*items = made;
	return status;
}
