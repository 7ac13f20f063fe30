/* SPDX-License-Identifier: ISC */
/*
 * A keychain's life from its making to the end of its service, with every call that a service
 * without a circle answers: for scripts that watch the service meanwhile, or look at what it left.
 *
 *   one_life FILES NEEDLES term|kill    KEYCIRCLE_HOME and KEYCIRCLED say where and what it is
 *
 * FILES holds ec.pem, rsa.p12 (passphrase "a passphrase for a file") and id_ed25519. Every secret
 * and name that was stored is appended to NEEDLES, a line of hex each.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/wire/device.h"

#define ATTR(text) kc_name_from(kc_bytes_str(text))

static const char first_password[] = "the first password",
		  second_password[] = "the second password";
static const char passphrase[] = "a passphrase for a file";
static const struct kc_sign_params ecdsa = {.scheme = KC_SIGN_ECDSA_DER, .hash = KC_HASH_SHA256};
static const struct kc_sign_params eddsa = {.scheme = KC_SIGN_EDDSA};
static const struct kc_sign_params pkcs1 = {.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_SHA256};
static const struct kc_sign_params pss = {.scheme = KC_SIGN_RSA_PSS,
	.hash = KC_HASH_SHA384,
	.mgf_hash = KC_HASH_SHA384,
	.salt_len = 48};

static const char *files;
static FILE *needles;
static struct kc_client *client;

static const char *note(const char *text)
{
	for (const char *at = text; *at; at++)
		fprintf(needles, "%02x", (unsigned)(unsigned char)*at);
	fputc('\n', needles);
	fflush(needles);
	return text;
}

/* --- short words -------------------------------------------------------------------------------
 */

/* Sets attributes from names and texts in turn, up to NULL. */
static void set_texts(struct kc_attrs *attrs, const char *const *texts)
{
	for (; texts[0]; texts += 2)
		kc_attrs_set_str(attrs, ATTR(texts[0]), texts[1]);
}
#define TEXTS(...)                \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

static kc_err add(kc_name class, bool sync, const char *const *texts, const char *secret)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_client_item item = {.class = class,
		.attrs = &attrs,
		.has_secret = true,
		.secret = kc_bytes_str(secret)};

	set_texts(&attrs, texts);
	kc_attrs_set_number(&attrs, ATTR("sync"), sync);
	return kc_client_item_add(client, &item, KC_WANT_ATTRS, NULL);
}

static void init_query(struct kc_query *query, kc_name class, const char *const *texts)
{
	query->class = class;
	query->sync = KC_SYNC_ANY;
	query->want = KC_WANT_ATTRS | KC_WANT_SECRET | KC_WANT_HIDDEN;
	set_texts(&query->attrs, texts);
}

static kc_err find(kc_name class, const char *const *texts, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	init_query(&query, class, texts);
	return kc_client_item_find(client, &query, ret);
}

static size_t count(kc_name class, const char *const *texts)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	kc_err err = find(class, texts, &found);

	CHECK(err == KC_OK || err == KC_E_NOT_FOUND);
	return found.count;
}

static kc_err update(
	kc_name class, const char *const *texts, const char *const *changes, const char *secret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_client_item item = {
		.attrs = &attrs, .has_secret = secret != NULL, .secret = kc_bytes_str(secret)};

	init_query(&query, class, texts);
	set_texts(&attrs, changes);
	return kc_client_item_update(client, &query, &item, NULL);
}

static kc_err delete (kc_name class, const char *const *texts)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	init_query(&query, class, texts);
	return kc_client_item_delete(client, &query, NULL);
}

static bool is_locked(void)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	CHECK_OK(kc_client_status(client, &status));
	return status.lock != KC_LOCK_UNLOCKED;
}

/* --- the life ----------------------------------------------------------------------------------
 */

static void made(void)
{
	CHECK_ERR(kc_client_unlock(client, kc_bytes_str(first_password)), KC_E_NO_KEYCHAIN);
	CHECK_ERR(kc_client_setup(client, kc_bytes_str(""), "x"), KC_E_WEAK_PASSWORD);
	CHECK_OK_FATAL(
		kc_client_setup(client, kc_bytes_str(note(first_password)), note("device of Ada")));
	CHECK_ERR(kc_client_setup(client, kc_bytes_str("x"), "x"), KC_E_KEYCHAIN_EXISTS);
	CHECK(!is_locked());
}

static void passwords_of_all_kinds(void)
{
	static const char *const when[] = {"ak", "ck", "dk", "aku", "cku", "dku", "akpu"};
	KC_CLEANUP_BUF struct kc_buf large = KC_BUF_INIT;

	for (size_t i = 0; i < KC_COUNT_OF(when); i++)
		CHECK_OK(add(KC_CLASS_GENERIC, i < 2,
			TEXTS("svce", "service number one", "acct", when[i], "pdmn", when[i]),
			"a secret that is kept"));
	note("service number one");
	note("a secret that is kept");
	CHECK_OK(add(KC_CLASS_INTERNET, true,
		TEXTS("srvr", note("login.example.net"), "acct", note("ada@example.net"), "labl",
			note("label of the item"), "icmt", note("comment of the item")),
		note("a secret of the web")));
	CHECK_ERR(add(KC_CLASS_INTERNET, true,
			  TEXTS("srvr", "login.example.net", "acct", "ada@example.net"), "again"),
		KC_E_DUPLICATE);
	CHECK_ERR(add(KC_CLASS_GENERIC, false, TEXTS("srvr", "no such attribute"), "x"),
		KC_E_NO_SUCH_ATTR);
	while (large.len < (size_t)1 << 20)
		kc_buf_push_str(&large, "a large secret, ");
	CHECK_OK(add(KC_CLASS_GENERIC, false, TEXTS("svce", "large"), kc_buf_text(&large)));
	note("a large secret, a large secret");
	CHECK_ERR(add(KC_CLASS_GENERIC, true, TEXTS("svce", "too large"), kc_buf_text(&large)),
		KC_E_TOO_LARGE);
	CHECK(count(KC_CLASS_GENERIC, TEXTS("svce", "service number one")) == 7);
	CHECK(count(0, TEXTS("labl", "label of the item")) == 1);
	CHECK(count(0, TEXTS("labl", "label of nothing")) == 0);
}

static void changes(void)
{
	KC_CLEANUP_QUERY struct kc_query dead = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	const char *const *one = TEXTS("svce", "service number one", "acct", "ck");
	const char *const *renamed = TEXTS("svce", "service renamed", "acct", "ck");

	CHECK_OK(update(KC_CLASS_GENERIC, TEXTS("svce", "service number one"),
		TEXTS("labl", note("one label for all")), NULL));
	CHECK_OK(update(KC_CLASS_GENERIC, one, TEXTS("svce", note("service renamed")),
		note("another secret")));
	CHECK_ERR(update(KC_CLASS_GENERIC, one, TEXTS("labl", "x"), NULL), KC_E_NOT_FOUND);
	CHECK_ERR(update(KC_CLASS_GENERIC, renamed,
			  TEXTS("svce", "service number one", "acct", "ak"), NULL),
		KC_E_DUPLICATE);
	CHECK_OK(find(KC_CLASS_GENERIC, renamed, &found));
	CHECK_FATAL(found.count == 1);
	CHECK(kc_bytes_equal(
		kc_secret_bytes(&found.rows[0].secret), kc_bytes_str("another secret")));
	CHECK_OK(delete (KC_CLASS_GENERIC, renamed));
	CHECK_ERR(delete (KC_CLASS_GENERIC, renamed), KC_E_NOT_FOUND);
	init_query(&dead, KC_CLASS_GENERIC, renamed);
	dead.tomb = KC_TOMB_DEAD;
	CHECK_OK(kc_client_item_find(client, &dead, &found));
}

static void use_key(uint64_t id, struct kc_bytes spki, const struct kc_sign_params *params)
{
	static const char message[] = "a message to be signed";
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;

	CHECK_OK(kc_client_key_sign(client, id, params, kc_bytes_str(message), &signature));
	CHECK_OK(kc_client_key_verify(
		client, spki, params, kc_bytes_str(message), kc_buf_bytes(&signature)));
	CHECK_ERR(kc_client_key_verify(
			  client, spki, params, kc_bytes_str("another"), kc_buf_bytes(&signature)),
		KC_E_VERIFY);
}

static void generated_keys(void)
{
	static const struct {
		enum kc_key_type type;
		unsigned bits;
		const struct kc_sign_params *params, *others;
	} rows[] = {
		{KC_KEY_EC, 256, &ecdsa, &eddsa},
		{KC_KEY_RSA, 2048, &pkcs1, &ecdsa},
		{KC_KEY_ED25519, 256, &eddsa, &pss},
	};
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
		KC_CLEANUP_FOUND_LIST struct kc_found_list made_keys = KC_FOUND_LIST_INIT;
		set_texts(&attrs, TEXTS("labl", note("a generated key")));
		kc_attrs_set_number(&attrs, ATTR("sync"), i % 2);
		CHECK_OK_FATAL(kc_client_key_generate(
			client, rows[i].type, rows[i].bits, &attrs, &attrs, true, &made_keys));
		CHECK_FATAL(made_keys.count == 2);
		use_key(made_keys.rows[0].id,
			kc_attrs_get_bytes(&made_keys.rows[1].attrs, ATTR("spki")), rows[i].params);
		CHECK(kc_client_key_sign(client, made_keys.rows[0].id, rows[i].others,
			      kc_bytes_str("x"), &signature) != KC_OK);
	}
}

static kc_err import(const char *name, const char *phrase, struct kc_found_list *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT, data = KC_BUF_INIT;
	FILE *file;
	int byte;

	kc_buf_printf(&path, "%s/%s", files, name);
	file = fopen(kc_buf_text(&path), "re");
	CHECK_FATAL(file != NULL);
	while ((byte = fgetc(file)) != EOF)
		kc_buf_push_byte(&data, (uint8_t)byte);
	fclose(file);
	kc_attrs_set_str(&attrs, ATTR("labl"), note("an imported key"));
	return kc_client_import(client, kc_buf_bytes(&data), kc_bytes_str(phrase), &attrs, ret);
}

static void imported_keys(void)
{
	static const struct {
		const char *file, *phrase;
		const struct kc_sign_params *params;
	} rows[] = {
		{"ec.pem", "", &ecdsa},
		{"rsa.p12", passphrase, &pss},
		{"id_ed25519", "", &eddsa},
	};
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	unsigned used = 0;

	note(passphrase);
	CHECK_ERR(import("rsa.p12", "the wrong passphrase", &found), KC_E_AUTH);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CHECK_OK_FATAL(import(rows[i].file, rows[i].phrase, &found));
		CHECK_ERR(import(rows[i].file, rows[i].phrase, &found), KC_E_DUPLICATE);
		for (size_t j = 0; j < found.count; j++) {
			const struct kc_attrs *attrs = &found.rows[j].attrs;
			if (kc_attrs_get_number(attrs, ATTR("kcls"), -1) != KC_KEY_PRIVATE)
				continue;
			use_key(found.rows[j].id, kc_attrs_get_bytes(attrs, ATTR("spki")),
				rows[i].params);
			used++;
		}
	}
	CHECK(used == KC_COUNT_OF(rows));
	CHECK(count(KC_CLASS_CERTIFICATE, TEXTS("labl", "an imported key")) == 1);
}

static void locked_and_opened(void)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	CHECK_OK(kc_client_lock(client));
	CHECK(is_locked());
	CHECK_ERR(find(KC_CLASS_GENERIC, TEXTS("acct", "ak"), &found), KC_E_LOCKED);
	CHECK_OK(find(KC_CLASS_GENERIC, TEXTS("acct", "dk"), &found));
	init_query(&query, KC_CLASS_GENERIC, TEXTS("svce", "service number one"));
	query.skip_locked = true;
	CHECK_OK(kc_client_item_find(client, &query, &found));
	CHECK(found.count > 0 && found.count < 6);
	CHECK_ERR(kc_client_unlock(client, kc_bytes_str("a wrong password")), KC_E_AUTH);
	CHECK_OK(kc_client_login(client, kc_bytes_str(first_password)));
	CHECK_ERR(kc_client_login(client, kc_bytes_str("a wrong password")), KC_E_AUTH);
	CHECK_OK(kc_client_logout(client));
	CHECK(!is_locked());
}

static void another_password(void)
{
	const struct kc_bytes first = kc_bytes_str(first_password),
			      second = kc_bytes_str(note(second_password));

	CHECK_ERR(kc_client_change_password(client, second, first), KC_E_AUTH);
	CHECK_OK(kc_client_change_password(client, first, second));
	CHECK_OK(kc_client_lock(client));
	CHECK_ERR(kc_client_unlock(client, first), KC_E_AUTH);
	CHECK_OK(kc_client_unlock(client, second));
}

/* Programs that end without a word, one of them in the middle of a list. */
static void clients_that_vanish(void)
{
	for (int i = 0; i < 3; i++) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		pid_t child = fork();
		CHECK_FATAL(child >= 0);
		if (child == 0) {
			(void)alarm(i == 0 ? 1 : 0);
			while (find(0, TEXTS(NULL), &found) == KC_OK && i == 0)
				;
			_exit(0);
		}
		CHECK(waitpid(child, NULL, 0) == child);
	}
	CHECK(count(KC_CLASS_INTERNET, TEXTS(NULL)) == 1);
}

static void started_again(void)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	CHECK_OK(kc_client_stop(client));
	CHECK_FATAL(device_wait_until_gone());
	CHECK(is_locked());
	CHECK_OK_FATAL(kc_client_unlock(client, kc_bytes_str(second_password)));
	CHECK(count(KC_CLASS_GENERIC, TEXTS("svce", "service number one")) == 6);
	CHECK(count(KC_CLASS_KEY, TEXTS("labl", "an imported key")) == 6);
	CHECK_OK(delete (KC_CLASS_KEY, TEXTS("labl", "an imported key")));
	CHECK_OK(kc_client_status(client, &status));
	CHECK(status.quarantined == 0 && !status.altered);
}

static int end(const char *how)
{
	pid_t service = device_service();

	kc_client_free(client);
	if (!service || kill(service, strcmp(how, "kill") == 0 ? SIGKILL : SIGTERM) != 0)
		return 1;
	return device_wait_until_gone() ? 0 : 1;
}

int main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		CHECK_TEST(made),
		CHECK_TEST(passwords_of_all_kinds),
		CHECK_TEST(changes),
		CHECK_TEST(generated_keys),
		CHECK_TEST(imported_keys),
		CHECK_TEST(locked_and_opened),
		CHECK_TEST(another_password),
		CHECK_TEST(clients_that_vanish),
		CHECK_TEST(started_again),
	};
	int failed;

	if (argc != 4 || kc_client_new(&client) != KC_OK)
		return 2;
	files = argv[1];
	needles = fopen(argv[2], "ae");
	if (!needles)
		return 2;
	failed = check_main("one life", tests, KC_COUNT_OF(tests));
	fclose(needles);
	return end(argv[3]) != 0 || failed;
}
