/* SPDX-License-Identifier: ISC */
/*
 * Which account key record is in force, and the user keys that ever counted (doc/protocol.md 4): a
 * function of the records that are here and of who is out, whatever was heard first.
 */
#include "backend/circle/circle_impl.h"

#include <string.h>

#include "base/clock.h"

#define MOST_OF_OUTSIDER 8 /* records of one who is out */

/* --- user keys ----------------------------------------------------------------------------------
 */

static bool is_key(
	const struct kc_user_key *key, const uint8_t public_key[static KC_P256_PUBLIC_LEN])
{
	return memcmp(key->public_key, public_key, sizeof key->public_key) == 0;
}

static struct kc_user_key *find_key(
	struct kc_circle *circle, const uint8_t public_key[static KC_P256_PUBLIC_LEN])
{
	for (size_t i = 0; i < circle->user_key_count; i++)
		if (is_key(&circle->user_keys[i], public_key))
			return &circle->user_keys[i];
	return NULL;
}

const uint8_t *kc_circle_find_user_key(const struct kc_circle *circle, struct kc_bytes id)
{
	for (size_t i = 0; i < circle->user_key_count; i++)
		if (kc_bytes_equal(id, KC_BYTES_OF(circle->user_keys[i].id)))
			return circle->user_keys[i].public_key;
	return NULL;
}

bool kc_circle_was_user_key(
	const struct kc_circle *circle, const uint8_t public_key[static KC_P256_PUBLIC_LEN])
{
	for (size_t i = 0; i < circle->user_key_count; i++)
		if (is_key(&circle->user_keys[i], public_key))
			return true;
	return false;
}

/* Of whom a key is, for a fair share of the room: one group for each who is in, one for all others,
 * and one for those that this device came in with. */
enum { GROUP_OUT = KC_CIRCLE_MAX_PEERS, GROUP_BEFORE, GROUPS };

static size_t group_of(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_user_key *key)
{
	static const struct kc_peer_id nobody;
	size_t number = kc_circle_number(circle, &key->author);

	if (kc_peer_id_equal(&key->author, &nobody))
		return GROUP_BEFORE;
	return kc_peer_set_has(trust->introduced & ~trust->excluded, number) ? number : GROUP_OUT;
}

/* Whether it is in force, or co-signs what somebody who is in says of others. */
static bool is_needed(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_user_key *key)
{
	if (is_key(key, circle->account_key.user_public))
		return true;
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_list *list = circle->members[i]->list;

		if (!list || !kc_peer_set_has(trust->introduced & ~trust->excluded, i))
			continue;
		for (size_t k = 0; k < list->exclude_count; k++)
			if (list->exclude[k].cosigned &&
				kc_bytes_equal(
					list->exclude[k].cosignature.signer, KC_BYTES_OF(key->id)))
				return true;
	}
	return false;
}

/* The oldest goes of those of whom there are most: whoever makes many drives out its own. */
static kc_err make_key_room(struct kc_circle *circle)
{
	size_t counts[GROUPS] = {0}, goes = circle->user_key_count, most = 0;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < circle->user_key_count; i++)
		counts[group_of(circle, &trust, &circle->user_keys[i])]++;
	for (size_t i = 0; i < circle->user_key_count; i++) {
		const struct kc_user_key *key = &circle->user_keys[i];
		size_t count = counts[group_of(circle, &trust, key)];

		/* Those that are needed are fewer than all, or somebody co-signs with ever others.
		 */
		if (count <= most || is_needed(circle, &trust, key))
			continue;
		most = count;
		goes = i;
	}
	if (goes == circle->user_key_count)
		goes = 0;
	memmove(&circle->user_keys[goes], &circle->user_keys[goes + 1],
		(--circle->user_key_count - goes) * sizeof circle->user_keys[0]);
	return KC_OK;
}

/* The key of a record that follows one that is held: that of the record before, or another. */
static kc_err note_key(struct kc_circle *circle, const struct kc_password_record *row)
{
	struct kc_user_key *key = find_key(circle, row->parts.user_public);
	const uint64_t seq = row->parts.seq;

	if (key && key->last < seq)
		key->last = seq;
	if (key && key->first <= seq)
		return KC_OK;
	if (!key) {
		if (circle->user_key_count == KC_CIRCLE_MAX_USER_KEYS)
			KC_TRY(make_key_room(circle));
		key = &circle->user_keys[circle->user_key_count++];
		*key = (struct kc_user_key){.last = seq};
		memcpy(key->public_key, row->parts.user_public, sizeof key->public_key);
		KC_TRY(kc_signature_key_id(KC_BYTES_OF(key->public_key), key->id));
	}
	key->first = seq;
	key->author = row->parts.author;
	key->time_ms = row->parts.time_ms;
	return KC_OK;
}

static size_t count_of_author(const struct kc_circle *circle, const struct kc_peer_id *author)
{
	size_t count = 0;

	for (size_t i = 0; i < circle->password_count; i++)
		count += kc_peer_id_equal(&circle->passwords[i].parts.author, author);
	return count;
}

kc_err kc_circle_check_crowd(const struct kc_circle *circle, const struct kc_peer_id *author)
{
	struct kc_trust trust;

	if (count_of_author(circle, author) < MOST_OF_OUTSIDER)
		return KC_OK;
	KC_TRY(kc_circle_judge(circle, &trust));
	return kc_circle_is_in(circle, &trust, author) ? KC_OK : KC_ERR(REFUSED);
}

bool kc_circle_follows_password(
	const struct kc_circle *circle, struct kc_bytes record, const struct kc_account_key *parts)
{
	for (size_t i = 0; i < circle->user_key_count; i++) {
		const struct kc_user_key *key = &circle->user_keys[i];

		if (key->first < parts->seq && parts->seq - 1 <= key->last &&
			kc_account_key_check_before(record, &circle->account, key->public_key) ==
				KC_OK)
			return true;
	}
	return false;
}

/* --- records that are held ----------------------------------------------------------------------
 */

/* Of two with one number: a new password before an old one that wraps other keys, then the greater
 * identity. */
static bool is_new_key(const struct kc_circle *circle, const struct kc_password_record *row)
{
	for (size_t i = 0; i < circle->user_key_count; i++)
		if (circle->user_keys[i].first < row->parts.seq &&
			is_key(&circle->user_keys[i], row->parts.user_public))
			return false;
	return true;
}

static bool comes_after(const struct kc_circle *circle, const struct kc_password_record *a,
	const struct kc_password_record *b)
{
	bool a_is_new = is_new_key(circle, a), b_is_new = is_new_key(circle, b);

	if (a->parts.seq != b->parts.seq)
		return a->parts.seq > b->parts.seq;
	if (a_is_new != b_is_new)
		return a_is_new;
	return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes) > 0;
}

static bool is_in_force(const struct kc_circle *circle, const struct kc_password_record *row)
{
	return kc_bytes_equal(
		kc_buf_bytes(&row->record), kc_buf_bytes(&circle->account_key_record));
}

static bool is_last_of_author(const struct kc_circle *circle, const struct kc_password_record *row)
{
	for (size_t i = 0; i < circle->password_count; i++)
		if (kc_peer_id_equal(&circle->passwords[i].parts.author, &row->parts.author) &&
			comes_after(circle, &circle->passwords[i], row))
			return false;
	return true;
}

/* How soon a record may go: one of a device that nobody introduced counts for nothing; one that
 * those who put its author out do not acknowledge, or that is not known to be the last of one who
 * has left, may come to count; of others only an author's last can be in force, and who has most
 * makes room. */
enum turn { STAYS, BY_SHARE, OF_ONE_OUT, OF_NOBODY };

static kc_err turn_of(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_password_record *row, enum turn *ret)
{
	size_t number = kc_circle_number(circle, &row->parts.author);
	bool left = kc_peer_set_has(trust->others & trust->retired, number), counts;

	*ret = STAYS;
	KC_TRY(kc_circle_weigh_password(circle, trust, row, &counts));
	if (is_in_force(circle, row))
		return KC_OK;
	if (!counts && !kc_peer_set_has(trust->introduced, number))
		*ret = OF_NOBODY;
	else if (!counts && (left || kc_peer_set_has(trust->excluded, number)))
		*ret = OF_ONE_OUT;
	else if (!left && !is_last_of_author(circle, row))
		*ret = BY_SHARE;
	return KC_OK;
}

static kc_err make_room(struct kc_circle *circle)
{
	size_t goes = circle->password_count, most = 0;
	enum turn first = STAYS;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < circle->password_count; i++) {
		const struct kc_password_record *row = &circle->passwords[i];
		size_t count = count_of_author(circle, &row->parts.author);
		enum turn turn;

		KC_TRY(turn_of(circle, &trust, row, &turn));
		if (turn == STAYS || turn < first || (turn == first && count < most) ||
			(turn == first && count == most &&
				!comes_after(circle, &circle->passwords[goes], row)))
			continue;
		first = turn;
		most = count;
		goes = i;
	}
	if (goes == circle->password_count)
		return KC_ERR(WAITING);
	kc_buf_done(&circle->passwords[goes].record);
	circle->passwords[goes] = circle->passwords[--circle->password_count];
	return KC_OK;
}

bool kc_circle_holds_password(const struct kc_circle *circle, struct kc_bytes record)
{
	for (size_t i = 0; i < circle->password_count; i++)
		if (kc_bytes_equal(record, kc_buf_bytes(&circle->passwords[i].record)))
			return true;
	return false;
}

static kc_err identity_of(
	const struct kc_circle *circle, struct kc_bytes record, struct kc_record_id *ret)
{
	struct kc_record parsed;

	KC_TRY(kc_record_parse(record, KC_RECORD_ACCOUNT_KEY, &parsed));
	return kc_record_identity(&parsed, &circle->account, ret);
}

kc_err kc_circle_check_password_twin(const struct kc_circle *circle, struct kc_bytes record)
{
	struct kc_record_id id;

	KC_TRY(identity_of(circle, record, &id));
	for (size_t i = 0; i < circle->password_count; i++)
		if (kc_record_id_equal(&id, &circle->passwords[i].id))
			return KC_ERR(REFUSED);
	return KC_OK;
}

kc_err kc_circle_add_password(struct kc_circle *circle, struct kc_bytes record, uint64_t heard_ms)
{
	struct kc_password_record row = {.record = KC_BUF_INIT, .heard_ms = heard_ms};

	if (kc_circle_holds_password(circle, record))
		return KC_OK;
	if (circle->password_count == KC_COUNT_OF(circle->passwords))
		KC_TRY(make_room(circle));
	KC_TRY(identity_of(circle, record, &row.id));
	kc_buf_push(&row.record, record.data, record.len);
	circle->passwords[circle->password_count++] = row;
	KC_TRY(kc_buf_check(&row.record));
	return kc_account_key_open(kc_buf_bytes(&row.record), &circle->account,
		&circle->passwords[circle->password_count - 1].parts);
}

kc_err kc_circle_hold_password(struct kc_circle *circle, struct kc_bytes record)
{
	if (kc_circle_holds_password(circle, record))
		return KC_OK;
	KC_TRY(kc_circle_add_password(circle, record, kc_clock_now_ms()));
	return note_key(circle, &circle->passwords[circle->password_count - 1]);
}

/* --- whose count --------------------------------------------------------------------------------
 */

/* What one who is out may have made since counts for nothing, whatever its number. */
static bool is_acknowledged(const struct kc_exclusion *e, const struct kc_password_record *row)
{
	return row->parts.seq < e->password_seq ||
	       (row->parts.seq == e->password_seq && kc_record_id_equal(&row->id, &e->password_id));
}

struct judged {
	const struct kc_password_record *row;
	bool counts;
};

static kc_err weigh_own(void *context, const struct kc_exclusion *e)
{
	struct judged *judged = context;

	if (kc_peer_id_equal(&e->target, &judged->row->parts.author))
		judged->counts = judged->counts && is_acknowledged(e, judged->row);
	return KC_OK;
}

/* Of one who is out: what everybody acknowledges who put it out. */
static kc_err weigh_statements(
	const struct kc_circle *circle, const struct kc_trust *trust, struct judged *judged)
{
	for (size_t i = 0; i < trust->statement_count; i++) {
		const struct kc_trust_statement *s = &trust->statements[i];
		const struct kc_list *list = circle->members[s->author]->list;
		const struct kc_exclusion *e;

		if (!trust->stands[i] || !kc_peer_id_equal(&circle->members[s->target]->id,
						 &judged->row->parts.author))
			continue;
		e = list ? kc_list_find_exclusion(list, &judged->row->parts.author) : NULL;
		if (e)
			judged->counts = judged->counts && is_acknowledged(e, judged->row);
		else
			KC_TRY(kc_circle_each_statement(circle, weigh_own, judged));
	}
	return KC_OK;
}

kc_err kc_circle_weigh_password(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_password_record *row, bool *ret)
{
	const struct kc_member *author = kc_circle_find(circle, &row->parts.author);
	struct judged judged = {row, true};
	size_t number;

	*ret = row->parts.seq == 1; /* what all others follow */
	if (!author || *ret)
		return KC_OK;
	number = kc_circle_number(circle, &row->parts.author);
	/* Who puts this device out, and says that it made none, does not bring back the password
	 * before it. */
	if (number == circle->self) {
		*ret = true;
		return KC_OK;
	}
	/* By who is in, also on a device that is out and trusts nobody: its answer is signed with
	 * what the others know. */
	if (kc_peer_set_has(trust->others & ~trust->retired, number))
		*ret = true;
	else if (kc_peer_set_has(
			 trust->others, number)) /* it has left, and its last list named it */
		*ret = author->list && author->list->has_made &&
		       kc_record_id_equal(&author->list->made, &row->id);
	if (!kc_peer_set_has(trust->introduced & trust->excluded, number))
		return KC_OK;
	KC_TRY(weigh_statements(circle, trust, &judged));
	*ret = judged.counts;
	return KC_OK;
}

static kc_err put_into_force(struct kc_circle *circle, const struct kc_password_record *row)
{
	KC_CLEANUP_BUF struct kc_buf kept = KC_BUF_INIT;
	struct kc_account_key parts;

	kc_buf_push(&kept, row->record.data, row->record.len);
	KC_TRY(kc_buf_check(&kept));
	KC_TRY(kc_account_key_open(kc_buf_bytes(&kept), &circle->account, &parts));
	kc_buf_done(&circle->account_key_record);
	circle->account_key_record = kept;
	circle->account_key = parts;
	kept = (struct kc_buf)KC_BUF_INIT;
	return KC_OK;
}

kc_err kc_circle_adopt_account_key(struct kc_circle *circle, struct kc_bytes record)
{
	KC_TRY(kc_circle_hold_password(circle, record));
	for (size_t i = 0; i < circle->password_count; i++)
		if (kc_bytes_equal(record, kc_buf_bytes(&circle->passwords[i].record)))
			return put_into_force(circle, &circle->passwords[i]);
	return KC_ERR(BUG);
}

kc_err kc_circle_settle_password(struct kc_circle *circle)
{
	const struct kc_password_record *best = NULL;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < circle->password_count; i++) {
		const struct kc_password_record *row = &circle->passwords[i];
		bool counts;

		KC_TRY(kc_circle_weigh_password(circle, &trust, row, &counts));
		if (counts && (!best || comes_after(circle, row, best)))
			best = row;
	}
	if (!best || is_in_force(circle, best))
		return KC_OK;
	KC_TRY(put_into_force(circle, best));
	return kc_circle_retry_compat(circle);
}

/* --- what a list names, and a removal acknowledges
 * ------------------------------------------------
 */

kc_err kc_circle_find_made_password(
	const struct kc_circle *circle, bool *ret_any, struct kc_record_id *ret)
{
	*ret_any = circle->own_key_count > 0;
	if (!*ret_any)
		return KC_OK;
	return identity_of(circle, kc_buf_bytes(&circle->own_keys[circle->own_key_count - 1]), ret);
}

static void acknowledge(const struct kc_password_record *row, const struct kc_moment *before,
	struct kc_exclusion *ret)
{
	uint64_t ms = before->is_authors ? row->parts.time_ms : row->heard_ms;

	if ((before->ms && ms >= before->ms) || row->parts.seq < ret->password_seq ||
		(row->parts.seq == ret->password_seq &&
			memcmp(row->id.bytes, ret->password_id.bytes, sizeof row->id.bytes) < 0))
		return;
	ret->password_seq = row->parts.seq;
	ret->password_id = row->id;
}

/* Of one that is pending nobody knows what comes before it, and that one could still make. */
kc_err kc_circle_acknowledge_password(
	const struct kc_circle *circle, const struct kc_moment *before, struct kc_exclusion *ret)
{
	for (size_t i = 0; i < circle->password_count; i++)
		if (kc_peer_id_equal(&circle->passwords[i].parts.author, &ret->target))
			acknowledge(&circle->passwords[i], before, ret);
	return KC_OK;
}
