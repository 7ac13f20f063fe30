/* SPDX-License-Identifier: ISC */
/* inotify(7) on each folder. */
#include "backend/cloud/folder_watch.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "backend/cloud/writer_name.h"

/* Carriers rename, too, or write in place. */
#define EVENTS (IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_DONT_FOLLOW | IN_ONLYDIR)

static bool is_writer(const char *name)
{
	struct kc_writer_id writer;

	return strlen(name) == KC_WRITER_DIGITS && kc_writer_name_parse(name, &writer);
}

static void watch_writers(int watch, const char *root)
{
	DIR *dir = opendir(root);
	struct dirent *entry;
	unsigned count = 0;

	if (!dir)
		return;
	while ((entry = readdir(dir)) && count < KC_CLOUD_MAX_WRITERS) {
		char path[PATH_MAX + NAME_MAX + 2];

		if (!is_writer(entry->d_name))
			continue;
		snprintf(path, sizeof path, "%s/%s", root, entry->d_name);
		count += inotify_add_watch(watch, path, EVENTS) >= 0;
	}
	closedir(dir);
}

int kc_folder_watch_open(const char *root)
{
	int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (watch < 0)
		return -1;
	if (inotify_add_watch(watch, root, EVENTS & ~IN_DONT_FOLLOW) < 0) {
		close(watch);
		return -1;
	}
	watch_writers(watch, root);
	return watch;
}

/* Files of which only the making is told are still being written. */
static bool is_of_store(const struct inotify_event *event)
{
	size_t len = event->len ? strlen(event->name) : 0;

	if (event->mask & IN_Q_OVERFLOW)
		return true;
	if (event->mask & IN_ISDIR)
		return is_writer(event->len ? event->name : "");
	return !(event->mask & IN_CREATE) && len > 3 && event->name[0] != '.' &&
	       strcmp(event->name + len - 3, ".op") == 0;
}

bool kc_folder_watch_drain(int watch, const char *root)
{
	_Alignas(struct inotify_event) char events[4096];
	bool matters = false, has_folders = false;
	ssize_t len;

	while ((len = read(watch, events, sizeof events)) > 0)
		for (char *at = events; at < events + len;) {
			const struct inotify_event *event = (const struct inotify_event *)at;

			matters = matters || is_of_store(event);
			has_folders = has_folders || (event->mask & (IN_ISDIR | IN_Q_OVERFLOW));
			at += sizeof *event + event->len;
		}
	if (has_folders)
		watch_writers(watch, root);
	return matters;
}
