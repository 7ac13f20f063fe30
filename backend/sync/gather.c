/* SPDX-License-Identifier: ISC */
/* One log after the other. */
#include "backend/sync/gather.h"

#include <string.h>

void kc_gathered_done(struct kc_gathered *gathered)
{
	for (size_t i = 0; i < gathered->count; i++)
		kc_buf_done(&gathered->ops[i].bytes);
	free(gathered->ops);
	*gathered = (struct kc_gathered)KC_GATHERED_INIT;
}

static kc_err raise_alarm(struct kc_circle *circle, enum kc_alarm alarm)
{
	if (circle->alarm == KC_ALARM_NONE)
		circle->alarm = alarm;
	return KC_ERR(STORE_SUSPECT);
}

/* Where the reading of a log is. */
struct cursor {
	struct kc_cloud *cloud;
	struct kc_circle *circle;
	struct kc_writer_id writer;
	size_t member;
	struct kc_log_position position;
	bool chained; /* the digest of position is known */
};

static kc_err keep(
	struct kc_gathered *gathered, size_t member, struct kc_buf *bytes, const struct kc_op *op)
{
	if (gathered->count == gathered->allocated) {
		size_t wanted = gathered->allocated ? 2 * gathered->allocated : 16;
		struct kc_gathered_op *grown = reallocarray(gathered->ops, wanted, sizeof *grown);

		if (!grown)
			return KC_ERR(NO_MEMORY);
		gathered->ops = grown;
		gathered->allocated = wanted;
	}
	gathered->bytes += bytes->len;
	gathered->ops[gathered->count++] =
		(struct kc_gathered_op){.member = member, .bytes = *bytes, .op = *op};
	*bytes = (struct kc_buf)KC_BUF_INIT;
	return KC_OK;
}

static kc_err read_op(struct cursor *c, uint64_t number, struct kc_buf *ret, struct kc_op *ret_op)
{
	KC_TRY(kc_cloud_read(c->cloud, &c->writer, number, ret));
	return kc_op_parse(kc_buf_bytes(ret), &c->writer, number, ret_op);
}

/* The next operation of the log: the one with the next number, or, where the beginning of the log
 * is gone, the first that is there, if it begins the log anew. */
static kc_err read_next(struct cursor *c, const struct kc_cloud_log *log, uint64_t number,
	struct kc_buf *ret, struct kc_op *ret_op)
{
	kc_err err = read_op(c, number, ret, ret_op);

	if (err != KC_E_WAITING || log->first <= number)
		return err;
	kc_buf_reset(ret);
	KC_TRY(read_op(c, log->first, ret, ret_op));
	return ret_op->base ? KC_OK : KC_ERR(WAITING);
}

static kc_err check_chain(struct cursor *c, const struct kc_op *op)
{
	if (!op->base && c->chained && c->position.number > 0 &&
		memcmp(op->previous, c->position.digest, sizeof op->previous) != 0)
		return raise_alarm(c->circle, KC_ALARM_FORK);
	c->position = op->position;
	c->chained = true;
	return KC_OK;
}

static kc_err read_log(
	struct cursor *c, const struct kc_cloud_log *log, struct kc_gathered *gathered)
{
	kc_peer_set bit = (kc_peer_set)1 << c->member;

	while (c->position.number < log->last) {
		KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
		struct kc_op op;
		kc_err err;

		if (gathered->bytes > KC_GATHER_MAX_LEN) {
			gathered->more = true;
			return KC_OK;
		}
		err = read_next(c, log, c->position.number + 1, &bytes, &op);
		if (err == KC_E_WAITING) {
			gathered->holes |= bit;
			gathered->waiting++;
			return KC_OK;
		}
		if (err == KC_E_REFUSED) {
			gathered->damaged |= bit;
			gathered->refused++;
			c->position.number++;
			c->chained = false;
			continue;
		}
		KC_TRY(err);
		KC_TRY(check_chain(c, &op));
		KC_TRY(keep(gathered, c->member, &bytes, &op));
		gathered->ops[gathered->count - 1].waits = gathered->damaged & bit;
	}
	return KC_OK;
}

kc_err kc_gather(struct kc_cloud *cloud, const struct kc_cloud_logs *logs, struct kc_circle *circle,
	kc_peer_set members, struct kc_gathered *gathered)
{
	for (size_t i = 0; i < circle->member_count; i++) {
		struct cursor c = {.cloud = cloud, .circle = circle, .member = i};
		const struct kc_member *m = circle->members[i];
		const struct kc_cloud_log *log;

		if (!kc_peer_set_has(members, i) || kc_peer_set_has(gathered->read, i))
			continue;
		gathered->read |= (kc_peer_set)1 << i;
		c.writer = kc_circle_writer(&m->id);
		c.position = m->position;
		c.chained = true;
		log = kc_cloud_logs_find(logs, &c.writer);
		if (m->position.number > (log ? log->last : 0))
			return raise_alarm(circle, KC_ALARM_ROLLBACK);
		if (log)
			KC_TRY(read_log(&c, log, gathered));
	}
	return KC_OK;
}

kc_err kc_gather_check_own(const struct kc_cloud_logs *logs, struct kc_circle *circle)
{
	const struct kc_member *self = kc_circle_self(circle);
	struct kc_writer_id writer = kc_circle_writer(&self->id);
	const struct kc_cloud_log *log = kc_cloud_logs_find(logs, &writer);
	uint64_t last = log ? log->last : 0;

	if (last < self->position.number)
		return raise_alarm(circle, KC_ALARM_ROLLBACK);
	return last > self->position.number ? raise_alarm(circle, KC_ALARM_FORK) : KC_OK;
}
