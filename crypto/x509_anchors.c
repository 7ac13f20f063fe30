/* SPDX-License-Identifier: ISC */
/*
 * The anchors that the distribution trusts: where OpenSSL looks for them, unless SSL_CERT_FILE or
 * SSL_CERT_DIR say otherwise. On a system without any nothing is trusted.
 */
#include "crypto/x509_chain_impl.h"

KC_CRYPTO_CLEANUP(X509_STORE, X509_STORE_free)

kc_err kc_x509_add_system_anchors(X509_STORE *store)
{
	/* It succeeds, too, when there is neither file nor folder. */
	bool added = X509_STORE_set_default_paths_ex(store, kc_crypto_library()->context, NULL);

	kc_crypto_forget_errors();
	return added ? KC_OK : KC_ERR(NO_MEMORY);
}

static kc_err give(X509 *certificate, kc_err (*visit)(void *context, struct kc_bytes certificate),
	void *context)
{
	unsigned char *der = NULL;
	int len = i2d_X509(certificate, &der);
	kc_err err;

	if (len < 0)
		return kc_crypto_failed();
	err = visit(context, kc_bytes(der, (size_t)len));
	OPENSSL_free(der);
	return err;
}

/* The file is read as a whole; of the folder the library looks at one name at a time, so that
 * there it cannot say what there is. */
kc_err kc_chain_visit_anchors(
	kc_err (*visit)(void *context, struct kc_bytes certificate), void *context)
{
	KC_CLEANUP_OSSL(X509_STORE) X509_STORE *store = X509_STORE_new();
	STACK_OF(X509_OBJECT) * list;

	if (!store)
		return kc_crypto_failed();
	KC_TRY(kc_x509_add_system_anchors(store));
	list = X509_STORE_get0_objects(store);
	for (int i = 0; i < sk_X509_OBJECT_num(list); i++) {
		X509 *certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(list, i));

		if (certificate)
			KC_TRY(give(certificate, visit, context));
	}
	return KC_OK;
}
