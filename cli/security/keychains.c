/* SPDX-License-Identifier: ISC */
/* Names and lists are those of wire/keychains.h; here is which of them is in use. */
#include "cli/security/keychains.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/x509.h"
#include "crypto/x509_chain.h"
#include "wire/erase.h"

kc_err kc_sec_keychains_begin(struct kc_sec *sec)
{
	return kc_place_find(&sec->place);
}

kc_err kc_sec_keychains_asked(
	struct kc_sec *sec, char *const *words, size_t count, struct kc_keychain_paths *ret)
{
	if (!count)
		return kc_keychains_search(&sec->place, ret);
	for (size_t i = 0; i < count; i++) {
		KC_CLEANUP_FREE char *path = NULL;
		KC_TRY(kc_keychains_path(&sec->place, words[i], &path));
		KC_TRY(kc_keychain_paths_add(ret, path));
	}
	return KC_OK;
}

/* --- using them -------------------------------------------------------------------------------
 */

static kc_err enter(struct kc_sec *sec, const char *path)
{
	kc_buf_reset(&sec->path);
	kc_buf_push_str(&sec->path, path);
	if (!kc_buf_text(&sec->path))
		return KC_ERR(NO_MEMORY);
	if (sec->run.client)
		kc_client_free(sec->run.client);
	sec->run.client = NULL;
	return kc_keychains_is_users(&sec->place, path) ? kc_client_new(&sec->run.client)
							: kc_client_new_at(path, &sec->run.client);
}

kc_err kc_sec_keychains_use(struct kc_sec *sec, const char *path)
{
	return kc_keychains_exist(&sec->place, path) ? enter(sec, path) : KC_ERR(NO_KEYCHAIN);
}

kc_err kc_sec_keychains_use_word(struct kc_sec *sec, const char *word)
{
	KC_CLEANUP_FREE char *path = NULL;

	KC_TRY(kc_keychains_path(&sec->place, word, &path));
	return kc_sec_keychains_use(sec, path);
}

kc_err kc_sec_keychains_make(struct kc_sec *sec, const char *word, struct kc_bytes password)
{
	KC_CLEANUP_FREE char *path = NULL;
	char host[KC_DEVICE_NAME_MAX + 1] = "";
	bool changed;

	KC_TRY(kc_keychains_path(&sec->place, word, &path));
	if (!kc_keychains_is_users(&sec->place, path)) {
		if (kc_keychains_exist(&sec->place, path))
			return KC_ERR(KEYCHAIN_EXISTS);
		KC_TRY(kc_place_make_folder(path));
	}
	KC_TRY(enter(sec, path));
	if (gethostname(host, sizeof host - 1) != 0 || !host[0])
		snprintf(host, sizeof host, "computer");
	KC_TRY(kc_client_setup(sec->run.client, password, host));
	return kc_keychains_set_searched(&sec->place, path, true, &changed);
}

kc_err kc_sec_keychains_remove(struct kc_sec *sec, const char *word)
{
	KC_CLEANUP_FREE char *path = NULL;

	KC_TRY(kc_keychains_path(&sec->place, word, &path));
	if (kc_keychains_is_users(&sec->place, path))
		return KC_ERR(UNSUPPORTED);
	KC_TRY(kc_sec_keychains_use(sec, path));
	KC_TRY(kc_erase(sec->run.client, path));
	return kc_keychains_forget(&sec->place, path);
}

kc_err kc_sec_keychains_pass(const struct kc_keychain_paths *paths, kc_err err)
{
	return err == KC_E_NO_KEYCHAIN && paths->count > 1 ? KC_OK : err;
}

kc_err kc_sec_keychains_find(struct kc_sec *sec, const struct kc_keychain_paths *paths,
	const struct kc_query *query, struct kc_found_list *ret)
{
	kc_err worst = paths->count ? KC_ERR(NO_KEYCHAIN) : KC_ERR(NOT_FOUND);

	for (size_t i = 0; i < paths->count; i++) {
		kc_err err = kc_sec_keychains_use(sec, paths->rows[i]);
		if (err == KC_OK)
			err = kc_sec_find(sec, query, ret);
		if (err == KC_OK)
			return KC_OK;
		if (worst == KC_E_NO_KEYCHAIN || worst == KC_E_NOT_FOUND)
			worst = err == KC_E_NO_KEYCHAIN ? worst : err;
	}
	return worst;
}

kc_err kc_sec_keychains_list(struct kc_sec *sec, const char *keychain, kc_name class, uint32_t want,
	struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	query.class = class;
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS | want;
	KC_TRY(kc_sec_keychains_use(sec, keychain));
	err = kc_sec_find(sec, &query, ret);
	return err == KC_E_NOT_FOUND ? KC_OK : err;
}

/* --- those of the system ----------------------------------------------------------------------
 */

static bool is_called(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, name) == 0;
}

static bool has_roots(const char *path)
{
	return is_called(path, "SystemRootCertificates.keychain");
}

/* The other one is the administrator's, who has none here. */
bool kc_sec_keychains_is_system(const char *path)
{
	return has_roots(path) || is_called(path, "System.keychain");
}

static kc_err take_root(void *context, struct kc_bytes der)
{
	KC_CLEANUP_FOUND struct kc_found root = {
		.class = KC_CLASS_CERTIFICATE, .has_secret = true, .attrs = KC_ATTRS_INIT};

	KC_TRY(kc_secret_set(&root.secret, der));
	KC_TRY(kc_x509_describe(der, &root.attrs));
	return kc_found_list_take(context, &root);
}

kc_err kc_sec_keychains_certificates(
	struct kc_sec *sec, const char *keychain, struct kc_found_list *ret)
{
	if (!kc_sec_keychains_is_system(keychain))
		return kc_sec_keychains_list(
			sec, keychain, KC_CLASS_CERTIFICATE, KC_WANT_SECRET, ret);
	kc_buf_reset(&sec->path);
	kc_buf_push_str(&sec->path, keychain);
	KC_TRY(kc_buf_check(&sec->path));
	return has_roots(keychain) ? kc_chain_visit_anchors(take_root, ret) : KC_OK;
}
