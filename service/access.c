/* SPDX-License-Identifier: ISC */
/*
 * The evidence: a Flatpak application has /.flatpak-info in its root folder, mounted by the
 * launcher and not to be changed from inside; a snap's control group is called after it. The root
 * of a process that made itself undumpable (ssh-agent and its helpers do) cannot be seen; such a
 * one is the user's own when it lives in our process namespace and was not barred from new
 * privileges, since every sandbox launcher does one of the two.
 */
#include "service/access.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "wire/socket.h"

#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
#define FILE_MAX ((size_t)64 << 10) /* bytes of a file that is read for evidence */

/* Opens proc/name. NOT_FOUND when it is not there, READ_ONLY when it may not be opened. */
static kc_err open_file(const char *proc, const char *name, int flags, int *ret)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;

	kc_buf_printf(&path, "%s/%s", proc, name);
	if (!kc_buf_text(&path))
		return KC_ERR(NO_MEMORY);
	*ret = open(kc_buf_text(&path), flags | O_CLOEXEC);
	return *ret >= 0 ? KC_OK : kc_err_from_errno(errno);
}

static kc_err read_all(int fd, struct kc_buf *ret)
{
	char part[4096];
	ssize_t got;

	while ((got = read(fd, part, sizeof part)) > 0)
		kc_buf_push(ret, part, (size_t)got);
	if (got < 0)
		return kc_err_from_errno(errno);
	return kc_buf_text(ret) ? KC_OK : KC_ERR(NO_MEMORY);
}

static kc_err read_file(const char *proc, const char *name, struct kc_buf *ret)
{
	KC_CLEANUP_FD int fd = -1;

	KC_TRY(open_file(proc, name, O_RDONLY | O_NONBLOCK, &fd));
	return read_all(fd, ret);
}

/* The .flatpak-info of the root folder. NOT_FOUND when that was looked into and has none; a program
 * whose first thread has ended shows no root at all, and is NOT_ALLOWED. */
static kc_err read_info(const char *proc, struct kc_buf *ret)
{
	KC_CLEANUP_FD int root = -1;
	KC_CLEANUP_FD int fd = -1;
	kc_err err = open_file(proc, "root", O_PATH | O_DIRECTORY, &root);

	if (err != KC_OK)
		return err == KC_E_NOT_FOUND ? KC_ERR(NOT_ALLOWED) : err;
	fd = openat(root, ".flatpak-info", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return fd >= 0 ? read_all(fd, ret) : kc_err_from_errno(errno);
}

/* A group made of kind and the name that begins at text. */
static kc_err make_group(const char *kind, const char *text, struct kc_access *ret)
{
	size_t len = strspn(text, NAME_CHARACTERS);
	int written = snprintf(ret->group, sizeof ret->group, "%s.%.*s", kind, (int)len, text);

	if (len == 0 || written < 0 || (size_t)written >= sizeof ret->group)
		return KC_ERR(NOT_ALLOWED);
	ret->sandboxed = true;
	return KC_OK;
}

/* The value after a key at the beginning of a line, or NULL. */
static const char *value_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, len) == 0)
			return line + len;
	}
	return NULL;
}

/* The id stands in the first group of flatpak-metadata(5): [Application] or [Runtime]. */
static kc_err judge_flatpak(const char *info, struct kc_access *ret)
{
	const char *name;

	if (strncmp(info, "[Application]\n", 14) != 0)
		return KC_ERR(NOT_ALLOWED);
	name = value_of(info, "name=");
	if (!name || name[strspn(name, NAME_CHARACTERS)] != '\n')
		return KC_ERR(NOT_ALLOWED);
	return make_group("flatpak", name, ret);
}

/* snap.NAME.APP-UUID.scope, or snap.NAME.APP.service: no snap's name has a dot in it. */
static kc_err judge_snap(const char *unit, struct kc_access *ret)
{
	char name[KC_ACCESS_GROUP_MAX + 1];
	size_t len = strcspn(unit, ".\n/");

	if (unit[len] != '.' || len >= sizeof name)
		return KC_ERR(NOT_ALLOWED);
	memcpy(name, unit, len);
	name[len] = 0;
	return make_group("snap", name, ret);
}

/* proc/status of a process whose root cannot be seen. */
static bool is_plain(const char *status)
{
	const char *barred = value_of(status, "NoNewPrivs:");
	const char *pids = value_of(status, "NSpid:");

	if (!barred || !pids || barred[strspn(barred, " \t")] != '0')
		return false;
	pids += strspn(pids, " \t");
	return pids[strspn(pids, "0123456789")] == '\n'; /* one number: one namespace, ours */
}

kc_err kc_access_judge(const char *proc, struct kc_access *ret)
{
	KC_CLEANUP_BUF struct kc_buf info = KC_BUF_INIT_MAX(FILE_MAX);
	KC_CLEANUP_BUF struct kc_buf groups = KC_BUF_INIT_MAX(FILE_MAX);
	KC_CLEANUP_BUF struct kc_buf status = KC_BUF_INIT_MAX(FILE_MAX);
	const char *snap;
	kc_err err;

	err = read_file(proc, "cgroup", &groups);
	if (err != KC_OK &&
		err != KC_E_NOT_FOUND) /* a kernel without control groups has no snaps */
		return KC_ERR(NOT_ALLOWED);
	snap = strstr(kc_buf_text(&groups), "/snap.");
	if (snap)
		return judge_snap(snap + strlen("/snap."), ret);
	err = read_info(proc, &info);
	if (err == KC_OK)
		return judge_flatpak(kc_buf_text(&info), ret);
	if (err == KC_E_NOT_ALLOWED)
		return err;
	if (err != KC_E_NOT_FOUND &&
		(read_file(proc, "status", &status) != KC_OK || !is_plain(kc_buf_text(&status))))
		return KC_ERR(NOT_ALLOWED);
	*ret = (struct kc_access){.group = KC_ACCESS_USER_GROUP};
	return KC_OK;
}

bool kc_access_has_ended(int pidfd)
{
	struct pollfd wait = {.fd = pidfd, .events = POLLIN};

	return poll(&wait, 1, 0) != 0;
}

kc_err kc_access_decide(pid_t process, int pidfd, struct kc_access *ret)
{
	struct kc_access access;
	char proc[32];

	snprintf(proc, sizeof proc, "/proc/%d", (int)process);
	KC_TRY(kc_access_judge(proc, &access));
	/* A process that is still there has had the number all the time. */
	if (kc_access_has_ended(pidfd))
		return KC_ERR(NOT_ALLOWED);
	*ret = access;
	return KC_OK;
}
