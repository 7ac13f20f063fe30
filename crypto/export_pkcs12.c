/* SPDX-License-Identifier: ISC */
/*
 * PKCS#12: certificates in a safe that is encrypted as a whole, keys each in a bag that is.
 */
#include <limits.h>
#include <string.h>

#include "crypto/export_impl.h"
#include "crypto/pkcs12_impl.h"
#include "base/der.h"

KC_CRYPTO_CLEANUP(PKCS12_SAFEBAG, PKCS12_SAFEBAG_free)

static kc_err new_key_bag(
	const struct kc_export_member *member, struct kc_bytes passphrase, PKCS12_SAFEBAG **ret)
{
	KC_CLEANUP_OSSL(PKCS8_PRIV_KEY_INFO) PKCS8_PRIV_KEY_INFO *info = NULL;

	KC_TRY(kc_export_private_info(member->key, &info));
	*ret = PKCS12_SAFEBAG_create_pkcs8_encrypt_ex(NID_aes_256_cbc,
		(const char *)passphrase.data, (int)passphrase.len, NULL, 0, KC_EXPORT_ITERATIONS,
		info, kc_crypto_library()->context, NULL);
	return *ret ? KC_OK : kc_crypto_failed();
}

static kc_err new_certificate_bag(const struct kc_export_member *member, PKCS12_SAFEBAG **ret)
{
	KC_CLEANUP_OSSL(X509) X509 *certificate = NULL;

	KC_TRY(kc_x509_parse(member->certificate, &certificate));
	*ret = PKCS12_SAFEBAG_create_cert(certificate);
	return *ret ? KC_OK : kc_crypto_failed();
}

static kc_err name_bag(PKCS12_SAFEBAG *bag, const struct kc_export_member *member)
{
	/* The library reads the lengths as int, and these are bytes that it copies. */
	unsigned char *id = (unsigned char *)(uintptr_t)member->id.data;

	if (member->id.len && PKCS12_add_localkeyid(bag, id, (int)member->id.len) != 1)
		return kc_crypto_failed();
	if (member->name.len && PKCS12_add_friendlyname_utf8(bag, (const char *)member->name.data,
					(int)member->name.len) != 1) {
		kc_crypto_forget_errors();
		return KC_ERR(PARAM);
	}
	return KC_OK;
}

static kc_err add_bag(const struct kc_export_member *member, struct kc_bytes passphrase,
	kc_pkcs12_bags *keys, kc_pkcs12_bags *certs)
{
	KC_CLEANUP_OSSL(PKCS12_SAFEBAG) PKCS12_SAFEBAG *bag = NULL;

	KC_TRY(member->key ? new_key_bag(member, passphrase, &bag)
			   : new_certificate_bag(member, &bag));
	KC_TRY(name_bag(bag, member));
	if (sk_PKCS12_SAFEBAG_push(member->key ? keys : certs, bag) <= 0)
		return kc_crypto_failed();
	bag = NULL;
	return KC_OK;
}

/* An empty safe would be one more thing for readers to stumble over. */
static kc_err add_safe(
	kc_pkcs12_safes **list, kc_pkcs12_bags *content, int cipher, struct kc_bytes passphrase)
{
	if (sk_PKCS12_SAFEBAG_num(content) > 0 &&
		PKCS12_add_safe_ex(list, content, cipher, KC_EXPORT_ITERATIONS,
			(const char *)passphrase.data, kc_crypto_library()->context, NULL) != 1)
		return kc_crypto_failed();
	return KC_OK;
}

static kc_err write_file(kc_pkcs12_safes *list, struct kc_bytes passphrase, struct kc_buf *ret)
{
	KC_CLEANUP_OSSL(PKCS12)
	PKCS12 *file = PKCS12_add_safes_ex(list, 0, kc_crypto_library()->context, NULL);
	unsigned char *der = NULL;
	int len;

	if (!file || PKCS12_set_mac(file, (const char *)passphrase.data, (int)passphrase.len, NULL,
			     0, KC_EXPORT_ITERATIONS, EVP_sha256()) != 1)
		return kc_crypto_failed();
	len = i2d_PKCS12(file, &der);
	if (len < 0)
		return kc_crypto_failed();
	kc_buf_push(ret, der, (size_t)len);
	OPENSSL_free(der);
	return kc_buf_check(ret);
}

/* The library takes it up to its NUL in one place and by its length in others. */
static bool is_passphrase(struct kc_bytes passphrase)
{
	return passphrase.data && passphrase.len < INT_MAX && kc_der_is_utf8(passphrase) &&
	       !memchr(passphrase.data, 0, passphrase.len);
}

static kc_err make_file(const struct kc_export_member *members, size_t count,
	struct kc_bytes passphrase, struct kc_buf *ret)
{
	KC_CLEANUP_BAGS kc_pkcs12_bags *keys = sk_PKCS12_SAFEBAG_new_null();
	KC_CLEANUP_BAGS kc_pkcs12_bags *certs = sk_PKCS12_SAFEBAG_new_null();
	KC_CLEANUP_SAFES kc_pkcs12_safes *list = NULL;

	if (!keys || !certs)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < count; i++)
		KC_TRY(add_bag(&members[i], passphrase, keys, certs));
	KC_TRY(add_safe(&list, certs, NID_aes_256_cbc, passphrase));
	KC_TRY(add_safe(&list, keys, -1, passphrase));
	return list ? write_file(list, passphrase, ret) : KC_ERR(PARAM);
}

kc_err kc_export_pkcs12(const struct kc_export_member *members, size_t count,
	struct kc_bytes passphrase, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	if (!is_passphrase(passphrase))
		return KC_ERR(PARAM);
	kc_buf_push(&text, passphrase.data, passphrase.len);
	if (!kc_buf_text(&text)) /* with a NUL behind it */
		return KC_ERR(NO_MEMORY);
	return make_file(members, count, kc_buf_bytes(&text), ret);
}
