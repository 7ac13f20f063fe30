/* SPDX-License-Identifier: ISC */
/* Running an asking program and reading the password from it. */
#include "service/prompt.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base/log.h"
#include "wire/socket.h"

#define TRIES 3
#define FAREWELL_MS 2000	      /* a program that has answered gets so long to end */
#define ANSWER_MAX ((size_t)16 << 10) /* bytes that an asking program may say in all */

extern char **environ;

/* A running asking program: its standard input and output are one socket to us. */
struct asker {
	pid_t process;
	int fd;
	kc_deadline deadline;
	struct kc_buf said;
};

static kc_err asker_start(char *const arguments[], kc_deadline deadline, struct asker *ret)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int ends[2], failed;
	pid_t process;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return kc_err_from_errno(errno);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, ends[1], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
	posix_spawnattr_init(&attributes);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attributes, &signals);
	sigaddset(&signals, SIGPIPE);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	failed = posix_spawnp(&process, arguments[0], &files, &attributes, arguments, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	close(ends[1]);
	if (failed) {
		close(ends[0]);
		kc_log_error("%s could not be run", arguments[0]);
		return KC_ERR(LOCKED);
	}
	*ret = (struct asker){process, ends[0], deadline, KC_BUF_INIT_MAX(ANSWER_MAX)};
	return KC_OK;
}

/* Ends the program, which may do so by itself for a moment; tells whether it did, with success. */
static bool asker_end(struct asker *asker)
{
	KC_CLEANUP_FD int pidfd = (int)syscall(SYS_pidfd_open, asker->process, 0);
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};
	int status = -1;

	close(asker->fd);
	kc_buf_done(&asker->said);
	if (kc_socket_left_ms(asker->deadline) == 0 || poll(&ended, 1, FAREWELL_MS) != 1)
		kill(asker->process, SIGKILL);
	while (waitpid(asker->process, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Reads until a line is complete, or the program has said its last. LOCKED when time is over. */
static kc_err asker_read_line(struct asker *asker, struct kc_bytes *ret)
{
	struct kc_buf *said = &asker->said;
	uint8_t byte;
	kc_err err;

	kc_buf_reset(said);
	for (;;) {
		err = kc_socket_receive(asker->fd, &byte, 1, asker->deadline);
		if (err == KC_E_TIMED_OUT)
			return KC_ERR(LOCKED);
		if (err != KC_OK || byte == '\n')
			break;
		kc_buf_push_byte(said, byte);
	}
	KC_TRY(kc_buf_check(said));
	if (err != KC_OK && said->len == 0)
		return KC_ERR(CANCELED);
	*ret = kc_buf_bytes(said);
	return KC_OK;
}

static bool starts_with(struct kc_bytes line, const char *word)
{
	size_t len = strlen(word);
	return line.len >= len && memcmp(line.data, word, len) == 0;
}

/* --- askpass --------------------------------------------------------------------------------- */

/* What is said to the user: by askpass first and after a wrong answer, and as commands to pinentry.
 */
struct words {
	const char *question, *repeated;
	const char *reason, *prompt;
};

static kc_err ask_askpass(const char *program, const struct words *words, bool again,
	kc_deadline deadline, struct kc_secret *ret)
{
	KC_CLEANUP_FREE char *name = strdup(program);
	KC_CLEANUP_FREE char *question = strdup(again ? words->repeated : words->question);
	char *arguments[] = {name, question, NULL};
	struct asker asker;
	struct kc_bytes line;
	kc_err err;

	if (!name || !question)
		return KC_ERR(NO_MEMORY);
	KC_TRY(asker_start(arguments, deadline, &asker));
	err = asker_read_line(&asker, &line);
	if (err == KC_OK)
		err = kc_secret_set(ret, line);
	if (!asker_end(&asker) && err == KC_OK)
		err = KC_ERR(CANCELED);
	return err;
}

/* --- pinentry: the Assuan protocol, pinentry(1) ------------------------------------------------
 */

static unsigned hex_value(uint8_t digit)
{
	const char *digits = "0123456789ABCDEF", *at = strchr(digits, digit);
	return digit && at ? (unsigned)(at - digits) : 0;
}

/* The contents of a "D " line, where %XX stands for a byte. */
static kc_err decode_data(struct kc_bytes line, struct kc_secret *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;

	for (size_t i = 2; i < line.len; i++) {
		if (line.data[i] == '%' && i + 2 < line.len) {
			unsigned high = hex_value(line.data[i + 1]);
			kc_buf_push_byte(
				&plain, (uint8_t)(high * 16 + hex_value(line.data[i + 2])));
			i += 2;
		} else {
			kc_buf_push_byte(&plain, line.data[i]);
		}
	}
	KC_TRY(kc_buf_check(&plain));
	return kc_secret_set(ret, kc_buf_bytes(&plain));
}

/* Waits for OK; a line with data on the way is decoded. */
static kc_err await_ok(struct asker *asker, struct kc_secret *ret)
{
	struct kc_bytes line;

	for (;;) {
		KC_TRY(asker_read_line(asker, &line));
		if (starts_with(line, "OK"))
			return KC_OK;
		if (starts_with(line, "ERR"))
			return KC_ERR(CANCELED);
		if (starts_with(line, "D "))
			KC_TRY(decode_data(line, ret));
	}
}

static kc_err talk_to_pinentry(
	struct asker *asker, const struct words *words, bool again, struct kc_secret *ret)
{
	const char *const commands[] = {
		"SETTITLE Keycircle\n",
		words->reason,
		words->prompt,
		again ? "SETERROR That was not the password.\n" : "NOP\n",
		"GETPIN\n",
	};

	KC_TRY(await_ok(asker, ret));
	for (size_t i = 0; i < KC_COUNT_OF(commands); i++) {
		KC_TRY(kc_socket_send(asker->fd, kc_bytes_str(commands[i]), asker->deadline));
		KC_TRY(await_ok(asker, ret));
	}
	return KC_OK;
}

static kc_err ask_pinentry(
	const struct words *words, bool again, kc_deadline deadline, struct kc_secret *ret)
{
	static char name[] = "pinentry";
	char *arguments[] = {name, NULL};
	struct asker asker;
	kc_err err;

	KC_TRY(asker_start(arguments, deadline, &asker));
	err = talk_to_pinentry(&asker, words, again, ret);
	if (err == KC_E_SERVICE || err == KC_E_TIMED_OUT) /* it has gone, or is stuck */
		err = KC_ERR(LOCKED);
	(void)asker_end(&asker);
	return err;
}

/* --- asking ---------------------------------------------------------------------------------- */

static bool is_set(const char *variable)
{
	const char *value = secure_getenv(variable);
	return value && *value;
}

static const char *askpass_program(void)
{
	const char *required = secure_getenv("SSH_ASKPASS_REQUIRE");

	if (is_set("KC_ASKPASS"))
		return secure_getenv("KC_ASKPASS");
	if (required && strcmp(required, "force") == 0 && is_set("SSH_ASKPASS"))
		return secure_getenv("SSH_ASKPASS");
	return NULL;
}

static bool has_display(void)
{
	return is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
}

bool kc_prompt_is_possible(void)
{
	return askpass_program() || has_display();
}

/* What is to be unlocked, or allowed, or who is to show himself. */
struct question {
	struct kc_keychain *keychain;
	const struct kc_caller *caller; /* of a key that asks each time; else NULL */
	uint64_t id;
	struct kc_secret *officer; /* where the officer's key goes; else NULL */
	kc_deadline deadline;
};

static const struct words *words_of(const struct question *question)
{
	static const struct words keychain = {"Keychain password: ", "Wrong. Keychain password: ",
		"SETDESC A program wants to use your keychain, which is locked.\n",
		"SETPROMPT Keychain password:\n"};
	static const struct words key = {"Keychain password: ", "Wrong. Keychain password: ",
		"SETDESC A program wants to use a key that asks each time.\n",
		"SETPROMPT Keychain password:\n"};
	static const struct words officer = {
		"Security officer's password: ", "Wrong. Security officer's password: ",
		"SETDESC A program wants to replace the password of your keychain.\n",
		"SETPROMPT Security officer's password:\n"};

	if (question->officer)
		return &officer;
	return question->caller ? &key : &keychain;
}

static kc_err ask(const struct question *question, bool again, struct kc_secret *ret)
{
	const char *program = askpass_program();

	if (program)
		return ask_askpass(program, words_of(question), again, question->deadline, ret);
	if (has_display())
		return ask_pinentry(words_of(question), again, question->deadline, ret);
	return KC_ERR(LOCKED);
}

static kc_err take_answer(const struct question *question, struct kc_bytes password)
{
	if (question->officer)
		return kc_keychain_officer_check(question->keychain, password, question->officer);
	if (!question->caller)
		return kc_keychain_unlock(question->keychain, password);
	return kc_keychain_key_authorize(
		question->keychain, question->caller, question->id, password);
}

static kc_err ask_until_right(const struct question *question)
{
	KC_CLEANUP_SECRET struct kc_secret password = KC_SECRET_INIT;
	kc_err err = KC_E_AUTH;

	/* By the answer that we have waited for. */
	if (!question->caller && !question->officer &&
		kc_keychain_lock_state(question->keychain) == KC_LOCK_UNLOCKED)
		return KC_OK;
	for (unsigned i = 0; err == KC_E_AUTH && i < TRIES; i++) {
		KC_TRY(ask(question, i > 0, &password));
		err = take_answer(question, kc_secret_bytes(&password));
	}
	return err;
}

/* One question at a time. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;
static bool asking;

static kc_err begin(unsigned seconds)
{
	struct timespec until;
	kc_err err = KC_OK;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += seconds;
	pthread_mutex_lock(&mutex);
	while (err == KC_OK && asking)
		if (pthread_cond_clockwait(&answered, &mutex, CLOCK_MONOTONIC, &until) == ETIMEDOUT)
			err = KC_ERR(LOCKED);
	if (err == KC_OK)
		asking = true;
	pthread_mutex_unlock(&mutex);
	return err;
}

static void end(void)
{
	pthread_mutex_lock(&mutex);
	asking = false;
	pthread_cond_signal(&answered);
	pthread_mutex_unlock(&mutex);
}

static kc_err put_question(struct question *question, unsigned seconds)
{
	kc_err err;

	KC_TRY(begin(seconds));
	question->deadline = kc_socket_deadline(seconds);
	err = ask_until_right(question);
	end();
	return err;
}

kc_err kc_prompt_unlock(struct kc_keychain *keychain, unsigned seconds)
{
	struct question question = {.keychain = keychain};

	return put_question(&question, seconds);
}

kc_err kc_prompt_authorize(
	struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id, unsigned seconds)
{
	struct question question = {.keychain = keychain, .caller = caller, .id = id};

	return put_question(&question, seconds);
}

kc_err kc_prompt_officer(struct kc_keychain *keychain, unsigned seconds, struct kc_secret *ret_key)
{
	struct question question = {.keychain = keychain, .officer = ret_key};

	return put_question(&question, seconds);
}
