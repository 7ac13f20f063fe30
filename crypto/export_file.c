/* SPDX-License-Identifier: ISC */
/* Most formats are a form for each member; three hold all of them in one structure. */
#include "crypto/export_file.h"

#include "crypto/certificate.h"

#define ID_LEN 20

/* --- one member ------------------------------------------------------------------------------ */

/* What one member is in a format: its bytes and the label of its PEM. */
struct text {
	struct kc_buf der;
	const char *label;
	bool sealed; /* with RFC 1421's encryption, so PEM anyway */
};

static void text_done(struct text *text)
{
	kc_buf_done(&text->der);
}

static kc_err write_certificate(const struct kc_export_member *member, struct text *ret)
{
	kc_buf_push(&ret->der, member->certificate.data, member->certificate.len);
	ret->label = "CERTIFICATE";
	return kc_buf_check(&ret->der);
}

static kc_err write_pkcs8(const struct kc_export_member *member, struct text *ret)
{
	ret->label = "PRIVATE KEY";
	return kc_export_pkcs8(member->key, &ret->der);
}

static const char *traditional_label(const struct kc_export_member *member)
{
	return kc_pk_type(member->key) == KC_KEY_RSA ? "RSA PRIVATE KEY" : "EC PRIVATE KEY";
}

/* Keys that have no older form have PKCS#8. */
static kc_err write_traditional(const struct kc_export_member *member, struct text *ret)
{
	kc_err err = kc_export_traditional(member->key, &ret->der);

	ret->label = traditional_label(member);
	return err == KC_E_KEY_TYPE ? write_pkcs8(member, ret) : err;
}

static kc_err write_sealed(const struct kc_export_member *member, struct text *ret)
{
	ret->sealed = true;
	ret->label = traditional_label(member);
	return kc_export_traditional(member->key, &ret->der);
}

static kc_err write_spki(const struct kc_export_member *member, struct text *ret)
{
	ret->label = "PUBLIC KEY";
	return kc_pk_spki(member->key, &ret->der);
}

static kc_err write_pkcs1_public(const struct kc_export_member *member, struct text *ret)
{
	if (kc_pk_type(member->key) != KC_KEY_RSA)
		return KC_ERR(KEY_TYPE);
	ret->label = "RSA PUBLIC KEY";
	return kc_pk_store_public(member->key, &ret->der);
}

/* What each format is for each kind of member; NULL: nothing. */
static const struct form {
	enum kc_export_format format;
	kc_err (*certificate)(const struct kc_export_member *member, struct text *ret);
	kc_err (*private)(const struct kc_export_member *member, struct text *ret);
	kc_err (*public)(const struct kc_export_member *member, struct text *ret);
} forms[] = {
	{KC_EXPORT_ANY, write_certificate, write_traditional, write_spki},
	{KC_EXPORT_SEQUENCE, write_certificate, write_traditional, write_spki},
	{KC_EXPORT_SEQUENCE_SEALED, write_certificate, write_sealed, write_spki},
	{KC_EXPORT_OPENSSL, NULL, write_traditional, write_spki},
	{KC_EXPORT_OPENSSL_SEALED, NULL, write_sealed, NULL},
	{KC_EXPORT_BSAFE, NULL, write_pkcs8, write_pkcs1_public},
	{KC_EXPORT_X509, write_certificate, NULL, NULL},
};

/* The error for a format that a member does not have. */
static kc_err write_member(
	const struct kc_export_file *file, const struct kc_export_member *member, struct text *ret)
{
	for (size_t i = 0; i < KC_COUNT_OF(forms); i++) {
		kc_err (*write)(const struct kc_export_member *, struct text *) =
			!member->key			? forms[i].certificate
			: kc_pk_is_private(member->key) ? forms[i].private
							: forms[i].public;

		if (forms[i].format == file->format)
			return write ? write(member, ret) : KC_ERR(UNSUPPORTED);
	}
	return KC_ERR(UNSUPPORTED);
}

static bool is_sequence(enum kc_export_format format)
{
	return format == KC_EXPORT_SEQUENCE || format == KC_EXPORT_SEQUENCE_SEALED;
}

static kc_err write_each(const struct kc_export_file *file, struct kc_buf *ret)
{
	bool pem = file->pem || file->count > 1 || is_sequence(file->format);

	for (size_t i = 0; i < file->count; i++) {
		KC_CLEANUP(text_done) struct text text = {.der = KC_BUF_INIT};

		KC_TRY(write_member(file, &file->members[i], &text));
		if (text.sealed && !file->passphrase.data)
			return KC_ERR(AUTH);
		if (pem || text.sealed)
			KC_TRY(kc_export_pem(text.label, kc_buf_bytes(&text.der),
				text.sealed ? file->passphrase : kc_bytes(NULL, 0), ret));
		else
			kc_buf_push(ret, text.der.data, text.der.len);
	}
	return kc_buf_check(ret);
}

/* --- all of them ----------------------------------------------------------------------------- */

static kc_err finish(bool pem, const char *label, const struct kc_buf *der, struct kc_buf *ret)
{
	if (pem)
		return kc_export_pem(label, kc_buf_bytes(der), kc_bytes(NULL, 0), ret);
	kc_buf_push(ret, der->data, der->len);
	return kc_buf_check(ret);
}

static kc_err write_pkcs8_sealed(const struct kc_export_file *file, struct kc_buf *ret)
{
	for (size_t i = 0; i < file->count; i++) {
		const struct kc_pk *key = file->members[i].key;
		KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;

		if (!key || !kc_pk_is_private(key))
			return KC_ERR(UNSUPPORTED);
		KC_TRY(kc_export_pkcs8_encrypted(key, file->passphrase, &der));
		KC_TRY(finish(file->pem || file->count > 1, "ENCRYPTED PRIVATE KEY", &der, ret));
	}
	return KC_OK;
}

static kc_err write_pkcs7(const struct kc_export_file *file, struct kc_buf *ret)
{
	KC_CLEANUP_FREE struct kc_bytes *certificates = calloc(file->count, sizeof *certificates);
	KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;

	if (!certificates)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < file->count; i++) {
		if (file->members[i].key)
			return KC_ERR(UNSUPPORTED);
		certificates[i] = file->members[i].certificate;
	}
	KC_TRY(kc_export_pkcs7(certificates, file->count, &der));
	return finish(file->pem, "PKCS7", &der, ret);
}

/* Certificates and keys find each other by the digest of the public key. */
static kc_err fill_id(struct kc_export_member *member, uint8_t id[static ID_LEN])
{
	KC_CLEANUP_CERTIFICATE struct kc_certificate *certificate = NULL;

	member->id = kc_bytes(id, ID_LEN);
	if (member->key)
		return kc_pk_is_private(member->key) ? kc_pk_label(member->key, id)
						     : KC_ERR(UNSUPPORTED);
	KC_TRY(kc_certificate_load(member->certificate, &certificate));
	return kc_certificate_key_label(certificate, id);
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

static kc_err write_pkcs12(const struct kc_export_file *file, struct kc_buf *ret)
{
	KC_CLEANUP_FREE struct kc_export_member *members = calloc(file->count, sizeof *members);
	KC_CLEANUP_FREE uint8_t(*ids)[ID_LEN] = calloc(file->count, sizeof *ids);
	KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;

	if (!members || !ids)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < file->count; i++) {
		members[i] = file->members[i];
		KC_TRY(fill_id(&members[i], ids[i]));
	}
	leave_lonely_ids(members, file->count);
	if (!file->passphrase.data)
		return KC_ERR(AUTH);
	KC_TRY(kc_export_pkcs12(members, file->count, file->passphrase, &der));
	return finish(file->pem, "PKCS12", &der, ret);
}

/* --- the file -------------------------------------------------------------------------------- */

bool kc_export_file_is_private(const struct kc_export_file *file)
{
	for (size_t i = 0; i < file->count; i++)
		if (file->members[i].key && kc_pk_is_private(file->members[i].key))
			return true;
	return false;
}

bool kc_export_file_is_sealed(const struct kc_export_file *file)
{
	bool seals_keys = file->format == KC_EXPORT_PKCS8_SEALED ||
			  file->format == KC_EXPORT_OPENSSL_SEALED ||
			  file->format == KC_EXPORT_SEQUENCE_SEALED;

	return file->format == KC_EXPORT_PKCS12 || (seals_keys && kc_export_file_is_private(file));
}

static kc_err write_file(const struct kc_export_file *file, struct kc_buf *ret)
{
	if (file->format == KC_EXPORT_PKCS7)
		return write_pkcs7(file, ret);
	if (file->format == KC_EXPORT_PKCS12)
		return write_pkcs12(file, ret);
	if (file->format == KC_EXPORT_PKCS8_SEALED)
		return write_pkcs8_sealed(file, ret);
	return write_each(file, ret);
}

kc_err kc_export_file(const struct kc_export_file *file, struct kc_buf *ret)
{
	kc_err err = write_file(file, ret);

	return err == KC_E_KEY_TYPE ? KC_ERR(UNSUPPORTED) : err;
}
