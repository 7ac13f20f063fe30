/* SPDX-License-Identifier: ISC */
/* security: one command from the command line, or with -i one a line from standard input. */
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "cli/process.h"
#include "cli/security/command.h"
#include "cli/security/keychains.h"
#include "cli/security/line.h"

#define MOST_LINE ((size_t)8 << 20) /* bytes: a secret in hexadecimal digits, and then some */
#define PIECE 4096

/* Lines of standard input, as they come: a program may write one and wait for what it does. */
struct lines {
	struct kc_buf waiting;
	bool ended;
};

/* The next line without its newline over *ret; false at the end. What is longer than MOST_LINE
 * fails: no part of it is taken for a command. */
static kc_err next_line(struct lines *lines, struct kc_buf *ret, bool *ret_more)
{
	uint8_t piece[PIECE];

	for (;;) {
		const uint8_t *end = lines->waiting.len
					     ? memchr(lines->waiting.data, '\n', lines->waiting.len)
					     : NULL;
		size_t len = end ? (size_t)(end - lines->waiting.data) : lines->waiting.len;
		ssize_t got;
		if (end || (lines->ended && len)) {
			kc_buf_reset(ret);
			kc_buf_push(ret, lines->waiting.data, len);
			len += end != NULL;
			memmove(lines->waiting.data, lines->waiting.data + len,
				lines->waiting.len - len);
			kc_buf_truncate(&lines->waiting, lines->waiting.len - len);
			*ret_more = true;
			return kc_buf_check(ret);
		}
		*ret_more = false;
		if (lines->ended)
			return KC_OK;
		got = read(STDIN_FILENO, piece, sizeof piece);
		if (got < 0 && errno == EINTR)
			continue;
		lines->ended = got <= 0;
		if (got > 0)
			kc_buf_push(&lines->waiting, piece, (size_t)got);
		kc_mem_wipe(piece, sizeof piece);
		KC_TRY(kc_buf_check(&lines->waiting));
	}
}

/* Runs the command of one line; an empty one leaves the status as it was. */
static kc_err run_line(struct kc_sec *sec, struct kc_bytes text, int32_t *status)
{
	KC_CLEANUP_SEC_LINE struct kc_sec_line line = {.count = 0};

	KC_TRY(kc_sec_line_split(text, &line));
	if (line.count == 0)
		return KC_OK;
	*status = kc_sec_command_run(sec, line.count, line.words);
	if (kc_out_flush(&sec->run.out) != KC_OK)
		return KC_ERR(IO);
	if (*status && !sec->quiet)
		kc_sec_say(sec, "%s: returned %d\n", line.words[0], (int)*status);
	return KC_OK;
}

static int32_t converse(struct kc_sec *sec, const char *prompt)
{
	struct lines lines = {.waiting = KC_BUF_INIT_MAX(MOST_LINE)};
	KC_CLEANUP_BUF struct kc_buf line = KC_BUF_INIT_MAX(MOST_LINE);
	bool more = true, asks = isatty(STDIN_FILENO);
	int32_t status = 0;
	kc_err err = KC_OK;

	while (err == KC_OK) {
		if (asks)
			kc_sec_say_bytes(sec, kc_bytes_str(prompt));
		err = next_line(&lines, &line, &more);
		if (err != KC_OK || !more)
			break;
		err = run_line(sec, kc_buf_bytes(&line), &status);
	}
	kc_buf_done(&lines.waiting);
	return err == KC_OK ? status : kc_sec_fail(sec, "-i", err);
}

static int32_t say_usage(void)
{
	static const char usage[] =
		"Usage: security [-h] [-i] [-l] [-p prompt] [-q] [-v] [command] [opt ...]\n"
		"    -i    Run in interactive mode.\n"
		"    -l    Accepted: there is nothing to run before exiting.\n"
		"    -p    Set the prompt to \"prompt\" (implies -i).\n"
		"    -q    Be less verbose.\n"
		"    -v    Be more verbose about what's going on.\n"
		"    -h    List the commands; help COMMAND says how one is used.\n";
	ssize_t written = write(STDERR_FILENO, usage, sizeof usage - 1);

	(void)written;
	return KC_SEC_USAGE;
}

static int32_t run(struct kc_sec *sec, int argc, char **argv)
{
	const char *prompt = "security> ";
	bool interactive = false, help = false;
	int letter;

	while ((letter = getopt(argc, argv, "+hilp:qv")) != -1) {
		switch (letter) {
		case 'h':
			help = true;
			break;
		case 'p':
			prompt = optarg;
			interactive = true;
			break;
		case 'i':
			interactive = true;
			break;
		case 'q':
			sec->quiet = true;
			break;
		case 'v':
			sec->verbose = true;
			break;
		case 'l':
			break;
		default:
			return say_usage();
		}
	}
	argc -= optind;
	argv += optind;
	if (help)
		return kc_sec_help(sec, argc + 1, argv - 1);
	if (argc > 0)
		return kc_sec_command_run(sec, argc, argv);
	return interactive ? converse(sec, prompt) : say_usage();
}

int main(int argc, char **argv)
{
	struct kc_sec sec = {.quiet = false};
	int32_t status;

	kc_process_begin();
	setlocale(LC_CTYPE, "");
	kc_out_init(&sec.run.out);
	sec.run.words = kc_look_of(STDERR_FILENO);
	if (kc_sec_keychains_begin(&sec) != KC_OK)
		status = kc_sec_fail(&sec, "SecKeychainCopyDefault", KC_E_NO_KEYCHAIN);
	else
		status = run(&sec, argc, argv);
	if (kc_out_flush(&sec.run.out) != KC_OK && status == 0)
		status = kc_sec_fail(&sec, "standard output", KC_E_IO);
	if (sec.run.client)
		kc_client_free(sec.run.client);
	kc_out_done(&sec.run.out);
	kc_facts_done(&sec.run.facts);
	kc_place_done(&sec.place);
	kc_buf_done(&sec.path);
	return status & 0xff;
}
