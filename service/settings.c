/* SPDX-License-Identifier: ISC */
/* Reading kc.conf. */
#include "service/settings.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

static const struct row {
	const char *name;
	size_t at;
	unsigned otherwise, least, most;
	bool is_flag;
} rows[] = {
#define KC_SETTING_NUMBER(member, name, otherwise, least, most) \
	{name, offsetof(struct kc_settings, member), otherwise, least, most, false},
#define KC_SETTING_FLAG(member, name, otherwise) \
	{name, offsetof(struct kc_settings, member), otherwise, 0, 1, true},
#include "service/settings.def"
#undef KC_SETTING_NUMBER
#undef KC_SETTING_FLAG
};

static unsigned *member_of(struct kc_settings *settings, const struct row *row)
{
	return (unsigned *)(void *)((char *)settings + row->at);
}

static bool parse_number(const char *text, const struct row *row, unsigned *ret)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || number < row->least ||
		number > row->most)
		return false;
	*ret = (unsigned)number;
	return true;
}

static bool parse_value(const char *text, const struct row *row, unsigned *ret)
{
	bool is_yes = strcmp(text, "yes") == 0;

	if (!row->is_flag || (!is_yes && strcmp(text, "no") != 0))
		return parse_number(text, row, ret);
	*ret = is_yes;
	return true;
}

/* Cuts white space at both ends. */
static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	for (len = strlen(text); len && strchr(" \t\r\n", text[len - 1]); len--)
		;
	text[len] = 0;
	return text;
}

static void read_line(struct kc_settings *settings, char *line, unsigned number)
{
	char *equals;

	line[strcspn(line, "#")] = 0;
	line = trim(line);
	if (!*line)
		return;
	equals = strchr(line, '=');
	if (equals) {
		*equals = 0;
		for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
			if (strcmp(trim(line), rows[i].name) == 0 &&
				parse_value(
					trim(equals + 1), &rows[i], member_of(settings, &rows[i])))
				return;
	}
	kc_log_error("kc.conf, line %u: not understood", number);
	if (!settings->misread_line)
		settings->misread_line = number;
}

kc_err kc_settings_read(const struct kc_place *place, struct kc_settings *ret)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	struct kc_settings settings = {0};
	char line[256];
	FILE *file;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		*member_of(&settings, &rows[i]) = rows[i].otherwise;
	kc_buf_printf(&path, "%s/kc.conf", place->config);
	if (!kc_buf_text(&path))
		return KC_ERR(NO_MEMORY);
	file = fopen(kc_buf_text(&path), "re");
	if (!file && errno != ENOENT)
		return kc_err_from_errno(errno);
	if (file) {
		for (unsigned number = 1; fgets(line, sizeof line, file); number++)
			read_line(&settings, line, number);
		fclose(file);
	}
	*ret = settings;
	return KC_OK;
}
