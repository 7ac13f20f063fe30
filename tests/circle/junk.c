/* SPDX-License-Identifier: ISC */
/* One function for each kind of junk, and the table of them. */
#include "tests/circle/junk.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/file.h"

static struct family *place_of_junk;
struct kc_writer_id junk_elder, junk_third, junk_sleeper;

/* --- places in the folder -----------------------------------------------------------------------
 */

const char *junk_in_store(const char *name)
{
	static char path[2 * HOUSE_PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", place_of_junk->house.store, name);
	return path;
}

const char *junk_folder_of(const struct kc_writer_id *writer)
{
	static char path[HOUSE_PATH_MAX];

	house_path(&place_of_junk->house, writer, 1, path);
	*strrchr(path, '/') = 0;
	return path;
}

const char *junk_op_of(const struct kc_writer_id *writer, uint64_t number)
{
	static char path[HOUSE_PATH_MAX];

	house_path(&place_of_junk->house, writer, number, path);
	return path;
}

uint64_t junk_last_of(const struct kc_writer_id *writer)
{
	uint64_t number = 1;

	while (access(junk_op_of(writer, number + 1), F_OK) == 0)
		number++;
	return number;
}

static void put(const char *path, const char *text)
{
	CHECK_FATAL(file_write(path, kc_bytes_str(text)));
}

static void put_in(const char *folder, const char *name)
{
	char path[2 * HOUSE_PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	put(path, "junk");
}

/* --- junk that is passed over -------------------------------------------------------------------
 */

const char *const junk_names[JUNK_NAMES] = {
	"0000000000000004.sync-conflict-20260101-120000-ABCDEFG.op",
	"0000000000000099 (conflicted copy 2026-01-01).op",
	"0000000000000004.op~",
	".syncthing.0000000000000099.op.tmp",
	".new-0000000000000099.op",
	".nfs000000000000000200000001",
	"desktop.ini",
	"0000000000000000.op",
	"99.op",
	"0000000000000099.OP",
	"00000000000000990.op",
	"\x01\xff\n",
};

void junk_names_of_carriers(void)
{
	for (size_t i = 0; i < JUNK_NAMES; i++) {
		put_in(place_of_junk->house.store, junk_names[i]);
		put_in(junk_folder_of(&junk_elder), junk_names[i]);
		put_in(junk_folder_of(&junk_sleeper), junk_names[i]);
	}
}

static void folders_like_writers(void)
{
	char name[64];

	for (unsigned i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "%032x", i + 1);
		CHECK_FATAL(mkdir(junk_in_store(name), 0700) == 0);
		snprintf(name, sizeof name, "%032x/%016u.op", i + 1, i % 5);
		put(junk_in_store(name), i % 2 ? "" : "\x30\x03junk");
	}
	CHECK_FATAL(mkdir(junk_in_store("000000000000000000000000000000aa"), 0700) == 0);
	CHECK_FATAL(mkdir(junk_in_store("000000000000000000000000000000aa/0000000000000001.op"),
			    0700) == 0);
	put(junk_in_store("000000000000000000000000000000bb"), "a file");
	CHECK_FATAL(symlink("/", junk_in_store("000000000000000000000000000000cc")) == 0);
	CHECK_FATAL(mkfifo(junk_in_store("000000000000000000000000000000dd"), 0700) == 0);
	CHECK_FATAL(symlink("nowhere", junk_in_store("000000000000000000000000000000ee")) == 0);
}

static void thousands_of_names(void)
{
	char name[128];

	for (unsigned i = 0; i < 3000; i++) {
		snprintf(name, sizeof name, "holiday-%u.jpg", i);
		put_in(i % 2 ? place_of_junk->house.store : junk_folder_of(&junk_elder), name);
	}
	for (unsigned i = 0; i < 2000; i++) {
		snprintf(name, sizeof name, "%032x", i + 1);
		CHECK_FATAL(mkdir(junk_in_store(name), 0700) == 0);
	}
}

/* What stands in the way of this device's next operation is its own old leaving. */
static void something_in_the_way(void)
{
	char path[2 * HOUSE_PATH_MAX];

	snprintf(path, sizeof path, "%s/.new-%016u.op", junk_folder_of(&junk_sleeper),
		(unsigned)junk_last_of(&junk_sleeper) + 1);
	CHECK_FATAL(mkfifo(path, 0700) == 0);
}

static char elsewhere[80];

static void a_link_in_the_way(void)
{
	char path[2 * HOUSE_PATH_MAX];

	snprintf(elsewhere, sizeof elsewhere, "%s.elsewhere", place_of_junk->house.store);
	put(elsewhere, "precious");
	snprintf(path, sizeof path, "%s/.new-%016u.op", junk_folder_of(&junk_sleeper),
		(unsigned)junk_last_of(&junk_sleeper) + 1);
	CHECK_FATAL(link(elsewhere, path) == 0);
}

/* --- operations that are none -------------------------------------------------------------------
 */

static void an_empty_file(void)
{
	put(junk_op_of(&junk_elder, 5), "");
}

void junk_lengthen(const struct kc_writer_id *writer, uint64_t number)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;

	CHECK_FATAL(file_read(junk_op_of(writer, number), &bytes));
	kc_buf_push_byte(&bytes, 0);
	CHECK_FATAL(file_write(junk_op_of(writer, number), kc_buf_bytes(&bytes)));
}

static void a_longer_file(void)
{
	junk_lengthen(&junk_elder, 5);
}

static void junk_of_the_greatest_size(void)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;

	kc_buf_extend(&bytes, KC_CLOUD_MAX_OPERATION);
	memcpy(bytes.data, "\x30\x83\x3f\xff\xfb", 5);
	CHECK_FATAL(file_write(junk_op_of(&junk_elder, 5), kc_buf_bytes(&bytes)));
}

static void a_terabyte_of_nothing(void)
{
	int fd = open(junk_op_of(&junk_elder, 5), O_WRONLY);

	CHECK_FATAL(fd >= 0 && ftruncate(fd, (off_t)1 << 40) == 0);
	close(fd);
}

static void a_folder(void)
{
	CHECK_FATAL(unlink(junk_op_of(&junk_elder, 5)) == 0);
	CHECK_FATAL(mkdir(junk_op_of(&junk_elder, 5), 0700) == 0);
}

static void a_fifo(void)
{
	CHECK_FATAL(unlink(junk_op_of(&junk_elder, 5)) == 0);
	CHECK_FATAL(mkfifo(junk_op_of(&junk_elder, 5), 0700) == 0);
}

static void a_socket(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[HOUSE_PATH_MAX];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(path, sizeof path, "%s", junk_op_of(&junk_elder, 5));
	CHECK_FATAL(unlink(path) == 0);
	CHECK_FATAL(strlen(path) < sizeof address.sun_path);
	memcpy(address.sun_path, path, strlen(path));
	CHECK_FATAL(fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0);
	close(fd);
}

static void a_link_to_the_true_one(void)
{
	char path[HOUSE_PATH_MAX], moved[2 * HOUSE_PATH_MAX];

	snprintf(path, sizeof path, "%s", junk_op_of(&junk_elder, 5));
	snprintf(moved, sizeof moved, "%s.moved", path);
	CHECK_FATAL(rename(path, moved) == 0);
	CHECK_FATAL(symlink(moved, path) == 0);
}

/* The operation with a voucher, while those behind it are whole. */
static void a_damaged_voucher(void)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_op_write write;
	struct kc_bytes rest;
	struct kc_op op;

	for (uint64_t number = junk_last_of(&junk_elder) - 1; number >= 5; number--) {
		CHECK_FATAL(file_read(junk_op_of(&junk_elder, number), &bytes));
		CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&bytes), &junk_elder, number, &op));
		if (!kc_op_next(&op, &write) || !kc_op_key_has(write.key, "v/", &rest))
			continue;
		bytes.data[bytes.len - 1] ^= 1;
		CHECK_FATAL(file_write(junk_op_of(&junk_elder, number), kc_buf_bytes(&bytes)));
		return;
	}
	CU_FAIL_FATAL("no voucher stands behind others");
}

static void swapped_between_writers(void)
{
	KC_CLEANUP_BUF struct kc_buf one = KC_BUF_INIT, two = KC_BUF_INIT;

	CHECK_FATAL(file_read(junk_op_of(&junk_elder, 5), &one));
	CHECK_FATAL(file_read(junk_op_of(&junk_third, 2), &two));
	CHECK_FATAL(file_write(junk_op_of(&junk_third, 2), kc_buf_bytes(&one)));
	CHECK_FATAL(file_write(junk_op_of(&junk_elder, 5), kc_buf_bytes(&two)));
}

static void swapped_in_one_log(void)
{
	KC_CLEANUP_BUF struct kc_buf one = KC_BUF_INIT, two = KC_BUF_INIT;

	CHECK_FATAL(file_read(junk_op_of(&junk_elder, 5), &one));
	CHECK_FATAL(file_read(junk_op_of(&junk_elder, 6), &two));
	CHECK_FATAL(file_write(junk_op_of(&junk_elder, 6), kc_buf_bytes(&one)));
	CHECK_FATAL(file_write(junk_op_of(&junk_elder, 5), kc_buf_bytes(&two)));
}

static void a_hole(void)
{
	CHECK_FATAL(unlink(junk_op_of(&junk_elder, 5)) == 0);
}

static void a_number_far_away(void)
{
	put(junk_op_of(&junk_elder, KC_CLOUD_MAX_NUMBER), "\x30\x03junk");
}

/* --- evidence -----------------------------------------------------------------------------------
 */

static void too_many_writers(void)
{
	char name[64];

	for (unsigned i = 0; i < KC_CLOUD_MAX_WRITERS; i++) {
		snprintf(name, sizeof name, "%032x", i + 1);
		CHECK_FATAL(mkdir(junk_in_store(name), 0700) == 0);
		snprintf(name, sizeof name, "%032x/%016u.op", i + 1, 1);
		put(junk_in_store(name), "");
	}
}

static void a_log_that_is_gone(void)
{
	file_remove_tree(junk_folder_of(&junk_elder));
}

static void a_file_for_a_log(void)
{
	char path[HOUSE_PATH_MAX];

	snprintf(path, sizeof path, "%s", junk_folder_of(&junk_elder));
	file_remove_tree(path);
	put(path, "a file");
}

static void a_link_for_a_log(void)
{
	char path[HOUSE_PATH_MAX], moved[2 * HOUSE_PATH_MAX];

	snprintf(path, sizeof path, "%s", junk_folder_of(&junk_elder));
	snprintf(moved, sizeof moved, "%s.moved", path);
	CHECK_FATAL(rename(path, moved) == 0);
	CHECK_FATAL(symlink(moved, path) == 0);
}

static void own_log_is_shorter(void)
{
	CHECK_FATAL(unlink(junk_op_of(&junk_sleeper, junk_last_of(&junk_sleeper))) == 0);
}

static void own_log_is_much_shorter(void)
{
	own_log_is_shorter();
	own_log_is_shorter();
}

static void own_log_is_longer(void)
{
	put(junk_op_of(&junk_sleeper, junk_last_of(&junk_sleeper) + 1), "junk");
}

static void own_log_has_a_folder(void)
{
	CHECK_FATAL(mkdir(junk_op_of(&junk_sleeper, junk_last_of(&junk_sleeper) + 1), 0700) == 0);
}

static void an_older_beginning(void)
{
	for (uint64_t number = junk_last_of(&junk_elder); number >= 3; number--)
		CHECK_FATAL(unlink(junk_op_of(&junk_elder, number)) == 0);
}

/* --- markers ------------------------------------------------------------------------------------
 */

static void no_marker(void)
{
	CHECK_FATAL(unlink(junk_in_store(".kc-store")) == 0);
}

static void an_empty_marker(void)
{
	put(junk_in_store(".kc-store"), "");
}

static void half_a_marker(void)
{
	CHECK_FATAL(truncate(junk_in_store(".kc-store"), 30) == 0);
}

static void a_folder_for_a_marker(void)
{
	no_marker();
	CHECK_FATAL(mkdir(junk_in_store(".kc-store"), 0700) == 0);
}

static void a_fifo_for_a_marker(void)
{
	no_marker();
	CHECK_FATAL(mkfifo(junk_in_store(".kc-store"), 0700) == 0);
}

static void a_link_for_a_marker(void)
{
	no_marker();
	CHECK_FATAL(symlink("/etc/passwd", junk_in_store(".kc-store")) == 0);
}

static void text_for_a_marker(void)
{
	put(junk_in_store(".kc-store"),
		"0 is the number of stores in this folder, honestly; and there is "
		"nothing else to be seen here either.");
}

static void a_long_marker(void)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;

	kc_buf_extend(&bytes, 2000);
	CHECK_FATAL(file_write(junk_in_store(".kc-store"), kc_buf_bytes(&bytes)));
}

static void a_foreign_marker(void)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	const struct kc_account_id other = {{1, 2, 3}};

	CHECK_OK_FATAL(kc_account_put_marker(&other, KC_LAYOUT_LOGS, &bytes));
	CHECK_FATAL(file_write(junk_in_store(".kc-store"), kc_buf_bytes(&bytes)));
}

/* --- what may not be read -----------------------------------------------------------------------
 */

static void unreadable_operation(void)
{
	CHECK_FATAL(chmod(junk_op_of(&junk_elder, 5), 0) == 0);
}

static void unreadable_log(void)
{
	CHECK_FATAL(chmod(junk_folder_of(&junk_elder), 0) == 0);
}

static void unreadable_log_of_own(void)
{
	CHECK_FATAL(chmod(junk_folder_of(&junk_sleeper), 0) == 0);
}

static void unreadable_log_of_nobody(void)
{
	CHECK_FATAL(mkdir(junk_in_store("000000000000000000000000000000aa"), 0) == 0);
}

static void unreadable_marker(void)
{
	CHECK_FATAL(chmod(junk_in_store(".kc-store"), 0) == 0);
}

static void unwritable_log(void)
{
	CHECK_FATAL(chmod(junk_folder_of(&junk_sleeper), 0500) == 0);
}

static void unreadable_folder(void)
{
	CHECK_FATAL(chmod(place_of_junk->house.store, 0) == 0);
}

/* --- the table ----------------------------------------------------------------------------------
 */

/* clang-format off */
#define JUNK(plant, outcome) {#plant, plant, outcome}
const struct junk junk_rows[JUNK_ROWS] = {
	JUNK(junk_names_of_carriers,         JUNK_FINE),
	JUNK(folders_like_writers,      JUNK_FINE),
	JUNK(thousands_of_names,        JUNK_FINE),
	JUNK(something_in_the_way,      JUNK_FINE),
	JUNK(a_link_in_the_way,         JUNK_FINE),
	JUNK(unreadable_log_of_nobody,  JUNK_FINE),
	JUNK(an_empty_file,             JUNK_WAITS),
	JUNK(a_hole,                    JUNK_WAITS),
	JUNK(a_number_far_away,         JUNK_WAITS),
	JUNK(a_longer_file,             JUNK_REFUSES),
	JUNK(junk_of_the_greatest_size, JUNK_REFUSES),
	JUNK(a_terabyte_of_nothing,     JUNK_REFUSES),
	JUNK(a_folder,                  JUNK_REFUSES),
	JUNK(a_fifo,                    JUNK_REFUSES),
	JUNK(a_socket,                  JUNK_REFUSES),
	JUNK(a_link_to_the_true_one,    JUNK_REFUSES),
	JUNK(a_damaged_voucher,         JUNK_REFUSES),
	JUNK(swapped_between_writers,   JUNK_REFUSES),
	JUNK(swapped_in_one_log,        JUNK_REFUSES),
	JUNK(unwritable_log,            JUNK_KEEPS),
	JUNK(no_marker,                 JUNK_GONE),
	JUNK(an_empty_marker,           JUNK_FORGERY),
	JUNK(half_a_marker,             JUNK_FORGERY),
	JUNK(unreadable_operation,      JUNK_GONE),
	JUNK(unreadable_log,            JUNK_GONE),
	JUNK(unreadable_log_of_own,     JUNK_GONE),
	JUNK(unreadable_marker,         JUNK_GONE),
	JUNK(unreadable_folder,         JUNK_GONE),
	JUNK(a_log_that_is_gone,        JUNK_ROLLBACK),
	JUNK(a_file_for_a_log,          JUNK_ROLLBACK),
	JUNK(a_link_for_a_log,          JUNK_ROLLBACK),
	JUNK(an_older_beginning,        JUNK_ROLLBACK),
	JUNK(own_log_is_shorter,        JUNK_FINE),
	JUNK(own_log_is_much_shorter,   JUNK_ROLLBACK),
	JUNK(own_log_is_longer,         JUNK_FORK),
	JUNK(own_log_has_a_folder,      JUNK_FORK),
	JUNK(too_many_writers,          JUNK_FORGERY),
	JUNK(a_folder_for_a_marker,     JUNK_FORGERY),
	JUNK(a_fifo_for_a_marker,       JUNK_FORGERY),
	JUNK(a_link_for_a_marker,       JUNK_FORGERY),
	JUNK(text_for_a_marker,         JUNK_FORGERY),
	JUNK(a_long_marker,             JUNK_FORGERY),
	JUNK(a_foreign_marker,          JUNK_FORGERY),
};
/* clang-format on */

void junk_begin(struct family *in)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

	place_of_junk = in;
	circle = house_recall(&in->house, FAMILY_NEWCOMER);
	CHECK_FATAL(circle->member_count == FAMILY_SIZE);
	junk_elder = kc_circle_writer(&circle->members[FAMILY_ELDER]->id);
	junk_sleeper = kc_circle_writer(&circle->members[FAMILY_SLEEPER]->id);
	junk_third = kc_circle_writer(&circle->members[FAMILY_THIRD]->id);
}

/* What a planted link leads to is not written to. */
bool junk_is_elsewhere_intact(void)
{
	KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT;

	return !elsewhere[0] ||
	       (file_read(elsewhere, &contents) &&
		       kc_bytes_equal(kc_buf_bytes(&contents), kc_bytes_str("precious")));
}

void junk_end(void)
{
	if (elsewhere[0])
		(void)unlink(elsewhere);
}
