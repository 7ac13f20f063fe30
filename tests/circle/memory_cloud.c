/* SPDX-License-Identifier: ISC */
/* Stores in memory: logs of shared values. */
#include "tests/circle/memory_cloud.h"

#include <stdio.h>
#include <string.h>

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

struct store {
	struct value *marker;
	struct log *logs; /* sorted by writer */
	size_t count;
};

static struct store stores[MEMORY_CLOUD_MAX];
static memory_hook hook;
static void *hook_context;

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
	*store = (struct store){0};
}

void memory_cloud_done(void)
{
	for (unsigned place = 0; place < MEMORY_CLOUD_MAX; place++)
		memory_cloud_clear(place);
	hook = NULL;
}

void memory_cloud_url(unsigned place, char ret[static MEMORY_CLOUD_URL])
{
	snprintf(ret, MEMORY_CLOUD_URL, "memory://%u", place);
}

void memory_cloud_copy(unsigned from, unsigned to)
{
	const struct store *source = store_of(from);
	struct store *target = store_of(to);

	memory_cloud_clear(to);
	target->marker = value_ref(source->marker);
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

void memory_cloud_each(unsigned place, memory_cloud_visit visit, void *context)
{
	const struct store *store = store_of(place);
	static const struct kc_writer_id nobody;

	if (store->marker)
		visit(context, &nobody, 0, kc_bytes(store->marker->bytes, store->marker->len));
	for (size_t i = 0; i < store->count; i++)
		for (uint64_t n = 1; n <= store->logs[i].last; n++) {
			const struct operation *operation = find_operation(&store->logs[i], n);

			if (is_whole(operation))
				visit(context, &store->logs[i].writer, n,
					kc_bytes(operation->value->bytes, operation->len));
		}
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

static enum memory_fate ask(void *handle, enum memory_call call, struct kc_bytes value)
{
	return hook ? hook(hook_context, ((struct handle *)handle)->place, call, value)
		    : MEMORY_DONE;
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
	enum memory_fate fate = ask(handle, MEMORY_PUT_MARKER, marker);

	if (fate == MEMORY_LOST)
		return KC_ERR(STORE_GONE);
	if (store->marker)
		return KC_ERR(DUPLICATE);
	store->marker = value_new(marker);
	return answer(fate);
}

static kc_err get_marker(void *handle, struct kc_buf *ret)
{
	const struct value *marker = store_behind(handle)->marker;

	if (ask(handle, MEMORY_GET_MARKER, kc_bytes(NULL, 0)) != MEMORY_DONE || !marker)
		return KC_ERR(STORE_GONE);
	kc_buf_push(ret, marker->bytes, marker->len);
	return kc_buf_check(ret);
}

static kc_err drop_marker(void *handle)
{
	struct store *store = store_behind(handle);
	enum memory_fate fate = ask(handle, MEMORY_DROP_MARKER, kc_bytes(NULL, 0));

	if (fate == MEMORY_LOST)
		return KC_ERR(STORE_GONE);
	value_free(store->marker);
	store->marker = NULL;
	return answer(fate);
}

static void describe(const struct log *log, struct kc_cloud_logs *ret)
{
	struct kc_cloud_log row = {.writer = log->writer};

	for (uint64_t n = log->last; n >= 1; n--)
		if (log->operations[n - 1].value) {
			row.first = n;
			row.last = row.last ? row.last : n;
		}
	if (row.first)
		ret->rows[ret->count++] = row;
}

static kc_err list(void *handle, struct kc_cloud_logs *ret)
{
	const struct store *store = store_behind(handle);

	if (ask(handle, MEMORY_LIST, kc_bytes(NULL, 0)) != MEMORY_DONE)
		return KC_ERR(STORE_GONE);
	if (store->count > KC_CLOUD_MAX_WRITERS)
		return KC_ERR(REFUSED);
	*ret = (struct kc_cloud_logs){.rows = must(calloc(store->count + 1, sizeof *ret->rows))};
	for (size_t i = 0; i < store->count; i++)
		describe(&store->logs[i], ret);
	return KC_OK;
}

static kc_err read_operation(
	void *handle, const struct kc_writer_id *writer, uint64_t number, struct kc_buf *ret)
{
	const struct operation *operation =
		find_operation(find_log(store_behind(handle), writer, NULL), number);
	size_t told = 0;
	kc_err err;

	if (ask(handle, MEMORY_READ, kc_bytes(NULL, 0)) != MEMORY_DONE)
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
	enum memory_fate fate = ask(handle, MEMORY_APPEND, bytes);
	struct operation *there;
	struct log *log;

	if (fate == MEMORY_LOST)
		return KC_ERR(STORE_GONE);
	log = make_log(store_behind(handle), writer);
	there = find_operation(log, number);
	if (there && there->value) {
		struct kc_bytes old = kc_bytes(there->value->bytes, there->len);

		return kc_bytes_equal(old, bytes) ? answer(fate) : KC_ERR(DUPLICATE);
	}
	set_operation(log, number, value_new(bytes), bytes.len);
	return answer(fate);
}

static kc_err drop(void *handle, const struct kc_writer_id *writer, uint64_t below)
{
	struct store *store = store_behind(handle);
	enum memory_fate fate = ask(handle, MEMORY_DROP, kc_bytes(NULL, 0));
	struct log *log = find_log(store, writer, NULL);

	if (fate == MEMORY_LOST)
		return KC_ERR(STORE_GONE);
	for (uint64_t n = 1; log && n < below && n <= log->last; n++)
		set_operation(log, n, NULL, 0);
	if (log && below > KC_CLOUD_MAX_NUMBER)
		drop_log(store, log);
	return answer(fate);
}

void memory_cloud_register(void)
{
	static const struct kc_cloud_engine engine = {
		.scheme = "memory",
		.abilities = KC_CLOUD_DURABLE | KC_CLOUD_EXCLUSIVE,
		.open = memory_open,
		.close = free,
		.put_marker = put_marker,
		.get_marker = get_marker,
		.drop_marker = drop_marker,
		.list = list,
		.read = read_operation,
		.append = append,
		.drop = drop,
	};

	kc_cloud_set_engine(&engine);
}
