/* SPDX-License-Identifier: ISC */
/*
 * What a file holds becomes items: certificates, and both halves of each key.
 *
 * A name comes from the caller, else from the file, else from the certificate itself; a key without
 * one is called like its certificate.
 */
#include <stdlib.h>

#include "crypto/import.h"
#include "crypto/x509.h"
#include "backend/item/ruler.h"
#include "backend/keychain_keys.h"

#define RSA_IMPORT_LEAST 1024 /* old keys can still be used */

struct job {
	const struct kc_caller *caller;
	const struct kc_attrs *given;
	bool bound; /* what can be read while locked stays on this device */
	struct kc_import import;
	struct kc_attrs *described; /* of each object of import: what a certificate says */
	struct kc_txn txn;
	struct kc_found_list found;
};

static void job_done(struct job *job)
{
	kc_txn_done(&job->txn);
	for (size_t i = 0; job->described && i < job->import.count; i++)
		kc_attrs_done(&job->described[i]);
	free(job->described);
	kc_import_done(&job->import);
	kc_found_list_done(&job->found);
}

static kc_err describe_certificates(struct job *job)
{
	job->described = calloc(job->import.count, sizeof *job->described);
	if (!job->described)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < job->import.count; i++) {
		const struct kc_import_object *object = &job->import.rows[i];

		if (!object->key)
			KC_TRY(kc_x509_describe(
				kc_buf_bytes(&object->certificate), &job->described[i]));
	}
	return KC_OK;
}

/* What the caller gave, as far as items of the class have such attributes: a label suits all, a
 * mark for keys is nothing to a certificate. */
static kc_err choose_given(const struct job *job, kc_name class, struct kc_attrs *ret)
{
	for (size_t i = 0; i < job->given->count; i++) {
		const struct kc_attr *attr = &job->given->rows[i];

		if (!kc_ruler_find(0, attr->name))
			return KC_ERR(NO_SUCH_ATTR);
		if (kc_ruler_find(class, attr->name))
			kc_attrs_set(ret, attr->name, &attr->value);
	}
	return kc_attrs_check(ret);
}

/* DUPLICATE is no failure of the whole: see kc_keychain_import. */
static kc_err keep_found(struct job *job, kc_err err, struct kc_found *found)
{
	if (err == KC_E_DUPLICATE)
		return KC_OK;
	return err == KC_OK ? kc_found_list_take(&job->found, found) : err;
}

/* --- keys ---------------------------------------------------------------------------------------
 */

static struct kc_bytes certificate_label(const struct job *job, const struct kc_pk *key)
{
	uint8_t hash[20];

	if (kc_pk_label(key, hash) == KC_OK)
		for (size_t i = 0; i < job->import.count; i++)
			if (kc_bytes_equal(kc_attrs_get_bytes(&job->described[i], KC_ATTR_PKHH),
				    KC_BYTES_OF(hash)))
				return kc_attrs_get_bytes(&job->described[i], KC_ATTR_LABL);
	return kc_bytes(NULL, 0);
}

static kc_err name_key(
	const struct job *job, const struct kc_import_object *object, struct kc_attrs *attrs)
{
	struct kc_bytes name = kc_buf_bytes(&object->name);

	if (name.len == 0)
		name = certificate_label(job, object->key);
	if (name.len && !kc_attrs_get(attrs, KC_ATTR_LABL))
		kc_attrs_set_text(attrs, KC_ATTR_LABL, name);
	return kc_attrs_check(attrs);
}

static kc_err add_private(struct job *job, const struct kc_pk *key, const struct kc_attrs *attrs)
{
	KC_CLEANUP_HALF struct kc_keychain_half half = KC_KEYCHAIN_HALF_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};

	KC_TRY(kc_keychain_half_private(key, KC_ORIGIN_IMPORTED, attrs, &half));
	return keep_found(
		job, kc_keychain_half_add(&job->txn, job->caller, &half, true, &found), &found);
}

/* Whoever wants the private half to be so or so says nothing about the public one. */
static void leave_private_marks(struct kc_attrs *attrs)
{
	static const kc_name marks[] = {
		KC_ATTR_PDMN,
		KC_ATTR_EXTR,
		KC_ATTR_SENS,
		KC_ATTR_PRIV,
		KC_ATTR_SIGN,
		KC_ATTR_DECR,
		KC_ATTR_DRVE,
		KC_ATTR_UNWP,
	};
	for (size_t i = 0; i < KC_COUNT_OF(marks); i++)
		kc_attrs_remove(attrs, marks[i]);
}

static kc_err add_public(struct job *job, const struct kc_pk *key, struct kc_attrs *attrs)
{
	KC_CLEANUP_HALF struct kc_keychain_half half = KC_KEYCHAIN_HALF_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};

	leave_private_marks(attrs);
	KC_TRY(kc_keychain_half_public(key, KC_ORIGIN_IMPORTED, attrs, job->bound, &half));
	return keep_found(
		job, kc_keychain_half_add(&job->txn, job->caller, &half, true, &found), &found);
}

static kc_err add_key(struct job *job, size_t at)
{
	const struct kc_import_object *object = &job->import.rows[at];
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	bool only_private =
		kc_attrs_get_number(job->given, KC_ATTR_KCLS, KC_KEY_PUBLIC) == KC_KEY_PRIVATE;

	if (kc_pk_type(object->key) == KC_KEY_RSA && kc_pk_bits(object->key) < RSA_IMPORT_LEAST)
		return KC_ERR(KEY_SIZE);
	KC_TRY(choose_given(job, KC_CLASS_KEY, &attrs));
	KC_TRY(name_key(job, object, &attrs));
	if (kc_pk_is_private(object->key)) {
		KC_TRY(add_private(job, object->key, &attrs));
		if (only_private)
			return KC_OK;
	}
	return add_public(job, object->key, &attrs);
}

/* --- certificates -------------------------------------------------------------------------------
 */

static kc_err add_certificate(struct job *job, size_t at)
{
	const struct kc_import_object *object = &job->import.rows[at];
	KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_item_input input = {
		.class = KC_CLASS_CERTIFICATE,
		.has_secret = true,
		.secret = kc_buf_bytes(&object->certificate),
		.one_of_both_syncs = true,
	};

	KC_TRY(choose_given(job, KC_CLASS_CERTIFICATE, &given));
	KC_TRY(kc_attrs_dup(&job->described[at], &attrs));
	if (object->name.len)
		kc_attrs_set_text(&attrs, KC_ATTR_LABL, kc_buf_bytes(&object->name));
	kc_attrs_merge(&attrs, &given);
	kc_attrs_set_str(&attrs, KC_ATTR_PDMN, kc_keychain_half_open_class(job->bound));
	KC_TRY(kc_attrs_check(&attrs));
	input.attrs = attrs; /* borrowed */
	return keep_found(job,
		kc_keychain_txn_add(
			&job->txn, job->caller, &input, KC_WANT_ATTRS | KC_WANT_HIDDEN, &found),
		&found);
}

/* --- all of it ----------------------------------------------------------------------------------
 */

static kc_err add_all(struct job *job)
{
	for (size_t i = 0; i < job->import.count; i++)
		KC_TRY((job->import.rows[i].key ? add_key : add_certificate)(job, i));
	return job->found.count ? KC_OK : KC_ERR(DUPLICATE);
}

kc_err kc_keychain_import(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct kc_bytes file, struct kc_bytes passphrase, const struct kc_attrs *attrs,
	struct kc_found_list *ret)
{
	KC_CLEANUP(job_done)
	struct job job = {
		.caller = caller, .given = attrs, .bound = kc_keychain_half_is_bound(attrs)};

	KC_TRY(kc_attrs_check(attrs));
	/* Before the transaction: decrypting somebody's file takes time. */
	KC_TRY(kc_import_parse(file, passphrase, &job.import));
	KC_TRY(describe_certificates(&job));
	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &job.txn));
	KC_TRY(add_all(&job));
	KC_TRY(kc_txn_commit(&job.txn));
	kc_found_list_done(ret);
	*ret = job.found;
	job.found = (struct kc_found_list)KC_FOUND_LIST_INIT;
	return KC_OK;
}
