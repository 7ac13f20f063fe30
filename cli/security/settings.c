/* SPDX-License-Identifier: ISC */
/* The file is read line by line; a new one takes its place. */
#include "cli/security/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/place.h"
#include "cli/input.h"
#include "wire/keychains.h"

#define IDLE "lock-after-idle"
#define SUSPEND "lock-on-suspend"
#define MOST_FILE ((size_t)64 << 10)

/* Of the keychain that is in use. */
static kc_err find_folder(struct kc_sec *sec, struct kc_buf *ret)
{
	KC_CLEANUP_PLACE struct kc_place own = KC_PLACE_INIT;
	const char *path = kc_buf_text(&sec->path);
	bool is_users = path && kc_keychains_is_users(&sec->place, path);

	if (!path)
		return KC_ERR(NO_MEMORY);
	if (!is_users)
		KC_TRY(kc_place_find_at(path, &own));
	kc_buf_push_str(ret, is_users ? sec->place.config : own.config);
	return kc_buf_text(ret) ? KC_OK : KC_ERR(NO_MEMORY);
}

/* The file with a NUL behind it; empty when there is none. */
static kc_err read_file(struct kc_sec *sec, const char *folder, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	kc_err err;

	kc_buf_printf(&path, "%s/kc.conf", folder);
	if (!kc_buf_text(&path))
		return KC_ERR(NO_MEMORY);
	err = kc_input_file(&sec->run, kc_buf_text(&path), MOST_FILE, ret);
	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	return kc_buf_text(ret) || ret->len == 0 ? KC_OK : KC_ERR(NO_MEMORY);
}

/* Whether a line sets this; *ret is the number then. */
static bool is_set(const char *line, const char *name, unsigned long *ret)
{
	char *end;
	unsigned long number;

	line += strspn(line, " \t");
	if (strncmp(line, name, strlen(name)) != 0)
		return false;
	line += strlen(name);
	line += strspn(line, " \t");
	if (*line != '=')
		return false;
	number = strtoul(line + 1, &end, 10);
	if (end != line + 1)
		*ret = number;
	return true;
}

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

kc_err kc_sec_settings_read(struct kc_sec *sec, struct kc_sec_settings *ret)
{
	KC_CLEANUP_BUF struct kc_buf folder = KC_BUF_INIT, text = KC_BUF_INIT;
	unsigned long idle = 0, suspend = 1;

	KC_TRY(find_folder(sec, &folder));
	KC_TRY(read_file(sec, kc_buf_text(&folder), &text));
	for (const char *line = text.len ? kc_buf_text(&text) : ""; *line; line = next_line(line)) {
		is_set(line, IDLE, &idle);
		is_set(line, SUSPEND, &suspend);
	}
	*ret = (struct kc_sec_settings){.lock_on_sleep = suspend != 0, .timeout = idle};
	return KC_OK;
}

static kc_err replace_file(const char *folder, const struct kc_buf *text)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT, fresh = KC_BUF_INIT;
	FILE *stream;
	bool good;

	KC_TRY(kc_place_make_folder(folder));
	kc_buf_printf(&path, "%s/kc.conf", folder);
	kc_buf_printf(&fresh, "%s/.kc.conf.%ld", folder, (long)getpid());
	if (!kc_buf_text(&path) || !kc_buf_text(&fresh))
		return KC_ERR(NO_MEMORY);
	stream = fopen(kc_buf_text(&fresh), "wxe");
	if (!stream)
		return kc_err_from_errno(errno);
	good = fwrite(text->data, 1, text->len, stream) == text->len;
	if (fclose(stream) == 0 && good && rename(kc_buf_text(&fresh), kc_buf_text(&path)) == 0)
		return KC_OK;
	unlink(kc_buf_text(&fresh));
	return KC_ERR(IO);
}

kc_err kc_sec_settings_write(struct kc_sec *sec, const struct kc_sec_settings *settings)
{
	KC_CLEANUP_BUF struct kc_buf folder = KC_BUF_INIT, text = KC_BUF_INIT, out = KC_BUF_INIT;
	unsigned long ignored;

	KC_TRY(find_folder(sec, &folder));
	KC_TRY(read_file(sec, kc_buf_text(&folder), &text));
	for (const char *line = text.len ? kc_buf_text(&text) : ""; *line; line = next_line(line)) {
		const char *next = next_line(line);
		if (is_set(line, IDLE, &ignored) || is_set(line, SUSPEND, &ignored))
			continue;
		kc_buf_push(&out, line, (size_t)(next - line));
		if (next[-1] != '\n')
			kc_buf_push_byte(&out, '\n');
	}
	kc_buf_printf(&out, IDLE " = %lu\n" SUSPEND " = %d\n", settings->timeout,
		settings->lock_on_sleep);
	KC_TRY(kc_buf_check(&out));
	return replace_file(kc_buf_text(&folder), &out);
}
