/* SPDX-License-Identifier: ISC */
/* The table "trie" and the cells of its roots. */
#include "backend/store/trie.h"

#include <stdio.h>
#include <string.h>

#include "backend/store/cell.h"
#include "backend/store/db.h"
#include "backend/store/track.h"

#define PURPOSE "keycircle/1/store/trie"
#define CELL_NAME_MAX 16

/* Where a node stands. */
struct place {
	enum kc_view view;
	const uint8_t *steps; /* from the root */
	size_t depth;	      /* of them */
};

/* The root, and what is known of the trie as a whole. */
struct root {
	bool built; /* else it is to be built from the tracks */
	bool doubted;
	struct kc_trie_node node;
};

/* --- rows ---------------------------------------------------------------------------------------
 */

static void name_path(const struct place *place, char ret[static KC_TRIE_DEPTH + 1])
{
	for (size_t i = 0; i < place->depth; i++)
		ret[i] = "0123456789abcdef"[place->steps[i]];
	ret[place->depth] = 0;
}

static kc_err put_place(const struct place *place, struct kc_buf *ret)
{
	char path[KC_TRIE_DEPTH + 1];
	struct kc_der_writer w;

	name_path(place, path);
	kc_der_writer_init(&w, ret);
	kc_der_put_str(&w, PURPOSE);
	kc_der_put_uint(&w, place->view);
	kc_der_put_str(&w, path);
	return kc_der_writer_check(&w);
}

static kc_err open_node(const struct kc_txn *txn, const struct place *place, struct kc_bytes sealed,
	struct kc_trie_node *ret)
{
	KC_CLEANUP_BUF struct kc_buf ad = KC_BUF_INIT, plain = KC_BUF_INIT;
	struct kc_der_reader r;

	KC_TRY(put_place(place, &ad));
	KC_TRY(kc_keybag_open_metadata(
		txn->bag, KC_PROTECTION_DK, kc_buf_bytes(&ad), sealed, &plain));
	kc_der_reader_init(&r, kc_buf_bytes(&plain));
	kc_trie_node_pull(&r, ret);
	return kc_der_reader_finish(&r) == KC_OK ? KC_OK : KC_ERR(CORRUPT);
}

/* The node that its parent describes so. Errors: CORRUPT. */
static kc_err load(struct kc_txn *txn, const struct place *place,
	const struct kc_trie_child *described, struct kc_trie_node *ret)
{
	static const char sql[] = "SELECT sealed FROM trie WHERE view = ?1 AND path = ?2";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	char path[KC_TRIE_DEPTH + 1];
	struct kc_trie_child found;
	bool row;

	name_path(place, path);
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)place->view);
	kc_db_bind_text(&stmt, 2, path);
	KC_TRY(kc_db_step(&stmt, &row));
	if (!row)
		return KC_ERR(CORRUPT);
	KC_TRY(open_node(txn, place, kc_db_bytes(&stmt, 0), ret));
	KC_TRY(kc_trie_node_as_child(ret, &found));
	return kc_trie_node_same_child(&found, described) ? KC_OK : KC_ERR(CORRUPT);
}

static kc_err save(struct kc_txn *txn, const struct place *place, const struct kc_trie_node *node)
{
	static const char sql[] = "INSERT INTO trie(view, path, sealed) VALUES(?1, ?2, ?3)"
				  " ON CONFLICT(view, path) DO UPDATE SET sealed = excluded.sealed";
	KC_CLEANUP_BUF struct kc_buf ad = KC_BUF_INIT, plain = KC_BUF_INIT, sealed = KC_BUF_INIT;
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	char path[KC_TRIE_DEPTH + 1];
	struct kc_der_writer w;

	name_path(place, path);
	kc_der_writer_init(&w, &plain);
	kc_trie_node_put(&w, node);
	KC_TRY(kc_der_writer_check(&w));
	KC_TRY(put_place(place, &ad));
	KC_TRY(kc_keybag_seal_metadata(
		txn->bag, KC_PROTECTION_DK, kc_buf_bytes(&ad), kc_buf_bytes(&plain), &sealed));
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)place->view);
	kc_db_bind_text(&stmt, 2, path);
	kc_db_bind_bytes(&stmt, 3, kc_buf_bytes(&sealed));
	return kc_db_run(&stmt);
}

static kc_err erase(struct kc_txn *txn, const struct place *place)
{
	static const char sql[] = "DELETE FROM trie WHERE view = ?1 AND path = ?2";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	char path[KC_TRIE_DEPTH + 1];

	name_path(place, path);
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)place->view);
	kc_db_bind_text(&stmt, 2, path);
	return kc_db_run(&stmt);
}

/* --- roots --------------------------------------------------------------------------------------
 */

static void name_cell(enum kc_view view, char ret[static CELL_NAME_MAX])
{
	snprintf(ret, CELL_NAME_MAX, "trie/%u", (unsigned)view);
}

/* A view that has no root yet has one to be built. */
static kc_err load_root(struct kc_txn *txn, enum kc_view view, struct root *ret)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	struct kc_der_reader r, seq;
	char name[CELL_NAME_MAX];
	kc_err err;

	memset(ret, 0, sizeof *ret);
	name_cell(view, name);
	err = kc_cell_get(txn, name, &value);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	if (err == KC_OK) {
		kc_der_reader_init(&r, kc_buf_bytes(&value));
		kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
		ret->built = kc_der_get_bool(&seq);
		ret->doubted = kc_der_get_bool(&seq);
		kc_trie_node_pull(&seq, &ret->node);
		kc_der_leave(&r, &seq);
		err = kc_der_reader_finish(&r) == KC_OK ? KC_OK : KC_ERR(CORRUPT);
	}
	if (err == KC_E_CORRUPT) {
		*ret = (struct root){.doubted = true};
		return KC_OK;
	}
	return err;
}

static kc_err save_root(struct kc_txn *txn, enum kc_view view, const struct root *root)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	struct kc_der_writer w;
	char name[CELL_NAME_MAX];

	name_cell(view, name);
	kc_der_writer_init(&w, &value);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bool(&w, root->built);
	kc_der_put_bool(&w, root->doubted);
	kc_trie_node_put(&w, &root->node);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return kc_cell_put(txn, KC_PROTECTION_DK, name, kc_buf_bytes(&value));
}

static kc_err discard(struct kc_txn *txn, enum kc_view view)
{
	struct root root = {.doubted = true};

	return save_root(txn, view, &root); /* the rows go when it is built again */
}

kc_err kc_trie_discard(struct kc_txn *txn)
{
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
		KC_TRY(discard(txn, (enum kc_view)view));
	return KC_OK;
}

/* --- one leaf -----------------------------------------------------------------------------------
 */

struct change {
	struct kc_txn *txn;
	enum kc_view view;
	struct kc_trie_path path;
	struct kc_trie_child leaf; /* count 0: there is to be none */
	const uint8_t *name;
};

/* What is below a step has changed: a single leaf stands in the node above, and has no row. */
static kc_err settle(const struct change *c, size_t depth, const struct kc_trie_node *below,
	struct kc_trie_child *child)
{
	struct place place = {c->view, c->path.steps, depth};

	KC_TRY(kc_trie_node_as_child(below, child));
	return child->count > 1 ? save(c->txn, &place, below) : erase(c->txn, &place);
}

/* Makes the change in a node and below it; the node itself is the caller's to save. It goes down
 * KC_TRIE_DEPTH steps at most. */
static kc_err change_below(const struct change *c, size_t depth, struct kc_trie_node *node)
{
	struct kc_trie_child *child;
	struct place place = {c->view, c->path.steps, depth + 1};
	struct kc_trie_node below = {0};
	struct kc_trie_path other;
	bool own;

	if (depth == KC_TRIE_DEPTH)
		return KC_ERR(CORRUPT);
	child = &node->children[c->path.steps[depth]];
	own = child->count == 1 && memcmp(child->name, c->name, sizeof child->name) == 0;
	if (child->count == 0 || own) {
		*child = c->leaf;
		return KC_OK;
	}
	if (child->count > 1) {
		KC_TRY(load(c->txn, &place, child, &below));
	} else if (c->leaf.count == 0) {
		return KC_OK;
	} else {
		KC_TRY(kc_trie_node_path(child->name, &other));
		if (depth + 1 == KC_TRIE_DEPTH)
			return KC_ERR(CORRUPT);
		below.children[other.steps[depth + 1]] = *child;
	}
	KC_TRY(change_below(c, depth + 1, &below));
	return settle(c, depth + 1, &below, child);
}

static kc_err set_leaf(struct kc_txn *txn, enum kc_view view, const uint8_t *name,
	const uint8_t *digest, struct kc_trie_node *root)
{
	struct change c = {.txn = txn, .view = view, .name = name};

	KC_TRY(kc_trie_node_path(name, &c.path));
	if (digest) {
		c.leaf.count = 1;
		memcpy(c.leaf.name, name, sizeof c.leaf.name);
		memcpy(c.leaf.hash, digest, sizeof c.leaf.hash);
	}
	return change_below(&c, 0, root);
}

kc_err kc_trie_set(struct kc_txn *txn, enum kc_view view,
	const uint8_t name[static KC_TRIE_NAME_LEN], const uint8_t *digest)
{
	struct root root;
	kc_err err;

	KC_TRY(load_root(txn, view, &root));
	if (!root.built)
		return KC_OK; /* it will be there when the trie is built */
	err = set_leaf(txn, view, name, digest, &root.node);
	if (err == KC_E_CORRUPT)
		return discard(txn, view);
	KC_TRY(err);
	return save_root(txn, view, &root);
}

/* --- building -----------------------------------------------------------------------------------
 */

static kc_err add_tracks(struct kc_txn *txn, enum kc_view view, struct root *root)
{
	struct kc_track track;
	uint64_t id = 0;
	kc_err err;

	for (;;) {
		KC_TRY(kc_track_next_id(txn, id, &id));
		if (id == 0)
			return KC_OK;
		err = kc_track_get(txn, id, &track);
		if (err == KC_E_CORRUPT) {
			root->doubted = true;
			continue;
		}
		KC_TRY(err);
		if (track.view == view && track.said.live)
			KC_TRY(set_leaf(txn, view, track.name, track.said.digest, &root->node));
	}
}

static kc_err build(struct kc_txn *txn, enum kc_view view, struct root *root)
{
	static const char sql[] = "DELETE FROM trie WHERE view = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)view);
	KC_TRY(kc_db_run(&stmt));
	memset(&root->node, 0, sizeof root->node);
	KC_TRY(add_tracks(txn, view, root));
	root->built = true;
	return save_root(txn, view, root);
}

static kc_err find_root(struct kc_txn *txn, enum kc_view view, struct root *ret)
{
	KC_TRY(load_root(txn, view, ret));
	return ret->built ? KC_OK : build(txn, view, ret);
}

/* --- looking ------------------------------------------------------------------------------------
 */

kc_err kc_trie_get_root(struct kc_txn *txn, enum kc_view view, struct kc_trie_root *ret)
{
	struct root root;

	KC_TRY(find_root(txn, view, &root));
	*ret = (struct kc_trie_root){
		.count = kc_trie_node_count(&root.node), .doubted = root.doubted};
	return kc_trie_node_hash(&root.node, ret->hash);
}

kc_err kc_trie_doubt(struct kc_txn *txn, enum kc_view view, bool doubted)
{
	struct root root;

	KC_TRY(find_root(txn, view, &root));
	if (root.doubted == doubted)
		return KC_OK;
	root.doubted = doubted;
	return save_root(txn, view, &root);
}

/* One leaf, or none, as the node at a depth. */
static kc_err spread(
	const struct kc_trie_child *leaf, const struct kc_trie_path *path, struct kc_trie_node *ret)
{
	struct kc_trie_path own;

	memset(ret, 0, sizeof *ret);
	if (leaf->count == 0)
		return KC_OK;
	KC_TRY(kc_trie_node_path(leaf->name, &own));
	if (path->len < KC_TRIE_DEPTH && memcmp(own.steps, path->steps, path->len) == 0)
		ret->children[own.steps[path->len]] = *leaf;
	return KC_OK;
}

static kc_err walk(struct kc_txn *txn, enum kc_view view, const struct kc_trie_path *path,
	struct kc_trie_node *node)
{
	for (size_t depth = 0; depth < path->len; depth++) {
		struct kc_trie_child child = node->children[path->steps[depth]];
		struct place place = {view, path->steps, depth + 1};

		if (child.count <= 1)
			return spread(&child, path, node);
		KC_TRY(load(txn, &place, &child, node));
	}
	return KC_OK;
}

kc_err kc_trie_get_node(struct kc_txn *txn, enum kc_view view, const struct kc_trie_path *path,
	struct kc_trie_node *ret)
{
	struct root root;
	kc_err err;

	KC_TRY(find_root(txn, view, &root));
	*ret = root.node;
	err = walk(txn, view, path, ret);
	if (err != KC_E_CORRUPT)
		return err;
	root.doubted = true;
	KC_TRY(build(txn, view, &root));
	*ret = root.node;
	return walk(txn, view, path, ret);
}

kc_err kc_trie_find(struct kc_txn *txn, enum kc_view view,
	const uint8_t name[static KC_TRIE_NAME_LEN], uint8_t ret[static KC_TRIE_HASH_LEN])
{
	struct kc_trie_path path;
	struct kc_trie_node node;

	KC_TRY(kc_trie_node_path(name, &path));
	path.len--;
	KC_TRY(kc_trie_get_node(txn, view, &path, &node));
	for (size_t i = 0; i < KC_TRIE_WIDTH; i++)
		if (node.children[i].count == 1 &&
			memcmp(node.children[i].name, name, KC_TRIE_NAME_LEN) == 0) {
			memcpy(ret, node.children[i].hash, KC_TRIE_HASH_LEN);
			return KC_OK;
		}
	return KC_ERR(NOT_FOUND);
}
