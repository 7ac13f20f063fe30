/* SPDX-License-Identifier: ISC */
/* The ledger, and the items that it speaks of. */
#include "tests/service/life/ledger.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define ACCOUNT KC_NAME('a', 'c', 'c', 't')
#define SERVICE KC_NAME('s', 'v', 'c', 'e')
#define LABEL KC_NAME('l', 'a', 'b', 'l')
#define SYNC KC_NAME('s', 'y', 'n', 'c')

#define SECRET_MOST 3000u

struct ledger *ledger_new(size_t count)
{
	size_t len = sizeof(struct ledger) + count * sizeof(struct ledger_slot);
	struct ledger *ledger =
		mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (ledger == MAP_FAILED) {
		perror("mmap");
		exit(99);
	}
	ledger->count = count;
	return ledger;
}

static kc_err fault(struct ledger *ledger, size_t slot, const char *what, kc_err err)
{
	fprintf(stderr, "slot %zu, version %u: %s: %s\n", slot, ledger->slots[slot].version, what,
		kc_err_name(err));
	atomic_fetch_add(&ledger->faults, 1);
	return err;
}

/* --- what a version looks like --------------------------------------------------------------- */

static uint32_t mix(uint32_t x)
{
	x = (x ^ (x >> 16)) * 0x7feb352du;
	x = (x ^ (x >> 15)) * 0x846ca68bu;
	return x ^ (x >> 16);
}

static void make_secret(size_t slot, uint32_t version, struct kc_buf *ret)
{
	uint32_t state = mix((uint32_t)slot * 0x9e3779b9u + version);
	size_t len = state % SECRET_MOST;

	kc_buf_printf(ret, "secret %zu.%u ", slot, version);
	while (ret->len < len) {
		state = mix(state + 1);
		kc_buf_push(ret, &state, sizeof state);
	}
}

/* The service name, and with it the primary key, goes to and fro. */
static void set_content(struct kc_attrs *attrs, uint32_t version)
{
	char label[16];

	snprintf(label, sizeof label, "v%u", version);
	kc_attrs_set_str(attrs, LABEL, label);
	kc_attrs_set_str(attrs, SERVICE, version % 2 ? "odd" : "even");
}

static void set_identity(struct kc_attrs *attrs, size_t slot)
{
	char account[24];

	snprintf(account, sizeof account, "slot %zu", slot);
	kc_attrs_set_str(attrs, ACCOUNT, account);
}

static bool has_content(size_t slot, uint32_t version, const struct kc_found *found)
{
	KC_CLEANUP_ATTRS struct kc_attrs wanted = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;
	bool equal = true;

	set_identity(&wanted, slot);
	set_content(&wanted, version);
	make_secret(slot, version, &secret);
	for (size_t i = 0; i < wanted.count; i++) {
		kc_name name = wanted.rows[i].name;
		equal = equal && kc_bytes_equal(kc_attrs_get_bytes(&wanted, name),
					 kc_attrs_get_bytes(&found->attrs, name));
	}
	return equal && found->has_secret &&
	       kc_bytes_equal(kc_secret_bytes(&found->secret), kc_buf_bytes(&secret));
}

/* --- calls ----------------------------------------------------------------------------------- */

static void init_query(struct kc_query *query, size_t slot)
{
	query->class = KC_CLASS_GENERIC;
	query->sync = KC_SYNC_ANY;
	query->want = KC_WANT_ATTRS | KC_WANT_SECRET;
	set_identity(&query->attrs, slot);
}

/* The version that is there, or 0. A fault when there is anything but one whole version. */
static kc_err look(struct ledger *ledger, struct kc_client *client, size_t slot, uint32_t *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	char label[16] = "";
	struct kc_bytes text;
	unsigned version = 0;
	kc_err err;

	init_query(&query, slot);
	err = kc_client_item_find(client, &query, &found);
	if (err == KC_E_NOT_FOUND) {
		*ret = 0;
		return KC_OK;
	}
	if (err != KC_OK)
		return err;
	if (found.count != 1)
		return fault(ledger, slot, "is there more than once", KC_E_AMBIGUOUS);
	text = kc_attrs_get_bytes(&found.rows[0].attrs, LABEL);
	if (text.len < sizeof label)
		memcpy(label, text.data, text.len);
	if (sscanf(label, "v%u", &version) != 1 || !has_content(slot, version, &found.rows[0]))
		return fault(ledger, slot, "is of no one version", KC_E_CORRUPT);
	*ret = version;
	return KC_OK;
}

static kc_err add(struct kc_client *client, size_t slot, uint32_t version)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;
	struct kc_client_item item = {
		.class = KC_CLASS_GENERIC, .attrs = &attrs, .has_secret = true};

	set_identity(&attrs, slot);
	set_content(&attrs, version);
	kc_attrs_set_number(&attrs, SYNC, slot % 4 == 0); /* these leave tombstones */
	make_secret(slot, version, &secret);
	item.secret = kc_buf_bytes(&secret);
	return kc_client_item_add(client, &item, 0, NULL);
}

static kc_err update(struct kc_client *client, size_t slot, uint32_t version)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;
	struct kc_client_item changes = {.attrs = &attrs, .has_secret = true};
	uint64_t count = 0;

	init_query(&query, slot);
	set_content(&attrs, version);
	make_secret(slot, version, &secret);
	changes.secret = kc_buf_bytes(&secret);
	KC_TRY(kc_client_item_update(client, &query, &changes, &count));
	return count == 1 ? KC_OK : KC_E_AMBIGUOUS;
}

static kc_err delete (struct kc_client *client, size_t slot)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	uint64_t count = 0;

	init_query(&query, slot);
	KC_TRY(kc_client_item_delete(client, &query, &count));
	return count == 1 ? KC_OK : KC_E_AMBIGUOUS;
}

/* --- the book ----------------------------------------------------------------------------------
 */

static bool is_passing(kc_err err)
{
	return err == KC_E_SERVICE || err == KC_E_LOCKED;
}

/* Compares what is there with what must be; a doubt is over afterwards. */
static kc_err settle(struct ledger *ledger, struct kc_client *client, size_t number)
{
	struct ledger_slot *slot = &ledger->slots[number];
	uint32_t version;
	kc_err err = look(ledger, client, number, &version);

	if (is_passing(err))
		return err;
	if (err != KC_OK)
		return fault(ledger, number, "cannot be read", err);
	if (slot->in_doubt && version == slot->attempted)
		atomic_fetch_add(&ledger->happened, 1);
	else if (version != slot->version)
		return fault(
			ledger, number, version ? "is of another version" : "is lost", KC_E_BUG);
	else if (slot->in_doubt)
		atomic_fetch_add(&ledger->not_happened, 1);
	slot->version = version;
	slot->in_doubt = false;
	return KC_OK;
}

/* In this order, so that wherever this process is killed the book is true. */
static kc_err change(
	struct ledger *ledger, struct kc_client *client, size_t number, bool make_it_go)
{
	struct ledger_slot *slot = &ledger->slots[number];
	uint32_t next = make_it_go ? 0 : atomic_fetch_add(&slot->newest, 1) + 1;
	kc_err err;

	slot->attempted = next;
	slot->in_doubt = true;
	if (slot->version == 0)
		err = add(client, number, next);
	else
		err = make_it_go ? delete (client, number) : update(client, number, next);
	if (err == KC_E_SERVICE)
		return err;
	if (err == KC_OK) {
		slot->version = next;
		atomic_fetch_add(&ledger->acknowledged, 1);
	} else if (err != KC_E_LOCKED) {
		return fault(ledger, number, "cannot be changed", err);
	}
	slot->in_doubt = false;
	return err;
}

kc_err ledger_step(
	struct ledger *ledger, struct kc_client *client, size_t number, unsigned short seed[3])
{
	struct ledger_slot *slot = &ledger->slots[number];
	long chance = nrand48(seed) % 8;

	if (slot->in_doubt && slot->not_before > ledger->round)
		return KC_OK;
	if (slot->in_doubt || chance == 0)
		return settle(ledger, client, number);
	return change(ledger, client, number, slot->version && chance <= 2);
}

void ledger_hold(struct ledger *ledger, size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++)
		ledger->slots[i].not_before = ledger->round + 1;
}

kc_err ledger_check(struct ledger *ledger, struct kc_client *client, uint64_t *ret_live)
{
	*ret_live = 0;
	for (size_t i = 0; i < ledger->count; i++) {
		KC_TRY(settle(ledger, client, i));
		*ret_live += ledger->slots[i].version != 0;
	}
	return KC_OK;
}
