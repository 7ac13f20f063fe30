/* SPDX-License-Identifier: ISC */
/*
 * The anchors that the distribution trusts: where OpenSSL looks for them, unless SSL_CERT_FILE or
 * SSL_CERT_DIR say otherwise. On a system without any nothing is trusted.
 *
 * Reading them takes much longer than judging a chain, so that they are kept until the file or the
 * folder changes.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "crypto/x509_chain_impl.h"

KC_CRYPTO_CLEANUP(X509_STORE, X509_STORE_free)

typedef STACK_OF(X509) certificates;

static void certificates_free_cleanup(certificates **list)
{
	sk_X509_pop_free(*list, X509_free);
}

/* What tells one state of a place from another; zeros when there is nothing. */
struct state {
	dev_t device;
	ino_t inode;
	off_t len;
	struct timespec changed;
};

static struct {
	pthread_mutex_t lock;
	X509_STORE *store; /* NULL: not read yet */
	struct state file, folder;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const char *file_path(void)
{
	const char *chosen = secure_getenv(X509_get_default_cert_file_env());

	return chosen ? chosen : X509_get_default_cert_file();
}

static const char *folder_path(void)
{
	const char *chosen = secure_getenv(X509_get_default_cert_dir_env());

	return chosen ? chosen : X509_get_default_cert_dir();
}

static struct state state_of(const char *path)
{
	struct stat found;

	if (stat(path, &found) != 0)
		return (struct state){.len = 0};
	return (struct state){found.st_dev, found.st_ino, found.st_size, found.st_mtim};
}

static bool same_state(const struct state *a, const struct state *b)
{
	return a->device == b->device && a->inode == b->inode && a->len == b->len &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static kc_err read_anchors(X509_STORE **ret)
{
	KC_CLEANUP_OSSL(X509_STORE) X509_STORE *store = X509_STORE_new();
	bool added;

	if (!store)
		return kc_crypto_failed();
	/* It succeeds, too, when there is neither file nor folder. */
	added = X509_STORE_set_default_paths_ex(store, kc_crypto_library()->context, NULL) == 1;
	kc_crypto_forget_errors();
	if (!added)
		return KC_ERR(NO_MEMORY);
	*ret = store;
	store = NULL;
	return KC_OK;
}

static kc_err refresh_inlock(void)
{
	struct state file = state_of(file_path()), folder = state_of(folder_path());
	X509_STORE *store = NULL;

	if (kept.store && same_state(&kept.file, &file) && same_state(&kept.folder, &folder))
		return KC_OK;
	KC_TRY(read_anchors(&store));
	X509_STORE_free(kept.store);
	kept.store = store;
	kept.file = file;
	kept.folder = folder;
	return KC_OK;
}

kc_err kc_x509_system_anchors(X509_STORE **ret)
{
	kc_err err;

	pthread_mutex_lock(&kept.lock);
	err = refresh_inlock();
	if (err == KC_OK && X509_STORE_up_ref(kept.store) != 1)
		err = KC_ERR(NO_MEMORY);
	if (err == KC_OK)
		*ret = kept.store;
	pthread_mutex_unlock(&kept.lock);
	return err;
}

/* What was read of the file, and what was found in the folder so far. */
static kc_err copy_known(X509_STORE *anchors, certificates **ret)
{
	*ret = X509_STORE_get1_all_certs(anchors);
	return *ret ? KC_OK : kc_crypto_failed();
}

kc_err kc_x509_add_system_anchors(X509_STORE *store)
{
	KC_CLEANUP(certificates_free_cleanup) certificates *list = NULL;
	KC_CLEANUP_OSSL(X509_STORE) X509_STORE *anchors = NULL;
	X509_LOOKUP *folder;

	KC_TRY(kc_x509_system_anchors(&anchors));
	KC_TRY(copy_known(anchors, &list));
	for (int i = 0; i < sk_X509_num(list); i++)
		if (X509_STORE_add_cert(store, sk_X509_value(list, i)) != 1)
			return kc_crypto_failed();
	folder = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
	if (!folder)
		return kc_crypto_failed();
	(void)X509_LOOKUP_add_dir(folder, NULL, X509_FILETYPE_DEFAULT);
	kc_crypto_forget_errors();
	return KC_OK;
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
	KC_CLEANUP(certificates_free_cleanup) certificates *list = NULL;
	KC_CLEANUP_OSSL(X509_STORE) X509_STORE *anchors = NULL;

	KC_TRY(kc_x509_system_anchors(&anchors));
	KC_TRY(copy_known(anchors, &list));
	for (int i = 0; i < sk_X509_num(list); i++)
		KC_TRY(give(sk_X509_value(list, i), visit, context));
	return KC_OK;
}
