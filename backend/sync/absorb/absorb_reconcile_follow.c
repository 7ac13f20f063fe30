/* SPDX-License-Identifier: ISC */
/* What an answer leads to: the next question, and records that are dead, or said once more. */
#include "backend/sync/absorb/absorb_reconcile_impl.h"

#include <string.h>

#include "backend/store/trie.h"
#include "backend/sync/root.h"

struct names {
	uint8_t (*rows)[KC_TRIE_NAME_LEN]; /* owned */
	size_t count, allocated;
};

static void names_done(struct names *names)
{
	free(names->rows);
}

static kc_err add_name(struct names *names, const uint8_t *name)
{
	if (names->count == names->allocated) {
		size_t wanted = names->allocated ? 2 * names->allocated : 64;
		void *grown = reallocarray(names->rows, wanted, sizeof *names->rows);

		if (!grown)
			return KC_ERR(NO_MEMORY);
		names->rows = grown;
		names->allocated = wanted;
	}
	memcpy(names->rows[names->count++], name, KC_TRIE_NAME_LEN);
	return KC_OK;
}

struct findings {
	const struct kc_reconcile_answer *answer;
	bool stale, wants;
	struct names here; /* that only this device has, or that it has otherwise */
	struct kc_reconcile_question *next; /* owned */
};

static void findings_done(struct findings *f)
{
	names_done(&f->here);
	free(f->next);
}

/* All records below a path but the one that is the same on the other side; 64 steps deep at most.
 */
static kc_err add_leaves(struct kc_absorb_reconciler *c, struct findings *f,
	const struct kc_trie_path *path, const struct kc_trie_child *own,
	const struct kc_trie_child *theirs)
{
	struct kc_trie_node node;
	struct kc_trie_path below = *path;

	if (own->count == 0 || kc_trie_node_same_child(own, theirs))
		return KC_OK;
	if (own->count == 1)
		return add_name(&f->here, own->name);
	KC_TRY(kc_trie_get_node(c->r->txn, f->next->view, path, &node));
	below.len++;
	for (unsigned i = 0; i < KC_TRIE_WIDTH; i++) {
		below.steps[path->len] = (uint8_t)i;
		KC_TRY(add_leaves(c, f, &below, &node.children[i], theirs));
	}
	return KC_OK;
}

/* Whether this device has the very version that the other has. */
static kc_err has_leaf(struct kc_absorb_reconciler *c, enum kc_view view,
	const struct kc_trie_child *leaf, bool *ret)
{
	uint8_t digest[KC_TRIE_HASH_LEN];
	kc_err err = kc_trie_find(c->r->txn, view, leaf->name, digest);

	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	*ret = err == KC_OK && memcmp(digest, leaf->hash, sizeof digest) == 0;
	return KC_OK;
}

static kc_err compare_child(struct kc_absorb_reconciler *c, struct findings *f,
	const struct kc_trie_path *path, const struct kc_trie_child *own,
	const struct kc_trie_child *theirs)
{
	struct kc_reconcile_question *next = f->next;
	bool has;

	if (kc_trie_node_same_child(own, theirs))
		return KC_OK;
	if (theirs->count > 1) {
		if (path->len < KC_TRIE_DEPTH && next->path_count < KC_RECONCILE_MAX_PATHS)
			next->paths[next->path_count++] = *path;
		return KC_OK;
	}
	KC_TRY(add_leaves(c, f, path, own, theirs));
	if (theirs->count == 0)
		return KC_OK;
	KC_TRY(has_leaf(c, next->view, theirs, &has));
	if (has || !f->wants || next->wanted_count == KC_RECONCILE_MAX_WANTED)
		return KC_OK;
	memcpy(next->wanted[next->wanted_count].name, theirs->name, KC_TRIE_NAME_LEN);
	memcpy(next->wanted[next->wanted_count++].digest, theirs->hash, KC_TRIE_HASH_LEN);
	return KC_OK;
}

static kc_err compare_part(struct kc_absorb_reconciler *c, struct findings *f, size_t number)
{
	const struct kc_trie_node *theirs = &f->answer->nodes[number];
	struct kc_trie_path path = f->answer->paths[number];
	struct kc_trie_node own;

	KC_TRY(kc_trie_get_node(c->r->txn, f->next->view, &path, &own));
	path.len++;
	for (unsigned i = 0; i < KC_TRIE_WIDTH; i++) {
		path.steps[path.len - 1] = (uint8_t)i;
		KC_TRY(compare_child(c, f, &path, &own.children[i], &theirs->children[i]));
	}
	return KC_OK;
}

/* What a newcomer was shown, and nobody has of those who have all: it was deleted, and that was
 * forgotten. As long as that is not sure, it says nothing of others' records. */
static kc_err settle_of_newcomer(
	struct kc_absorb_reconciler *c, const struct findings *f, const struct kc_track *track)
{
	return c->r->absorb->differs[f->next->view] ? kc_merge_bury(c->r->txn, track) : KC_OK;
}

/* A record that the other device has not, or has otherwise. One whose dot that device does not know
 * is on its way. One that it knows, and has not, it has forgotten, if it may have: then it is dead.
 * Else something went wrong, and it is said once more. */
static kc_err settle_here(
	struct kc_absorb_reconciler *c, const struct findings *f, const uint8_t *name)
{
	const struct kc_circle *circle = c->r->circle;
	struct kc_track track;
	struct kc_peer_id writer;
	bool covered;
	kc_err err = kc_track_find_name(c->r->txn, name, &track);

	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT)
		return KC_OK;
	KC_TRY(err);
	if (track.pending || track.lost)
		return KC_OK;
	memcpy(writer.bytes, track.writer, sizeof writer.bytes);
	covered = track.counter <= kc_vector_get(&f->answer->vector, &writer);
	if (!covered && kc_circle_is_trusted(circle, &c->r->trust, &writer))
		return KC_OK;
	if (circle->joining && !kc_peer_id_equal(&writer, &circle->identity.id))
		return covered ? settle_of_newcomer(c, f, &track) : KC_OK;
	return covered && f->stale ? kc_merge_bury(c->r->txn, &track)
				   : kc_absorb_write_anew(c->r->txn, &track);
}

static kc_err follow(struct kc_absorb_reconciler *c, const struct kc_reconcile_answer *answer)
{
	struct kc_reconcile_state *state = c->state;
	enum kc_view view = state->question.view;
	KC_CLEANUP(findings_done)
	struct findings f = {.answer = answer, .stale = state->stale[view]};
	struct kc_vector own;

	f.next = calloc(1, sizeof *f.next);
	if (!f.next)
		return KC_ERR(NO_MEMORY);
	f.next->view = view;
	f.next->to = state->question.to;
	KC_TRY(kc_root_own_vector(c->r->circle, view, &own));
	/* What is still to come by the logs need not be asked for. */
	f.wants = kc_vector_is_within(&answer->vector, &own) || c->r->absorb->unnamed[view];
	for (size_t i = 0; i < answer->count; i++)
		KC_TRY(compare_part(c, &f, i));
	for (size_t i = 0; i < f.here.count; i++)
		KC_TRY(settle_here(c, &f, f.here.rows[i]));
	state->open = false;
	state->changed = true;
	if (f.next->path_count || f.next->wanted_count)
		return kc_absorb_put_question(c, f.next);
	/* 64 parts at most were followed; of one who was given up all must be. */
	state->stale[view] = state->stale[view] && answer->count == KC_RECONCILE_MAX_PATHS;
	return KC_OK;
}

kc_err kc_absorb_take_answer(struct kc_absorb_reconciler *c, const struct kc_absorb_record *record)
{
	struct kc_absorb_reader *r = c->r;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_FREE struct kc_reconcile_answer *answer = calloc(1, sizeof *answer);
	struct kc_reconcile_place place;
	uint8_t tag[KC_TAG_LEN];
	kc_err err;

	if (!answer)
		return KC_ERR(NO_MEMORY);
	if (!c->state->open || kc_circle_is_locked(r->circle))
		return KC_OK;
	err = kc_absorb_find_cell_place(r, record, &place, tag, &key);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	place.asker = &r->circle->identity.id;
	if (place.name->view != (unsigned)c->state->question.view ||
		!kc_peer_id_equal(place.writer, &c->state->question.to) ||
		kc_reconcile_open_answer(record->value, &place, &key, answer) != KC_OK ||
		memcmp(answer->question, c->state->hash, sizeof answer->question) != 0)
		return KC_OK;
	return follow(c, answer);
}
