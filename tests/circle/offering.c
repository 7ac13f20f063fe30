/* SPDX-License-Identifier: ISC */
/* Gathering, absorbing, and comparing with what was before. */
#include "tests/circle/offering.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/file.h"

const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_WAITING] = "waiting",
	[VERDICT_REFUSED] = "refused",
	[VERDICT_ALARM] = "alarm",
	[VERDICT_PASSED] = "passed over",
	[VERDICT_KNOWN] = "known",
	[VERDICT_TAKEN] = "taken",
	[VERDICT_FAILURE] = "failure",
};

/* --- life ---------------------------------------------------------------------------------------
 */

static void make_root(struct offering *o)
{
	const char *base = getenv("TMPDIR");
	char marker[80];

	snprintf(o->root, sizeof o->root, "%s/kc-offer-XXXXXX",
		base && strlen(base) < 40 ? base : "/tmp");
	CHECK_FATAL(mkdtemp(o->root) != NULL);
	snprintf(marker, sizeof marker, "%s/.kc-store", o->root);
	CHECK_FATAL(file_write(marker, kc_bytes_str("marker")));
	CHECK_OK_FATAL(kc_cloud_open(o->root, &o->cloud));
}

/* What a new device knows of digests from its sponsor would keep everything made up from being read
 * at all (test_omission.c); here it is read. */
static void forget_targets(struct kc_circle *circle)
{
	for (size_t i = 0; i < circle->member_count; i++)
		circle->members[i]->target = (struct kc_log_position){0};
}

void offering_init(struct offering *o, struct home *home)
{
	memset(o, 0, sizeof *o);
	o->file = -1;
	make_root(o);
	CHECK_OK_FATAL(kc_txn_begin(home->keychain->store, KC_TXN_WRITE, &o->txn));
	CHECK_OK_FATAL(kc_memory_get_circle(&o->txn, &o->circle));
	forget_targets(o->circle);
}

void offering_done(struct offering *o)
{
	if (!o->cloud)
		return;
	if (o->file >= 0)
		close(o->file);
	kc_circle_free(o->circle);
	kc_txn_done(&o->txn);
	kc_cloud_close(o->cloud);
	kc_circle_parts_done(&o->before);
	file_remove_tree(o->root);
	*o = (struct offering){0};
}

/* --- before and after ---------------------------------------------------------------------------
 */

static void remember(struct offering *o)
{
	CHECK_OK_FATAL(kc_circle_save(o->circle, &o->before));
	memset(o->txn.delta, 0, sizeof o->txn.delta);
	CHECK_OK_FATAL(kc_db_exec(o->txn.db, "SAVEPOINT offering"));
}

/* The set digest notices every row that is added, changed or taken away. */
static bool has_rows_changed(const struct offering *o)
{
	static const uint8_t nothing[KC_DIGEST_LEN];

	return memcmp(o->txn.delta, nothing, sizeof nothing) != 0;
}

static bool are_equal(const struct kc_circle_parts *a, const struct kc_circle_parts *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (strcmp(a->rows[i].name, b->rows[i].name) != 0 ||
			!kc_bytes_equal(
				kc_buf_bytes(&a->rows[i].value), kc_buf_bytes(&b->rows[i].value)))
			return false;
	return a->count == b->count;
}

bool offering_is_untouched(struct offering *o)
{
	KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts now = {0};

	CHECK_OK_FATAL(kc_circle_save(o->circle, &now));
	return !has_rows_changed(o) && are_equal(&now, &o->before);
}

void offering_restore(struct offering *o)
{
	kc_circle_free(o->circle);
	o->circle = NULL;
	CHECK_OK_FATAL(kc_circle_load(&o->before, &o->circle));
	CHECK_OK_FATAL(kc_db_exec(o->txn.db, "ROLLBACK TO offering"));
	memset(o->txn.delta, 0, sizeof o->txn.delta);
}

void offering_turn_to(struct offering *o, size_t member)
{
	struct kc_writer_id writer = kc_circle_writer(&o->circle->members[member]->id);
	char path[160];
	int len;

	o->member = member;
	o->after = o->circle->members[member]->position;
	len = snprintf(path, sizeof path, "%s/", o->root);
	for (size_t i = 0; i < sizeof writer.bytes; i++)
		len += snprintf(path + len, sizeof path - (size_t)len, "%02x", writer.bytes[i]);
	mkdir(path, 0700);
	snprintf(path + len, sizeof path - (size_t)len, "/%016" PRIu64 ".op", o->after.number + 1);
	if (o->file >= 0)
		close(o->file);
	o->file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CHECK_FATAL(o->file >= 0);
	remember(o);
}

/* --- offering -----------------------------------------------------------------------------------
 */

static void show(struct offering *o, struct kc_bytes file)
{
	CHECK_FATAL(pwrite(o->file, file.data, file.len, 0) == (ssize_t)file.len);
	CHECK_FATAL(ftruncate(o->file, (off_t)file.len) == 0);
}

static kc_err read_it(struct offering *o, struct kc_gathered *gathered, struct kc_absorb *absorb)
{
	struct kc_cloud_log log = {
		.writer = kc_circle_writer(&o->circle->members[o->member]->id),
		.first = o->after.number + 1,
		.last = o->after.number + 1,
	};
	struct kc_cloud_logs logs = {&log, 1};
	kc_peer_set only = (kc_peer_set)1 << o->member;

	KC_TRY(kc_gather(o->cloud, &logs, o->circle, only, gathered));
	if (gathered->count == 0)
		return KC_OK;
	if (o->signed_for)
		gathered->ops[0].whole = KC_OK;
	KC_TRY(kc_absorb_circle(absorb));
	return kc_absorb_items(&o->txn, absorb);
}

static void count_records(struct offering *o, const struct kc_absorb *absorb)
{
	o->taken = o->waiting = o->refused = 0;
	for (size_t i = 0; i < absorb->count; i++) {
		kc_err state = absorb->records[i].state;

		o->taken += state == KC_OK;
		o->refused += state == KC_E_REFUSED;
		o->waiting += state == KC_E_WAITING || state == KC_E_NEWER;
	}
}

static bool has_refused(const struct kc_gathered *gathered)
{
	for (size_t i = 0; i < KC_COUNT_OF(gathered->refused); i++)
		if (gathered->refused[i])
			return true;
	return false;
}

static enum verdict judge(struct offering *o, const struct kc_gathered *gathered,
	const struct kc_absorb *absorb, kc_err err)
{
	count_records(o, absorb);
	if (err == KC_E_STORE_SUSPECT && o->circle->alarm != KC_ALARM_NONE) {
		o->circle->alarm = KC_ALARM_NONE;
		return has_rows_changed(o) ? VERDICT_TAKEN : VERDICT_ALARM;
	}
	if (gathered->suspects)
		return has_rows_changed(o) ? VERDICT_TAKEN : VERDICT_ALARM;
	if (err != KC_OK || o->taken + o->refused + o->waiting != absorb->count)
		return VERDICT_FAILURE;
	if (has_rows_changed(o) || absorb->received)
		return VERDICT_TAKEN;
	/* A list may count and still wait, for what its heads name. */
	if ((o->taken || o->waiting) && !offering_is_untouched(o))
		return VERDICT_TAKEN;
	if (o->taken)
		return VERDICT_KNOWN;
	if (o->refused || has_refused(gathered))
		return VERDICT_REFUSED;
	return o->waiting || kc_gathered_lacks(gathered) ? VERDICT_WAITING : VERDICT_PASSED;
}

enum verdict offering_try(struct offering *o, struct kc_bytes file)
{
	KC_CLEANUP_GATHERED struct kc_gathered gathered = KC_GATHERED_INIT;
	KC_CLEANUP_ABSORB struct kc_absorb absorb = {.circle = o->circle, .gathered = &gathered};
	kc_err err;

	show(o, file);
	err = read_it(o, &gathered, &absorb);
	return judge(o, &gathered, &absorb, err);
}

void offering_accept(struct offering *o, struct kc_bytes file)
{
	KC_CLEANUP_GATHERED struct kc_gathered gathered = KC_GATHERED_INIT;
	KC_CLEANUP_ABSORB struct kc_absorb absorb = {.circle = o->circle, .gathered = &gathered};

	show(o, file);
	CHECK_OK_FATAL(read_it(o, &gathered, &absorb));
	CHECK_FATAL(gathered.count == 1);
	for (size_t i = 0; i < absorb.count; i++)
		CHECK_FATAL(absorb.records[i].state == KC_OK ||
			    (absorb.records[i].state == KC_E_WAITING &&
				    (absorb.records[i].kind == KC_ABSORB_LIST ||
					    absorb.records[i].kind == KC_ABSORB_CIRCLE)));
	o->circle->members[o->member]->position = gathered.ops[0].op.position;
}

/* Whether an encoded write is one that holds the list. */
static bool holds_list(struct kc_bytes write)
{
	struct kc_der_reader r, one;
	struct kc_bytes key;

	kc_der_reader_init(&r, write);
	kc_der_enter(&r, KC_DER_SEQUENCE, &one);
	key = kc_der_get_utf8(&one);
	return kc_der_reader_check(&one) == KC_OK && kc_op_key_holds_list(key);
}

void offering_forge(const struct offering *o, struct kc_bytes write, struct kc_buf *ret)
{
	struct kc_writer_id writer = kc_circle_writer(&o->circle->members[o->member]->id);
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	struct kc_log_position ignored;

	kc_op_builder_init(&builder, &writer, &o->after, false);
	kc_der_put_raw(holds_list(write) ? &builder.lists_w : &builder.contents_w, write);
	kc_buf_reset(ret);
	CHECK_OK_FATAL(kc_op_builder_end(&builder, &o->after, ret, &ignored));
}
