/* SPDX-License-Identifier: ISC */
/* One row a program: how it copies, gives back and clears. */
#include "cli/clipboard.h"

#include <fcntl.h>
#include <unistd.h>

#include "cli/program.h"

#define MOST_READ_BACK ((size_t)2 << 20)

static const struct tool {
	const char *display; /* the variable that says there is one */
	const char *copy[5], *paste[5], *clear[5];
} tools[] = {
	{
		"WAYLAND_DISPLAY",
		{"wl-copy", "--type", "text/plain"},
		{"wl-paste", "--no-newline"},
		{"wl-copy", "--clear"},
	},
	{
		"DISPLAY", {"xclip", "-selection", "clipboard"},
		{"xclip", "-selection", "clipboard", "-out"},
		{"xclip", "-selection", "clipboard"}, /* of the empty input that it gets */
	},
	{
		"DISPLAY",
		{"xsel", "--clipboard", "--input"},
		{"xsel", "--clipboard", "--output"},
		{"xsel", "--clipboard", "--clear"},
	},
};

static kc_err copy_with_some_tool(
	struct kc_run *run, struct kc_bytes secret, const struct tool **ret)
{
	bool has_display = false;

	for (size_t i = 0; i < KC_COUNT_OF(tools); i++) {
		const char *display = getenv(tools[i].display);
		if (!display || !*display)
			continue;
		has_display = true;
		if (kc_program_write(tools[i].copy, secret) != KC_OK)
			continue;
		*ret = &tools[i];
		return KC_OK;
	}
	kc_facts_set_str(&run->facts, KC_FACT_CLIPBOARD,
		has_display
			? "the clipboard can't be reached; wl-clipboard, xclip or xsel does that."
			: "there is no display here, so there is no clipboard.");
	return KC_ERR(UNSUPPORTED);
}

static bool is_still_there(const struct tool *tool, const struct kc_buf *secret)
{
	KC_CLEANUP_BUF struct kc_buf now = KC_BUF_INIT;

	return kc_program_read(tool->paste, MOST_READ_BACK, &now) == KC_OK &&
	       now.len == secret->len && kc_mem_equal_ct(now.data, secret->data, now.len);
}

/* Lets go of everything of the parent, so that nobody waits for this process. */
static void detach(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	(void)!chdir("/"); /* or the folder we were started in could not be unmounted */
	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
}

static void clear_later(const struct tool *tool, const struct kc_buf *secret)
{
	pid_t child = fork();

	if (child != 0)
		return;
	detach();
	for (unsigned left = KC_CLIPBOARD_SECONDS; left;)
		left = sleep(left);
	if (is_still_there(tool, secret) &&
		kc_program_write(tool->clear, kc_bytes(NULL, 0)) != KC_OK)
		_exit(1);
	_exit(0);
}

kc_err kc_clipboard_copy(struct kc_run *run, struct kc_bytes secret)
{
	KC_CLEANUP_BUF struct kc_buf copy = KC_BUF_INIT; /* the arena is wiped by fork() */
	const struct tool *tool = NULL;

	kc_buf_push(&copy, secret.data, secret.len);
	KC_TRY(kc_buf_check(&copy));
	KC_TRY(copy_with_some_tool(run, secret, &tool));
	clear_later(tool, &copy);
	return KC_OK;
}
