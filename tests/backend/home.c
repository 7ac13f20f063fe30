/* SPDX-License-Identifier: ISC */
/* A keychain in a folder of its own. */
#include "tests/backend/home.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/file.h"

static const char *const user_groups[] = {"user"};
static const char *const sandbox_groups[] = {"flatpak.org.example.Mail", "shared"};
const struct kc_caller home_user = {user_groups, 1, true, 1, false};
const struct kc_caller home_sandbox = {sandbox_groups, 2, false, 2, false};

void home_use_memory(void)
{
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
}

static char *in_home(const struct home *home, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;

	kc_buf_printf(&path, "%s/%s", home->path, name);
	return strdup(kc_buf_text(&path));
}

void home_init_empty(struct home *home)
{
	const char *base = getenv("TMPDIR");

	*home = (struct home)HOME_INIT;
	snprintf(home->path, sizeof home->path, "%s/kc-home-XXXXXX",
		base && strlen(base) < 40 ? base : "/tmp");
	CHECK_FATAL(mkdtemp(home->path) != NULL);
	home->place.config = in_home(home, "config");
	home->place.data = in_home(home, "data");
	home->place.state = in_home(home, "state");
	home->place.runtime = in_home(home, "state/run");
	home->place.socket = in_home(home, "state/run/test.sock");
}

void home_init(struct home *home)
{
	home_init_empty(home);
	CHECK_OK_FATAL(kc_keychain_create(
		&home->place, kc_bytes_str("password"), "test device", &home->keychain));
}

void home_close(struct home *home)
{
	if (home->keychain)
		kc_keychain_close(home->keychain);
	home->keychain = NULL;
}

void home_open(struct home *home)
{
	home_close(home);
	CHECK_OK_FATAL(kc_keychain_open(&home->place, &home->keychain));
}

void home_unlock(struct home *home)
{
	CHECK_OK_FATAL(kc_keychain_unlock(home->keychain, kc_bytes_str("password")));
}

void home_done(struct home *home)
{
	home_close(home);
	if (home->path[0])
		file_remove_tree(home->path);
	kc_place_done(&home->place);
}

const char *home_database(const struct home *home)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/keychain.db", home->place.data);
	return path;
}
