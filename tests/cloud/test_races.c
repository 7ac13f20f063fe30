/* SPDX-License-Identifier: ISC */
/* Many processes on one store: one wins, nothing is lost, nobody waits for ever. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "tests/cloud/engines.h"

#define TEXT(text) kc_bytes_str(text)
enum { RACERS = 16, ROUNDS = 5, CLIENTS = 8, EACH_MOST = 200, BATCH = 16, TURNS = 60 };

/* What the processes tell. */
static struct shared {
	int start[2];
	unsigned each;
	struct kc_etag etags[CLIENTS][EACH_MOST];
	uint64_t longest_us[CLIENTS];
	_Atomic bool ended;
} * shared;

static void share(void)
{
	const char *is_long = getenv("KC_LONG");

	shared = mmap(
		NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK_FATAL(shared != MAP_FAILED);
	shared->each = is_long && *is_long ? EACH_MOST : 40;
}

static void unshare_it(void)
{
	munmap(shared, sizeof *shared);
}

/* --- who is first -------------------------------------------------------------------------------
 */

static int race(int number)
{
	struct kc_cloud *cloud = engines_open();
	uint8_t byte = (uint8_t)(number + 1);
	char go;
	kc_err err;

	close(shared->start[1]);
	(void)!read(shared->start[0], &go, 1); /* until all are there */
	err = engines_put(cloud, "prize", &engines_none, kc_bytes(&byte, 1), NULL);
	kc_cloud_close(cloud);
	return err == KC_OK ? 0 : err == KC_E_CONFLICT ? 1 : 2;
}

static void on_one_of_sixteen(void)
{
	share();
	for (int round = 0; round < ROUNDS; round++) {
		KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
		KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
		int winner = -1, losers = 0;
		pid_t pids[RACERS];

		CHECK_FATAL(pipe(shared->start) == 0);
		for (int i = 0; i < RACERS; i++)
			pids[i] = engines_fork(race, i);
		close(shared->start[0]);
		close(shared->start[1]);
		for (int i = 0; i < RACERS; i++) {
			int status = engines_wait(pids[i]);

			CHECK(status == 1 || (status == 0 && winner < 0));
			winner = status == 0 ? i : winner;
			losers += status == 1;
		}
		CHECK(losers == RACERS - 1);
		CHECK(engines_get(cloud, "prize", &value, NULL, NULL));
		CHECK(value.len == 1 && value.data[0] == winner + 1);
		CHECK_OK(kc_cloud_drop_marker(cloud));
		CHECK_OK(kc_cloud_put_marker(cloud, TEXT("\x04\x03new")));
	}
	unshare_it();
}
ON_EACH(one_of_sixteen, KC_CLOUD_RECORDS)

/* --- counting -----------------------------------------------------------------------------------
 */

static uint64_t read_counter(struct kc_cloud *cloud, struct kc_etag *ret_etag)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	uint64_t count = 0;

	*ret_etag = engines_none;
	if (engines_get(cloud, "counter", &value, ret_etag, NULL))
		memcpy(&count, value.data, sizeof count);
	return count;
}

/* Adds one so many times; each time is as long as it takes. */
static int add_up(int number)
{
	struct kc_cloud *cloud = engines_open();

	for (unsigned done = 0; done < shared->each;) {
		struct kc_etag etag, made;
		uint64_t count = read_counter(cloud, &etag) + 1;
		uint64_t begun = kc_clock_monotonic_us(), took;
		kc_err err =
			engines_put(cloud, "counter", &etag, kc_bytes(&count, sizeof count), &made);

		took = kc_clock_monotonic_us() - begun;
		if (took > shared->longest_us[number])
			shared->longest_us[number] = took;
		if (err == KC_OK)
			shared->etags[number][done++] = etag;
		else if (err != KC_E_CONFLICT)
			return 1;
	}
	kc_cloud_close(cloud);
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct kc_etag));
}

/* The end is what was acknowledged, and no etag was good twice; and nobody starved. */
static void on_a_counter_for_eight(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_etag all[CLIENTS * EACH_MOST], etag;
	size_t count = 0;

	share();
	CHECK(engines_crowd(CLIENTS, add_up) == CLIENTS);
	CHECK(read_counter(cloud, &etag) == (uint64_t)CLIENTS * shared->each);
	for (int i = 0; i < CLIENTS; i++) {
		memcpy(all + count, shared->etags[i], shared->each * sizeof all[0]);
		count += shared->each;
		printf("[longest wait %d: %u ms] ", i, (unsigned)(shared->longest_us[i] / 1000));
	}
	qsort(all, count, sizeof all[0], by_bytes);
	for (size_t i = 1; i < count; i++)
		CHECK(memcmp(&all[i], &all[i - 1], sizeof all[i]) != 0);
	unshare_it();
}
ON_EACH(a_counter_for_eight, KC_CLOUD_RECORDS)

/* --- whole batches ------------------------------------------------------------------------------
 */

static char names[BATCH][16];

static void fill_names(const char *ret[static BATCH])
{
	for (int i = 0; i < BATCH; i++) {
		snprintf(names[i], sizeof names[i], "part-%d", i);
		ret[i] = names[i];
	}
}

static int write_batches(int number)
{
	struct kc_cloud *cloud = engines_open();
	struct kc_record_write writes[BATCH] = {{0}};
	struct kc_etag etags[BATCH] = {{{0}}};
	const char *all[BATCH];
	uint8_t turn;

	(void)number;
	fill_names(all);
	for (turn = 1; turn <= TURNS; turn++) {
		for (int i = 0; i < BATCH; i++) {
			writes[i] = (struct kc_record_write){
				.name = all[i], .expect = etags[i], .value = kc_bytes(&turn, 1)};
			kc_random_fill(&writes[i].id, sizeof writes[i].id);
		}
		if (kc_records_put(cloud, KC_ZONE_RECORDS, writes, BATCH, etags) != KC_OK)
			break;
	}
	kc_cloud_close(cloud);
	atomic_store(&shared->ended, true);
	return turn <= TURNS;
}

struct seen {
	int count;
	uint8_t turn;
	bool torn;
};

static kc_err look(void *context, const struct kc_record_row *row)
{
	struct seen *seen = context;

	if (seen->count++ > 0 && row->value.data[0] != seen->turn)
		seen->torn = true;
	seen->turn = row->value.data[0];
	return KC_OK;
}

/* All of a batch is seen, or nothing of it. */
static void on_no_half_batch(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	const char *all[BATCH];
	pid_t pid;

	share();
	fill_names(all);
	pid = engines_fork(write_batches, 0);
	while (!atomic_load(&shared->ended)) {
		struct seen seen = {0};

		CHECK_OK_FATAL(kc_records_get(cloud, KC_ZONE_RECORDS, all, BATCH, look, &seen));
		CHECK(!seen.torn && (seen.count == 0 || seen.count == BATCH));
	}
	CHECK(engines_wait(pid) == 0);
	unshare_it();
}
ON_EACH(no_half_batch, KC_CLOUD_RECORDS)

/* --- logs ---------------------------------------------------------------------------------------
 */

/* The same number of the same log. */
static int append(int number)
{
	struct kc_cloud *cloud = engines_open();
	static const struct kc_writer_id writer = {{1, 2, 3}};
	uint8_t operation[] = {0x04, 0x01, (uint8_t)number};
	kc_err err = kc_cloud_append(cloud, &writer, 1, KC_BYTES_OF(operation));

	kc_cloud_close(cloud);
	return err == KC_OK ? 0 : err == KC_E_DUPLICATE ? 1 : 2;
}

static void on_one_number_once(void)
{
	CHECK(engines_crowd(RACERS, append) == 1);
}
ON_EACH(one_number_once, KC_CLOUD_EXCLUSIVE)

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(one_of_sixteen),
		CHECK_TEST(a_counter_for_eight),
		CHECK_TEST(no_half_batch),
		CHECK_TEST(one_number_once),
	};
	return check_main("cloud/races", tests, KC_COUNT_OF(tests));
}
