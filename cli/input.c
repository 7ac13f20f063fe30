/* SPDX-License-Identifier: ISC */
/* Bytes go from read(2) straight into a buffer that wipes; stdio would keep copies. */
#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/generate.h"

#define PIECE 4096

kc_err kc_input_fd(struct kc_run *run, int fd, size_t most, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT_MAX(most);
	uint8_t piece[PIECE];
	ssize_t got;

	while ((got = read(fd, piece, sizeof piece)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EBADF)
			return kc_run_misused(run, "descriptor %d is not open for reading", fd);
		if (got < 0)
			return KC_ERR(IO);
		kc_buf_push(&whole, piece, (size_t)got);
		kc_mem_wipe(piece, (size_t)got);
		KC_TRY(kc_buf_check(&whole));
	}
	kc_buf_done(ret);
	*ret = whole;
	whole = (struct kc_buf)KC_BUF_INIT;
	return KC_OK;
}

kc_err kc_input_file(struct kc_run *run, const char *path, size_t most, struct kc_buf *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	kc_err err;

	kc_facts_set_str(&run->facts, KC_FACT_FILE, path);
	if (fd < 0)
		return errno == ENOENT ? KC_ERR(NOT_FOUND) : KC_ERR(IO);
	err = kc_input_fd(run, fd, most, ret);
	close(fd);
	if (err == KC_OK) /* a later failure is about something else */
		kc_facts_forget(&run->facts, KC_FACT_FILE);
	return err;
}

void kc_input_chomp(struct kc_buf *text)
{
	if (text->len && text->data[text->len - 1] == '\n')
		kc_buf_truncate(text, text->len - 1);
}

/* Nothing at all is what a program sends that failed: it must not replace a password. */
static kc_err from_stdin(struct kc_run *run, struct kc_buf *ret)
{
	KC_TRY(kc_input_fd(run, STDIN_FILENO, KC_INPUT_MAX_SECRET + 1, ret));
	if (ret->len == 0)
		return kc_run_misused(
			run, "nothing came on standard input, not even the end of an empty line");
	kc_input_chomp(ret);
	return KC_OK;
}

static kc_err from_stdin_raw(struct kc_run *run, struct kc_buf *ret)
{
	return kc_input_fd(run, STDIN_FILENO, KC_INPUT_MAX_SECRET, ret);
}

static kc_err from_file(struct kc_run *run, struct kc_buf *ret)
{
	return kc_input_file(run, kc_run_get(run, KC_OPTION_FILE), KC_INPUT_MAX_SECRET, ret);
}

static kc_err from_fd(struct kc_run *run, struct kc_buf *ret)
{
	long fd;

	KC_TRY(kc_options_number(&run->options, KC_OPTION_FD, 0, 65535, &run->facts, &fd));
	return kc_input_fd(run, (int)fd, KC_INPUT_MAX_SECRET, ret);
}

static kc_err from_chance(struct kc_run *run, struct kc_buf *ret)
{
	long len;

	KC_TRY(kc_options_number(
		&run->options, KC_OPTION_GENERATE, 1, KC_GENERATE_MAX, &run->facts, &len));
	kc_generate_password((size_t)len, ret);
	return kc_buf_check(ret);
}

kc_err kc_input_secret(struct kc_run *run, struct kc_secret *ret, bool *ret_given)
{
	static const struct {
		enum kc_option option;
		kc_err (*read)(struct kc_run *run, struct kc_buf *ret);
	} sources[] = {
		{KC_OPTION_STDIN, from_stdin},
		{KC_OPTION_STDIN_RAW, from_stdin_raw},
		{KC_OPTION_FILE, from_file},
		{KC_OPTION_FD, from_fd},
		{KC_OPTION_GENERATE, from_chance},
	};
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
	kc_err (*chosen)(struct kc_run *, struct kc_buf *) = NULL;

	for (size_t i = 0; i < KC_COUNT_OF(sources); i++) {
		if (!kc_run_has(run, sources[i].option))
			continue;
		if (chosen)
			return kc_run_misused(run, "the secret can come from one place only");
		chosen = sources[i].read;
	}
	if (chosen) {
		KC_TRY(chosen(run, &text));
		if (text.len > KC_INPUT_MAX_SECRET)
			return KC_ERR(TOO_LARGE);
		KC_TRY(kc_secret_set(ret, kc_buf_bytes(&text)));
	}
	*ret_given = chosen != NULL;
	return KC_OK;
}
