/* SPDX-License-Identifier: ISC */
/* Looked at in the order in which the client and the service need them; the first that is wrong is
 * told. */
#include "cli/folders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/place.h"

#define DATABASE "keychain.db"
#define DEVICE_SECRET "device-secret"
#define MOST 5

struct thing {
	struct kc_buf path;
	bool is_folder;
};

struct things {
	struct thing rows[MOST];
	size_t count;
};

static void things_done(struct things *things)
{
	for (size_t i = 0; i < things->count; i++)
		kc_buf_done(&things->rows[i].path);
}

/* A folder, or with a name a file in it. */
static void add(struct things *things, const char *folder, const char *name)
{
	struct thing *thing = &things->rows[things->count++];

	*thing = (struct thing){KC_BUF_INIT, !name};
	kc_buf_printf(&thing->path, "%s%s%s", folder, name ? "/" : "", name ? name : "");
}

static void list(const struct kc_place *place, struct things *ret)
{
	add(ret, place->data, NULL);
	add(ret, place->state, NULL);
	add(ret, place->runtime, NULL);
	add(ret, place->data, DATABASE);
	add(ret, place->state, DEVICE_SECRET);
}

/* The functions below say which fact is to be told of a thing; KC_FACT_COUNT when it is all right.
 */

static enum kc_fact is_exposed(const struct thing *thing, const char *path)
{
	struct stat found;

	if ((thing->is_folder ? stat : lstat)(path, &found) != 0)
		return KC_FACT_COUNT;
	if (S_ISLNK(found.st_mode))
		return KC_FACT_LINKED;
	if (found.st_uid != geteuid())
		return KC_FACT_NOT_OURS;
	if ((found.st_mode & 077) == 0)
		return KC_FACT_COUNT;
	return thing->is_folder ? KC_FACT_OPEN_FOLDER : KC_FACT_OPEN_FILE;
}

static enum kc_fact is_in_the_way(const struct thing *thing, const char *path)
{
	struct stat found;

	return thing->is_folder && stat(path, &found) == 0 && !S_ISDIR(found.st_mode)
		       ? KC_FACT_IN_THE_WAY
		       : KC_FACT_COUNT;
}

static enum kc_fact is_read_only(const struct thing *thing, const char *path)
{
	(void)thing;
	return access(path, W_OK) != 0 ? KC_FACT_READ_ONLY : KC_FACT_COUNT;
}

static const struct {
	kc_err err;
	enum kc_fact (*look)(const struct thing *thing, const char *path);
} looks[] = {
	{KC_E_EXPOSED, is_exposed},
	{KC_E_IO, is_in_the_way},
	{KC_E_READ_ONLY, is_read_only},
};

/* What is not there would have been made in the nearest folder that is. */
static void cut_to_existing(struct kc_buf *path)
{
	const char *text = kc_buf_text(path), *slash;

	while (text && access(text, F_OK) != 0 && (slash = strrchr(text, '/')) && slash > text) {
		kc_buf_truncate(path, (size_t)(slash - text));
		text = kc_buf_text(path);
	}
}

kc_err kc_folders_tell(struct kc_run *run)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	kc_err err = kc_place_find(&place);

	if (err == KC_E_PARAM)
		return kc_run_misused(run, getenv("KEYCIRCLE_HOME")
						   ? "KEYCIRCLE_HOME is not an absolute path"
						   : "you have no home folder; set HOME");
	KC_TRY(err);
	kc_facts_set_str(&run->facts, KC_FACT_FOLDER, place.data);
	kc_facts_set_str(&run->facts, KC_FACT_STATE, place.state);
	kc_facts_print(&run->facts, KC_FACT_SETTINGS, "%s/kc.conf", place.config);
	if (getenv("KEYCIRCLED"))
		kc_facts_set_str(&run->facts, KC_FACT_STARTED, getenv("KEYCIRCLED"));
	if (geteuid() == 0 && getenv("SUDO_USER") && !getenv("KEYCIRCLE_HOME"))
		kc_facts_set_str(&run->facts, KC_FACT_SUDOER, getenv("SUDO_USER"));
	return KC_OK;
}

void kc_folders_explain(struct kc_run *run, kc_err err)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	KC_CLEANUP(things_done) struct things things = {.count = 0};
	enum kc_fact (*look)(const struct thing *, const char *) = NULL;

	for (size_t i = 0; i < KC_COUNT_OF(looks); i++)
		if (looks[i].err == err)
			look = looks[i].look;
	if (!look || kc_place_find(&place) != KC_OK)
		return;
	list(&place, &things);
	for (size_t i = 0; i < things.count; i++) {
		struct kc_buf *buf = &things.rows[i].path;
		const char *path;
		enum kc_fact fact;
		if (err == KC_E_READ_ONLY)
			cut_to_existing(buf);
		path = kc_buf_text(buf);
		fact = path ? look(&things.rows[i], path) : KC_FACT_COUNT;
		if (fact == KC_FACT_COUNT)
			continue;
		kc_facts_set_str(&run->facts, fact, path);
		return;
	}
}
