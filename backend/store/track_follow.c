/* SPDX-License-Identifier: ISC */
/*
 * How tracks follow the changes that are made on this device.
 *
 *   no track --- item travels ---> live --- changed ---> live, newer version
 *   live --- item deleted, or stays on this device from now on ---> deleted
 *   live --- item goes to another view ---> deleted; and a new track with a new name
 *   deleted, row still there (a tombstone) --- added again ---> live, newer version
 *   live --- row damaged ---> lost, until another device's version takes its place
 */
#include <string.h>

#include "backend/store/row.h"
#include "backend/store/track.h"
#include "base/random.h"

static kc_err make_deletion(struct kc_txn *txn, struct kc_track *track)
{
	track->item = 0;
	if (track->deleted) /* already: the row went, and nothing that others could see */
		return kc_track_put(txn, track);
	track->deleted = true;
	return kc_track_change(txn, track);
}

/* The item's track; *ret_is_there is false when it has none. One that does not open counts as none
 * and makes way. */
static kc_err find(struct kc_txn *txn, uint64_t item, struct kc_track *ret, bool *ret_is_there)
{
	static const char sql[] = "UPDATE track SET item = NULL WHERE item = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	kc_err err = kc_track_find_item(txn, item, ret);

	*ret_is_there = err == KC_OK;
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	if (err != KC_E_CORRUPT)
		return err;
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)item);
	return kc_db_run(&stmt);
}

static kc_err follow_live(struct kc_txn *txn, const struct kc_stored *stored, enum kc_view view,
	struct kc_track *track)
{
	track->item = stored->id;
	track->view = view;
	track->protection = stored->item.protection;
	track->deleted = false;
	KC_TRY(kc_track_key_digest(&stored->item, track->key_digest));
	return kc_track_change(txn, track);
}

kc_err kc_track_follow(struct kc_txn *txn, const struct kc_stored *stored)
{
	enum kc_view view = kc_policy_view(&stored->item);
	struct kc_track track;
	uint64_t least = 0; /* a new record is later than the one that it follows */
	bool is_there;

	KC_TRY(find(txn, stored->id, &track, &is_there));
	if (is_there && stored->item.tomb) {
		if (track.deleted)
			return KC_OK;
		track.deleted = true;
		return kc_track_change(txn, &track);
	}
	if (is_there && view != track.view) {
		KC_TRY(make_deletion(txn, &track));
		least = track.t;
		is_there = false;
	}
	if (view == KC_VIEW_NEVER || stored->item.tomb)
		return KC_OK;
	if (!is_there) {
		track = (struct kc_track){.t = least};
		kc_random_fill(track.name, sizeof track.name);
	}
	return follow_live(txn, stored, view, &track);
}

kc_err kc_track_follow_removal(struct kc_txn *txn, uint64_t item)
{
	struct kc_track track;
	bool is_there;

	KC_TRY(find(txn, item, &track, &is_there));
	return is_there ? make_deletion(txn, &track) : KC_OK;
}

kc_err kc_track_follow_loss(struct kc_txn *txn, uint64_t item)
{
	struct kc_track track;
	bool is_there;

	KC_TRY(find(txn, item, &track, &is_there));
	if (!is_there)
		return KC_OK;
	track.item = 0;
	track.lost = !track.deleted;
	return kc_track_put(txn, &track);
}
