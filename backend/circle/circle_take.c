/* SPDX-License-Identifier: ISC */
/* Records of the circle that come in: permanent records, vouchers and lists. */
#include "backend/circle/circle_impl.h"

#include <string.h>

kc_err kc_circle_refuse(kc_err err)
{
	if (err == KC_E_DECODE || err == KC_E_VERIFY || err == KC_E_CORRUPT || err == KC_E_PARAM)
		return KC_ERR(REFUSED);
	return err;
}

kc_err kc_circle_check_from(const struct kc_peer_id *from, const struct kc_peer_id *author)
{
	return from && !kc_peer_id_equal(from, author) ? KC_ERR(REFUSED) : KC_OK;
}

kc_err kc_circle_raise(struct kc_circle *circle, enum kc_alarm alarm)
{
	if (circle->alarm == KC_ALARM_NONE)
		circle->alarm = alarm;
	return KC_ERR(STORE_SUSPECT);
}

static kc_err keep(struct kc_buf *to, struct kc_bytes record)
{
	kc_buf_push(to, record.data, record.len);
	return kc_buf_check(to);
}

kc_err kc_circle_take_genesis(const struct kc_circle *circle, struct kc_bytes genesis)
{
	return kc_bytes_equal(genesis, kc_buf_bytes(&circle->genesis)) ? KC_OK : KC_ERR(REFUSED);
}

/* --- permanent records --------------------------------------------------------------------------
 */

/* A peer that nobody vouched for takes no room, whatever it publishes. */
static bool is_expected(const struct kc_circle *circle, const struct kc_peer_id *id)
{
	return kc_peer_id_equal(id, &circle->begun.first) ||
	       kc_peer_id_equal(id, &circle->identity.id) || kc_circle_find_voucher(circle, id);
}

kc_err kc_circle_add_member(struct kc_circle *circle, struct kc_bytes record,
	const struct kc_permanent *permanent, const struct kc_peer_id *id)
{
	struct kc_member *member;
	kc_err err;

	/* What may introduce a recovery key, which outranks all, is not written down yet. */
	if (permanent->kind != KC_PEER_DEVICE)
		return KC_ERR(NEWER);
	if (circle->member_count == KC_CIRCLE_MAX_PEERS)
		return KC_ERR(WAITING); /* kc_circle_make_room may find some */
	member = calloc(1, sizeof *member);
	if (!member)
		return KC_ERR(NO_MEMORY);
	member->id = *id;
	member->permanent = *permanent;
	err = keep(&member->permanent_record, record);
	if (err != KC_OK) {
		kc_buf_done(&member->permanent_record);
		free(member);
		return err;
	}
	if (kc_peer_id_equal(id, &circle->identity.id))
		circle->self = circle->member_count;
	circle->members[circle->member_count++] = member;
	return KC_OK;
}

kc_err kc_circle_take_permanent(struct kc_circle *circle, struct kc_bytes record)
{
	struct kc_permanent permanent;
	struct kc_peer_id id;

	KC_TRY_RECORD(kc_permanent_open(record, &circle->account, &permanent, &id));
	if (kc_circle_find(circle, &id))
		return KC_OK;
	if (!is_expected(circle, &id))
		return KC_ERR(WAITING);
	return kc_circle_add_member(circle, record, &permanent, &id);
}

/* --- vouchers -----------------------------------------------------------------------------------
 */

static bool holds_voucher(const struct kc_circle *circle, struct kc_bytes record)
{
	for (size_t i = 0; i < circle->voucher_count; i++)
		if (kc_bytes_equal(kc_buf_bytes(&circle->vouchers[i].record), record))
			return true;
	return false;
}

/* A voucher comes before the list that follows from it: one for an earlier time was made up later.
 */
static bool is_backdated(const struct kc_member *sponsor, const struct kc_voucher *voucher)
{
	return sponsor->list && voucher->sponsor_seq <= sponsor->list->seq;
}

/* Whether a voucher adds nothing: for one of whom nothing has come, though that comes with it; or
 * like another that says the same of an earlier time. */
static bool is_idle(const struct kc_circle *circle, const struct kc_voucher *voucher)
{
	if (!kc_circle_find(circle, &voucher->beneficiary))
		return true;
	for (size_t i = 0; i < circle->voucher_count; i++) {
		const struct kc_voucher *other = &circle->vouchers[i].voucher;

		if (kc_peer_id_equal(&other->sponsor, &voucher->sponsor) &&
			kc_peer_id_equal(&other->beneficiary, &voucher->beneficiary) &&
			other->sponsor_seq < voucher->sponsor_seq)
			return true;
	}
	return false;
}

/* Whether a voucher introduces nobody, by who is out now: its sponsor was put out or fell, and it
 * fell, or others vouch for the same one. sound: who is introduced by the others alone. */
static bool is_vain(const struct kc_circle *circle, const struct kc_trust *trust, kc_peer_set sound,
	const struct kc_voucher *voucher)
{
	size_t sponsor = kc_circle_number(circle, &voucher->sponsor);
	size_t beneficiary = kc_circle_number(circle, &voucher->beneficiary);

	if (!kc_peer_set_has(trust->introduced, sponsor))
		return true;
	return kc_peer_set_has(trust->excluded, sponsor) &&
	       (voucher->sponsor_seq > trust->cut[sponsor] ||
		       !kc_peer_set_has(trust->introduced, beneficiary) ||
		       kc_peer_set_has(sound, beneficiary));
}

static kc_err make_room(struct kc_circle *circle)
{
	struct kc_trust trust;
	kc_peer_set sound;

	KC_TRY(kc_circle_judge(circle, &trust));
	sound = kc_trust_introduced_without(&trust, trust.excluded);
	for (size_t i = 0; i < circle->voucher_count; i++) {
		struct kc_held_voucher *held = &circle->vouchers[i];

		if (!is_idle(circle, &held->voucher) &&
			!is_vain(circle, &trust, sound, &held->voucher))
			continue;
		kc_buf_done(&held->record);
		*held = circle->vouchers[--circle->voucher_count];
		return KC_OK;
	}
	return KC_ERR(WAITING);
}

kc_err kc_circle_add_voucher(
	struct kc_circle *circle, struct kc_bytes record, const struct kc_voucher *voucher)
{
	struct kc_held_voucher *grown, held = {.voucher = *voucher, .record = KC_BUF_INIT};

	if (circle->voucher_count == KC_TRUST_MAX_VOUCHERS)
		KC_TRY(make_room(circle));
	grown = reallocarray(circle->vouchers, circle->voucher_count + 1, sizeof *grown);
	if (!grown)
		return KC_ERR(NO_MEMORY);
	circle->vouchers = grown;
	KC_TRY(keep(&held.record, record));
	grown[circle->voucher_count++] = held;
	return KC_OK;
}

kc_err kc_circle_take_voucher(
	struct kc_circle *circle, const struct kc_peer_id *from, struct kc_bytes record)
{
	const struct kc_member *sponsor;
	struct kc_voucher voucher;

	if (holds_voucher(circle, record))
		return KC_OK;
	KC_TRY_RECORD(kc_voucher_parse(record, &voucher));
	KC_TRY(kc_circle_check_from(from, &voucher.sponsor));
	sponsor = kc_circle_find(circle, &voucher.sponsor);
	if (!sponsor)
		return KC_ERR(WAITING);
	KC_TRY_RECORD(kc_voucher_verify(record, &circle->account, &voucher, &sponsor->permanent));
	if (is_backdated(sponsor, &voucher))
		return KC_ERR(REFUSED);
	return kc_circle_add_voucher(circle, record, &voucher);
}

/* --- lists --------------------------------------------------------------------------------------
 */

/* The identity of this device's own list number seq, when it still remembers. */
static const uint8_t *own_list_id(const struct kc_circle *circle, uint64_t seq)
{
	const struct kc_member *self = kc_circle_self(circle);
	size_t count = circle->own_lists.len / 32;
	uint64_t newest = self->list ? self->list->seq : 0;

	if (seq > newest || newest - seq >= count)
		return NULL;
	return circle->own_lists.data + (count - 1 - (size_t)(newest - seq)) * 32;
}

/* A list that names another one of a device than that which is here. */
static kc_err catch_other(struct kc_circle *circle, const struct kc_list *list,
	struct kc_bytes record, const struct kc_member *about, uint64_t number)
{
	return kc_circle_catch(circle, &(struct kc_evidence){.kind = KC_EVIDENCE_OTHER_LIST,
					       .about = about->id,
					       .by = list->peer,
					       .known = about->list ? about->list->seq : 0,
					       .shown = number,
					       .here = kc_buf_bytes(&about->list_record),
					       .came = record});
}

/* Rule 4: what a list says of this device. */
static kc_err check_seen_self(
	struct kc_circle *circle, const struct kc_list *list, struct kc_bytes record)
{
	const struct kc_member *self = kc_circle_self(circle);
	const struct kc_seen *seen = kc_list_find_seen(list, &circle->identity.id);
	const uint8_t *id;

	if (!seen)
		return KC_OK;
	id = own_list_id(circle, seen->seq);
	if (seen->seq > (self->list ? self->list->seq : 0) ||
		(id && memcmp(id, seen->id.bytes, sizeof seen->id.bytes) != 0)) {
		KC_TRY(catch_other(circle, list, record, self, seen->seq));
		return kc_circle_raise(circle, KC_ALARM_FORK);
	}
	return KC_OK;
}

/* Whether two devices may well have been told different things by a third: one that is out, or that
 * the list puts out. */
static kc_err may_differ(const struct kc_circle *circle, const struct kc_list *list,
	const struct kc_peer_id *peer, bool *ret)
{
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	*ret = kc_list_find_exclusion(list, peer) || !kc_circle_is_in(circle, &trust, peer);
	return KC_OK;
}

/* The identity of a list of another device, when it is remembered, or the last one names it. */
static const struct kc_record_id *list_id_of(const struct kc_member *member, uint64_t seq)
{
	const struct kc_past_list *rows =
		(const struct kc_past_list *)(const void *)member->past.data;

	if (member->list->seq == seq)
		return &member->list_id;
	if (member->list->seq == seq + 1 && member->list->has_prev)
		return &member->list->prev;
	for (size_t i = 0; i < member->past.len / sizeof *rows; i++)
		if (rows[i].seq == seq)
			return &rows[i].id;
	return NULL;
}

static kc_err note_contradiction(
	struct kc_circle *circle, const struct kc_peer_id *by, const struct kc_peer_id *about)
{
	const struct kc_contradiction row = {.by = *by, .about = *about};

	kc_buf_push(&circle->contradictions, &row, sizeof row);
	return kc_buf_check(&circle->contradictions);
}

/* Rule 5: what a list says of others. It is taken all the same, and weighed with all that came: it
 * may be the one behind it that puts out whoever speaks with two tongues. */
static kc_err see_others(
	struct kc_circle *circle, const struct kc_list *list, struct kc_bytes record)
{
	bool pardoned;

	for (size_t i = 0; i < list->seen_count; i++) {
		const struct kc_seen *seen = &list->seen[i];
		const struct kc_member *m = kc_circle_find(circle, &seen->peer);
		const struct kc_record_id *id;

		/* Of this device: rule 4. */
		if (!m || !m->list || m == kc_circle_self(circle))
			continue;
		id = list_id_of(m, seen->seq);
		if (!id || kc_record_id_equal(id, &seen->id))
			continue;
		KC_TRY(may_differ(circle, list, &seen->peer, &pardoned));
		if (pardoned)
			continue;
		KC_TRY(catch_other(circle, list, record, m, seen->seq));
		KC_TRY(note_contradiction(circle, &list->peer, &m->id));
	}
	return KC_OK;
}

/* Whether the last list of another device names a list of this one that is none of those that are
 * known here. Of one that it puts out both may have been shown a past of its own. */
static bool speaks_against(const struct kc_member *by, const struct kc_member *about)
{
	const struct kc_seen *seen = by->list ? kc_list_find_seen(by->list, &about->id) : NULL;
	const struct kc_record_id *id = seen ? list_id_of(about, seen->seq) : NULL;

	return id && !kc_record_id_equal(id, &seen->id) &&
	       !kc_list_find_exclusion(by->list, &about->id);
}

static kc_err hear_of(
	struct kc_circle *circle, const struct kc_trust *trust, const struct kc_member *about)
{
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *by = circle->members[i];

		if (i == circle->self || !kc_peer_set_has(trust->trusted, i) ||
			!speaks_against(by, about))
			continue;
		KC_TRY(kc_circle_catch(
			circle, &(struct kc_evidence){.kind = KC_EVIDENCE_OTHER_LIST,
					.about = about->id,
					.by = by->id,
					.known = about->list->seq,
					.shown = kc_list_find_seen(by->list, &about->id)->seq,
					.here = kc_buf_bytes(&about->list_record),
					.came = kc_buf_bytes(&by->list_record)}));
		return kc_circle_raise(circle, KC_ALARM_FORK);
	}
	return KC_OK;
}

/* Whether some contradiction stands: both devices are in, and the one does not put the other out.
 */
static bool is_contradicted(const struct kc_circle *circle, const struct kc_trust *trust)
{
	const struct kc_contradiction *rows =
		(const struct kc_contradiction *)(const void *)circle->contradictions.data;

	for (size_t i = 0; i < circle->contradictions.len / sizeof *rows; i++) {
		const struct kc_member *by = kc_circle_find(circle, &rows[i].by);

		if (by && kc_circle_is_in(circle, trust, &by->id) &&
			kc_circle_is_in(circle, trust, &rows[i].about) &&
			!(by->list && kc_list_find_exclusion(by->list, &rows[i].about)))
			return true;
	}
	return false;
}

kc_err kc_circle_check_said(struct kc_circle *circle, kc_peer_set came)
{
	struct kc_trust trust;

	came &= ~((kc_peer_set)1 << circle->self);
	if (!came)
		return KC_OK;
	KC_TRY(kc_circle_judge(circle, &trust));
	if (is_contradicted(circle, &trust))
		return kc_circle_raise(circle, KC_ALARM_FORK);
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *about = circle->members[i];

		if (kc_peer_set_has(came, i) && about->list &&
			kc_circle_is_in(circle, &trust, &about->id))
			KC_TRY(hear_of(circle, &trust, about));
	}
	return KC_OK;
}

/* Rule 3: nothing that was said is taken back. */
static bool takes_back(const struct kc_list *before, const struct kc_list *list)
{
	if (list->circle_generation < before->circle_generation)
		return true;
	for (size_t i = 0; i < before->include_count; i++)
		if (!kc_list_includes(list, &before->include[i]))
			return true;
	for (size_t i = 0; i < before->exclude_count; i++) {
		const struct kc_exclusion *e =
			kc_list_find_exclusion(list, &before->exclude[i].target);

		if (!e || !(kc_exclusion_equal(e, &before->exclude[i]) ||
				  kc_exclusion_confirms(e, &before->exclude[i])))
			return true;
	}
	for (size_t i = 0; i < before->seen_count; i++) {
		const struct kc_seen *seen = kc_list_find_seen(list, &before->seen[i].peer);

		if (!seen || seen->seq < before->seen[i].seq)
			return true;
	}
	return false;
}

/* Two of one number, by their author's word: the second one itself, or the one that follows it. */
static kc_err catch_two(struct kc_circle *circle, const struct kc_member *member,
	const struct kc_list *list, struct kc_bytes record)
{
	KC_TRY(kc_circle_catch(circle, &(struct kc_evidence){.kind = KC_EVIDENCE_TWO_LISTS,
					       .about = list->peer,
					       .known = member->list->seq,
					       .shown = list->seq,
					       .here = kc_buf_bytes(&member->list_record),
					       .came = record}));
	return kc_circle_raise(circle, KC_ALARM_FORK);
}

/* Rules 2 and 3: against the list before, where there is one. */
static kc_err check_succession(struct kc_circle *circle, const struct kc_member *member,
	const struct kc_list *list, struct kc_bytes record)
{
	bool is_next;

	if (!member->list)
		return KC_OK;
	is_next = list->seq == member->list->seq + 1;
	if (is_next && !(list->has_prev && kc_record_id_equal(&list->prev, &member->list_id)))
		return catch_two(circle, member, list, record);
	return takes_back(member->list, list) ? KC_ERR(REFUSED) : KC_OK;
}

kc_err kc_circle_adopt_list(
	struct kc_circle *circle, struct kc_member *member, struct kc_bytes record)
{
	KC_CLEANUP_BUF struct kc_buf kept = KC_BUF_INIT;
	struct kc_list *list = malloc(sizeof *list);
	struct kc_record_id id;
	kc_err err;

	if (!list)
		return KC_ERR(NO_MEMORY);
	err = keep(&kept, record);
	if (err == KC_OK) /* once more, for views into the copy */
		err = kc_list_parse(kc_buf_bytes(&kept), &circle->account, list, &id);
	if (err != KC_OK) {
		free(list);
		return err;
	}
	free(member->list);
	kc_buf_done(&member->list_record);
	member->list = list;
	member->cosign_checked = member->cosign_good = 0;
	member->list_id = id;
	member->list_record = kept;
	kept = (struct kc_buf)KC_BUF_INIT;
	for (size_t i = 0; i < list->head_count; i++)
		kc_circle_note_use(circle, list->heads[i].kid);
	return kc_circle_note_list(member);
}

/* Rule 6. Whoever was admitted has a voucher and a permanent record before the first list that says
 * so. In a full circle it may be one whose room was given to another. */
static bool names_stranger(const struct kc_circle *circle, const struct kc_list *list)
{
	for (size_t i = 0; list && i < list->include_count; i++)
		if (!kc_circle_find(circle, &list->include[i]))
			return circle->member_count < KC_CIRCLE_MAX_PEERS;
	return false;
}

/* Whom it had put out when the exchange began, as long as this device was not among them: a list
 * that puts this device out may come with others that belong to the same attack. An answer leaves
 * these as they are. */
static kc_err note_said_before(const struct kc_circle *circle, struct kc_member *member)
{
	const struct kc_list *before = member->list;
	bool has_moved = member->has_moved;

	member->has_moved = true;
	if (!before || has_moved || kc_list_find_exclusion(before, &circle->identity.id))
		return KC_OK;
	kc_buf_reset(&member->said_before);
	for (size_t i = 0; i < before->exclude_count; i++)
		kc_buf_push(&member->said_before, &before->exclude[i].target,
			sizeof before->exclude[i].target);
	return kc_buf_check(&member->said_before);
}

/* An earlier operation of the log. One behind it may have come before it, told to this device in an
 * out/ cell; and a cut may name this one. */
static kc_err take_passed_list(const struct kc_circle *circle, struct kc_member *member,
	struct kc_bytes record, const struct kc_list *list, const struct kc_record_id *id)
{
	if (!kc_circle_was_passed_over(member, list->seq) ||
		kc_list_verify(record, &circle->account, list, &member->permanent) != KC_OK)
		return KC_OK;
	return kc_circle_note_passed_list(member, list, id);
}

static kc_err take_parsed_list(struct kc_circle *circle, struct kc_bytes record,
	const struct kc_list *list, const struct kc_record_id *id, bool to_this)
{
	struct kc_member *member = kc_circle_find(circle, &list->peer);

	if (!member)
		return KC_ERR(WAITING);
	if (member->list && list->seq < member->list->seq)
		return take_passed_list(circle, member, record, list, id);
	if (member->list && kc_record_id_equal(id, &member->list_id))
		return KC_OK;
	KC_TRY_RECORD(kc_list_verify(record, &circle->account, list, &member->permanent));
	if (member->list && list->seq == member->list->seq)
		return catch_two(circle, member, list, record);
	if (kc_circle_is_over(member))
		return KC_ERR(REFUSED); /* it has left */
	KC_TRY(check_seen_self(circle, list, record));
	KC_TRY(check_succession(circle, member, list, record));
	if (!to_this && names_stranger(circle, list))
		return KC_ERR(WAITING);
	KC_TRY(see_others(circle, list, record));
	KC_TRY(note_said_before(circle, member));
	return kc_circle_adopt_list(circle, member, record);
}

kc_err kc_circle_take_list(struct kc_circle *circle, const struct kc_peer_id *from,
	struct kc_bytes record, bool *ret_current)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	const struct kc_member *member;
	struct kc_record_id id;

	if (!list)
		return KC_ERR(NO_MEMORY);
	KC_TRY_RECORD(kc_list_parse(record, &circle->account, list, &id));
	KC_TRY(kc_circle_check_from(from, &list->peer));
	KC_TRY(take_parsed_list(circle, record, list, &id, false));
	member = kc_circle_find(circle, &list->peer);
	*ret_current = member && kc_record_id_equal(&member->list_id, &id);
	return KC_OK;
}

kc_err kc_circle_look_for_twin(struct kc_circle *circle, struct kc_bytes record)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	const struct kc_member *self = kc_circle_self(circle);
	uint64_t newest = self->list ? self->list->seq : 0;
	struct kc_record_id id;
	const uint8_t *own;

	if (!list)
		return KC_ERR(NO_MEMORY);
	if (kc_list_parse(record, &circle->account, list, &id) != KC_OK ||
		!kc_peer_id_equal(&list->peer, &self->id) ||
		kc_list_verify(record, &circle->account, list, &self->permanent) != KC_OK)
		return KC_OK;
	own = own_list_id(circle, list->seq);
	if (list->seq <= newest && (!own || memcmp(own, id.bytes, sizeof id.bytes) == 0))
		return KC_OK;
	circle->copied = true;
	return kc_circle_catch(circle, &(struct kc_evidence){.kind = KC_EVIDENCE_OWN_LIST,
					       .about = self->id,
					       .known = newest,
					       .shown = list->seq,
					       .here = kc_buf_bytes(&self->list_record),
					       .came = record});
}

kc_err kc_circle_take_out(
	struct kc_circle *circle, const struct kc_peer_id *from, struct kc_bytes record)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	struct kc_record_id id;
	kc_peer_set fallen;

	if (!list)
		return KC_ERR(NO_MEMORY);
	KC_TRY_RECORD(kc_list_parse(record, &circle->account, list, &id));
	KC_TRY(kc_circle_check_from(from, &list->peer));
	if (!kc_list_find_exclusion(list, &circle->identity.id)) {
		KC_TRY(kc_circle_find_fallen(circle, list, &fallen));
		if (!kc_peer_set_has(fallen, circle->self))
			return KC_ERR(REFUSED);
	}
	return take_parsed_list(circle, record, list, &id, true);
}

bool kc_circle_is_behind(
	const struct kc_circle *circle, kc_peer_set trusted, const struct kc_member *member)
{
	uint64_t had = member->list ? member->list->seq : 0;

	if (had < member->excuse.seq)
		had = member->excuse.seq;
	if (names_stranger(circle, member->list) || member->heard_seq > had)
		return true;
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_list *list = circle->members[i]->list;
		const struct kc_seen *seen = list ? kc_list_find_seen(list, &member->id) : NULL;

		if (seen && kc_peer_set_has(trusted, i) && seen->seq > had)
			return true;
	}
	return false;
}
