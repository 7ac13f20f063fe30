/* SPDX-License-Identifier: ISC */
/* One log after the other. */
#include "backend/sync/line/gather.h"

#include <string.h>

#include "backend/sync/line/leap.h"
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
	bool guarded;	  /* see reach */
	uint64_t begun;	  /* where the log was found to begin anew; 0: nowhere */
	size_t len, most; /* of memory: taken by this log, and its share */
};

static kc_err keep(struct kc_gathered *gathered, struct cursor *c, struct kc_buf *bytes,
	const struct kc_op *op, bool apart)
{
	KC_TRY(kc_gathered_add(gathered, &(struct kc_gathered_op){.member = c->member,
						 .bytes = *bytes,
						 .op = *op,
						 .whole = KC_E_WAITING,
						 .apart = apart}));
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

/* The next operation is not there. Either the log begins anew further on, and reading with it, or
 * it has a hole; or neither is known yet. */
static kc_err pass_gap(struct cursor *c, const struct kc_cloud_log *log,
	struct kc_gathered *gathered, bool *ret_passed)
{
	kc_peer_set bit = (kc_peer_set)1 << c->member;
	enum kc_leap_end end = KC_LEAP_IN_VAIN;
	bool moved = false;

	if (log->first > c->position.number + 1)
		KC_TRY(kc_leap(c->cloud, log, c->circle, c->member, c->most, &end, &moved));
	gathered->moved = gathered->moved || moved;
	*ret_passed = end == KC_LEAP_FOUND;
	if (*ret_passed) {
		c->position.number = log->first - 1;
		c->chained = false;
		c->begun = log->first;
		return KC_OK;
	}
	if (end == KC_LEAP_GOES_ON) {
		gathered->more |= bit;
		gathered->leaping |= bit;
		return KC_OK;
	}
	gathered->holes |= bit;
	gathered->shut |= end == KC_LEAP_SHUT ? bit : 0;
	return KC_OK;
}

static kc_err read_log(
	struct cursor *c, const struct kc_cloud_log *log, struct kc_gathered *gathered)
{
	kc_peer_set bit = (kc_peer_set)1 << c->member;

	while (c->position.number < log->last) {
		KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
		bool apart = !c->chained, passed;
		struct kc_op op;
		kc_err err;

		if (c->len > c->most) {
			gathered->more |= bit;
			return KC_OK;
		}
		err = read_op(c, c->position.number + 1, &bytes, &op);
		if (err == KC_E_WAITING) {
			KC_TRY(pass_gap(c, log, gathered, &passed));
			if (passed)
				continue;
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
		KC_TRY(keep(gathered, c, &bytes, &op, apart));
		gathered->ops[gathered->count - 1].waits = gathered->damaged & bit;
	}
	return KC_OK;
}

/* --- what the sponsor had settled ----------------------------------------------------------------
 * Of one who is out, or has left, somebody may have the keys, and sign another past for whoever has
 * yet to read it. So a newcomer takes nothing of its log but what digests tie to what the sponsor
 * had settled. What is left for another round is read for its digests all the same.
 */

/* Whether it says that the log begins where reading went on. A list that was signed since could say
 * anything; this one the sponsor had. */
static kc_err is_begun(const struct cursor *c, const struct kc_op *target, bool *ret)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	kc_err err;

	if (!list)
		return KC_ERR(NO_MEMORY);
	err = c->begun ? kc_op_list_read(c->circle, c->member, target, kc_bytes(NULL, 0), list)
		       : KC_OK;
	*ret = err == KC_OK && (!c->begun || list->base == c->begun);
	return err == KC_E_NO_MEMORY ? err : KC_OK;
}

static kc_err read_on(struct cursor *c, struct kc_gathered *gathered, bool *ret)
{
	uint64_t target = c->circle->members[c->member]->target.number;

	*ret = false;
	while (c->position.number < target) {
		KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
		struct kc_op op;
		kc_err err = read_op(c, c->position.number + 1, &bytes, &op);

		if (err == KC_E_WAITING || err == KC_E_REFUSED)
			return KC_OK;
		KC_TRY(err);
		if (!continues(c, &op)) {
			suspect(gathered, c->member, KC_ALARM_FORK);
			return KC_OK;
		}
		if (c->position.number == target)
			KC_TRY(is_begun(c, &op, ret));
	}
	return KC_OK;
}

/* Takes operations away, and lets those behind them move up. */
static void drop_ops(struct kc_gathered *gathered, size_t from, size_t to)
{
	if (from == to) /* nothing may have been read at all */
		return;
	for (size_t i = from; i < to; i++)
		kc_buf_done(&gathered->ops[i].bytes);
	memmove(gathered->ops + from, gathered->ops + to,
		(gathered->count - to) * sizeof *gathered->ops);
	gathered->count -= to - from;
}

/* Marks what was read of a log that is tied to the target; of a guarded one nothing else stays up
 * to there. from: the first of its operations. */
static kc_err reach(struct cursor *c, struct kc_gathered *gathered, size_t from)
{
	uint64_t target = c->circle->members[c->member]->target.number;
	size_t first = from, last = gathered->count;
	bool reached = false;

	for (size_t i = from; i < gathered->count; i++) {
		if (gathered->ops[i].apart && gathered->ops[i].op.position.number <= target)
			first = i;
		if (gathered->ops[i].op.position.number == target)
			last = i;
	}
	if (last < gathered->count)
		KC_TRY(is_begun(c, &gathered->ops[last].op, &reached));
	else if (c->guarded && c->chained)
		KC_TRY(read_on(c, gathered, &reached));
	for (size_t i = first; reached && i < gathered->count; i++)
		gathered->ops[i].reaches = gathered->ops[i].op.position.number <= target;
	if (!c->guarded)
		return KC_OK;
	if (!reached)
		gathered->holes |= (kc_peer_set)1 << c->member;
	drop_ops(gathered, from, reached ? first : gathered->count);
	return KC_OK;
}

/* --- all logs ------------------------------------------------------------------------------------
 */

/* Members whose keys somebody else may have. */
static kc_err find_gone(const struct kc_circle *circle, kc_peer_set *ret)
{
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	*ret = kc_trust_outsiders(&trust);
	for (size_t i = 0; i < circle->member_count; i++)
		if (kc_circle_is_over(circle->members[i]))
			*ret |= (kc_peer_set)1 << i;
	return KC_OK;
}

/* Who left has said its last: what its log has behind that is nobody's. */
static struct kc_cloud_log until_it_left(
	const struct kc_cloud_log *log, const struct kc_member *member)
{
	struct kc_cloud_log ret = *log;

	if (kc_circle_is_over(member) && member->list->number && member->list->number < ret.last)
		ret.last = member->list->number;
	return ret;
}

static kc_err gather_log(
	struct cursor *c, const struct kc_cloud_log *log, struct kc_gathered *gathered)
{
	const struct kc_member *m = c->circle->members[c->member];
	struct kc_cloud_log counts = until_it_left(log, m);
	size_t from = gathered->count;

	KC_TRY(read_log(c, &counts, gathered));
	return m->position.number < m->target.number ? reach(c, gathered, from) : KC_OK;
}

kc_err kc_gather(struct kc_cloud *cloud, const struct kc_cloud_logs *logs,
	const struct kc_circle *circle, kc_peer_set members, struct kc_gathered *gathered)
{
	size_t logs_to_read = 1;
	kc_peer_set gone = 0;

	if (circle->joining)
		KC_TRY(find_gone(circle, &gone));
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
		c.guarded = kc_peer_set_has(gone, i) && m->position.number < m->target.number;
		log = kc_cloud_logs_find(logs, &c.writer);
		last = log ? log->last : 0;
		if (m->position.number > last) {
			if (kc_circle_may_be_short(m, last))
				continue;
			KC_TRY(kc_gather_check_readable(cloud, &c.writer, m->position.number));
			note_shorter(gathered, i, last, m->position.number);
		} else if (log) {
			KC_TRY(gather_log(&c, log, gathered));
		}
	}
	return KC_OK;
}
