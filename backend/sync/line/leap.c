/* SPDX-License-Identifier: ISC */
/* Looking ahead: at the last operation, then at one after the other. */
#include "backend/sync/line/leap.h"

#include <string.h>

#include "backend/sync/line/gather.h"
#include "backend/sync/line/op_list.h"

struct leaper {
	struct kc_cloud *cloud;
	const struct kc_cloud_log *log;
	const struct kc_circle *circle;
	size_t member;
	struct kc_leap *leap;
	struct kc_buf shares; /* for this device: a list may be under a key in there */
};

static void leaper_done(struct leaper *l)
{
	kc_buf_done(&l->shares);
}

static void start_over(struct kc_leap *leap, uint64_t first)
{
	leap->first = first;
	leap->at = (struct kc_log_position){.number = 0};
	leap->shares = leap->unread = 0;
	leap->found = false;
}

static kc_err read_op(struct leaper *l, uint64_t number, struct kc_buf *bytes, struct kc_op *ret)
{
	struct kc_writer_id writer = kc_circle_writer(&l->circle->members[l->member]->id);
	kc_err err = kc_cloud_read(l->cloud, &writer, number, bytes);

	l->leap->looked += bytes->len > KC_GATHER_REFUSED_LEN ? bytes->len : KC_GATHER_REFUSED_LEN;
	KC_TRY(err);
	return kc_op_parse(kc_buf_bytes(bytes), &writer, number, ret);
}

static bool is_none(kc_err err)
{
	return err == KC_E_WAITING || err == KC_E_REFUSED;
}

/* Reads the list of an operation. *ret_begins: it says that the log begins where it seems to. */
static kc_err read_list(struct leaper *l, const struct kc_op *op, bool *ret_begins)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);

	if (!list)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_op_list_read(l->circle, l->member, op, kc_buf_bytes(&l->shares), list));
	*ret_begins = list->base == l->log->first;
	return KC_OK;
}

/* Every list after the one that ends the repetition says the same. So the last operation will often
 * do; reading goes on in order all the same, and never past a hole. */
static kc_err look_at_last(struct leaper *l)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_op op;
	kc_err err;

	err = read_op(l, l->log->last, &bytes, &op);
	if (is_none(err))
		return KC_OK;
	KC_TRY(err);
	err = read_list(l, &op, &l->leap->found);
	return err == KC_E_NO_MEMORY ? err : KC_OK;
}

/* The shares that were found in an exchange before. If the store shows something else by now, lists
 * do not open, and all is looked at once more. */
static kc_err recall_shares(struct leaper *l)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_op op;
	kc_err err;

	if (l->leap->shares == 0)
		return KC_OK;
	err = read_op(l, l->leap->shares, &bytes, &op);
	if (is_none(err))
		return KC_OK;
	KC_TRY(err);
	return kc_op_list_find_shares(l->circle, l->member, &op, &l->shares);
}

static kc_err find_shares(struct leaper *l, const struct kc_op *op, bool *ret)
{
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;

	KC_TRY(kc_op_list_find_shares(l->circle, l->member, op, &shares));
	*ret = shares.len > 0;
	if (!*ret)
		return KC_OK;
	kc_buf_done(&l->shares);
	l->shares = shares;
	shares = (struct kc_buf)KC_BUF_INIT;
	return KC_OK;
}

/* Looks at the next operation, and passes it when another may follow: then *ret is GOES_ON. One
 * that is not there, is no part of a repetition, or not what its writer signed, ends it; and one
 * whose list opens with the unlock is looked at again then. */
static kc_err look_at_next(struct leaper *l, enum kc_leap_end *ret)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_leap *leap = l->leap;
	uint64_t number = leap->at.number ? leap->at.number + 1 : leap->first;
	bool has_shares, begins = false;
	struct kc_op op;
	kc_err err;

	*ret = KC_LEAP_IN_VAIN;
	if (number > l->log->last)
		return KC_OK;
	err = read_op(l, number, &bytes, &op);
	if (is_none(err))
		return KC_OK;
	KC_TRY(err);
	if (!op.base ||
		(leap->at.number && memcmp(op.previous, leap->at.digest, sizeof op.previous) != 0))
		return KC_OK;
	KC_TRY(find_shares(l, &op, &has_shares));
	err = read_list(l, &op, &begins);
	if (err == KC_E_NO_MEMORY)
		return err;
	if (err == KC_E_LOCKED)
		*ret = KC_LEAP_SHUT;
	if (err == KC_E_LOCKED || err == KC_E_REFUSED)
		return KC_OK;
	leap->at = op.position;
	leap->shares = has_shares ? number : leap->shares;
	leap->found = begins;
	if (err != KC_OK)
		leap->unread += bytes.len;
	else if (leap->reached < number)
		leap->reached = number;
	if (leap->unread <= KC_GATHER_MAX_LEN)
		*ret = begins ? KC_LEAP_FOUND : KC_LEAP_GOES_ON;
	return KC_OK;
}

/* Where its share ends, it goes on next time; nothing is missed meanwhile, as long as it gets
 * further than ever before over what the writer signed. Of that there is an end, whatever the store
 * shows. */
static kc_err look(struct leaper *l, size_t most, enum kc_leap_end *ret)
{
	struct kc_leap *leap = l->leap;
	uint64_t before = leap->reached;

	if (leap->at.number == 0 && l->log->first < l->log->last)
		KC_TRY(look_at_last(l));
	if (leap->found) {
		*ret = KC_LEAP_FOUND;
		return KC_OK;
	}
	KC_TRY(recall_shares(l));
	do
		KC_TRY(look_at_next(l, ret));
	while (*ret == KC_LEAP_GOES_ON && leap->looked <= most);
	if (*ret == KC_LEAP_GOES_ON && leap->reached == before)
		*ret = KC_LEAP_IN_VAIN;
	else if (*ret == KC_LEAP_IN_VAIN && leap->unread)
		start_over(leap, leap->first); /* a key may come that opens what did not */
	return KC_OK;
}

kc_err kc_leap(struct kc_cloud *cloud, const struct kc_cloud_log *log,
	const struct kc_circle *circle, size_t member, size_t most, enum kc_leap_end *ret,
	bool *ret_moved)
{
	struct kc_leap *leap = &circle->members[member]->leap, before = *leap;
	KC_CLEANUP(leaper_done)
	struct leaper l = {.cloud = cloud,
		.log = log,
		.circle = circle,
		.member = member,
		.leap = leap,
		.shares = KC_BUF_INIT};

	if (leap->first != log->first)
		start_over(leap, log->first);
	if (leap->found)
		leap->end = KC_LEAP_FOUND;
	else if (leap->looked <= most)
		KC_TRY(look(&l, most, &leap->end));
	*ret = leap->end;
	*ret_moved = leap->first != before.first || leap->at.number != before.at.number ||
		     leap->found != before.found;
	return KC_OK;
}
