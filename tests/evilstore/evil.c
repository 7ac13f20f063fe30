/* SPDX-License-Identifier: ISC */
/* Worlds and rules, and the engine that shows them. Logs are told anew in evil_logs.c. */
#include "tests/evilstore/evil.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "tests/circle/session_op.h"
#include "tests/evilstore/evil_impl.h"

#define MAX_HELD 1024
#define MAX_TOLD 128

/* A record that was hidden from a device, or altered, and comes when it is so no more. */
struct held {
	unsigned device;
	enum kc_zone zone;
	char name[KC_RECORDS_MAX_NAME + 1];
};

/* How far a device has read a log. */
struct told {
	unsigned device;
	struct kc_writer_id writer;
	uint64_t number;
};
struct told_all {
	struct told rows[MAX_TOLD];
	size_t count;
};

static struct kc_cloud *worlds[EVIL_MAX_WORLDS];
static unsigned shown[EVIL_MAX_DEVICES];
static struct evil_rule rules[EVIL_MAX_RULES];
static uint64_t deeds[EVIL_MAX_RULES];
static size_t rule_count;
static uint64_t asked;
static struct told_all told, told_before[EVIL_MAX_RULES]; /* before the rule was made */
static struct held held[MAX_HELD];
static size_t held_count;

/* --- rules --------------------------------------------------------------------------------------
 */

size_t evil_add(const struct evil_rule *rule)
{
	if (rule_count == EVIL_MAX_RULES)
		abort();
	deeds[rule_count] = 0;
	told_before[rule_count] = told;
	rules[rule_count] = *rule;
	return rule_count++;
}

void evil_clear(void)
{
	rule_count = 0;
}

uint64_t evil_deeds(size_t rule)
{
	return deeds[rule];
}

static bool is_not_live(void *context, const char *name, struct kc_buf *value)
{
	(void)context, (void)name;
	return !value->len || !session_op_is(kc_buf_bytes(value));
}

void evil_mute(void)
{
	evil_add(&(struct evil_rule){
		EVIL_CHANGE, .names = EVIL_ANY_OPERATION, .change = is_not_live});
}

uint64_t evil_asked(void)
{
	return asked;
}

static struct told *find_told(
	struct told_all *all, unsigned device, const struct kc_writer_id *writer)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->rows[i].device == device &&
			memcmp(&all->rows[i].writer, writer, sizeof *writer) == 0)
			return &all->rows[i];
	return NULL;
}

void evil_was_told(unsigned device, const struct kc_writer_id *writer, uint64_t number)
{
	struct told *row = find_told(&told, device, writer);

	if (!row && told.count < MAX_TOLD) {
		row = &told.rows[told.count++];
		*row = (struct told){.device = device, .writer = *writer};
	}
	if (row && row->number < number)
		row->number = number;
}

/* Whether a device has read something before a rule was made: it would see that it is another. */
static bool is_too_late(size_t rule, unsigned device, const struct evil_stand *stand)
{
	const struct told *row =
		stand ? find_told(&told_before[rule], device, &stand->writer) : NULL;

	return row && row->number >= stand->number;
}

static bool holds(const struct evil_rule *rule, unsigned device, const char *name)
{
	return (!rule->devices || rule->devices & 1u << device) &&
	       (!name || !rule->names || fnmatch(rule->names, name, 0) == 0);
}

/* A rule of this verb for a device that is not used up yet; NULL: there is none. */
static const struct evil_rule *use(enum evil_verb verb, unsigned device, const char *name)
{
	for (size_t i = 0; i < rule_count; i++)
		if (rules[i].verb == verb && holds(&rules[i], device, name) &&
			(!rules[i].times || deeds[i] < rules[i].times)) {
			deeds[i]++;
			return &rules[i];
		}
	return NULL;
}

/* --- what they do to a value --------------------------------------------------------------------
 * False: it is not there.
 */

struct asked {
	unsigned device;
	const char *name;
	struct kc_buf *value;
};

static bool hide(const struct evil_rule *rule, const struct asked *a)
{
	(void)rule, (void)a;
	return false;
}

static bool flip(const struct evil_rule *rule, const struct asked *a)
{
	if (rule->at < a->value->len)
		a->value->data[a->value->len - 1 - rule->at] ^= 1;
	return true;
}

static bool cut(const struct evil_rule *rule, const struct asked *a)
{
	a->value->len = rule->at < a->value->len ? rule->at : a->value->len;
	return true;
}

static bool extend(const struct evil_rule *rule, const struct asked *a)
{
	kc_buf_push(a->value, rule->bytes.data, rule->bytes.len);
	return true;
}

static bool forge(const struct evil_rule *rule, const struct asked *a)
{
	a->value->len = 0;
	return extend(rule, a);
}

static bool swap(const struct evil_rule *rule, const struct asked *a)
{
	bool is_other = strcmp(a->name, rule->other) == 0;

	a->value->len = 0;
	return evil_get(worlds[shown[a->device]], is_other ? rule->names : rule->other, a->value) ==
	       KC_OK;
}

static bool replay(const struct evil_rule *rule, const struct asked *a)
{
	a->value->len = 0;
	return evil_get(worlds[rule->world], a->name, a->value) == KC_OK;
}

static bool change(const struct evil_rule *rule, const struct asked *a)
{
	return rule->change(rule->context, a->name, a->value);
}

static bool (*const deeds_by_verb[])(const struct evil_rule *rule, const struct asked *asked) = {
	[EVIL_HIDE] = hide,
	[EVIL_FLIP] = flip,
	[EVIL_CUT] = cut,
	[EVIL_EXTEND] = extend,
	[EVIL_FORGE] = forge,
	[EVIL_SWAP] = swap,
	[EVIL_REPLAY] = replay,
	[EVIL_CHANGE] = change,
};

/* A swap is of both its cells. */
static bool concerns(const struct evil_rule *rule, unsigned device, const char *name)
{
	if (rule->verb >= KC_COUNT_OF(deeds_by_verb))
		return false;
	return holds(rule, device, name) || (rule->verb == EVIL_SWAP && holds(rule, device, NULL) &&
						    strcmp(rule->other, name) == 0);
}

enum evil_outcome evil_apply(
	unsigned device, const char *name, const struct evil_stand *stand, struct kc_buf *value)
{
	enum evil_outcome outcome = EVIL_AS_IT_WAS;

	for (size_t i = 0; i < rule_count && outcome != EVIL_HIDDEN; i++) {
		KC_CLEANUP_BUF struct kc_buf before = KC_BUF_INIT;

		if (!concerns(&rules[i], device, name) || is_too_late(i, device, stand))
			continue;
		kc_buf_push(&before, value->data, value->len);
		if (!deeds_by_verb[rules[i].verb](&rules[i], &(struct asked){device, name, value}))
			outcome = EVIL_HIDDEN;
		else if (!kc_bytes_equal(kc_buf_bytes(&before), kc_buf_bytes(value)))
			outcome = EVIL_ALTERED;
		else
			continue;
		deeds[i]++;
	}
	return outcome;
}

/* --- worlds -------------------------------------------------------------------------------------
 */

struct handle {
	unsigned device;
};

static struct kc_cloud *behind(void *handle)
{
	asked++;
	return worlds[shown[((struct handle *)handle)->device]];
}

static unsigned who(void *handle)
{
	return ((struct handle *)handle)->device;
}

struct kc_cloud *evil_world(unsigned world)
{
	return worlds[world];
}

void evil_show(unsigned device, unsigned world)
{
	shown[device] = world;
}

void evil_url(unsigned device, char ret[static EVIL_URL_MAX])
{
	snprintf(ret, EVIL_URL_MAX, "evil://%u", device);
}

static kc_err evil_open(const char *place, void **ret)
{
	struct handle *handle = malloc(sizeof *handle);

	if (!handle)
		return KC_ERR(NO_MEMORY);
	handle->device = (unsigned)strtoul(place, NULL, 10) % EVIL_MAX_DEVICES;
	*ret = handle;
	return KC_OK;
}

static kc_err put_marker(void *handle, struct kc_bytes marker)
{
	return kc_cloud_put_marker(behind(handle), marker);
}

static kc_err get_marker(void *handle, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;

	KC_TRY(kc_cloud_get_marker(behind(handle), &marker));
	if (evil_apply(who(handle), "marker", NULL, &marker) == EVIL_HIDDEN)
		return KC_ERR(STORE_GONE);
	kc_buf_push(ret, marker.data, marker.len);
	return kc_buf_check(ret);
}

static kc_err drop_marker(void *handle)
{
	return kc_cloud_drop_marker(behind(handle));
}

/* --- logs ---------------------------------------------------------------------------------------
 */

static kc_err list(void *handle, struct kc_cloud_logs *ret)
{
	return evil_logs_list(behind(handle), who(handle), ret);
}

static kc_err read_operation(
	void *handle, const struct kc_writer_id *writer, uint64_t number, struct kc_buf *ret)
{
	return evil_logs_read(behind(handle), who(handle), writer, number, ret);
}

static kc_err append(
	void *handle, const struct kc_writer_id *writer, uint64_t number, struct kc_bytes operation)
{
	char name[EVIL_OPERATION_NAME];

	evil_logs_name(writer, number, name);
	if (use(EVIL_LOSE, who(handle), name))
		return KC_OK;
	if (use(EVIL_CONFLICT, who(handle), name))
		return KC_ERR(DUPLICATE);
	return kc_cloud_append(behind(handle), writer, number, operation);
}

static kc_err drop(void *handle, const struct kc_writer_id *writer, uint64_t below)
{
	return kc_cloud_drop(behind(handle), writer, below);
}

static const struct kc_log_engine log_engine = {list, read_operation, append, drop};

/* --- records ------------------------------------------------------------------------------------
 */

static kc_err put(void *handle, enum kc_zone zone, const struct kc_record_write *writes,
	size_t count, struct kc_record_state *ret)
{
	struct kc_cloud *cloud = behind(handle);
	bool lost = use(EVIL_LOSE, who(handle), writes[0].name);

	if (use(EVIL_CONFLICT, who(handle), writes[0].name))
		return KC_ERR(CONFLICT);
	if (!lost)
		return cloud->engine->records->put(cloud->handle, zone, writes, count, ret);
	for (size_t i = 0; i < count; i++) {
		kc_random_fill(ret[i].etag.bytes, sizeof ret[i].etag.bytes);
		ret[i].id = writes[i].id;
	}
	return KC_OK;
}

/* A row as the store has it. Rows are taken out before the rules look at them: no visitor may ask
 * the store for another. */
struct taken {
	char name[KC_RECORDS_MAX_NAME + 1];
	struct kc_etag etag;
	struct kc_write_id id;
	struct kc_buf value;
};
struct page {
	struct taken *rows; /* owned */
	size_t count, most;
};

static void page_done(struct page *page)
{
	for (size_t i = 0; i < page->count; i++)
		kc_buf_done(&page->rows[i].value);
	free(page->rows);
}

static kc_err page_init(struct page *page, size_t most)
{
	*page = (struct page){.rows = calloc(most + 1, sizeof *page->rows), .most = most};
	return page->rows ? KC_OK : KC_ERR(NO_MEMORY);
}

static kc_err take(void *context, const struct kc_record_row *row)
{
	struct page *page = context;
	struct taken *to = &page->rows[page->count];

	if (page->count == page->most)
		return KC_ERR(STORE_SUSPECT);
	*to = (struct taken){.etag = row->etag, .id = row->id, .value = KC_BUF_INIT};
	page->count++;
	snprintf(to->name, sizeof to->name, "%s", row->name);
	kc_buf_push(&to->value, row->value.data, row->value.len);
	return kc_buf_check(&to->value);
}

/* Who is shown rows, and how many at most. */
struct view {
	unsigned device;
	enum kc_zone zone;
	kc_record_visit visit;
	void *context;
	size_t left;
};

static void hold(const struct view *view, const char *name)
{
	for (size_t i = 0; i < held_count; i++)
		if (held[i].device == view->device && held[i].zone == view->zone &&
			strcmp(held[i].name, name) == 0)
			return;
	if (held_count == MAX_HELD)
		abort();
	held[held_count] = (struct held){.device = view->device, .zone = view->zone};
	snprintf(held[held_count++].name, sizeof held[0].name, "%s", name);
}

/* A changed version has an etag of its own, or a device that saw the true one would not look. */
static void mark_altered(struct kc_record_row *row, struct kc_bytes value)
{
	for (size_t i = 0; i < value.len; i++)
		row->etag.bytes[i % sizeof row->etag.bytes] ^= value.data[i];
	row->value = value;
}

static kc_err show(const struct view *view, const struct taken *row, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	struct kc_record_row seen = {.name = name ? name : row->name,
		.etag = row->etag,
		.id = row->id,
		.value = kc_buf_bytes(&row->value)};
	enum evil_outcome outcome;

	kc_buf_push(&value, row->value.data, row->value.len);
	outcome = evil_apply(view->device, row->name, NULL, &value);
	if (outcome == EVIL_HIDDEN) {
		hold(view, row->name);
		return KC_OK;
	}
	if (outcome == EVIL_ALTERED) {
		hold(view, row->name);
		mark_altered(&seen, kc_buf_bytes(&value));
	}
	return view->visit(view->context, &seen);
}

static kc_err get(void *handle, enum kc_zone zone, const char *const *names, size_t count,
	kc_record_visit visit, void *context)
{
	struct kc_cloud *cloud = behind(handle);
	const struct evil_rule *wrong = use(EVIL_WRONG_KEY, who(handle), NULL);
	struct view view = {who(handle), zone, visit, context, count};
	KC_CLEANUP(page_done) struct page page = {.count = 0};

	KC_TRY(page_init(&page, count));
	KC_TRY(cloud->engine->records->get(cloud->handle, zone, names, count, take, &page));
	for (size_t i = 0; i < page.count; i++)
		KC_TRY(show(&view, &page.rows[i], wrong ? wrong->other : NULL));
	return KC_OK;
}

/* --- the feed -----------------------------------------------------------------------------------
 */

/* A page in the order of the store, or another, each row once or twice. */
static kc_err tell(struct kc_cloud *cloud, const struct view *view, struct kc_feed_token *token,
	bool *ret_more)
{
	bool items = view->zone == KC_ZONE_RECORDS;
	bool backwards = items && use(EVIL_REORDER, view->device, NULL);
	bool twice = items && view->left > 1 && use(EVIL_DUPLICATE, view->device, NULL);
	size_t limit = twice ? view->left / 2 : view->left;
	KC_CLEANUP(page_done) struct page page = {.count = 0};

	KC_TRY(page_init(&page, limit));
	KC_TRY(cloud->engine->records->changes(
		cloud->handle, view->zone, NULL, token, limit, take, &page, ret_more));
	for (size_t i = 0; i < page.count; i++) {
		const struct taken *row = &page.rows[backwards ? page.count - 1 - i : i];

		for (int times = twice ? 2 : 1; times > 0; times--)
			KC_TRY(show(view, row, NULL));
	}
	return KC_OK;
}

static kc_err flood(const struct view *view, const struct evil_rule *rule)
{
	for (size_t i = 0; i < rule->count; i++) {
		char name[KC_RECORDS_MAX_NAME + 1];
		struct kc_record_row row = {.name = name, .value = rule->bytes};

		snprintf(name, sizeof name, "i-%032zx", i);
		kc_random_fill(row.etag.bytes, sizeof row.etag.bytes);
		KC_TRY(view->visit(view->context, &row));
	}
	return KC_OK;
}

/* What was hidden or altered comes as news again, until no rule says so: as much as the page holds
 * beside one row that is new. */
static kc_err show_held(struct kc_cloud *cloud, struct view *view)
{
	size_t count = held_count;
	KC_CLEANUP_FREE struct held *before = malloc(sizeof held);

	if (!before)
		return KC_ERR(NO_MEMORY);
	memcpy(before, held, sizeof held);
	held_count = 0;
	for (size_t i = 0; i < count; i++) {
		const char *name = before[i].name;
		KC_CLEANUP(page_done) struct page page = {.count = 0};

		if (before[i].device != view->device || before[i].zone != view->zone ||
			view->left <= 1) {
			held[held_count++] = before[i];
			continue;
		}
		KC_TRY(page_init(&page, 1));
		KC_TRY(cloud->engine->records->get(
			cloud->handle, view->zone, &name, 1, take, &page));
		if (page.count) {
			view->left--;
			KC_TRY(show(view, &page.rows[0], NULL));
		}
	}
	return KC_OK;
}

/* It shows values to those who ask for none, too. */
static kc_err changes(void *handle, enum kc_zone zone, const char *bare,
	struct kc_feed_token *token, size_t limit, kc_record_visit visit, void *context,
	bool *ret_more)
{
	(void)bare;
	struct kc_cloud *cloud = behind(handle);
	struct view view = {who(handle), zone, visit, context, limit};
	bool items = zone == KC_ZONE_RECORDS;
	const struct evil_rule *rule;

	*ret_more = false;
	if (use(EVIL_SILENT, view.device, NULL))
		return KC_OK;
	if (items && token->len && use(EVIL_EXPIRE, view.device, NULL))
		return KC_ERR(TOKEN_EXPIRED);
	if (items && token->len && use(EVIL_OLD_TOKEN, view.device, NULL))
		*token = (struct kc_feed_token){0};
	rule = items ? use(EVIL_FLOOD, view.device, NULL) : NULL;
	if (rule)
		return flood(&view, rule);
	KC_TRY(show_held(cloud, &view));
	return tell(cloud, &view, token, ret_more);
}

static kc_err changed(void *handle, const struct kc_feed_token tokens[KC_ZONE_COUNT], bool *ret)
{
	struct kc_cloud *cloud = behind(handle);

	KC_TRY(cloud->engine->records->changed(cloud->handle, tokens, ret));
	/* A store that has more to say than the truth. */
	*ret = *ret || held_count > 0;
	for (size_t i = 0; i < rule_count; i++)
		*ret = *ret ||
		       (rules[i].verb >= EVIL_SILENT && holds(&rules[i], who(handle), NULL));
	return KC_OK;
}

static const struct kc_record_engine record_engine = {put, get, changes, changed};

/* --- life ---------------------------------------------------------------------------------------
 */

void evil_begin(struct kc_cloud *truth)
{
	static struct kc_cloud_engine engine = {
		.scheme = "evil",
		.open = evil_open,
		.close = free,
		.put_marker = put_marker,
		.get_marker = get_marker,
		.drop_marker = drop_marker,
	};

	evil_end();
	worlds[0] = truth;
	engine.abilities = kc_cloud_abilities(truth);
	engine.logs = truth->engine->records ? NULL : &log_engine;
	engine.records = truth->engine->records ? &record_engine : NULL;
	kc_cloud_set_engine(&engine);
}

void evil_add_world(unsigned world, struct kc_cloud *cloud)
{
	if (worlds[world])
		kc_cloud_close(worlds[world]);
	worlds[world] = cloud;
}

void evil_end(void)
{
	kc_cloud_set_engine(NULL);
	for (size_t i = 0; i < EVIL_MAX_WORLDS; i++)
		evil_add_world((unsigned)i, NULL);
	memset(shown, 0, sizeof shown);
	held_count = 0;
	told.count = 0;
	asked = 0;
	evil_clear();
}
