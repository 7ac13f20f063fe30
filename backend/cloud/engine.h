/* SPDX-License-Identifier: ISC */
/*
 * What an engine is: tables of functions with the engine's own handle. One that has records needs
 * no logs of its own (records_log.h). The limits of cloud.h and records.h were checked before.
 */
#ifndef KC_CLOUD_ENGINE_H
#define KC_CLOUD_ENGINE_H

#include "backend/cloud/cloud.h"
#include "backend/cloud/records.h"

struct kc_log_engine {
	kc_err (*list)(void *handle, struct kc_cloud_logs *ret);
	kc_err (*read)(void *handle, const struct kc_writer_id *writer, uint64_t number,
		struct kc_buf *ret);
	kc_err (*append)(void *handle, const struct kc_writer_id *writer, uint64_t number,
		struct kc_bytes operation);
	kc_err (*drop)(void *handle, const struct kc_writer_id *writer, uint64_t below);
};

/* The version that is there now; all zero: none. */
struct kc_record_state {
	struct kc_etag etag;
	struct kc_write_id id;
};

struct kc_record_engine {
	/* ret has a row for each write: the versions that were made, or with CONFLICT those that
	 * stood there at that instant. */
	kc_err (*put)(void *handle, enum kc_zone zone, const struct kc_record_write *writes,
		size_t count, struct kc_record_state *ret);
	kc_err (*get)(void *handle, enum kc_zone zone, const char *const *names, size_t count,
		kc_record_visit visit, void *context);
	/* bare: NULL, or what names begin with whose values may be left out. *token may have moved
	 * when it fails. */
	kc_err (*changes)(void *handle, enum kc_zone zone, const char *bare,
		struct kc_feed_token *token, size_t limit, kc_record_visit visit, void *context,
		bool *ret_more);
	kc_err (*changed)(
		void *handle, const struct kc_feed_token tokens[KC_ZONE_COUNT], bool *ret);
};

struct kc_cloud_engine {
	const char *scheme; /* of its URLs */
	unsigned abilities;
	kc_err (*open)(const char *place, void **ret);
	void (*close)(void *handle);
	kc_err (*put_marker)(void *handle, struct kc_bytes marker);
	kc_err (*get_marker)(void *handle, struct kc_buf *ret);
	/* NULL: it is never missing alone */
	kc_err (*mend_marker)(
		void *handle, const struct kc_writer_id *writer, struct kc_bytes marker);
	kc_err (*drop_marker)(void *handle);
	int (*watch_fd)(void *handle); /* NULL: it cannot tell */
	bool (*watch_drain)(void *handle);
	const struct kc_log_engine *logs;	/* NULL: they are records */
	const struct kc_record_engine *records; /* NULL: there are none */
};
extern const struct kc_cloud_engine kc_cloud_folder; /* cloud/folder.c */
extern const struct kc_cloud_engine kc_cloud_sqlite; /* cloud/sqlite.c */

/* One engine more, of another scheme than those there are, for tests; NULL takes it away. */
void kc_cloud_set_engine(const struct kc_cloud_engine *engine);

struct kc_cloud {
	const struct kc_cloud_engine *engine;
	void *handle;
};

#endif
