/* SPDX-License-Identifier: ISC */
/* A folder or a file can be looked at from here; of any other store only its URL is known. */
#include "cli/store.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/when.h"

#define MARKER ".kc-store"
#define FILE_SCHEME "file://"
#define SQLITE_SCHEME "sqlite://"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct {
	const char *name, *sentence;
} alarms[] = {
	{"rollback", "your store is older than what this device has already seen"},
	{"fork", "your store shows this device another story than it has shown before"},
	{"omission", "something that your devices have signed for is missing from your store"},
	{"forgery", "your store holds something that none of your devices has made"},
};

static bool begins_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* How long the scheme is that a URL begins with, and a slip for one, as sqlite:x; 0 for a path. */
static size_t scheme_len(const char *written)
{
	size_t len = strspn(written, LETTERS "0123456789+.-");

	return strchr(LETTERS, written[0]) && written[len] == ':' ? len : 0;
}

kc_err kc_store_url(struct kc_run *run, const char *written, struct kc_buf *ret)
{
	size_t scheme = scheme_len(written);
	char here[PATH_MAX];

	kc_buf_reset(ret);
	if (!written[0])
		return kc_run_misused(run, "the store is empty; it is a folder or a URL");
	if (begins_with(written, SQLITE_SCHEME) && !begins_with(written, SQLITE_SCHEME "/"))
		return kc_run_misused(
			run, "a file's URL has three slashes: sqlite:///home/ana/keychain.store");
	if (begins_with(written, FILE_SCHEME) && !begins_with(written, FILE_SCHEME "/"))
		return kc_run_misused(
			run, "a folder's URL has three slashes: file:///home/ana/Sync");
	if (scheme && !begins_with(written + scheme, "://"))
		return kc_run_misused(run,
			"“%s” is no URL: a file is written sqlite:///home/ana/keychain.store, and "
			"a folder that is called so ./%s",
			written, written);
	if (written[0] != '/' && !scheme) {
		if (!getcwd(here, sizeof here))
			return KC_ERR(IO);
		kc_buf_printf(ret, "%s/", strcmp(here, "/") == 0 ? "" : here);
	}
	kc_buf_push_str(ret, written);
	while (ret->len > 1 && ret->data[ret->len - 1] == '/')
		kc_buf_truncate(ret, ret->len - 1);
	if (!kc_buf_text(ret))
		return KC_ERR(NO_MEMORY);
	kc_facts_set(&run->facts, KC_FACT_URL, kc_buf_bytes(ret));
	return KC_OK;
}

static bool is_full(const char *folder)
{
	struct statvfs disk;

	return statvfs(folder, &disk) == 0 &&
	       (disk.f_bavail == 0 || (disk.f_files && disk.f_favail == 0));
}

/* What is wrong with the folder; KC_FACT_COUNT when that cannot be seen. */
static enum kc_fact look_at_folder(
	const struct kc_facts *facts, const char *folder, const char *marker)
{
	bool is_marked = access(marker, F_OK) == 0, begins = facts->known[KC_FACT_CHOSEN];

	if (!is_marked && facts->known[KC_FACT_JOINING])
		return access(folder, F_OK) == 0 ? KC_FACT_NO_STORE : KC_FACT_NO_PLACE;
	if (access(folder, F_OK) != 0)
		return begins ? KC_FACT_UNMADE : KC_FACT_LOST;
	if (!is_marked && !begins)
		return KC_FACT_UNMARKED;
	if (access(folder, W_OK | X_OK) != 0)
		return KC_FACT_SHUT;
	return is_full(folder) ? KC_FACT_FULL : KC_FACT_COUNT;
}

static void tell_folder(struct kc_run *run, const char *folder)
{
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;
	enum kc_fact fact;

	kc_buf_printf(&marker, "%s/" MARKER, folder);
	if (!kc_buf_text(&marker))
		return;
	fact = look_at_folder(&run->facts, folder, kc_buf_text(&marker));
	if (fact != KC_FACT_COUNT)
		kc_facts_set_str(&run->facts, fact, folder);
}

/* The store is one file; it can be made where its folder is. */
static void tell_file(struct kc_run *run, const char *file)
{
	KC_CLEANUP_BUF struct kc_buf folder = KC_BUF_INIT;
	size_t len = (size_t)(strrchr(file, '/') - file);
	const char *above;

	kc_buf_push(&folder, file, len ? len : 1);
	above = kc_buf_text(&folder);
	if (!above)
		return;
	if (access(file, F_OK) != 0 && run->facts.known[KC_FACT_JOINING])
		kc_facts_set_str(&run->facts, KC_FACT_NO_PLACE, file);
	else if (access(above, F_OK) != 0)
		kc_facts_set_str(&run->facts,
			run->facts.known[KC_FACT_CHOSEN] ? KC_FACT_UNMADE : KC_FACT_LOST, above);
	else if (access(file, F_OK) != 0 && !run->facts.known[KC_FACT_CHOSEN])
		kc_facts_set_str(&run->facts, KC_FACT_LOST, file);
	else if (access(above, W_OK | X_OK) != 0)
		kc_facts_set_str(&run->facts, KC_FACT_SHUT, above);
	else if (access(file, F_OK) == 0 && access(file, R_OK | W_OK) != 0)
		kc_facts_set_str(&run->facts, KC_FACT_SHUT, file);
	else if (is_full(above))
		kc_facts_set_str(&run->facts, KC_FACT_FULL, above);
}

static void tell_place(struct kc_run *run, const char *url)
{
	if (begins_with(url, SQLITE_SCHEME "/"))
		tell_file(run, url + strlen(SQLITE_SCHEME));
	else if (begins_with(url, FILE_SCHEME "/"))
		tell_folder(run, url + strlen(FILE_SCHEME));
	else if (url[0] == '/')
		tell_folder(run, url);
}

static void explain_absence(struct kc_run *run)
{
	KC_CLEANUP_BUF struct kc_buf url = KC_BUF_INIT;
	KC_CLEANUP_STATUS struct kc_status status = {0};
	struct kc_bytes known = kc_facts_get(&run->facts, KC_FACT_URL);

	if (known.len)
		kc_buf_push(&url, known.data, known.len);
	else if (kc_client_status(run->client, &status) == KC_OK && status.store)
		kc_buf_push_str(&url, status.store);
	if (kc_buf_text(&url))
		tell_place(run, kc_buf_text(&url));
}

/* The alarm of what nobody made is also that of a store that can't be read as one. */
static bool is_unreadable(struct kc_run *run)
{
	KC_CLEANUP_STORE_VIEW struct kc_store_view view = {.parts = NULL};

	return kc_client_store_view(run->client, false, &view) == KC_OK && view.suspect;
}

void kc_store_tell_alarm(struct kc_run *run, const struct kc_sync_report *report)
{
	const char *sentence = NULL;

	for (size_t i = 0; i < KC_COUNT_OF(alarms) && report->alarm; i++)
		if (strcmp(alarms[i].name, report->alarm) == 0)
			sentence = alarms[i].sentence;
	if (sentence && strcmp(report->alarm, "forgery") == 0 && is_unreadable(run))
		sentence = KC_STORE_UNREADABLE;
	if (sentence && report->known)
		kc_facts_print(&run->facts, KC_FACT_ALARM,
			"%s (entry %llu; this device knows %llu)", sentence,
			(unsigned long long)report->shown, (unsigned long long)report->known);
	else if (sentence)
		kc_facts_set_str(&run->facts, KC_FACT_ALARM, sentence);
	if (sentence && strcmp(sentence, KC_STORE_UNREADABLE) == 0)
		kc_facts_set_str(&run->facts, KC_FACT_UNREADABLE, sentence);
	if (sentence && strcmp(report->alarm, "rollback") == 0)
		kc_facts_set(
			&run->facts, KC_FACT_ROLLED_BACK, kc_facts_get(&run->facts, KC_FACT_ALARM));
	if (report->copied)
		kc_facts_set_str(&run->facts, KC_FACT_COPIED, KC_STORE_COPIED);
}

static void explain_alarm(struct kc_run *run)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	if (kc_client_sync_status(run->client, &report) == KC_OK)
		kc_store_tell_alarm(run, &report);
}

/* Who put this device out, on which day, and where it may come in again. */
static void explain_removal(struct kc_run *run)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_STATUS struct kc_status status = {0};
	char day[KC_WHEN_LEN];

	if (kc_client_sync_status(run->client, &report) != KC_OK || !report.removed_by[0] ||
		kc_client_status(run->client, &status) != KC_OK || !status.store)
		return;
	kc_when_day((int64_t)(report.removed_ms / 1000), kc_clock_wall_ms() / 1000, day);
	kc_facts_set_str(&run->facts, KC_FACT_REMOVER, report.removed_by);
	kc_facts_set_str(&run->facts, KC_FACT_REMOVED_ON, day);
	kc_facts_set_str(&run->facts, KC_FACT_URL, status.store);
}

/* A folder that is not empty, or a file that is no store. */
static void explain_other_thing(struct kc_run *run)
{
	KC_CLEANUP_BUF struct kc_buf url = KC_BUF_INIT;
	struct kc_bytes known = kc_facts_get(&run->facts, KC_FACT_URL);

	kc_buf_push(&url, known.data, known.len);
	if (kc_buf_text(&url) && begins_with(kc_buf_text(&url), SQLITE_SCHEME "/"))
		kc_facts_set_str(
			&run->facts, KC_FACT_TAKEN, kc_buf_text(&url) + strlen(SQLITE_SCHEME));
}

/* Whether what is marked goes to the other devices. */
static kc_err look_whether_it_goes(struct kc_run *run, bool *ret)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(run->client, &status));
	*ret = status.store && !status.is_out && !status.is_held_up;
	if (status.store && status.is_held_up && !status.is_out)
		kc_facts_set_str(&run->facts, KC_FACT_HELD_UP, status.store);
	if (status.store)
		kc_facts_set_str(&run->facts, KC_FACT_URL, status.store);
	return KC_OK;
}

static void tell_why_it_stays(struct kc_run *run)
{
	if (run->facts.known[KC_FACT_HELD_UP])
		kc_run_note(run, KC_NOTE_HELD_UP);
	else
		kc_run_note(run,
			run->facts.known[KC_FACT_URL] ? KC_NOTE_STAYS_OUT : KC_NOTE_STAYS_ALONE);
}

kc_err kc_store_tell_marked(struct kc_run *run, enum kc_note goes, enum kc_note stays)
{
	bool is_going;

	KC_TRY(look_whether_it_goes(run, &is_going));
	kc_run_note(run, is_going ? goes : stays);
	if (!is_going)
		tell_why_it_stays(run);
	return KC_OK;
}

kc_err kc_store_tell_stays(struct kc_run *run)
{
	bool is_going;

	if (!kc_run_has(run, KC_OPTION_SYNC))
		return KC_OK;
	KC_TRY(look_whether_it_goes(run, &is_going));
	if (!is_going)
		tell_why_it_stays(run);
	return KC_OK;
}

/* --- before anything is asked or made -----------------------------------------------------------
 */

/* One that cannot be read is left to the service to complain of. */
static bool is_other_file(const char *path)
{
	static const char begins[] = "SQLite format 3";
	char start[sizeof begins];
	struct stat about;
	ssize_t got;
	int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (file < 0)
		return false;
	got = fstat(file, &about) == 0 && S_ISREG(about.st_mode) ? read(file, start, sizeof start)
								 : 0;
	close(file);
	return got > 0 && (got < (ssize_t)sizeof start || memcmp(start, begins, sizeof start) != 0);
}

static kc_err check_file(struct kc_run *run, const char *file)
{
	if (access(file, F_OK) != 0)
		return KC_ERR(STORE_GONE);
	if (!is_other_file(file))
		return KC_OK;
	kc_facts_set_str(&run->facts, KC_FACT_NO_DATABASE, file);
	return KC_ERR(NOT_A_STORE);
}

static kc_err check_folder(const char *folder)
{
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;

	kc_buf_printf(&marker, "%s/" MARKER, folder);
	if (!kc_buf_text(&marker))
		return KC_ERR(NO_MEMORY);
	return access(kc_buf_text(&marker), F_OK) == 0 ? KC_OK : KC_ERR(STORE_GONE);
}

kc_err kc_store_check_free(const char *url)
{
	return begins_with(url, SQLITE_SCHEME "/") && is_other_file(url + strlen(SQLITE_SCHEME))
		       ? KC_ERR(NOT_A_STORE)
		       : KC_OK;
}

kc_err kc_store_check_place(struct kc_run *run, const char *url)
{
	if (begins_with(url, SQLITE_SCHEME "/"))
		return check_file(run, url + strlen(SQLITE_SCHEME));
	if (begins_with(url, FILE_SCHEME "/"))
		return check_folder(url + strlen(FILE_SCHEME));
	return url[0] == '/' ? check_folder(url) : KC_ERR(UNSUPPORTED);
}

/* --- what went wrong ----------------------------------------------------------------------------
 */

/* What is done among devices is in their history. */
static bool is_among_devices(struct kc_run *run)
{
	struct kc_bytes verb = kc_facts_get(&run->facts, KC_FACT_VERB);
	size_t len = strlen("devices");

	return (verb.len > len && memcmp(verb.data, "devices", len) == 0) ||
	       kc_bytes_equal(verb, kc_bytes_str("join")) || kc_run_has(run, KC_OPTION_ACCOUNT);
}

/* A service that can be asked again has ended in the middle: nobody knows how far it came. */
static void explain_end(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	if (run->client && kc_client_status(run->client, &status) == KC_OK)
		kc_facts_set(&run->facts,
			is_among_devices(run) ? KC_FACT_ENDED_AMONG : KC_FACT_ENDED,
			kc_facts_get(&run->facts, KC_FACT_VERB));
}

void kc_store_explain(struct kc_run *run, kc_err err)
{
	if (err == KC_E_SERVICE)
		explain_end(run);
	else if (err == KC_E_STORE_GONE)
		explain_absence(run);
	else if (err == KC_E_NOT_MEMBER)
		explain_removal(run);
	else if (err == KC_E_STORE_SUSPECT)
		explain_alarm(run);
	else if (err == KC_E_NOT_A_STORE)
		explain_other_thing(run);
}

void kc_store_set_report(json_t *object, const struct kc_sync_report *report)
{
	kc_json_set(object, "sent", json_integer((json_int_t)report->sent));
	kc_json_set(object, "received", json_integer((json_int_t)report->received));
	kc_json_set(object, "waiting", json_integer((json_int_t)report->waiting));
	kc_json_set(object, "for_unlock", json_integer((json_int_t)report->for_unlock));
	kc_json_set(object, "refused", json_integer((json_int_t)report->refused));
	kc_json_set(object, "pending", json_integer((json_int_t)report->pending));
	kc_json_set(object, "pending_password", json_boolean(report->pending_password));
	kc_json_set(object, "last", kc_json_ms(report->last_ms));
	kc_json_set(object, "alarm", report->alarm ? json_string(report->alarm) : json_null());
	kc_json_set(object, "copied", json_boolean(report->copied));
	kc_json_set(object, "removed_by",
		report->removed_by[0] ? kc_json_text(kc_bytes_str(report->removed_by))
				      : json_null());
	kc_json_set(object, "removed", kc_json_ms(report->removed_ms));
}
