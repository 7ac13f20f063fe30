/* SPDX-License-Identifier: ISC */
/*
 * One run of `security`, the command of macOS: what every command of it is handed.
 *
 * Scripts rely on its streams, texts and exit statuses to the letter, so nothing here is translated
 * or made friendlier. A command answers with a result code (OSStatus); the exit status is its
 * lowest eight bits, as the kernel cuts it.
 */
#ifndef KC_CLI_SECURITY_SEC_H
#define KC_CLI_SECURITY_SEC_H

#include "base/place.h"
#include "cli/run.h"

#define KC_SEC_USAGE 2	 /* says how the command is used */
#define KC_SEC_UNKNOWN 1 /* there is no such command */
#define KC_SEC_LETTERS 128

struct kc_sec {
	struct kc_run run; /* the client, the output, whom to ask; its options are empty */
	bool quiet, verbose;
	struct kc_place place; /* of the device: where the login keychain is */
	struct kc_buf path;    /* how the keychain that is being used is called */
};

/* The options of one command and the words after them, by getopt's rules of BSD. */
struct kc_sec_args {
	bool given[KC_SEC_LETTERS];
	char *value[KC_SEC_LETTERS]; /* borrowed from argv; NULL when the option has none */
	char **words;
	size_t word_count;
};

/* Takes argv apart. letters are getopt's; an option "w" with its value missing at the end counts as
 * given without one. False when the command was misused, or help was asked for with -h. */
bool kc_sec_args_parse(int argc, char **argv, const char *letters, struct kc_sec_args *ret);
/* Overwrites the value of an option on the command line, where other users can see it, and says
 * once on a terminal that they could. */
void kc_sec_args_hide(struct kc_sec *sec, struct kc_sec_args *args, char letter);

/* Prints "security: WHAT: the text of the error" and answers with the error's result code. */
int32_t kc_sec_fail(struct kc_sec *sec, const char *what, kc_err err);
int32_t kc_sec_fail_status(struct kc_sec *sec, const char *what, int32_t status);
/* Writes to standard error, after what stands in the output. */
void kc_sec_say(struct kc_sec *sec, const char *format, ...) __attribute__((format(printf, 2, 3)));
void kc_sec_say_bytes(struct kc_sec *sec, struct kc_bytes text);

/* A password, asked for once, or for a new one until it was typed twice. Errors: LOCKED (nobody to
 * ask), CANCELED. */
KC_MUST kc_err kc_sec_ask(struct kc_sec *sec, const char *prompt, struct kc_secret *ret);
KC_MUST kc_err kc_sec_ask_new(
	struct kc_sec *sec, const char *prompt, const char *retype, struct kc_secret *ret);

/* Finds, and opens the keychain for that when it is locked and somebody can be asked. Errors:
 * NOT_FOUND, LOCKED, those of the client. */
KC_MUST kc_err kc_sec_find(
	struct kc_sec *sec, const struct kc_query *query, struct kc_found_list *ret);

#endif
