/* SPDX-License-Identifier: ISC */
/*
 * The file of a store.
 *
 * Creation: the whole database is made in memory, written to a file of another name, synced, and
 * linked to its own name, which fails when there is one already. So a half-made keychain cannot
 * exist, nor can two processes make two.
 *
 * Opening: the file is first opened for reading only, since SQLite would otherwise repair, or
 * replay a journal into, a file that may not be ours at all.
 *
 * While it is open: SQLite holds a file that was cut, overwritten or taken away for what it was,
 * and would go on saving into it. So each transaction first looks whether the file at the path is
 * still the one that this process has left there.
 */
#include "backend/store/store.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/store/cell.h"
#include "backend/store/schema.h"
#include "backend/store/setting.h"
#include "backend/store/store_impl.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"

/* Where the application id stands in a SQLite file (sqlite.org/fileformat.html, 1.3). */
#define HEADER_LEN 100
#define HEADER_MAGIC "SQLite format 3"
#define HEADER_APPLICATION 68

/* A look at the file takes a microsecond or two, of some twenty that a short reading has; readings
 * that follow each other so closely share one. */
#define LOOK_AGAIN_US 1000

static void close_file(int *file)
{
	if (*file >= 0)
		close(*file);
}
#define CLEANUP_FILE KC_CLEANUP(close_file)

static kc_err with_suffix(const char *path, const char *suffix, struct kc_buf *ret)
{
	kc_buf_push_str(ret, path);
	kc_buf_push_str(ret, suffix);
	return kc_buf_text(ret) ? KC_OK : KC_ERR(NO_MEMORY);
}

/* --- creation -----------------------------------------------------------------------------------
 */

static kc_err fill_database(struct kc_txn *txn, struct kc_bytes keybag, const char *device_name)
{
	uint8_t device[KC_STORE_DEVICE_LEN];

	kc_random_fill(device, sizeof device);
	KC_TRY(kc_setting_put_bytes(txn->db, KC_SETTING_KEYBAG, keybag));
	KC_TRY(kc_setting_put_bytes(txn->db, KC_SETTING_DEVICE, KC_BYTES_OF(device)));
	KC_TRY(kc_setting_put_int(txn->db, KC_SETTING_GENERATION, 1));
	KC_TRY(kc_setting_put_int(txn->db, KC_SETTING_TRIES, 0));
	return kc_cell_put(txn, KC_PROTECTION_DK, KC_STORE_DEVICE_NAME, kc_bytes_str(device_name));
}

static kc_err new_store(struct kc_store **ret)
{
	struct kc_store *store = calloc(1, sizeof *store);

	if (!store)
		return KC_ERR(NO_MEMORY);
	pthread_mutex_init(&store->mutex, NULL);
	*ret = store;
	return KC_OK;
}

/* A store in memory, as it is to be written. */
static kc_err make_store(struct kc_keybag *bag, struct kc_bytes keybag, const char *device_name,
	struct kc_store **ret)
{
	KC_CLEANUP_STORE struct kc_store *store = NULL;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(new_store(&store));
	kc_store_set_bag(store, bag);
	KC_TRY(kc_db_open(&store->db, NULL, KC_DB_MEMORY));
	KC_TRY(kc_schema_create(&store->db));
	KC_TRY(kc_txn_begin(store, KC_TXN_WRITE, &txn));
	KC_TRY(fill_database(&txn, keybag, device_name));
	KC_TRY(kc_txn_commit(&txn));
	*ret = store;
	store = NULL;
	return KC_OK;
}

static kc_err write_all(int file, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t done = write(file, data, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return kc_err_from_errno(errno);
		data += done;
		len -= (size_t)done;
	}
	return fsync(file) == 0 ? KC_OK : kc_err_from_errno(errno);
}

static kc_err sync_folder_of(const char *path)
{
	KC_CLEANUP_FREE char *folder = strdup(path);
	CLEANUP_FILE int file = -1;
	char *slash = folder ? strrchr(folder, '/') : NULL;

	if (!folder)
		return KC_ERR(NO_MEMORY);
	if (slash)
		*slash = 0;
	file = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file < 0 || fsync(file) != 0)
		return kc_err_from_errno(errno);
	return KC_OK;
}

/* Writes the image under a name of its own, then gives it the real one. */
static kc_err publish(const char *path, const char *temporary, struct kc_bytes image)
{
	CLEANUP_FILE int file =
		open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (file < 0)
		return kc_err_from_errno(errno);
	KC_TRY(write_all(file, image.data, image.len));
	if (link(temporary, path) != 0)
		return errno == EEXIST ? KC_ERR(KEYCHAIN_EXISTS) : kc_err_from_errno(errno);
	return KC_OK;
}

static kc_err create_file(const char *path, struct kc_bytes image)
{
	KC_CLEANUP_BUF struct kc_buf temporary = KC_BUF_INIT;
	uint8_t tag[8];
	kc_err err;

	kc_random_fill(tag, sizeof tag);
	kc_buf_push_str(&temporary, path);
	kc_buf_push_str(&temporary, ".new-");
	for (size_t i = 0; i < sizeof tag; i++)
		kc_buf_printf(&temporary, "%02x", tag[i]);
	if (!kc_buf_text(&temporary))
		return KC_ERR(NO_MEMORY);
	err = publish(path, kc_buf_text(&temporary), image);
	(void)unlink(kc_buf_text(&temporary));
	if (err != KC_OK)
		return err;
	err = sync_folder_of(path);
	if (err != KC_OK)
		(void)unlink(path);
	return err;
}

kc_err kc_store_create(
	const char *path, struct kc_keybag *bag, struct kc_bytes keybag, const char *device_name)
{
	KC_CLEANUP_STORE struct kc_store *store = NULL;
	sqlite3_int64 len = 0;
	unsigned char *image;
	kc_err err;

	if (access(path, F_OK) == 0)
		return KC_ERR(KEYCHAIN_EXISTS);
	KC_TRY(make_store(bag, keybag, device_name, &store));
	image = sqlite3_serialize(store->db.handle, "main", &len, 0);
	if (!image)
		return KC_ERR(NO_MEMORY);
	err = create_file(path, kc_bytes(image, (size_t)len));
	sqlite3_free(image);
	return err;
}

void kc_store_discard(const char *path)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};

	for (size_t i = 0; i < KC_COUNT_OF(suffixes); i++) {
		KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;
		if (with_suffix(path, suffixes[i], &name) == KC_OK)
			(void)unlink(kc_buf_text(&name));
	}
}

/* --- opening ------------------------------------------------------------------------------------
 */

static bool is_ours(const uint8_t header[static HEADER_LEN])
{
	uint32_t application;

	memcpy(&application, header + HEADER_APPLICATION, sizeof application);
	return memcmp(header, HEADER_MAGIC, sizeof HEADER_MAGIC) == 0 &&
	       be32toh(application) == KC_SCHEMA_APPLICATION_ID;
}

static bool has_wal(const char *path)
{
	KC_CLEANUP_BUF struct kc_buf wal = KC_BUF_INIT;
	struct stat status;

	if (with_suffix(path, "-wal", &wal) != KC_OK)
		return true;
	return stat(kc_buf_text(&wal), &status) == 0 && status.st_size > 0;
}

static kc_err look_at_file(const char *path)
{
	uint8_t header[HEADER_LEN];
	struct stat status;
	CLEANUP_FILE int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (file < 0) {
		if (errno == ENOENT)
			return KC_ERR(NO_KEYCHAIN);
		return errno == ELOOP ? KC_ERR(FOREIGN) : kc_err_from_errno(errno);
	}
	if (fstat(file, &status) != 0)
		return kc_err_from_errno(errno);
	if (!S_ISREG(status.st_mode))
		return KC_ERR(FOREIGN);
	if (status.st_uid != geteuid() || (status.st_mode & 077) != 0)
		return KC_ERR(EXPOSED);
	if (pread(file, header, sizeof header, 0) != (ssize_t)sizeof header)
		return KC_ERR(DAMAGED);
	if (!is_ours(header))
		return KC_ERR(FOREIGN);
	/* SQLite would take the rest of a page that was cut for zeros. Only a WAL may hold it. */
	if (status.st_size % KC_SCHEMA_PAGE_LEN != 0 && !has_wal(path))
		return KC_ERR(DAMAGED);
	return KC_OK;
}

bool kc_store_can_write(const char *path)
{
	KC_CLEANUP_FREE char *folder = strdup(path);
	char *slash = folder ? strrchr(folder, '/') : NULL;

	if (!slash)
		return false;
	*slash = 0;
	return access(path, W_OK) == 0 && access(folder, W_OK | X_OK) == 0;
}

static kc_err look_inside(const char *path, enum kc_db_mode mode)
{
	KC_CLEANUP_DB struct kc_db db = {0};

	KC_TRY(kc_db_open(&db, path, mode));
	return kc_schema_check(&db);
}

static kc_err open_to_write(const char *path, struct kc_db *db)
{
	/* A WAL of 1,000 pages is copied back by the commit that reaches it; what it grew to is cut
	 * off again, so that it stays near four megabytes however long the service runs. */
	static const char settings[] = "PRAGMA journal_mode = WAL;"
				       "PRAGMA wal_autocheckpoint = 1000;"
				       "PRAGMA journal_size_limit = 4194304;";

	KC_TRY(look_inside(path, KC_DB_READ));
	KC_TRY(kc_db_open(db, path, KC_DB_WRITE));
	KC_TRY(kc_db_exec(db, settings));
	return kc_schema_migrate(db);
}

static kc_err open_to_read(const char *path, struct kc_db *db)
{
	if (has_wal(path))
		return KC_ERR(READ_ONLY);
	KC_TRY(look_inside(path, KC_DB_IMMUTABLE));
	return kc_db_open(db, path, KC_DB_IMMUTABLE);
}

kc_err kc_store_open(const char *path, struct kc_store **ret)
{
	KC_CLEANUP_STORE struct kc_store *store = NULL;

	KC_TRY(look_at_file(path));
	KC_TRY(new_store(&store));
	store->path = strdup(path);
	if (!store->path)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_store_can_write(path) ? open_to_write(path, &store->db)
					: open_to_read(path, &store->db));
	kc_store_note_inlock(store);
	*ret = store;
	store = NULL;
	return KC_OK;
}

void kc_store_close(struct kc_store *store)
{
	/* What is in the WAL belongs into our file, and into no other. */
	if (store->db.handle && kc_store_check_inlock(store, KC_TXN_WRITE) != KC_OK)
		kc_db_leave_wal(&store->db);
	kc_db_close(&store->db);
	pthread_mutex_destroy(&store->mutex);
	free(store->path);
	free(store);
}

/* --- the file while it is open ------------------------------------------------------------------
 */

static bool look(const char *path, struct kc_store_sight *ret)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return false;
	*ret = (struct kc_store_sight){
		status.st_dev, status.st_ino, status.st_size, status.st_mtim};
	return true;
}

void kc_store_note_inlock(struct kc_store *store)
{
	if (store->path)
		(void)look(store->path, &store->left);
}

kc_err kc_store_check_inlock(struct kc_store *store, enum kc_txn_mode mode)
{
	const struct kc_store_sight *left = &store->left;
	uint64_t now_us = kc_clock_monotonic_us();
	struct kc_store_sight now;

	if (!store->path || (mode == KC_TXN_READ && now_us - store->looked_us < LOOK_AGAIN_US))
		return KC_OK;
	store->looked_us = 0;
	if (!look(store->path, &now) || now.device != left->device || now.inode != left->inode ||
		now.len != left->len || now.written.tv_sec != left->written.tv_sec ||
		now.written.tv_nsec != left->written.tv_nsec)
		return KC_ERR(REPLACED);
	store->looked_us = now_us;
	return KC_OK;
}

bool kc_store_is_read_only(const struct kc_store *store)
{
	return store->db.read_only;
}

uint64_t kc_store_changes(const struct kc_store *store)
{
	return store->changes;
}

void kc_store_set_bag(struct kc_store *store, struct kc_keybag *bag)
{
	store->bag = bag;
}

void kc_store_hold(struct kc_store *store)
{
	pthread_mutex_lock(&store->mutex);
}

void kc_store_release(struct kc_store *store)
{
	pthread_mutex_unlock(&store->mutex);
}

void kc_store_settle(struct kc_store *store)
{
	kc_store_hold(store);
	if (!store->db.read_only &&
		kc_db_exec(&store->db, "PRAGMA wal_checkpoint(TRUNCATE)") != KC_OK)
		kc_log_error("the WAL could not be emptied");
	kc_store_note_inlock(store);
	kc_store_release(store);
}
