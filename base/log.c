/* SPDX-License-Identifier: ISC */
/* Log lines on standard error; the service's start-up decides where that leads. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static enum kc_log_level lowest = KC_LOG_QUIET;
static const char *program = "keycircle";

void kc_log_setup(enum kc_log_level level, const char *name)
{
	lowest = level;
	program = name;
}

__attribute__((format(printf, 2, 0))) static void write_line(
	enum kc_log_level level, const char *format, va_list args)
{
	char line[512];
	int saved = errno;

	if (level > lowest)
		return;
	/* One write a line, so that lines of several threads do not mix. */
	vsnprintf(line, sizeof line, format, args);
	fprintf(stderr, "%s: %s\n", program, line);
	errno = saved;
}

#define DEFINE_LEVEL(verb, level)                   \
	void kc_log_##verb(const char *format, ...) \
	{                                           \
		va_list args;                       \
		va_start(args, format);             \
		write_line(level, format, args);    \
		va_end(args);                       \
	}

DEFINE_LEVEL(error, KC_LOG_ERROR)
DEFINE_LEVEL(info, KC_LOG_INFO)
DEFINE_LEVEL(debug, KC_LOG_DEBUG)
