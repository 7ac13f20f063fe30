/* SPDX-License-Identifier: ISC */
/* Stores in memory: logs or records of shared values. */
#include "tests/circle/memory_cloud.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend/cloud/engine.h"
#include "base/der.h"

#define LEAP_MAX 100000 /* numbers that are left out at once */

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* --- values, which stores share -----------------------------------------------------------------
 */

struct value {
	size_t owners, len;
	uint8_t bytes[];
};

static struct value *value_new(struct kc_bytes bytes)
{
	struct value *value = must(malloc(sizeof *value + bytes.len));

	value->owners = 1;
	value->len = bytes.len;
	if (bytes.len)
		memcpy(value->bytes, bytes.data, bytes.len);
	return value;
}

static struct value *value_ref(struct value *value)
{
	if (value)
		value->owners++;
	return value;
}

static void value_free(struct value *value)
{
	if (value && --value->owners == 0)
		free(value);
}

/* --- stores -------------------------------------------------------------------------------------
 */

struct operation {
	struct value *value; /* NULL: not here */
	size_t len;	     /* so much of it has arrived */
};

struct log {
	struct kc_writer_id writer;
	struct operation *operations; /* by number, from 1 */
	uint64_t last;
};

struct record {
	char name[KC_RECORDS_MAX_NAME + 1];
	struct kc_write_id id;
	struct value *value;
	uint64_t version; /* of the store, when it was written */
};

struct zone {
	struct record *rows; /* in the order of their making */
	size_t count;
};

struct store {
	struct value *marker;
	struct log *logs; /* sorted by writer */
	size_t count;
	struct zone zones[KC_ZONE_COUNT];
	uint64_t number, version; /* which store this is; how often it was written */
};

static struct store stores[MEMORY_CLOUD_MAX];
static uint64_t stores_made;
static memory_hook hook;
static memory_cloud_visit witness;
static void *hook_context, *witness_context;

static struct store *store_of(unsigned place)
{
	if (place >= MEMORY_CLOUD_MAX)
		abort();
	return &stores[place];
}

static struct log *find_log(struct store *store, const struct kc_writer_id *writer, size_t *ret_at)
{
	size_t at = 0;

	while (at < store->count && memcmp(&store->logs[at].writer, writer, sizeof *writer) < 0)
		at++;
	if (ret_at)
		*ret_at = at;
	return at < store->count && memcmp(&store->logs[at].writer, writer, sizeof *writer) == 0
		       ? &store->logs[at]
		       : NULL;
}

static struct log *make_log(struct store *store, const struct kc_writer_id *writer)
{
	size_t at;
	struct log *log = find_log(store, writer, &at);

	if (log)
		return log;
	store->logs = must(realloc(store->logs, (store->count + 1) * sizeof *store->logs));
	log = &store->logs[at];
	memmove(log + 1, log, (store->count++ - at) * sizeof *log);
	*log = (struct log){.writer = *writer};
	return log;
}

/* NULL where the log does not reach so far. */
static struct operation *find_operation(const struct log *log, uint64_t number)
{
	return log && number >= 1 && number <= log->last ? &log->operations[number - 1] : NULL;
}

static void set_operation(struct log *log, uint64_t number, struct value *value, size_t len)
{
	struct operation *operation;

	if (number > log->last + LEAP_MAX)
		abort();
	if (number > log->last) {
		log->operations =
			must(realloc(log->operations, (size_t)number * sizeof *log->operations));
		memset(log->operations + log->last, 0,
			(size_t)(number - log->last) * sizeof *log->operations);
		log->last = number;
	}
	operation = find_operation(log, number);
	value_free(operation->value);
	*operation = (struct operation){value, len};
}

static void free_log(struct log *log)
{
	for (uint64_t i = 0; i < log->last; i++)
		value_free(log->operations[i].value);
	free(log->operations);
}

static void drop_log(struct store *store, struct log *log)
{
	size_t at = (size_t)(log - store->logs);

	free_log(log);
	memmove(log, log + 1, (--store->count - at) * sizeof *log);
}

void memory_cloud_clear(unsigned place)
{
	struct store *store = store_of(place);

	value_free(store->marker);
	for (size_t i = 0; i < store->count; i++)
		free_log(&store->logs[i]);
	free(store->logs);
	for (size_t zone = 0; zone < KC_ZONE_COUNT; zone++) {
		for (size_t i = 0; i < store->zones[zone].count; i++)
			value_free(store->zones[zone].rows[i].value);
		free(store->zones[zone].rows);
	}
	*store = (struct store){.number = ++stores_made};
}

void memory_cloud_done(void)
{
	for (unsigned place = 0; place < MEMORY_CLOUD_MAX; place++)
		memory_cloud_clear(place);
	hook = NULL;
	witness = NULL;
}

void memory_cloud_url(unsigned place, char ret[static MEMORY_CLOUD_URL])
{
	snprintf(ret, MEMORY_CLOUD_URL, "memory://%u", place);
}

static void copy_zone(const struct zone *from, struct zone *to)
{
	to->count = from->count;
	to->rows = must(malloc((from->count + 1) * sizeof *to->rows));
	for (size_t i = 0; i < from->count; i++) {
		to->rows[i] = from->rows[i];
		(void)value_ref(to->rows[i].value);
	}
}

void memory_cloud_copy(unsigned from, unsigned to)
{
	const struct store *source = store_of(from);
	struct store *target = store_of(to);

	memory_cloud_clear(to);
	target->marker = value_ref(source->marker);
	target->number = source->number;
	target->version = source->version;
	for (size_t zone = 0; zone < KC_ZONE_COUNT; zone++)
		copy_zone(&source->zones[zone], &target->zones[zone]);
	for (size_t i = 0; i < source->count; i++) {
		const struct log *log = &source->logs[i];
		struct log *copy = make_log(target, &log->writer);

		for (uint64_t n = log->last; n >= 1; n--)
			set_operation(copy, n, value_ref(log->operations[n - 1].value),
				log->operations[n - 1].len);
	}
}

/* --- looking ------------------------------------------------------------------------------------
 */

static bool is_whole(const struct operation *operation)
{
	return operation && operation->value && operation->len == operation->value->len;
}

uint64_t memory_cloud_complete(unsigned place, const struct kc_writer_id *writer)
{
	const struct log *log = find_log(store_of(place), writer, NULL);
	uint64_t number = 0;

	while (is_whole(find_operation(log, number + 1)))
		number++;
	return number;
}

uint64_t memory_cloud_version(unsigned place)
{
	return store_of(place)->version;
}

/* As the folder engine and the records have it; number 0 is the whole log. */
static void name_operation(const struct kc_writer_id *writer, uint64_t number, char *ret)
{
	for (size_t i = 0; i < sizeof writer->bytes; i++)
		ret += snprintf(ret, 3, "%02x", writer->bytes[i]);
	snprintf(ret, 18, "-%016" PRIu64, number);
}

static void each_operation(const struct log *log, memory_cloud_visit visit, void *context)
{
	char name[KC_RECORDS_MAX_NAME + 1];

	for (uint64_t n = 1; n <= log->last; n++) {
		const struct operation *operation = find_operation(log, n);

		name_operation(&log->writer, n, name);
		if (is_whole(operation))
			visit(context, name, kc_bytes(operation->value->bytes, operation->len));
	}
}

void memory_cloud_each(unsigned place, memory_cloud_visit visit, void *context)
{
	const struct store *store = store_of(place);

	if (store->marker)
		visit(context, "marker", kc_bytes(store->marker->bytes, store->marker->len));
	for (size_t i = 0; i < store->count; i++)
		each_operation(&store->logs[i], visit, context);
	for (size_t zone = 0; zone < KC_ZONE_COUNT; zone++)
		for (size_t i = 0; i < store->zones[zone].count; i++) {
			const struct record *row = &store->zones[zone].rows[i];

			visit(context, row->name, kc_bytes(row->value->bytes, row->value->len));
		}
}

void memory_cloud_set_witness(memory_cloud_visit new_witness, void *context)
{
	witness = new_witness;
	witness_context = context;
}

static void show(const char *name, struct kc_bytes value)
{
	if (witness)
		witness(witness_context, name, value);
}

void memory_cloud_put(unsigned place, const struct kc_writer_id *writer, uint64_t number,
	struct kc_bytes operation)
{
	set_operation(
		make_log(store_of(place), writer), number, value_new(operation), operation.len);
}

/* --- carrying -----------------------------------------------------------------------------------
 */

static bool bring(struct log *to, uint64_t number, const struct operation *operation,
	enum memory_portion portion)
{
	size_t len = operation->len;

	if (portion == MEMORY_NOTHING)
		return false;
	set_operation(
		to, number, value_ref(operation->value), portion == MEMORY_ALL ? len : len * 2 / 3);
	return true;
}

size_t memory_cloud_carry(
	unsigned from, unsigned to, enum memory_portion (*decide)(void *context), void *context)
{
	const struct store *source = store_of(from);
	struct store *target = store_of(to);
	size_t brought = 0;

	for (size_t i = 0; i < source->count; i++) {
		const struct log *log = &source->logs[i];
		struct log *copy = make_log(target, &log->writer);

		for (uint64_t n = 1; n <= log->last; n++)
			if (is_whole(find_operation(log, n)) && !is_whole(find_operation(copy, n)))
				brought += bring(copy, n, &log->operations[n - 1], decide(context));
	}
	return brought;
}

/* --- the engine ---------------------------------------------------------------------------------
 */

struct handle {
	unsigned place;
};

void memory_cloud_set_hook(memory_hook new_hook, void *context)
{
	hook = new_hook;
	hook_context = context;
}

static struct store *store_behind(void *handle)
{
	return store_of(((struct handle *)handle)->place);
}

static enum memory_fate ask(void *handle, enum memory_call call)
{
	return hook ? hook(hook_context, ((struct handle *)handle)->place, call) : MEMORY_DONE;
}

/* The answer to a call that was done. */
static kc_err answer(enum memory_fate fate)
{
	return fate == MEMORY_UNANSWERED ? KC_ERR(STORE_GONE) : KC_OK;
}

static kc_err memory_open(const char *place, void **ret)
{
	struct handle *handle = must(malloc(sizeof *handle));

	handle->place = (unsigned)strtoul(place, NULL, 10);
	*ret = handle;
	return KC_OK;
}

static kc_err put_marker(void *handle, struct kc_bytes marker)
{
	struct store *store = store_behind(handle);
	enum memory_fate fate = ask(handle, MEMORY_PUT_MARKER);

	if (fate == MEMORY_LOST)
		return KC_ERR(STORE_GONE);
	if (store->marker)
		return KC_ERR(DUPLICATE);
	show("marker", marker);
	store->marker = value_new(marker);
	return answer(fate);
}

static kc_err get_marker(void *handle, struct kc_buf *ret)
{
	const struct value *marker = store_behind(handle)->marker;

	if (ask(handle, MEMORY_GET_MARKER) != MEMORY_DONE || !marker)
		return KC_ERR(STORE_GONE);
	kc_buf_push(ret, marker->bytes, marker->len);
	return kc_buf_check(ret);
}

static kc_err drop_marker(void *handle)
{
	struct store *store = store_behind(handle);
	enum memory_fate fate = ask(handle, MEMORY_DROP_MARKER);

	if (fate == MEMORY_LOST)
		return KC_ERR(STORE_GONE);
	value_free(store->marker);
	store->marker = NULL;
	return answer(fate);
}

static kc_err list(void *handle, struct kc_cloud_logs *ret)
{
	const struct store *store = store_behind(handle);
	struct kc_cloud_logs logs = {0};

	if (ask(handle, MEMORY_LIST) != MEMORY_DONE)
		return KC_ERR(STORE_GONE);
	for (size_t i = 0; i < store->count; i++)
		for (uint64_t n = 1; n <= store->logs[i].last; n++)
			if (find_operation(&store->logs[i], n)->value)
				KC_TRY(kc_cloud_logs_add(&logs, &store->logs[i].writer, n));
	*ret = logs;
	return KC_OK;
}

static kc_err read_operation(
	void *handle, const struct kc_writer_id *writer, uint64_t number, struct kc_buf *ret)
{
	const struct operation *operation =
		find_operation(find_log(store_behind(handle), writer, NULL), number);
	size_t told = 0;
	kc_err err;

	if (ask(handle, MEMORY_READ) != MEMORY_DONE)
		return KC_ERR(STORE_GONE);
	if (!operation || !operation->value)
		return KC_ERR(WAITING);
	err = kc_der_measure(kc_bytes(operation->value->bytes, operation->len), &told);
	if (err == KC_E_WAITING || (err == KC_OK && told > operation->len))
		return KC_ERR(WAITING);
	if (err != KC_OK || told < operation->len || told > KC_CLOUD_MAX_OPERATION)
		return KC_ERR(REFUSED);
	kc_buf_push(ret, operation->value->bytes, operation->len);
	return kc_buf_check(ret);
}

static kc_err append(
	void *handle, const struct kc_writer_id *writer, uint64_t number, struct kc_bytes bytes)
{
	enum memory_fate fate = ask(handle, MEMORY_APPEND);
	struct store *store = store_behind(handle);
	char name[KC_RECORDS_MAX_NAME + 1];
	struct operation *there;
	struct log *log;

	if (fate == MEMORY_LOST)
		return KC_ERR(STORE_GONE);
	log = make_log(store, writer);
	there = find_operation(log, number);
	if (there && there->value) {
		struct kc_bytes old = kc_bytes(there->value->bytes, there->len);

		return kc_bytes_equal(old, bytes) ? answer(fate) : KC_ERR(DUPLICATE);
	}
	name_operation(writer, number, name);
	show(name, bytes);
	store->version++;
	set_operation(log, number, value_new(bytes), bytes.len);
	return answer(fate);
}

static kc_err drop(void *handle, const struct kc_writer_id *writer, uint64_t below)
{
	struct store *store = store_behind(handle);
	enum memory_fate fate = ask(handle, MEMORY_DROP);
	struct log *log = find_log(store, writer, NULL);

	if (fate == MEMORY_LOST)
		return KC_ERR(STORE_GONE);
	for (uint64_t n = 1; log && n < below && n <= log->last; n++)
		set_operation(log, n, NULL, 0);
	if (log && below > KC_CLOUD_MAX_NUMBER)
		drop_log(store, log);
	return answer(fate);
}

static const struct kc_log_engine log_engine = {list, read_operation, append, drop};

/* --- records ------------------------------------------------------------------------------------
 * A version's etag, and a token, is which store and at which version of it.
 */

struct moment {
	uint64_t store, version;
};

static struct record *find_record(struct zone *zone, const char *name)
{
	for (size_t i = 0; i < zone->count; i++)
		if (strcmp(zone->rows[i].name, name) == 0)
			return &zone->rows[i];
	return NULL;
}

static struct kc_etag etag_of(const struct store *store, const struct record *record)
{
	struct moment moment = {store->number, record ? record->version : 0};
	struct kc_etag etag = {{0}};

	if (record)
		memcpy(etag.bytes, &moment, sizeof moment);
	return etag;
}

static bool is_expected(
	const struct store *store, const struct record *there, const struct kc_record_write *write)
{
	struct kc_etag etag = etag_of(store, there);

	return memcmp(&etag, &write->expect, sizeof etag) == 0;
}

static void write_record(
	struct store *store, struct zone *zone, const struct kc_record_write *write)
{
	struct record *record = find_record(zone, write->name);

	store->version++;
	if (!record) {
		zone->rows = must(realloc(zone->rows, (zone->count + 1) * sizeof *zone->rows));
		record = &zone->rows[zone->count++];
		*record = (struct record){.value = NULL};
		snprintf(record->name, sizeof record->name, "%s", write->name);
	}
	show(write->name, write->value);
	value_free(record->value);
	record->value = value_new(write->value);
	record->id = write->id;
	record->version = store->version;
}

void memory_cloud_put_record(
	unsigned place, enum kc_zone zone, const char *name, struct kc_bytes value)
{
	struct store *store = store_of(place);
	struct kc_record_write write = {.name = name, .value = value};

	memcpy(write.id.bytes, &store->version, sizeof store->version);
	write_record(store, &store->zones[zone], &write);
}

void memory_cloud_lose_record(unsigned place, enum kc_zone number, const char *name)
{
	struct zone *zone = &store_of(place)->zones[number];
	struct record *record = find_record(zone, name);

	if (!record)
		return;
	value_free(record->value);
	*record = zone->rows[--zone->count];
}

static kc_err put(void *handle, enum kc_zone number, const struct kc_record_write *writes,
	size_t count, struct kc_record_state *ret)
{
	enum memory_fate fate = ask(handle, MEMORY_PUT);
	struct store *store = store_behind(handle);
	struct zone *zone = &store->zones[number];
	bool expected = true;

	if (fate == MEMORY_LOST)
		return KC_ERR(STORE_GONE);
	for (size_t i = 0; i < count; i++)
		expected = expected &&
			   is_expected(store, find_record(zone, writes[i].name), &writes[i]);
	for (size_t i = 0; i < count && expected; i++)
		write_record(store, zone, &writes[i]);
	for (size_t i = 0; i < count; i++) {
		const struct record *record = find_record(zone, writes[i].name);

		ret[i] = (struct kc_record_state){.etag = etag_of(store, record)};
		if (record)
			ret[i].id = record->id;
	}
	KC_TRY(answer(fate));
	return expected ? KC_OK : KC_ERR(CONFLICT);
}

static kc_err visit_record(const struct store *store, const struct record *record, const char *bare,
	kc_record_visit visit, void *context)
{
	struct kc_record_row row = {
		.name = record->name,
		.etag = etag_of(store, record),
		.id = record->id,
		.value = kc_bytes(record->value->bytes, record->value->len),
	};

	if (bare && record->value->len && strncmp(record->name, bare, strlen(bare)) == 0) {
		row.bare = true;
		row.value = kc_bytes(NULL, 0);
	}
	return visit(context, &row);
}

static kc_err get(void *handle, enum kc_zone number, const char *const *names, size_t count,
	kc_record_visit visit, void *context)
{
	struct store *store = store_behind(handle);

	if (ask(handle, MEMORY_GET) != MEMORY_DONE)
		return KC_ERR(STORE_GONE);
	for (size_t i = 0; i < count; i++) {
		const struct record *record = find_record(&store->zones[number], names[i]);

		if (record)
			KC_TRY(visit_record(store, record, NULL, visit, context));
	}
	return KC_OK;
}

/* The version that a token stands behind. */
static kc_err read_token(
	const struct store *store, const struct kc_feed_token *token, uint64_t *ret)
{
	struct moment moment;

	*ret = 0;
	if (token->len == 0)
		return KC_OK;
	if (token->len != sizeof moment)
		return KC_ERR(TOKEN_EXPIRED);
	memcpy(&moment, token->bytes, sizeof moment);
	if (moment.store != store->number || moment.version > store->version)
		return KC_ERR(TOKEN_EXPIRED);
	*ret = moment.version;
	return KC_OK;
}

/* The record that was written first after a version; NULL when there is none. */
static const struct record *first_after(const struct zone *zone, uint64_t version)
{
	const struct record *first = NULL;

	for (size_t i = 0; i < zone->count; i++) {
		const struct record *row = &zone->rows[i];

		if (row->version > version && (!first || row->version < first->version))
			first = row;
	}
	return first;
}

static kc_err changes(void *handle, enum kc_zone number, const char *bare,
	struct kc_feed_token *token, size_t limit, kc_record_visit visit, void *context,
	bool *ret_more)
{
	struct store *store = store_behind(handle);
	struct moment moment = {.store = store->number};
	const struct record *next;

	if (ask(handle, MEMORY_CHANGES) != MEMORY_DONE)
		return KC_ERR(STORE_GONE);
	KC_TRY(read_token(store, token, &moment.version));
	while ((next = first_after(&store->zones[number], moment.version)) && limit-- > 0) {
		KC_TRY(visit_record(store, next, bare, visit, context));
		moment.version = next->version;
	}
	*ret_more = next != NULL;
	token->len = sizeof moment;
	memcpy(token->bytes, &moment, sizeof moment);
	return KC_OK;
}

static kc_err changed(void *handle, const struct kc_feed_token tokens[KC_ZONE_COUNT], bool *ret)
{
	const struct store *store = store_behind(handle);
	uint64_t version;

	if (ask(handle, MEMORY_CHANGED) != MEMORY_DONE)
		return KC_ERR(STORE_GONE);
	*ret = false;
	for (size_t zone = 1; zone < KC_ZONE_COUNT; zone++)
		*ret = *ret || read_token(store, &tokens[zone], &version) != KC_OK ||
		       first_after(&store->zones[zone], version);
	return KC_OK;
}

static const struct kc_record_engine record_engine = {put, get, changes, changed};

/* ------------------------------------------------------------------------------------------------
 */

void memory_cloud_register(bool with_records)
{
	static struct kc_cloud_engine engine = {
		.scheme = "memory",
		.open = memory_open,
		.close = free,
		.put_marker = put_marker,
		.get_marker = get_marker,
		.drop_marker = drop_marker,
	};

	engine.abilities = KC_CLOUD_DURABLE | KC_CLOUD_EXCLUSIVE;
	if (with_records)
		engine.abilities |= KC_CLOUD_RECORDS;
	engine.logs = with_records ? NULL : &log_engine;
	engine.records = with_records ? &record_engine : NULL;
	kc_cloud_set_engine(&engine);
}
