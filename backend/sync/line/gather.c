/* SPDX-License-Identifier: ISC */
/* One log after the other. */
#include "backend/sync/line/gather.h"

#include <string.h>

#include "backend/sync/line/op_list.h"

void kc_gathered_done(struct kc_gathered *gathered)
{
	for (size_t i = 0; i < gathered->count; i++)
		kc_buf_done(&gathered->ops[i].bytes);
	free(gathered->ops);
	kc_buf_done(&gathered->wanted);
	*gathered = (struct kc_gathered)KC_GATHERED_INIT;
}

kc_err kc_gathered_add(struct kc_gathered *gathered, const struct kc_gathered_op *op)
{
	if (gathered->count == gathered->allocated) {
		size_t wanted = gathered->allocated ? 2 * gathered->allocated : 16;
		struct kc_gathered_op *grown = reallocarray(gathered->ops, wanted, sizeof *grown);

		if (!grown)
			return KC_ERR(NO_MEMORY);
		gathered->ops = grown;
		gathered->allocated = wanted;
	}
	gathered->ops[gathered->count++] = *op;
	return KC_OK;
}

/* Where the reading of a log is. */
struct cursor {
	struct kc_cloud *cloud;
	const struct kc_circle *circle;
	struct kc_writer_id writer;
	size_t member;
	struct kc_log_position position;
	bool chained;	  /* the digest of position is known */
	size_t len, most; /* of memory: taken by this log, and its share */
};

static kc_err keep(struct kc_gathered *gathered, struct cursor *c, struct kc_buf *bytes,
	const struct kc_op *op)
{
	KC_TRY(kc_gathered_add(gathered,
		&(struct kc_gathered_op){
			.member = c->member, .bytes = *bytes, .op = *op, .whole = KC_E_WAITING}));
	c->len += bytes->allocated + sizeof *gathered->ops + op->write_count * KC_GATHER_WRITE_LEN;
	*bytes = (struct kc_buf)KC_BUF_INIT;
	return KC_OK;
}

static kc_err read_op(struct cursor *c, uint64_t number, struct kc_buf *ret, struct kc_op *ret_op)
{
	KC_TRY(kc_cloud_read(c->cloud, &c->writer, number, ret));
	return kc_op_parse(kc_buf_bytes(ret), &c->writer, number, ret_op);
}

/* Each operation names the one before; and what the sponsor had settled when it let this device in
 * is what this device is shown. */
static bool continues(struct cursor *c, const struct kc_op *op)
{
	const struct kc_log_position *target = &c->circle->members[c->member]->target;

	if (c->chained && c->position.number > 0 &&
		memcmp(op->previous, c->position.digest, sizeof op->previous) != 0)
		return false;
	if (op->position.number == target->number &&
		memcmp(op->position.digest, target->digest, sizeof target->digest) != 0)
		return false;
	c->position = op->position;
	c->chained = true;
	return true;
}

/* --- a log that begins anew ---------------------------------------------------------------------
 */

/* What the list of an operation says of its log. */
struct beginning {
	bool anew;	/* it begins anew, and here ends what it repeats */
	bool shut;	/* the list opens with the unlock */
	bool is_none;	/* it is not what its writer signed: nothing goes on behind it */
	bool is_unread; /* the list does not open: the store may have made all of it */
	size_t unread;	/* bytes of such so far */
};

/* Whether an operation ends what is repeated by a log that begins with number first: its list,
 * which may be under a key that the writer shares with this device in there, says so. */
static kc_err look_for_beginning(const struct cursor *c, const struct kc_op *op, uint64_t first,
	struct kc_bytes shares, struct beginning *ret)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	kc_err err;

	if (!list)
		return KC_ERR(NO_MEMORY);
	err = kc_op_list_read(c->circle, c->member, op, shares, list);
	if (err == KC_E_NO_MEMORY)
		return err;
	ret->shut = ret->shut || err == KC_E_LOCKED;
	ret->anew = err == KC_OK && list->base == first;
	ret->is_none = err == KC_E_REFUSED;
	ret->is_unread = err != KC_OK && err != KC_E_REFUSED;
	return KC_OK;
}

/* Looks ahead from the first operation that is there, over those that repeat, for the list that
 * says so; nothing is kept. Then reading may go on from that beginning. Of what the store may have
 * made it looks at no more than of anything. */
static kc_err leap(struct cursor *c, const struct kc_cloud_log *log, struct beginning *ret)
{
	uint64_t first = log->first;
	struct kc_log_position at = {.number = 0};
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;

	*ret = (struct beginning){.anew = false};
	if (first <= c->position.number + 1)
		return KC_OK;
	for (uint64_t number = first; number <= log->last && !ret->anew; number++) {
		KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
		struct kc_op op;
		kc_err err = read_op(c, number, &bytes, &op);

		if (err == KC_E_WAITING || err == KC_E_REFUSED || (err == KC_OK && !op.base))
			return KC_OK;
		KC_TRY(err);
		if (at.number && memcmp(op.previous, at.digest, sizeof op.previous) != 0)
			return KC_OK;
		at = op.position;
		KC_TRY(kc_op_list_find_shares(c->circle, c->member, &op, &shares));
		KC_TRY(look_for_beginning(c, &op, first, kc_buf_bytes(&shares), ret));
		ret->unread += ret->is_unread ? bytes.len : 0;
		if (ret->is_none || ret->unread > KC_GATHER_MAX_LEN)
			return KC_OK;
	}
	if (ret->anew) {
		c->position.number = first - 1;
		c->chained = false;
	}
	return KC_OK;
}

/* --- one log ------------------------------------------------------------------------------------
 */

static void suspect(struct kc_gathered *gathered, size_t member, enum kc_alarm alarm)
{
	gathered->suspects |= (kc_peer_set)1 << member;
	if (gathered->alarm == KC_ALARM_NONE)
		gathered->alarm = alarm;
}

kc_err kc_gather_check_readable(
	struct kc_cloud *cloud, const struct kc_writer_id *writer, uint64_t number)
{
	KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT;
	kc_err err = kc_cloud_read(cloud, writer, number, &operation);

	return err == KC_E_STORE_GONE || err == KC_E_NO_MEMORY ? err : KC_OK;
}

static void note_shorter(
	struct kc_gathered *gathered, size_t member, uint64_t shown, uint64_t known)
{
	suspect(gathered, member, KC_ALARM_ROLLBACK);
	if (gathered->known)
		return;
	gathered->shown = shown;
	gathered->known = known;
}

static kc_err read_log(
	struct cursor *c, const struct kc_cloud_log *log, struct kc_gathered *gathered)
{
	kc_peer_set bit = (kc_peer_set)1 << c->member;

	while (c->position.number < log->last) {
		KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
		struct kc_op op;
		struct beginning beginning;
		kc_err err;

		if (c->len > c->most) {
			gathered->more |= bit;
			return KC_OK;
		}
		err = read_op(c, c->position.number + 1, &bytes, &op);
		if (err == KC_E_WAITING) {
			KC_TRY(leap(c, log, &beginning));
			if (beginning.anew)
				continue;
			gathered->holes |= bit;
			gathered->shut |= beginning.shut ? bit : 0;
			return KC_OK;
		}
		if (err == KC_E_REFUSED) {
			gathered->damaged |= bit;
			gathered->refused[c->member]++;
			c->len += bytes.len > KC_GATHER_REFUSED_LEN ? bytes.len
								    : KC_GATHER_REFUSED_LEN;
			c->position.number++;
			c->chained = false;
			continue;
		}
		KC_TRY(err);
		if (!continues(c, &op)) {
			suspect(gathered, c->member, KC_ALARM_FORK);
			return KC_OK;
		}
		KC_TRY(keep(gathered, c, &bytes, &op));
		gathered->ops[gathered->count - 1].waits = gathered->damaged & bit;
	}
	return KC_OK;
}

kc_err kc_gather(struct kc_cloud *cloud, const struct kc_cloud_logs *logs,
	const struct kc_circle *circle, kc_peer_set members, struct kc_gathered *gathered)
{
	size_t logs_to_read = 1;

	for (size_t i = 0; i < circle->member_count; i++)
		logs_to_read += kc_peer_set_has(members, i);
	for (size_t i = 0; i < circle->member_count; i++) {
		struct cursor c = {.cloud = cloud,
			.circle = circle,
			.member = i,
			.most = KC_GATHER_MAX_LEN / logs_to_read};
		const struct kc_member *m = circle->members[i];
		const struct kc_cloud_log *log;
		uint64_t last;

		if (!kc_peer_set_has(members, i) || kc_peer_set_has(gathered->read, i))
			continue;
		gathered->read |= (kc_peer_set)1 << i;
		c.writer = kc_circle_writer(&m->id);
		c.position = m->position;
		c.chained = true;
		log = kc_cloud_logs_find(logs, &c.writer);
		last = log ? log->last : 0;
		if (m->position.number > last) {
			if (kc_circle_may_be_short(m, last))
				continue;
			KC_TRY(kc_gather_check_readable(cloud, &c.writer, m->position.number));
			note_shorter(gathered, i, last, m->position.number);
		} else if (log) {
			KC_TRY(read_log(&c, log, gathered));
		}
	}
	return KC_OK;
}
