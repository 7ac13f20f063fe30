/* SPDX-License-Identifier: ISC */
/*
 * Items under a retired epoch that no log names any more (doc/protocol.md 7, rule 3). Who is out
 * has the key, so each of them may be made up. But a trusted device signs the root of what it
 * holds: when with all of them a view has that root, there is none among them that it does not
 * hold.
 *
 * Whether that is so is tried out on the trie itself, and taken back.
 */
#include "backend/sync/absorb/absorb_impl.h"

#include <string.h>

#include "backend/store/trie.h"

/* A leaf that was put in, and what stood there. */
struct tried {
	const struct kc_absorb_item *item;
	bool had;
	uint8_t before[KC_TRIE_HASH_LEN];
};

struct trial {
	struct kc_absorb_reader *r;
	enum kc_view view;
	struct tried *rows; /* owned */
	size_t count;
};

static void trial_done(struct trial *trial)
{
	free(trial->rows);
}

static kc_err put_leaf(struct trial *trial, const struct kc_absorb_item *item)
{
	struct kc_txn *txn = trial->r->txn;
	struct tried *tried = &trial->rows[trial->count];
	bool holds;
	kc_err err;

	KC_TRY(kc_merge_holds(txn, item->name, &item->version, &holds));
	if (holds)
		return KC_OK;
	tried->item = item;
	err = kc_trie_find(txn, trial->view, item->name, tried->before);
	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	tried->had = err == KC_OK;
	trial->count++;
	return kc_trie_set(
		txn, trial->view, item->name, item->deleted ? NULL : item->version.digest);
}

/* Of versions of one name the greatest comes last, and stays. */
static kc_err put_leaves(struct trial *trial)
{
	for (size_t i = 0; i < trial->r->unnamed_count; i++)
		if (trial->r->unnamed[i].view == trial->view)
			KC_TRY(put_leaf(trial, &trial->r->unnamed[i]));
	return KC_OK;
}

static kc_err take_back(struct trial *trial)
{
	while (trial->count) {
		const struct tried *tried = &trial->rows[--trial->count];

		KC_TRY(kc_trie_set(trial->r->txn, trial->view, tried->item->name,
			tried->had ? tried->before : NULL));
	}
	return KC_OK;
}

/* Whether a root is what the last list of a trusted device says. */
static kc_err is_told(const struct trial *trial, const struct kc_trie_root *root, bool *ret)
{
	const struct kc_absorb_reader *r = trial->r;

	*ret = false;
	for (size_t i = 0; i < r->circle->member_count && !*ret; i++) {
		const struct kc_list *list = r->circle->members[i]->list;
		KC_CLEANUP_HEAD struct kc_head head = {0};
		kc_err err;

		if (i == r->circle->self || !list || !kc_peer_set_has(r->trust.trusted, i))
			continue;
		err = kc_absorb_head(r, i, list, trial->view, &head);
		if (err == KC_OK)
			*ret = head.root.count == root->count &&
			       memcmp(head.root.hash, root->hash, sizeof root->hash) == 0;
		else if (!kc_absorb_is_verdict(err) && err != KC_E_NOT_FOUND)
			return err;
	}
	return KC_OK;
}

static kc_err try_view(struct kc_absorb_reader *r, enum kc_view view, bool *ret)
{
	KC_CLEANUP(trial_done) struct trial trial = {.r = r, .view = view};
	struct kc_trie_root root;

	trial.rows = calloc(r->unnamed_count + 1, sizeof *trial.rows);
	if (!trial.rows)
		return KC_ERR(NO_MEMORY);
	KC_TRY(put_leaves(&trial));
	KC_TRY(kc_trie_get_root(r->txn, view, &root));
	KC_TRY(is_told(&trial, &root, ret));
	return take_back(&trial);
}

/* A deletion is no leaf: that the root lacks its name says that what is here of it is dead, and not
 * that the deletion, or how late it says that it is, is anybody's word. */
static kc_err take_deletion(struct kc_absorb_reader *r, const struct kc_absorb_item *deletion)
{
	struct kc_track track;
	bool holds;
	kc_err err = kc_track_find_name(r->txn, deletion->name, &track);

	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT)
		return KC_OK;
	KC_TRY(err);
	KC_TRY(kc_merge_holds(r->txn, deletion->name, &deletion->version, &holds));
	return holds || track.deleted || track.pending ? KC_OK : kc_merge_bury(r->txn, &track);
}

/* Of items sorted by name, takes those whose last version is a deletion, and puts them last. */
static kc_err take_deletions(struct kc_absorb_reader *r)
{
	size_t kept = 0, first = 0;

	for (size_t i = 0; i < r->item_count; i++) {
		const struct kc_absorb_item last = r->items[i];

		if (i + 1 < r->item_count &&
			memcmp(last.name, r->items[i + 1].name, sizeof last.name) == 0)
			continue;
		if (last.deleted)
			KC_TRY(take_deletion(r, &last));
		for (; first <= i && !last.deleted; first++) {
			struct kc_absorb_item item = r->items[first];

			r->items[first] = r->items[kept];
			r->items[kept++] = item;
		}
		first = i + 1;
	}
	r->item_count = kept;
	return KC_OK;
}

static kc_err merge_alone(struct kc_absorb_reader *r)
{
	kc_absorb_sort(r);
	KC_TRY(take_deletions(r));
	kc_absorb_sort(r);
	return kc_absorb_merge(r);
}

/* Merges them alone, and counts them among the others. */
static kc_err take(struct kc_absorb_reader *r, struct kc_absorb_item *taken, size_t count)
{
	struct kc_absorb_item *all = r->items;
	size_t all_count = r->item_count;
	kc_err err;

	memcpy(all + all_count, taken, count * sizeof *taken); /* there is room for all */
	for (size_t i = 0; i < count; i++)
		r->absorb->records[taken[i].record].state = KC_OK;
	r->items = taken;
	r->item_count = count;
	err = merge_alone(r);
	r->items = all;
	r->item_count = all_count + count;
	kc_absorb_sort(r);
	return err;
}

/* What one who is out wrote before it was: no list of it says that this is all. */
static kc_err close_writers(
	struct kc_absorb_reader *r, const struct kc_absorb_item *taken, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct kc_peer_id *writer = &r->circle->members[taken[i].member]->id;

		if (!kc_peer_set_has(r->trust.heard, taken[i].member))
			KC_TRY(kc_vector_raise(&r->circle->views[taken[i].view].vector, writer,
				kc_circle_closing(r->circle, &r->trust, taken[i].view, writer)));
	}
	return KC_OK;
}

static kc_err take_view(struct kc_absorb_reader *r, enum kc_view view)
{
	KC_CLEANUP_FREE struct kc_absorb_item *taken = calloc(r->unnamed_count + 1, sizeof *taken);
	size_t count = 0, left = 0;

	if (!taken)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < r->unnamed_count; i++)
		if (r->unnamed[i].view == view)
			taken[count++] = r->unnamed[i];
		else
			r->unnamed[left++] = r->unnamed[i];
	r->unnamed_count = left;
	KC_TRY(take(r, taken, count));
	return close_writers(r, taken, count);
}

static int by_version(const void *a, const void *b)
{
	const struct kc_absorb_item *x = a, *y = b;

	return kc_version_compare(&x->version, &y->version);
}

kc_err kc_absorb_unnamed(struct kc_absorb_reader *r)
{
	bool views[KC_VIEW_COUNT] = {false};

	qsort(r->unnamed, r->unnamed_count, sizeof *r->unnamed, by_version);
	for (size_t i = 0; i < r->unnamed_count; i++)
		views[r->unnamed[i].view] = true;
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++) {
		bool fits = false;

		if (views[view])
			KC_TRY(try_view(r, (enum kc_view)view, &fits));
		if (fits)
			KC_TRY(take_view(r, (enum kc_view)view));
		r->absorb->unnamed[view] = views[view] && !fits;
	}
	return KC_OK;
}
