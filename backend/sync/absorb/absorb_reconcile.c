/* SPDX-License-Identifier: ISC */
/*
 * Finding the records that differ from another device's, and what becomes of them (doc/protocol.md
 * 17). One question is open at a time, to one device.
 *
 * No content comes this way: whoever has what the other lacks writes it anew, as any change. So
 * nothing needs to be believed but that a record is there, or is not.
 */
#include "backend/sync/absorb/absorb_impl.h"

#include <string.h>

#include "backend/store/trie.h"
#include "backend/sync/reconcile.h"
#include "backend/sync/root.h"
#include "base/random.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

struct reconciler {
	struct kc_absorb_reader *r;
	struct kc_reconcile_state *state; /* owned */
	uint64_t now_ms;
};

static void reconciler_done(struct reconciler *c)
{
	free(c->state);
}

/* --- cells --------------------------------------------------------------------------------------
 */

/* The key that a cell is under, when it is that of an epoch that nobody has who is out. Errors:
 * NOT_FOUND. */
static kc_err find_place(const struct kc_absorb_reader *r, const struct kc_absorb_record *record,
	struct kc_reconcile_place *ret, uint8_t ret_tag[static KC_TAG_LEN],
	struct kc_secret *ret_key)
{
	uint8_t kid[KC_KID_LEN];
	const struct kc_held_epoch *held;
	kc_err err;

	if (!kc_peer_set_has(r->trust.trusted, record->member) ||
		kc_reconcile_peek(record->value, ret_tag, kid) != KC_OK)
		return KC_ERR(NOT_FOUND);
	held = kc_circle_find_epoch(r->circle, kid);
	if (!held || held->epoch->name.view != kc_absorb_view(r, ret_tag) ||
		kc_circle_is_retired(r->circle, &r->trust, held))
		return KC_ERR(NOT_FOUND);
	err = kc_circle_epoch_key(r->circle, held, KC_VIEW_KEY_HEAD, ret_key);
	if (err == KC_E_WAITING || err == KC_E_LOCKED)
		return KC_ERR(NOT_FOUND);
	KC_TRY(err);
	*ret = (struct kc_reconcile_place){
		.account = &r->circle->account,
		.writer = &r->circle->members[record->member]->id,
		.view_tag = ret_tag,
		.name = &held->epoch->name,
	};
	return KC_OK;
}

/* The place of a cell of this device's own. Errors: NOT_FOUND (no key is to be used now). */
static kc_err own_place(const struct kc_absorb_reader *r, enum kc_view view,
	struct kc_reconcile_place *ret, struct kc_secret *ret_key)
{
	const struct kc_held_epoch *held;
	kc_err err = kc_circle_usable_epoch(r->circle, &r->trust, view, &held);

	if (err == KC_E_WAITING)
		return KC_ERR(NOT_FOUND);
	KC_TRY(err);
	*ret = (struct kc_reconcile_place){
		.account = &r->circle->account,
		.writer = &r->circle->identity.id,
		.view_tag = r->view_tags[view],
		.name = &held->epoch->name,
	};
	return kc_circle_epoch_key(r->circle, held, KC_VIEW_KEY_HEAD, ret_key);
}

/* --- answering ----------------------------------------------------------------------------------
 */

/* A version that this device wrote, or has, becomes a new one of its own: everybody takes it. */
static kc_err write_anew(struct kc_txn *txn, struct kc_track *track)
{
	kc_err err = kc_track_write(txn, track, track->t + 2);

	return err == KC_E_NOT_MODIFIABLE ? KC_OK : err;
}

static kc_err give(struct kc_txn *txn, enum kc_view view, const struct kc_reconcile_wanted *wanted)
{
	struct kc_track track;
	kc_err err = kc_track_find_name(txn, wanted->name, &track);

	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT)
		return KC_OK;
	KC_TRY(err);
	if (track.view != view || track.pending || track.deleted || track.lost ||
		memcmp(track.digest, wanted->digest, sizeof track.digest) != 0)
		return KC_OK;
	return write_anew(txn, &track);
}

/* Whether a question is to be answered: once, and so many of one asker in a day. */
static bool is_due(struct reconciler *c, const struct kc_peer_id *asker, const uint8_t *hash)
{
	struct kc_reconcile_state *state = c->state;
	struct kc_reconcile_answered *row = state->answered;
	uint64_t day = c->now_ms / DAY_MS;
	size_t at = 0;

	while (at < state->answered_count && !kc_peer_id_equal(&row[at].asker, asker))
		at++;
	if (at == KC_CIRCLE_MAX_PEERS)
		return false;
	if (at == state->answered_count) {
		row[at] = (struct kc_reconcile_answered){.asker = *asker};
		state->answered_count++;
	}
	if (row[at].day != day)
		row[at].count = 0;
	if (row[at].count >= KC_RECONCILE_MAX_ANSWERS ||
		memcmp(row[at].question, hash, sizeof row[at].question) == 0)
		return false;
	row[at].day = day;
	row[at].count++;
	memcpy(row[at].question, hash, sizeof row[at].question);
	state->changed = true;
	return true;
}

static kc_err find_parts(const struct kc_absorb_reader *r,
	const struct kc_reconcile_question *question, struct kc_reconcile_answer *ret)
{
	uint8_t hash[KC_TRIE_HASH_LEN];

	for (size_t i = 0; i < question->path_count; i++) {
		struct kc_trie_node *node = &ret->nodes[ret->count];

		KC_TRY(kc_trie_get_node(r->txn, question->view, &question->paths[i], node));
		KC_TRY(kc_trie_node_hash(node, hash));
		if (memcmp(hash, question->hashes[i], sizeof hash) != 0)
			ret->paths[ret->count++] = question->paths[i];
	}
	return KC_OK;
}

static kc_err put_answer(struct reconciler *c, const struct kc_reconcile_question *question,
	const struct kc_peer_id *asker, struct kc_reconcile_answer *answer)
{
	struct kc_circle *circle = c->r->circle;
	struct kc_writer_id writer = kc_circle_writer(asker);
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf cell = KC_BUF_INIT, name = KC_BUF_INIT;
	struct kc_reconcile_place place;

	KC_TRY(own_place(c->r, question->view, &place, &key));
	place.asker = asker;
	KC_TRY(kc_reconcile_seal_answer(answer, &place, &key, &cell));
	kc_buf_push_str(&name, "r/");
	kc_op_put_hex(&name, KC_BYTES_OF(writer.bytes));
	KC_TRY(kc_buf_check(&name));
	return kc_circle_queue_clear(circle, kc_buf_text(&name), kc_buf_bytes(&cell));
}

static kc_err answer(struct reconciler *c, const struct kc_absorb_record *record,
	const struct kc_reconcile_question *question)
{
	struct kc_absorb_reader *r = c->r;
	const struct kc_peer_id *asker = &r->circle->members[record->member]->id;
	KC_CLEANUP_FREE struct kc_reconcile_answer *ret = calloc(1, sizeof *ret);
	kc_err err;

	if (!ret)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_reconcile_hash(record->value, ret->question));
	if (!kc_peer_id_equal(&question->to, &r->circle->identity.id) ||
		!is_due(c, asker, ret->question))
		return KC_OK;
	for (size_t i = 0; i < question->wanted_count; i++)
		KC_TRY(give(r->txn, question->view, &question->wanted[i]));
	KC_TRY(kc_root_own_vector(r->circle, question->view, &ret->vector));
	KC_TRY(find_parts(r, question, ret));
	err = put_answer(c, question, asker, ret);
	return err == KC_E_NOT_FOUND ? KC_OK : err;
}

static kc_err take_question(struct reconciler *c, const struct kc_absorb_record *record)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_FREE struct kc_reconcile_question *question = calloc(1, sizeof *question);
	struct kc_reconcile_place place;
	uint8_t tag[KC_TAG_LEN];
	kc_err err;

	if (!question)
		return KC_ERR(NO_MEMORY);
	err = find_place(c->r, record, &place, tag, &key);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	if (kc_reconcile_open_question(record->value, &place, &key, question) != KC_OK)
		return KC_OK;
	return answer(c, record, question);
}

/* --- asking -------------------------------------------------------------------------------------
 */

static kc_err publish(struct reconciler *c, struct kc_reconcile_question *question)
{
	struct kc_absorb_reader *r = c->r;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf cell = KC_BUF_INIT;
	struct kc_reconcile_place place;
	kc_err err = own_place(r, question->view, &place, &key);

	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	kc_random_fill(question->nonce, sizeof question->nonce);
	question->time_ms = c->now_ms;
	KC_TRY(kc_root_own_vector(r->circle, question->view, &question->vector));
	for (size_t i = 0; i < question->path_count; i++) {
		struct kc_trie_node node;

		KC_TRY(kc_trie_get_node(r->txn, question->view, &question->paths[i], &node));
		KC_TRY(kc_trie_node_hash(&node, question->hashes[i]));
	}
	KC_TRY(kc_reconcile_seal_question(question, &place, &key, &cell));
	KC_TRY(kc_reconcile_hash(kc_buf_bytes(&cell), c->state->hash));
	c->state->question = *question;
	c->state->open = c->state->changed = true;
	return kc_circle_queue_clear(r->circle, "r", kc_buf_bytes(&cell));
}

/* Another one than was asked last, if there is one; else that of the newest list. */
static size_t choose(const struct reconciler *c, const struct kc_peer_id * not )
{
	const struct kc_circle *circle = c->r->circle;
	size_t chosen = circle->member_count;

	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_list *list = circle->members[i]->list;

		if (i == circle->self || !list || !kc_peer_set_has(c->r->trust.trusted, i))
			continue;
		if (chosen == circle->member_count ||
			kc_peer_id_equal(&circle->members[chosen]->id, not ) ||
			(list->time_ms > circle->members[chosen]->list->time_ms &&
				!kc_peer_id_equal(&circle->members[i]->id, not )))
			chosen = i;
	}
	return chosen;
}

static kc_err ask(struct reconciler *c, enum kc_view view, size_t member)
{
	KC_CLEANUP_FREE struct kc_reconcile_question *question = calloc(1, sizeof *question);

	if (!question)
		return KC_ERR(NO_MEMORY);
	if (member == c->r->circle->member_count)
		return KC_OK;
	question->view = view;
	question->to = c->r->circle->members[member]->id;
	question->path_count = 1; /* the root */
	return publish(c, question);
}

/* What this device lacks the others may have forgotten; with nothing here nothing can be dead. */
static kc_err note_stale(struct reconciler *c)
{
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++) {
		struct kc_trie_root root;

		KC_TRY(kc_trie_get_root(c->r->txn, (enum kc_view)view, &root));
		if (root.count)
			c->state->stale[view] = c->state->changed = true;
	}
	return KC_OK;
}

/* Nobody is left to ask, nor to have forgotten anything. */
static void stand_alone(struct kc_reconcile_state *state)
{
	static const bool fresh[KC_VIEW_COUNT];

	state->changed = state->changed || state->open ||
			 memcmp(state->stale, fresh, sizeof fresh) != 0;
	state->open = false;
	memcpy(state->stale, fresh, sizeof fresh);
}

static kc_err ask_what_is_open(struct reconciler *c)
{
	static const struct kc_peer_id nobody;
	const struct kc_absorb *absorb = c->r->absorb;
	struct kc_reconcile_state *state = c->state;
	const struct kc_reconcile_question *question = &state->question;

	if (state->open && kc_circle_is_trusted(c->r->circle, &c->r->trust, &question->to) &&
		question->time_ms <= c->now_ms && question->time_ms + DAY_MS > c->now_ms)
		return KC_OK;
	if (state->open)
		return ask(c, question->view, choose(c, &question->to));
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT && !state->open; view++)
		if (absorb->differs[view])
			KC_TRY(ask(c, (enum kc_view)view, absorb->differs[view] - 1));
		else if (state->stale[view] || absorb->unnamed[view])
			KC_TRY(ask(c, (enum kc_view)view, choose(c, &nobody)));
	return KC_OK;
}

/* --- differences --------------------------------------------------------------------------------
 */

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
static kc_err add_leaves(struct reconciler *c, struct findings *f, const struct kc_trie_path *path,
	const struct kc_trie_child *own, const struct kc_trie_child *theirs)
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
static kc_err has_leaf(
	struct reconciler *c, enum kc_view view, const struct kc_trie_child *leaf, bool *ret)
{
	uint8_t digest[KC_TRIE_HASH_LEN];
	kc_err err = kc_trie_find(c->r->txn, view, leaf->name, digest);

	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	*ret = err == KC_OK && memcmp(digest, leaf->hash, sizeof digest) == 0;
	return KC_OK;
}

static kc_err compare_child(struct reconciler *c, struct findings *f,
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

static kc_err compare_part(struct reconciler *c, struct findings *f, size_t number)
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

/* A record that the other device has not, or has otherwise. One whose dot that device does not know
 * is on its way. One that it knows, and has not, it has forgotten, if it may have: then it is dead.
 * Else something went wrong, and it is said once more. */
static kc_err settle_here(struct reconciler *c, const struct findings *f, const uint8_t *name)
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
	return covered && f->stale ? kc_merge_bury(c->r->txn, &track)
				   : write_anew(c->r->txn, &track);
}

static kc_err follow(struct reconciler *c, const struct kc_reconcile_answer *answer)
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
		return publish(c, f.next);
	/* 64 parts at most were followed; of one who was given up all must be. */
	state->stale[view] = state->stale[view] && answer->count == KC_RECONCILE_MAX_PATHS;
	return KC_OK;
}

static kc_err take_answer(struct reconciler *c, const struct kc_absorb_record *record)
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
	err = find_place(r, record, &place, tag, &key);
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

kc_err kc_absorb_reconcile(struct kc_txn *txn, struct kc_absorb *absorb, uint64_t now_ms)
{
	struct kc_absorb_reader r = {.txn = txn, .absorb = absorb, .circle = absorb->circle};
	KC_CLEANUP(reconciler_done) struct reconciler c = {.r = &r, .now_ms = now_ms};

	c.state = malloc(sizeof *c.state);
	if (!c.state)
		return KC_ERR(NO_MEMORY);
	if (absorb->circle->joining)
		return KC_OK;
	KC_TRY(kc_absorb_prepare(&r));
	KC_TRY(kc_reconcile_load(txn, c.state));
	if (absorb->stale)
		KC_TRY(note_stale(&c));
	for (size_t i = 0; i < absorb->count; i++)
		if (absorb->records[i].kind == KC_ABSORB_QUESTION)
			KC_TRY(take_question(&c, &absorb->records[i]));
	for (size_t i = 0; i < absorb->count; i++)
		if (absorb->records[i].kind == KC_ABSORB_ANSWER)
			KC_TRY(take_answer(&c, &absorb->records[i]));
	if (kc_absorb_is_alone(&r))
		stand_alone(c.state);
	else
		KC_TRY(ask_what_is_open(&c));
	return c.state->changed ? kc_reconcile_save(txn, c.state) : KC_OK;
}
