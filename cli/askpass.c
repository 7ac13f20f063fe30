/* SPDX-License-Identifier: ISC */
/* The environment decides, in the order of their distance from us. */
#include "cli/askpass.h"

#include <string.h>

#include "cli/program.h"
#include "cli/tty.h"

const char *kc_askpass_find(const char *given)
{
	const char *ours = getenv("KC_ASKPASS"), *ssh = getenv("SSH_ASKPASS");
	const char *require = getenv("SSH_ASKPASS_REQUIRE");

	if (given)
		return given;
	if (ours && *ours)
		return ours;
	if (ssh && *ssh && require && strcmp(require, "force") == 0)
		return ssh;
	return NULL;
}

kc_err kc_askpass_run(const char *program, const char *prompt, struct kc_buf *ret_line)
{
	const char *const argv[] = {program, prompt, NULL};
	const uint8_t *newline;

	KC_TRY(kc_program_read(argv, KC_TTY_MAX_LINE, ret_line));
	newline = ret_line->len ? memchr(ret_line->data, '\n', ret_line->len) : NULL;
	if (newline)
		kc_buf_truncate(ret_line, (size_t)(newline - ret_line->data));
	return KC_OK;
}
