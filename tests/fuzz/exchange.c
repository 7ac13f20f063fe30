/* SPDX-License-Identifier: ISC */
/* The device, the store, and back to the beginning. */
#include "tests/fuzz/exchange.h"

#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/fast_keys.h"
#include "tests/circle/world.h"

#define GENP KC_CLASS_GENERIC
enum { READER, WRITER, DEVICES, NEW_MAX = 8 };

/* What the other device wrote, and after which operation of its log. */
static struct kc_buf operations[NEW_MAX];
static struct kc_log_position before[NEW_MAX];
static size_t count;

/* --- what is new --------------------------------------------------------------------------------
 */

static void keep(void *context, const char *name, struct kc_bytes value)
{
	const struct kc_writer_id *writer = &world.writers[WRITER];
	KC_CLEANUP_BUF struct kc_buf own = KC_BUF_INIT;
	struct kc_op op;

	(void)context;
	kc_op_put_hex(&own, KC_BYTES_OF(writer->bytes));
	if (strncmp(name, kc_buf_text(&own), own.len) != 0)
		return;
	CHECK_FATAL(count < NEW_MAX);
	CHECK_OK_FATAL(kc_op_parse(value, writer, before[count].number + 1, &op));
	kc_buf_push(&operations[count++], value.data, value.len);
	if (count < NEW_MAX)
		before[count] = op.position;
}

static void write_something(void)
{
	struct home *home = &world.house.homes[WRITER];

	CHECK_OK_FATAL(words_add(home, GENP, "svce=mail acct=a sync=#1", "first"));
	CHECK_OK_FATAL(house_sync(&world.house, WRITER, NULL));
	CHECK_OK_FATAL(words_update(home, GENP, "svce=mail", "labl=x", "second"));
	CHECK_OK_FATAL(words_add(home, GENP, "svce=AirPort acct=a sync=#1", "air"));
	CHECK_OK_FATAL(house_sync(&world.house, WRITER, NULL));
	CHECK_OK_FATAL(words_delete(home, GENP, "svce=mail"));
	CHECK_OK_FATAL(house_sync(&world.house, WRITER, NULL));
}

static void find_position(struct kc_log_position *ret)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;

	CHECK_OK_FATAL(
		kc_keychain_sync_recall(world.house.homes[WRITER].keychain, &place, &circle));
	*ret = kc_circle_self(circle)->position;
}

static void begin_again(void)
{
	world_restore(DEVICES, 0, WORLD_LOGS);
	world_turn_to(READER);
}

/* What is true gets as far as the items. */
static void check_reading(void)
{
	for (unsigned as = 0; as < EXCHANGE_INPUTS; as++) {
		KC_CLEANUP_BUF struct kc_buf seed = KC_BUF_INIT;

		CHECK_FATAL(exchange_seed((enum exchange_input)as, 0, &seed));
		CHECK_FATAL(exchange_offer((enum exchange_input)as, kc_buf_bytes(&seed)) == 1);
	}
}

void exchange_begin(void)
{
	world_begin();
	begin_again();
	find_position(&before[0]);
	memory_cloud_set_witness(keep, NULL);
	write_something();
	memory_cloud_set_witness(NULL, NULL);
	CHECK_FATAL(count >= 3);
	begin_again();
	fast_keys_believe = true;
	check_reading();
}

/* --- offering -----------------------------------------------------------------------------------
 */

static void put_writes(struct kc_bytes writes)
{
	const struct kc_writer_id *writer = &world.writers[WRITER];
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT;
	struct kc_log_position ignored;

	kc_op_builder_init(&builder, writer, &before[0], false);
	kc_der_put_raw(&builder.w, writes);
	if (kc_op_builder_end(&builder, &before[0], &made, &ignored) == KC_OK)
		memory_cloud_put(0, writer, before[0].number + 1, kc_buf_bytes(&made));
}

uint64_t exchange_offer(enum exchange_input as, struct kc_bytes bytes)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_keychain *keychain = world.house.homes[READER].keychain;
	kc_err err;

	if (as == EXCHANGE_WRITES)
		put_writes(bytes);
	else
		memory_cloud_put(0, &world.writers[WRITER], before[0].number + 1, bytes);
	err = kc_keychain_sync_now(keychain, &report);
	CHECK_FATAL(err == KC_OK || err == KC_E_STORE_SUSPECT || err == KC_E_NOT_MEMBER ||
		    err == KC_E_STORE_GONE);
	begin_again();
	return report.received;
}

bool exchange_seed(enum exchange_input as, size_t number, struct kc_buf *ret)
{
	struct kc_bytes bytes;
	struct kc_op op;

	if (number >= count)
		return false;
	bytes = kc_buf_bytes(&operations[number]);
	CHECK_OK_FATAL(kc_op_parse(bytes, &world.writers[WRITER], before[number].number + 1, &op));
	if (as == EXCHANGE_WRITES)
		bytes = kc_bytes(op.writes.at, (size_t)(op.writes.end - op.writes.at));
	kc_buf_push(ret, bytes.data, bytes.len);
	return true;
}
