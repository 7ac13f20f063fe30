/* SPDX-License-Identifier: ISC */
/* Asked of the terminal, the locale and two environment variables. */
#include "cli/look.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_set_to(const char *variable, const char *value)
{
	const char *set = getenv(variable);
	return set && strcmp(set, value) == 0;
}

struct kc_look kc_look_of(int fd)
{
	struct kc_look look = {.columns = 80};
	struct winsize size;

	look.terminal = isatty(fd) == 1;
	look.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0 && !is_set_to("TERM", "dumb");
	look.plain = is_set_to("KC_PLAIN", "1") || is_set_to("TERM", "dumb");
	if (look.terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		look.columns = size.ws_col;
	return look;
}
