/* SPDX-License-Identifier: ISC */
/* The Secret Service of this session's bus (gnome-keyring), as programs for GNOME call it. */
#include <libsecret/secret.h>
#include <stdio.h>

#include "tests/bench/keyring.h"

static const SecretSchema schema = {"org.example.bench", SECRET_SCHEMA_DONT_MATCH_NAME,
	{{"service", SECRET_SCHEMA_ATTRIBUTE_STRING}, {"account", SECRET_SCHEMA_ATTRIBUTE_STRING},
		{"label", SECRET_SCHEMA_ATTRIBUTE_STRING}, {NULL, SECRET_SCHEMA_ATTRIBUTE_STRING}},
	0, NULL, NULL, NULL, NULL, NULL, NULL, NULL};

static bool is_done(GError *error)
{
	if (!error)
		return true;
	fprintf(stderr, "bench: libsecret: %s\n", error->message);
	g_error_free(error);
	return false;
}

static bool add(int number)
{
	char service[32], label[32];
	GError *error = NULL;

	snprintf(service, sizeof service, "service-%d", number);
	snprintf(label, sizeof label, "Label-%d", number);
	secret_password_store_sync(&schema, SECRET_COLLECTION_DEFAULT, label, KEYRING_SECRET, NULL,
		&error, "service", service, "account", KEYRING_ACCOUNT, "label", label, NULL);
	return is_done(error);
}

static bool find_key(int number)
{
	char service[32];
	GError *error = NULL;
	char *secret;
	bool is_found;

	snprintf(service, sizeof service, "service-%d", number);
	secret = secret_password_lookup_sync(
		&schema, NULL, &error, "service", service, "account", KEYRING_ACCOUNT, NULL);
	is_found = secret != NULL;
	secret_password_free(secret);
	return is_done(error) && is_found;
}

static bool find_label(int number)
{
	char label[32];
	GError *error = NULL;
	GList *found;
	bool is_found;

	snprintf(label, sizeof label, "Label-%d", number);
	found = secret_password_search_sync(
		&schema, SECRET_SEARCH_NONE, NULL, &error, "label", label, NULL);
	is_found = found != NULL;
	g_list_free_full(found, g_object_unref);
	return is_done(error) && is_found;
}

const struct keyring keyring_libsecret = {
	.name = "libsecret", .add = add, .find_key = find_key, .find_label = find_label};
