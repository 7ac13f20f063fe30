/* SPDX-License-Identifier: ISC */
/* Asking for the password: with an askpass program, with pinentry, and not for ever. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "tests/check.h"
#include "tests/wire/device.h"

static char askpass[128], pinentry[128], runs[128];

static void write_text(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	CHECK_FATAL(file != NULL);
	fputs(text, file);
	fclose(file);
	CHECK(chmod(path, mode) == 0);
}

/* A script that first leaves a line in the file of runs. */
static void write_script(const char *path, const char *body)
{
	char text[2048];

	snprintf(text, sizeof text, "#!/bin/sh\necho \"$1\" >> %s\n%s\n", runs, body);
	write_text(path, text, 0700);
	write_text(runs, "", 0600);
}

static unsigned count_runs(void)
{
	FILE *file = fopen(runs, "r");
	unsigned count = 0;
	int c;

	CHECK_FATAL(file != NULL);
	while ((c = getc(file)) != EOF)
		count += c == '\n';
	fclose(file);
	return count;
}

/* A client of a service that was started with this environment, with a locked keychain. */
static struct kc_client *client_with(const char *variable, const char *value)
{
	static const char *const variables[] = {
		"KC_ASKPASS", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY", "WAYLAND_DISPLAY"};
	struct kc_client *client;

	CHECK_OK_FATAL(kc_client_new(&client));
	(void)!kc_client_stop(client);
	CHECK(device_wait_until_gone());
	for (size_t i = 0; i < KC_COUNT_OF(variables); i++)
		unsetenv(variables[i]);
	if (variable)
		setenv(variable, value, 1);
	kc_client_free(client);
	client = device_client();
	CHECK_OK(kc_client_lock(client));
	return client;
}

static kc_err login(struct kc_client *client)
{
	return kc_client_login(client, kc_bytes_str(""));
}

static bool is_unlocked(struct kc_client *client)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	return kc_client_status(client, &status) == KC_OK && status.lock == KC_LOCK_UNLOCKED;
}

static void nobody_to_ask(void)
{
	struct kc_client *client = client_with(NULL, NULL);

	CHECK_ERR(login(client), KC_E_LOCKED);
	kc_client_free(client);
}

static void askpass_answers(void)
{
	struct kc_client *client = client_with("KC_ASKPASS", askpass);

	write_script(askpass, "echo fake");
	CHECK_OK(login(client));
	CHECK(is_unlocked(client));
	CHECK(count_runs() == 1);
	CHECK_OK(login(client)); /* open already: nobody is asked */
	CHECK(count_runs() == 1);
	kc_client_free(client);
}

/* A key that asks each time asks, open as the keychain is, and is not asked for again. */
static void each_use_of_a_key_is_asked_for(void)
{
	static const struct kc_sign_params hmac = {.scheme = KC_SIGN_HMAC, .hash = KC_HASH_SHA256};
	const struct kc_bytes nothing = kc_bytes(NULL, 0);
	struct kc_client *client = client_with("KC_ASKPASS", askpass);
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND struct kc_found key = {0};
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;

	write_script(askpass, "echo fake");
	CHECK_OK(kc_client_unlock(client, kc_bytes_str("fake")));
	kc_attrs_set_number(&attrs, KC_NAME('k', 'c', 'l', 's'), KC_KEY_SYMMETRIC);
	kc_attrs_set_number(&attrs, KC_NAME('a', 'l', 'a', 'u'), 1);
	CHECK_OK_FATAL(kc_client_key_create(client, kc_bytes_str("value"), &attrs, true, &key));
	for (unsigned use = 0; use < 2; use++) {
		CHECK_ERR(kc_client_key_sign(client, key.id, &hmac, kc_bytes_str("m"), &code),
			KC_E_AUTH_NEEDED);
		CHECK(count_runs() == use);
		CHECK_OK(kc_client_key_authorize(client, key.id, nothing));
		CHECK(count_runs() == use + 1);
		CHECK_OK(kc_client_key_sign(client, key.id, &hmac, kc_bytes_str("m"), &code));
	}
	write_script(askpass, "exit 1");
	CHECK_ERR(kc_client_key_authorize(client, key.id, nothing), KC_E_CANCELED);
	CHECK_ERR(kc_client_key_sign(client, key.id, &hmac, kc_bytes_str("m"), &code),
		KC_E_AUTH_NEEDED);
	kc_client_free(client);
}

static void askpass_of_ssh_when_forced(void)
{
	struct kc_client *client = client_with("SSH_ASKPASS", askpass);

	write_script(askpass, "echo fake");
	CHECK_ERR(login(client), KC_E_LOCKED);
	CHECK(count_runs() == 0);
	kc_client_free(client);
	client = client_with("SSH_ASKPASS", askpass);
	kc_client_free(client);
	setenv("SSH_ASKPASS_REQUIRE", "force", 1);
	CHECK_OK_FATAL(kc_client_new(&client));
	CHECK_OK(kc_client_stop(client)); /* so that the next one has the variable */
	CHECK(device_wait_until_gone());
	CHECK_OK(login(client));
	CHECK(count_runs() == 1);
	kc_client_free(client);
}

static void asks_again_after_a_slip(void)
{
	struct kc_client *client = client_with("KC_ASKPASS", askpass);
	char body[512];

	snprintf(body, sizeof body, "case $(wc -l < %s) in 3) echo fake ;; *) echo no ;; esac",
		runs);
	write_script(askpass, body);
	CHECK_OK(login(client));
	CHECK(count_runs() == 3);
	CHECK_OK(kc_client_lock(client));
	write_script(askpass, "echo no");
	CHECK_ERR(login(client), KC_E_AUTH);
	CHECK(count_runs() == 3);
	CHECK(!is_unlocked(client));
	kc_client_free(client);
}

static void a_refusal_holds_for_a_while(void)
{
	struct kc_client *client = client_with("KC_ASKPASS", askpass);

	write_script(askpass, "exit 1");
	CHECK_ERR(login(client), KC_E_CANCELED);
	CHECK_ERR(login(client), KC_E_CANCELED);
	CHECK(count_runs() == 1);
	CHECK_OK(kc_client_logout(client)); /* a new beginning for this program */
	CHECK_ERR(login(client), KC_E_CANCELED);
	CHECK(count_runs() == 2);
	kc_client_free(client);
}

static void gives_up_in_time(void)
{
	struct kc_client *client;
	char path[128];
	uint64_t start;

	snprintf(path, sizeof path, "%s/config", device_path());
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/config/kc.conf", device_path());
	write_text(path, "prompt-timeout = 1\n", 0600);
	client = client_with("KC_ASKPASS", askpass);
	write_script(askpass, "exec sleep 60");
	start = kc_clock_monotonic_us();
	CHECK_ERR(login(client), KC_E_LOCKED);
	CHECK(kc_clock_monotonic_us() - start < 5000000);
	kc_client_free(client);
	client = client_with("KC_ASKPASS", "/nonexistent/askpass");
	CHECK_ERR(login(client), KC_E_LOCKED);
	kc_client_free(client);
	write_text(path, "", 0600);
}

static void *login_there(void *argument)
{
	bool *good = argument;
	struct kc_client *client;

	*good = kc_client_new(&client) == KC_OK && login(client) == KC_OK;
	kc_client_free(client);
	return NULL;
}

static void one_question_for_all(void)
{
	struct kc_client *client = client_with("KC_ASKPASS", askpass);
	pthread_t threads[6];
	bool good[6];

	write_script(askpass, "sleep 0.3; echo fake");
	for (size_t i = 0; i < KC_COUNT_OF(threads); i++)
		CHECK_FATAL(pthread_create(&threads[i], NULL, login_there, &good[i]) == 0);
	for (size_t i = 0; i < KC_COUNT_OF(threads); i++) {
		pthread_join(threads[i], NULL);
		CHECK(good[i]);
	}
	CHECK(count_runs() == 1);
	kc_client_free(client);
}

/* A pinentry that knows as much of the protocol as we use. */
static void pinentry_answers(void)
{
	struct kc_client *client = client_with("DISPLAY", ":0");

	CHECK_OK(kc_client_unlock(client, kc_bytes_str("fake")));
	CHECK_OK(kc_client_change_password(client, kc_bytes_str("fake"), kc_bytes_str("f%k\ne")));
	CHECK_OK(kc_client_lock(client));
	write_script(pinentry, "echo OK Pleased to meet you\n"
			       "while read -r word rest; do case $word in\n"
			       "GETPIN) echo 'D f%25k%0Ae'; echo OK ;;\n"
			       "*) echo OK ;; esac; done");
	CHECK_OK(login(client));
	CHECK(is_unlocked(client));
	CHECK_OK(kc_client_change_password(client, kc_bytes_str("f%k\ne"), kc_bytes_str("fake")));
	CHECK_OK(kc_client_lock(client));
	write_script(pinentry, "echo OK\n"
			       "while read -r word rest; do case $word in\n"
			       "GETPIN) echo 'ERR 83886179 Operation cancelled <Pinentry>' ;;\n"
			       "*) echo OK ;; esac; done");
	CHECK_ERR(login(client), KC_E_CANCELED);
	CHECK_OK(kc_client_logout(client));
	write_script(pinentry, "exit 0"); /* says nothing and goes */
	CHECK_ERR(login(client), KC_E_CANCELED);
	kc_client_free(client);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(nobody_to_ask),
		CHECK_TEST(askpass_answers),
		CHECK_TEST(each_use_of_a_key_is_asked_for),
		CHECK_TEST(askpass_of_ssh_when_forced),
		CHECK_TEST(asks_again_after_a_slip),
		CHECK_TEST(a_refusal_holds_for_a_while),
		CHECK_TEST(gives_up_in_time),
		CHECK_TEST(one_question_for_all),
		CHECK_TEST(pinentry_answers),
	};
	char path[4096];
	int status;

	device_make("tests/service/keycircled-fast");
	snprintf(askpass, sizeof askpass, "%s/askpass", device_path());
	snprintf(pinentry, sizeof pinentry, "%s/pinentry", device_path());
	snprintf(runs, sizeof runs, "%s/runs", device_path());
	snprintf(path, sizeof path, "%s:%s", device_path(), getenv("PATH"));
	setenv("PATH", path, 1);
	status = check_main("service/prompt", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
