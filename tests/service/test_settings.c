/* SPDX-License-Identifier: ISC */
/* kc.conf: what it says counts, and a slip in it does no harm. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "service/settings.h"
#include "tests/check.h"

static char folder[64];

static kc_err read_text(const char *text, struct kc_settings *ret)
{
	struct kc_place place = {.config = folder};
	char path[128];

	snprintf(path, sizeof path, "%s/kc.conf", folder);
	unlink(path);
	if (text) {
		FILE *file = fopen(path, "w");
		CHECK_FATAL(file != NULL);
		fputs(text, file);
		fclose(file);
	}
	return kc_settings_read(&place, ret);
}

static void defaults(void)
{
	struct kc_settings settings;

	CHECK_OK(read_text(NULL, &settings));
	CHECK(settings.lock_after_idle_s == 0);
	CHECK(settings.lock_on_suspend == 1);
	CHECK(settings.exit_after_locked_s == 60);
	CHECK_OK(read_text("", &settings));
	CHECK(settings.exit_after_locked_s == 60);
}

static void lines(void)
{
	static const struct {
		const char *text;
		unsigned idle_s, misread_line;
	} rows[] = {
		{"lock-after-idle = 600\n", 600, 0},
		{"lock-after-idle=600", 600, 0},
		{"  lock-after-idle\t=\t600  # ten minutes\r\n", 600, 0},
		{"# lock-after-idle = 600\n", 0, 0},
		{"lock-after-idle = 1\nlock-after-idle = 2\n", 2, 0},
		{"lock-after-idle = 9\n\n#\nnonsense\nlock-after-idle = 7\nmore\n", 7, 4},
		{"nonsense\n\n= 5\nlock-after-idle = 7\n", 7, 1},
		{"unknown = 5\nlock-after-idle = 8\n", 8, 1},
		/* not numbers, or out of range: the default stays */
		{"lock-after-idle = ten\n", 0, 1},
		{"lock-after-idle = 10s\n", 0, 1},
		{"lock-after-idle = -10\n", 0, 1},
		{"lock-after-idle =\n", 0, 1},
		{"lock-after-idle = 604801\n", 0, 1},
		{"lock-after-idle = 99999999999999999999\n", 0, 1},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		struct kc_settings settings;
		CHECK_OK(read_text(rows[i].text, &settings));
		CHECK_MSG(settings.lock_after_idle_s == rows[i].idle_s, rows[i].text);
		CHECK_MSG(settings.misread_line == rows[i].misread_line, rows[i].text);
	}
}

static void flags(void)
{
	static const struct {
		const char *text;
		unsigned allow_legacy;
	} rows[] = {
		{"", 0},
		{"allow-legacy = yes\n", 1},
		{"allow-legacy = 1\n", 1},
		{"allow-legacy = yes\nallow-legacy = no\n", 0},
		/* neither: the default stays */
		{"allow-legacy = Yes\n", 0},
		{"allow-legacy = true\n", 0},
		{"allow-legacy = 2\n", 0},
		{"allow-legacy =\n", 0},
	};
	struct kc_settings settings;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CHECK_OK(read_text(rows[i].text, &settings));
		CHECK_MSG(settings.allow_legacy == rows[i].allow_legacy, rows[i].text);
	}
	/* A number is no flag. */
	CHECK_OK(read_text("lock-after-idle = yes\nlock-on-suspend = no\n", &settings));
	CHECK(settings.lock_after_idle_s == 0 && settings.lock_on_suspend == 0);
}

/* The sample that is installed names every setting, with the value that holds without it. */
static void the_sample_says_the_defaults(void)
{
	struct kc_settings defaults, sample;
	char text[8192], path[512], *at = text;
	const char *source = getenv("top_srcdir");
	FILE *file;
	size_t got;

	snprintf(path, sizeof path, "%s/conf/kc.conf", source ? source : ".");
	file = fopen(path, "r");
	CHECK_FATAL(file != NULL);
	got = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[got] = 0;
	while ((at = strstr(at, "\n#")) != NULL) /* every setting in it is commented out */
		memmove(at + 1, at + 2, strlen(at + 2) + 1), at++;
	CHECK_OK(read_text(NULL, &defaults));
	CHECK_OK(read_text(text, &sample));
	sample.misread_line = 0; /* its explanations */
	CHECK(memcmp(&defaults, &sample, sizeof sample) == 0);
#define KC_SETTING_NUMBER(member, name, otherwise, least, most) \
	CHECK_MSG(strstr(text, "\n" name " = ") != NULL, name);
#define KC_SETTING_FLAG(member, name, otherwise) KC_SETTING_NUMBER(member, name, otherwise, 0, 1)
#include "service/settings.def"
#undef KC_SETTING_NUMBER
#undef KC_SETTING_FLAG
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(defaults),
		CHECK_TEST(lines),
		CHECK_TEST(flags),
		CHECK_TEST(the_sample_says_the_defaults),
	};
	struct kc_settings settings;
	int status;

	snprintf(folder, sizeof folder, "/tmp/kc-settings-XXXXXX");
	if (!mkdtemp(folder))
		return 99;
	status = check_main("service/settings", tests, KC_COUNT_OF(tests));
	(void)!read_text(NULL, &settings);
	(void)!rmdir(folder);
	return status;
}
