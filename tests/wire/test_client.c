/* SPDX-License-Identifier: ISC */
/* The client half against a running service: what a front end relies on. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/check.h"
#include "tests/wire/device.h"

#define ACCOUNT KC_NAME('a', 'c', 'c', 't')

static const struct kc_sign_params sha256 = {.scheme = KC_SIGN_ECDSA_DER, .hash = KC_HASH_SHA256};

static kc_err add(struct kc_client *client, const char *account, struct kc_bytes secret)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_client_item item = {
		.class = KC_CLASS_GENERIC, .attrs = &attrs, .has_secret = true, .secret = secret};

	kc_attrs_set_str(&attrs, ACCOUNT, account);
	return kc_client_item_add(client, &item, KC_WANT_ATTRS, NULL);
}

static kc_err find(struct kc_client *client, const char *account, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	query.want = KC_WANT_ATTRS | KC_WANT_SECRET;
	if (account)
		kc_attrs_set_str(&query.attrs, ACCOUNT, account);
	return kc_client_item_find(client, &query, ret);
}

static kc_err remove_all(struct kc_client *client)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	return kc_client_item_delete(client, &query, NULL);
}

static void first_call_starts_a_service(void)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	struct kc_client *client;

	CHECK(device_service() == 0);
	CHECK_OK_FATAL(kc_client_new(&client));
	CHECK_OK(kc_client_status(client, &status));
	CHECK(status.lock == KC_LOCK_NONE);
	CHECK(device_service() != 0);
	CHECK(waitpid(-1, NULL, WNOHANG) < 0); /* no child of ours is left */
	CHECK_ERR(remove_all(client), KC_E_NO_KEYCHAIN);
	kc_client_free(client);
}

static void items_go_round(void)
{
	static const size_t lens[] = {0, 1, 100, 65000, 65536, 70000, 1 << 20};
	struct kc_client *client = device_client();

	for (size_t i = 0; i < KC_COUNT_OF(lens); i++) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;
		char account[16];

		snprintf(account, sizeof account, "a%zu", i);
		if (lens[i])
			memset(kc_buf_extend(&secret, lens[i]), (int)('A' + i), lens[i]);
		CHECK_OK(add(client, account, kc_buf_bytes(&secret)));
		CHECK_OK(find(client, account, &found));
		CHECK_FATAL(found.count == 1);
		CHECK(kc_bytes_equal(
			kc_secret_bytes(&found.rows[0].secret), kc_buf_bytes(&secret)));
	}
	CHECK_OK(remove_all(client));
	CHECK_ERR(remove_all(client), KC_E_NOT_FOUND);
	kc_client_free(client);
}

static const struct kc_cipher_params oaep = {.scheme = KC_CIPHER_RSA_OAEP,
	.hash = KC_HASH_SHA384,
	.mgf_hash = KC_HASH_SHA1,
	.label = {(const uint8_t *)"label", 5}};

static void too_large_is_refused_here(void)
{
	KC_CLEANUP_BUF struct kc_buf input = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	struct kc_client *client = device_client();

	kc_buf_extend(&input, (size_t)5 << 20);
	CHECK_ERR(kc_client_key_sign(client, 1, &sha256, kc_buf_bytes(&input), &signature),
		KC_E_TOO_LARGE);
	CHECK_OK(kc_client_key_sign(client, 1, &sha256, kc_bytes_str("abc"), &signature));
	CHECK(kc_bytes_equal(kc_buf_bytes(&signature), kc_bytes_str("cba")));
	kc_client_free(client);
}

/* More rows than a page has, and more bytes. */
static void finds_in_pages(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list some = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;
	enum { COUNT = 5000, BIG = 8 };
	bool in_order = true;

	kc_buf_extend(&secret, 900000);
	for (unsigned i = 0; i < COUNT; i++) {
		char account[16];
		snprintf(account, sizeof account, "%u", i);
		CHECK_OK_FATAL(add(client, account, kc_bytes_str(account)));
	}
	for (unsigned i = 0; i < BIG; i++)
		CHECK_OK_FATAL(add(client, "big", kc_buf_bytes(&secret)));
	CHECK_OK(find(client, NULL, &all));
	CHECK_FATAL(all.count == COUNT + BIG);
	CHECK(!all.more);
	for (size_t i = 1; i < all.count; i++)
		in_order = in_order && all.rows[i].id == all.rows[i - 1].id + 1;
	CHECK(in_order);

	query.after.id = all.rows[99].id;
	query.limit = 4500;
	CHECK_OK(kc_client_item_find(client, &query, &some));
	CHECK(some.count == 4500);
	CHECK(some.rows[0].id == all.rows[100].id);
	CHECK_OK(kc_client_item_history(client, &query, &some));
	CHECK(some.count == 4500 && some.rows[0].id == all.rows[100].id);
	CHECK_OK(remove_all(client));
	kc_client_free(client);
}

/* Parameters reach the door as they were given, and secrets come back. */
static void private_operations(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	struct kc_cipher_params other = oaep;

	CHECK_OK(kc_client_key_decrypt(client, 1, &oaep, kc_bytes_str("terces"), &secret));
	CHECK(kc_bytes_equal(kc_secret_bytes(&secret), kc_bytes_str("secret")));
	CHECK_OK(kc_client_key_decrypt(client, 1, &oaep, kc_bytes_str(""), &secret));
	CHECK(secret.len == 0);
	other.label = kc_bytes_str("lebal");
	CHECK_ERR(kc_client_key_decrypt(client, 1, &other, kc_bytes_str("terces"), &secret),
		KC_E_DECRYPT);
	other = oaep;
	other.mgf_hash = KC_HASH_SHA384;
	CHECK_ERR(kc_client_key_decrypt(client, 1, &other, kc_bytes_str("terces"), &secret),
		KC_E_DECRYPT);
	CHECK_OK(kc_client_key_agree(client, 1, kc_bytes_str("derahs"), &secret));
	CHECK(kc_bytes_equal(kc_secret_bytes(&secret), kc_bytes_str("shared")));
	kc_client_free(client);
}

/* What is asked of a new key reaches the door, and what it is comes back. */
static void keys_are_made(void)
{
	static const struct kc_derive_params how = {.scheme = KC_DERIVE_HKDF,
		.peer = {(const uint8_t *)"p", 1},
		.salt = {(const uint8_t *)"sa", 2},
		.data = {(const uint8_t *)"dat", 3},
		.password = {(const uint8_t *)"word", 4},
		.other = 1000,
		.number = 20000,
		.cipher = {.iv = {(const uint8_t *)"eight by", 8}},
		.segments = {{.bits = 8}, {.bytes = {(const uint8_t *)"xyz", 3}}},
		.segment_count = 2,
		.offset = 300000,
		.length = 4000000,
		.total = 50000000};
	static const struct kc_cipher_params wrap = {
		.label = {(const uint8_t *)"deppart", 7}, .iv = {(const uint8_t *)"iv", 2}};
	static const struct kc_key_spec aes = {.type = KC_SECRET_AES, .bits = 256};
	struct kc_client *client = device_client();
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list made = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND struct kc_found key = {0};
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;

	kc_attrs_set_str(&attrs, KC_NAME('l', 'a', 'b', 'l'), "mine");
	CHECK_OK(kc_client_key_generate_in(
		client, &aes, &attrs, &attrs, KC_KEEP_PRIVATE_TRANSIENT, &made));
	CHECK(made.count == 2 && made.rows[0].id == (KC_KEEP_PRIVATE_TRANSIENT | KC_TRANSIENT_BIT));
	CHECK(made.rows[1].id == 256 && kc_attrs_equal(&made.rows[1].attrs, &attrs));
	CHECK_ERR(kc_client_key_generate_in(client, &aes, &attrs, &attrs, 8, &made), KC_E_PARAM);
	CHECK_OK(kc_client_key_derive(client, 5, &how, &attrs, true, &key));
	CHECK(key.id == (KC_TRANSIENT_BIT | 54321036));
	CHECK(kc_attrs_equal(&key.attrs, &attrs));
	kc_found_done(&key);
	CHECK_OK(kc_client_key_create(client, kc_bytes_str("five!"), &attrs, false, &key));
	CHECK(key.id == 5);
	kc_found_done(&key);
	CHECK_OK(kc_client_key_copy(client, 9, &attrs, true, &key));
	CHECK(key.id == (KC_TRANSIENT_BIT | 9));
	kc_found_done(&key);
	CHECK_OK(kc_client_key_unwrap(client, 1, &wrap, kc_bytes_str("box"), &attrs, false, &key));
	CHECK(key.id == 5);
	CHECK_ERR(kc_client_key_copy(client, 404, &attrs, true, &key), KC_E_NOT_FOUND);
	CHECK_OK(kc_client_key_wrap(client, 1, kc_bytes(NULL, 0), &wrap, 2, &out));
	CHECK(kc_bytes_equal(kc_buf_bytes(&out), kc_bytes_str("trapped")));
	CHECK_ERR(kc_client_key_wrap(client, 0, kc_bytes(NULL, 0), &wrap, 2, &out), KC_E_NOT_FOUND);
	CHECK_OK(kc_client_key_reveal(client, 1, &value));
	CHECK(kc_bytes_equal(kc_secret_bytes(&value), kc_bytes_str("value")));
	CHECK_ERR(kc_client_key_reveal(client, 404, &value), KC_E_NOT_EXTRACTABLE);
	CHECK_OK(kc_client_key_amend(client, 1, &attrs));
	CHECK_ERR(kc_client_key_amend(client, 404, &attrs), KC_E_NOT_FOUND);
	CHECK_OK(kc_client_key_forget(client, KC_TRANSIENT_BIT | 1));
	CHECK_ERR(kc_client_key_forget(client, 1), KC_E_NOT_FOUND);
	CHECK_OK(kc_client_key_authorize(client, 1, kc_bytes_str("fake")));
	CHECK_ERR(kc_client_key_authorize(client, 1, kc_bytes_str("wrong")), KC_E_AUTH);
	kc_client_free(client);
}

/* An answer that is full is not the last. */
static void operations_answer_in_pieces(void)
{
	struct kc_client *client = device_client();
	const struct kc_bytes none = kc_bytes(NULL, 0);
	KC_CLEANUP_SECRET struct kc_secret out = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf part = KC_BUF_INIT;
	uint64_t operation, twin;

	CHECK_OK_FATAL(kc_client_cipher_begin(client, 1, false, &oaep, &operation));
	CHECK(operation == 7);
	CHECK_ERR(kc_client_mac_begin(client, 404, false, &sha256, &operation), KC_E_NOT_FOUND);
	kc_buf_extend(&part, ((size_t)5 << 20) + 3);
	part.data[part.len - 1] = 1;
	CHECK_OK(kc_client_operation_part(client, operation, kc_buf_bytes(&part), &out));
	CHECK(kc_bytes_equal(kc_secret_bytes(&out), kc_buf_bytes(&part)));
	CHECK_OK(kc_client_operation_end(client, operation, kc_bytes_str("short"), none, &out));
	CHECK(kc_bytes_equal(kc_secret_bytes(&out), kc_bytes_str("short")));
	CHECK_OK(kc_client_operation_end(client, operation, kc_bytes_str("long"), none, &out));
	CHECK(out.len == 3 * KC_OPERATION_ANSWER);
	CHECK_OK(kc_client_operation_end(client, operation, kc_buf_bytes(&part), none, &out));
	CHECK(kc_bytes_equal(kc_secret_bytes(&out), kc_buf_bytes(&part)));
	CHECK_OK(kc_client_operation_end(client, operation, none, kc_bytes_str("code"), &out));
	CHECK_ERR(kc_client_operation_end(client, operation, none, kc_bytes_str("cold"), &out),
		KC_E_VERIFY);
	CHECK_OK(kc_client_operation_fork(client, operation, &twin));
	CHECK(twin == 7);
	CHECK_ERR(kc_client_operation_fork(client, 8, &twin), KC_E_NOT_FOUND);
	CHECK_OK(kc_client_operation_drop(client, operation));
	kc_client_free(client);
}

static void errors_come_through(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_DEVICE_LIST struct kc_device_list devices = {0};
	struct kc_device applicant;

	CHECK_ERR(kc_client_setup(client, kc_bytes_str("x"), "again"), KC_E_KEYCHAIN_EXISTS);
	CHECK_ERR(
		kc_client_key_sign(client, 404, &sha256, kc_bytes_str("a"), &out), KC_E_NOT_FOUND);
	CHECK_OK(kc_client_key_verify(
		client, kc_bytes_str("key"), &sha256, kc_bytes_str("ab"), kc_bytes_str("ba")));
	CHECK_ERR(kc_client_key_verify(client, kc_bytes_str("key"), &sha256, kc_bytes_str("ab"),
			  kc_bytes_str("ab")),
		KC_E_VERIFY);
	CHECK_ERR(kc_client_key_decrypt(client, 404, &oaep, kc_bytes_str("ab"), &secret),
		KC_E_NOT_FOUND);
	CHECK_ERR(kc_client_key_agree(client, 404, kc_bytes_str("ab"), &secret), KC_E_NOT_FOUND);
	/* An error with a result: the report says why. */
	CHECK_ERR(kc_client_sync_now(client, &report), KC_E_STORE_SUSPECT);
	CHECK(report.refused == 3 && report.alarm && strcmp(report.alarm, "rollback") == 0);
	CHECK_ERR(kc_client_sync_use(client, "/gone", true, kc_bytes_str("p")), KC_E_STORE_GONE);
	CHECK_OK(kc_client_devices(client, &devices));
	CHECK(devices.count == 2 && strcmp(devices.rows[1].name, "desk") == 0);
	CHECK_OK(kc_client_pair_start(client, kc_bytes_str("p"), &out));
	CHECK(strcmp(kc_buf_text(&out), "493-207-118") == 0);
	CHECK_OK(kc_client_pair_poll(client, &applicant));
	CHECK(strcmp(applicant.name, "desk") == 0);
	CHECK_ERR(kc_client_pair_decide(client, false), KC_E_CANCELED);
	CHECK_ERR(kc_client_join_start(client, "/s", "000-000-000", kc_bytes_str("p")),
		KC_E_PAIRING_CODE);
	kc_client_free(client);
}

static void members(void)
{
	struct kc_client *client = device_client();
	const uint8_t id[KC_DEVICE_ID_LEN] = {4, [KC_DEVICE_ID_LEN - 1] = 7},
		      other[sizeof id] = {0};
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_HISTORY_LIST struct kc_history_list history = {0};
	KC_CLEANUP_EXPOSURE struct kc_exposure exposure = {.refs = KC_BUF_INIT};
	KC_CLEANUP_STORE_VIEW struct kc_store_view view = {.parts = NULL};
	KC_CLEANUP_BUF struct kc_buf evidence = KC_BUF_INIT;

	CHECK_OK(kc_client_device_remove(client, id, kc_bytes_str("p"), true, 40, &report));
	CHECK(report.sent == 41);
	CHECK_ERR(kc_client_device_remove(client, other, kc_bytes_str("p"), true, 40, &report),
		KC_E_NOT_FOUND);
	CHECK_ERR(kc_client_device_counter(client, id, kc_bytes_str(""), &report), KC_E_NOT_MEMBER);
	CHECK(strcmp(report.removed_by, "desk") == 0 && report.removed_ms == 5);
	CHECK_ERR(kc_client_leave(client, true), KC_E_STORE_GONE);
	CHECK_OK(kc_client_new_keys(client, &report));
	CHECK(report.sent == 8);
	CHECK_OK(kc_client_history(client, &history));
	CHECK_FATAL(history.count == 1);
	CHECK(history.rows[0].kind == KC_HISTORY_LOST && history.rows[0].time_ms == 9);
	CHECK(history.rows[0].device_id[0] == 1 && history.rows[0].by_id[0] == 2);
	CHECK(strcmp(history.rows[0].by, "laptop") == 0);
	CHECK_OK(kc_client_exposure(client, id, &exposure));
	CHECK(exposure.generic == 4 && exposure.internet == 2 && exposure.refs.len == 16);
	CHECK_OK(kc_client_store_view(client, false, &view));
	CHECK(view.count == 1 && view.parts[0].damaged == 0);
	CHECK_OK(kc_client_store_view(client, true, &view));
	CHECK_FATAL(view.reached && view.count == 1);
	CHECK(view.parts[0].settled == 4 && view.parts[0].hole == 5 && view.parts[0].damaged == 3);
	CHECK(strcmp(view.parts[0].name, "desk") == 0 && strcmp(view.caught, "old-list") == 0);
	CHECK_OK(kc_client_evidence(client, &evidence));
	CHECK(strcmp(kc_buf_text(&evidence), "evidence") == 0);
	CHECK_OK(kc_client_account_password(
		client, kc_bytes_str("old"), kc_bytes_str("newer"), &report));
	CHECK(report.sent == 3 && report.received == 5 && !report.pending_password);
	CHECK_ERR(kc_client_account_accept(client, kc_bytes_str("p"), &report),
		KC_E_ACCOUNT_PASSWORD);
	CHECK(report.pending_password);
	kc_client_free(client);
}

static void lock_and_login(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_STATUS struct kc_status status = {0};

	CHECK_OK(kc_client_lock(client));
	CHECK_ERR(kc_client_check_password(client, kc_bytes_str("wrong")), KC_E_AUTH);
	CHECK_OK(kc_client_check_password(client, kc_bytes_str("fake")));
	CHECK_OK(kc_client_status(client, &status));
	CHECK(status.lock == KC_LOCK_LOCKED);
	CHECK_ERR(add(client, "a", kc_bytes_str("b")), KC_E_LOCKED);
	CHECK_ERR(kc_client_login(client, kc_bytes_str("")), KC_E_LOCKED); /* nobody to ask */
	CHECK_ERR(kc_client_login(client, kc_bytes_str("wrong")), KC_E_AUTH);
	CHECK_OK(kc_client_login(client, kc_bytes_str("fake")));
	CHECK_OK(kc_client_status(client, &status));
	CHECK(status.lock == KC_LOCK_UNLOCKED);
	CHECK_ERR(kc_client_login(client, kc_bytes_str("wrong")), KC_E_AUTH);
	CHECK_OK(kc_client_login(client, kc_bytes_str("")));
	CHECK_OK(kc_client_logout(client));
	CHECK_OK(kc_client_change_password(client, kc_bytes_str("fake"), kc_bytes_str("new")));
	CHECK_ERR(kc_client_unlock(client, kc_bytes_str("fake")), KC_E_AUTH);
	CHECK_OK(kc_client_change_password(client, kc_bytes_str("new"), kc_bytes_str("fake")));
	kc_client_free(client);
}

/* A status is remembered, but never longer than it holds: also when another process changes it. */
static void status_is_cheap_and_true(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_STATUS struct kc_status status = {0};
	enum { COUNT = 20000 };
	uint64_t start, us, generation;
	pid_t child;

	CHECK_OK(kc_client_status(client, &status));
	start = kc_clock_monotonic_us();
	for (unsigned i = 0; i < COUNT; i++)
		CHECK_OK(kc_client_status(client, &status));
	us = kc_clock_monotonic_us() - start;
	printf(" %.2f us a status;", (double)us / COUNT);
	generation = status.generation;

	child = fork();
	if (child == 0) {
		struct kc_client *other;
		bool good = kc_client_new(&other) == KC_OK &&
			    add(other, "from a child", kc_bytes_str("x")) == KC_OK;
		_exit(good ? 0 : 1);
	}
	int how;
	CHECK(waitpid(child, &how, 0) == child && how == 0);
	CHECK_OK(kc_client_status(client, &status));
	CHECK(status.generation != generation);
	CHECK_OK(remove_all(client));
	kc_client_free(client);
}

/* --- threads, forks, restarts ---------------------------------------------------------------- */

struct worker {
	struct kc_client *client;
	unsigned number, good;
};

static void *work(void *argument)
{
	struct worker *worker = argument;

	for (unsigned i = 0; i < 200; i++) {
		KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
		char text[2] = {(char)('a' + worker->number % 26), (char)('a' + i % 26)};
		char turned[2] = {text[1], text[0]};
		if (kc_client_key_sign(worker->client, i == 50 ? 1020 : 1, &sha256,
			    kc_bytes(text, 2), &signature) == KC_OK &&
			kc_bytes_equal(kc_buf_bytes(&signature), kc_bytes(turned, 2)))
			worker->good++;
	}
	return NULL;
}

/* More threads than a pool has connections. */
static void threads_share_a_client(void)
{
	enum { COUNT = 24 };
	struct kc_client *client = device_client();
	struct worker workers[COUNT];
	pthread_t threads[COUNT];

	for (unsigned i = 0; i < COUNT; i++) {
		workers[i] = (struct worker){client, i, 0};
		CHECK_FATAL(pthread_create(&threads[i], NULL, work, &workers[i]) == 0);
	}
	for (unsigned i = 0; i < COUNT; i++) {
		pthread_join(threads[i], NULL);
		CHECK(workers[i].good == 200);
	}
	kc_client_free(client);
}

static void survives_a_fork(void)
{
	struct kc_client *client = device_client();
	pid_t children[8];
	int how;

	CHECK_OK(add(client, "parent", kc_bytes_str("1")));
	for (size_t i = 0; i < KC_COUNT_OF(children); i++) {
		children[i] = fork();
		if (children[i] == 0) {
			struct worker worker = {client, (unsigned)i, 0};
			work(&worker);
			_exit(worker.good == 200 ? 0 : 1);
		}
	}
	struct worker worker = {client, 20, 0};
	work(&worker);
	CHECK(worker.good == 200);
	for (size_t i = 0; i < KC_COUNT_OF(children); i++)
		CHECK(waitpid(children[i], &how, 0) == children[i] && how == 0);
	CHECK_OK(remove_all(client));
	kc_client_free(client);
}

/* A program that turns into a daemon closes all that it does not know of, and opens files of its
 * own under the same numbers: they stay as they are, and the next call finds the service again. */
enum { LOWEST = 3, HIGHEST = 40 };

static int a_file(int *ret_other)
{
	*ret_other = memfd_create("program's own", MFD_CLOEXEC);
	return dup(*ret_other);
}

static int a_socket(int *ret_other)
{
	int ends[2];

	CHECK_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	*ret_other = ends[1];
	return ends[0];
}

static int an_event(int *ret_other)
{
	*ret_other = eventfd(0, EFD_NONBLOCK);
	return dup(*ret_other);
}

static bool is_untouched(int other, int (*open_one)(int *))
{
	char byte[8];

	for (int fd = LOWEST; fd <= HIGHEST; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			return false;
	if (open_one == a_file)
		return lseek(other, 0, SEEK_END) == 0;
	return read(other, byte, sizeof byte) < 0 && errno == EAGAIN;
}

/* In a child: whether a call among the program's own descriptors does well and leaves them alone.
 */
static bool calls_among_others(struct kc_client *client, int (*open_one)(int *), size_t len)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;
	int other, fd;

	memset(kc_buf_extend(&secret, len), 'x', len);
	if (add(client, "first", kc_bytes_str("1")) != KC_OK)
		return false;
	for (fd = LOWEST; fd <= HIGHEST; fd++)
		close(fd);
	fd = open_one(&other);
	if (fcntl(other, F_DUPFD, HIGHEST + 1) < 0)
		return false;
	other = fcntl(other, F_DUPFD, HIGHEST + 1);
	for (int number = LOWEST; number <= HIGHEST; number++)
		dup2(fd, number);
	usleep(20000); /* the service has heard of it, or sleeps */
	return add(client, "second", kc_buf_bytes(&secret)) == KC_OK &&
	       find(client, "second", &found) == KC_OK && found.count == 1 &&
	       is_untouched(other, open_one);
}

static void descriptors_taken_away(void)
{
	static int (*const kinds[])(int *) = {a_file, a_socket, an_event};
	static const size_t lens[] = {10, 100000};
	struct kc_client *client = device_client();
	int how;

	for (size_t i = 0; i < KC_COUNT_OF(kinds) * KC_COUNT_OF(lens); i++) {
		pid_t child = fork();
		if (child == 0) {
			alarm(10);
			_exit(calls_among_others(client, kinds[i / 2], lens[i % 2]) ? 0 : 1);
		}
		CHECK(waitpid(child, &how, 0) == child && how == 0);
		CHECK_OK(remove_all(client));
	}
	kc_client_free(client);
}

/* A program may close its standard streams and go on writing to them. */
static bool calls_without_streams(struct kc_client *client)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;

	memset(kc_buf_extend(&secret, 100000), 'x', 100000);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		close(fd);
	if (add(client, "first", kc_bytes_str("1")) != KC_OK)
		return false;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (write(fd, "a line\n", 7) >= 0)
			return false;
	return add(client, "second", kc_buf_bytes(&secret)) == KC_OK &&
	       find(client, "second", &found) == KC_OK && found.count == 1;
}

static void without_standard_streams(void)
{
	struct kc_client *client = device_client();
	pid_t child = fork();
	int how;

	if (child == 0) {
		alarm(10);
		_exit(calls_without_streams(client) ? 0 : 1);
	}
	CHECK(waitpid(child, &how, 0) == child && how == 0);
	CHECK_OK(remove_all(client));
	kc_client_free(client);
}

/* In another process namespace a child can have the very number of its parent. */
static pid_t made_up_pid;

pid_t getpid(void)
{
	return made_up_pid ? made_up_pid : (pid_t)syscall(SYS_getpid);
}

static void a_child_with_its_parents_number(void)
{
	struct kc_client *client;
	pid_t child;
	int how;

	made_up_pid = 1;
	client = device_client();
	CHECK_OK(add(client, "before", kc_bytes_str("x")));
	child = fork();
	if (child == 0) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		_exit(find(client, "before", &found) == KC_OK ? 0 : 1);
	}
	CHECK(waitpid(child, &how, 0) == child && how == 0);
	CHECK_OK(remove_all(client));
	kc_client_free(client);
	made_up_pid = 0;
}

static void survives_a_restart(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_STATUS struct kc_status status = {0};
	pid_t first = device_service();

	CHECK_OK(kc_client_status(client, &status));
	CHECK(status.lock == KC_LOCK_UNLOCKED);
	CHECK_FATAL(first > 0);
	CHECK(kill(first, SIGKILL) == 0);
	CHECK(device_wait_until_gone());
	CHECK_OK(kc_client_status(client, &status));
	CHECK(status.lock == KC_LOCK_NONE); /* what the last service said counts for nothing */
	CHECK(device_service() != first);
	kc_client_free(client);

	client = device_client();
	CHECK_OK(kc_client_stop(client));
	CHECK_OK(kc_client_setup(client, kc_bytes_str("fake"), "again"));
	kc_client_free(client);
}

static void *kill_soon(void *argument)
{
	(void)argument;
	usleep(300000);
	kill(device_service(), SIGKILL);
	return NULL;
}

/* The service dies in the middle of a call: the caller hears of it soon, and a call that changes
 * nothing is made again by itself. */
static void death_in_the_middle(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	pthread_t killer;
	uint64_t start = kc_clock_monotonic_us();

	CHECK_FATAL(pthread_create(&killer, NULL, kill_soon, NULL) == 0);
	/* KEY_SIGN changes nothing; the new service has no keychain. */
	CHECK_ERR(kc_client_key_sign(client, 6000, &sha256, kc_bytes_str("ab"), &out),
		KC_E_NO_KEYCHAIN);
	CHECK(kc_clock_monotonic_us() - start < 3000000);
	pthread_join(killer, NULL);
	kc_client_free(client);
}

/* A change may have happened or not: it is not made again behind the caller's back. */
static void a_change_is_not_repeated(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_attrs none = KC_ATTRS_INIT;
	pthread_t killer;

	CHECK_FATAL(pthread_create(&killer, NULL, kill_soon, NULL) == 0);
	CHECK_ERR(kc_client_key_generate(client, KC_KEY_RSA, 5000, &none, &none, true, &found),
		KC_E_SERVICE);
	CHECK(device_wait_until_gone()); /* nor was another service started for it */
	pthread_join(killer, NULL);
	kc_client_free(client);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(first_call_starts_a_service),
		CHECK_TEST(items_go_round),
		CHECK_TEST(too_large_is_refused_here),
		CHECK_TEST(finds_in_pages),
		CHECK_TEST(private_operations),
		CHECK_TEST(keys_are_made),
		CHECK_TEST(operations_answer_in_pieces),
		CHECK_TEST(errors_come_through),
		CHECK_TEST(members),
		CHECK_TEST(lock_and_login),
		CHECK_TEST(status_is_cheap_and_true),
		CHECK_TEST(threads_share_a_client),
		CHECK_TEST(survives_a_fork),
		CHECK_TEST(descriptors_taken_away),
		CHECK_TEST(without_standard_streams),
		CHECK_TEST(a_child_with_its_parents_number),
		CHECK_TEST(survives_a_restart),
		CHECK_TEST(death_in_the_middle),
		CHECK_TEST(a_change_is_not_repeated),
	};
	int status;

	device_make("tests/wire/keycircled-fake");
	status = check_main("wire/client", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
