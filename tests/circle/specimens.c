/* SPDX-License-Identifier: ISC */
/*
 * Three devices: the first, the second, which it let in, and the third, which the second has let
 * in. The readers are the first one at different times.
 */
#include "tests/circle/specimens.h"

#include <stdio.h>
#include <string.h>

#include "backend/circle/circle.h"
#include "backend/circle/record/evidence.h"
#include "backend/circle/record/segment.h"
#include "backend/circle/session/live_payload.h"
#include "backend/circle/session/welcome.h"
#include "backend/sync/item_record.h"
#include "backend/sync/reconcile.h"
#include "tests/circle/chance.h"
#include "tests/circle/fast_keys.h"
#include "tests/circle/sessions.h"
#include "tests/circle/telling.h"

#define PASSWORD "one account for all"
#define VIEW 1u
#define VIEWS (1u << VIEW)
#define SEED 77

enum {
	STRANGER_TO_THIRD, /* has not heard of the third device */
	BEFORE_PERMANENT,  /* has heard that the second one vouches for it */
	BEFORE_LIST,	   /* knows the third one, but not that the second includes it */
	BEFORE_EPOCH,	   /* knows that too */
	BEFORE_KEY,	   /* knows of the new epoch */
	READERS
};

static struct kc_circle *first, *second, *third, *readers[READERS];
static struct kc_circle_parts saved[READERS];
static struct kc_buf welcome; /* of the third one */
static struct kc_identity joiner;
static struct kc_secret item_key, head_key;
static struct kc_password_keys typed = KC_PASSWORD_KEYS_INIT;
static struct kc_trust trusts[2];
static struct pairing_talk pairing_said = {
	.application = {(const uint8_t *)"who I am", 8}, .welcome = {(const uint8_t *)"all", 3}};
static struct live_talk live_said;
static struct kc_buf payload;

/* Also outside of a test. */
static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "specimens: %s\n", what);
	abort();
}
#define MUST(expr) must((expr) == KC_OK, #expr)

/* --- how they came about ------------------------------------------------------------------------
 */

static struct kc_bytes list_of(const struct kc_circle *circle)
{
	return kc_buf_bytes(&kc_circle_self(circle)->list_record);
}

static kc_err hear(struct kc_circle *circle, struct kc_bytes list, const struct kc_circle *author)
{
	bool current;

	return kc_circle_take_list(circle, &author->identity.id, list, &current);
}

static void save_reader(size_t number)
{
	kc_circle_parts_done(&saved[number]);
	MUST(kc_circle_save(first, &saved[number]));
	MUST(kc_circle_load(&saved[number], &readers[number]));
}

static struct kc_bytes permanent_of_third(void)
{
	return kc_buf_bytes(&kc_circle_find(second, &third->identity.id)->permanent_record);
}

static struct kc_bytes voucher_for_third(void)
{
	for (size_t i = 0; i < second->voucher_count; i++)
		if (kc_peer_id_equal(&second->vouchers[i].voucher.beneficiary, &third->identity.id))
			return kc_buf_bytes(&second->vouchers[i].record);
	abort();
}

static const struct kc_held_epoch *new_epoch(void)
{
	return &second->epochs[second->epoch_count - 1];
}

static void begin_epoch(void)
{
	struct kc_trust trust;

	MUST(kc_circle_judge(second, &trust));
	MUST(kc_circle_begin_epoch(second, &trust, KC_VIEW_META, KC_EPOCH_ASKED));
	MUST(kc_circle_settle_meta(second));
	MUST(kc_circle_begin_epoch(second, &trust, VIEW, KC_EPOCH_ASKED));
	MUST(kc_circle_epoch_key(second, new_epoch(), KC_VIEW_KEY_CLASS_A, &item_key));
	MUST(kc_circle_epoch_key(second, new_epoch(), KC_VIEW_KEY_HEAD, &head_key));
}

static void make_payload(void)
{
	struct kc_live_payload said = {.received = 3, .item_count = 1};

	said.items[0] = kc_bytes_str("an item");
	kc_live_payload_put_heads(first, &trusts[0], &said);
	MUST(kc_live_payload_build(&said, &payload));
}

/* Last of all: with them the random bytes begin anew. */
static void speak(void)
{
	MUST(kc_circle_judge(first, &trusts[0]));
	MUST(kc_circle_judge(second, &trusts[1]));
	make_payload();
	live_said.circles[LIVE_INITIATOR] = first;
	live_said.circles[LIVE_RESPONDER] = second;
	for (int end = 0; end < 2; end++)
		live_said.trusts[end] = &trusts[end];
	live_said.plain = kc_buf_bytes(&payload);
	live_talk(&live_said);
	pairing_said.account = &first->account;
	pairing_said.account_key = kc_buf_bytes(&first->account_key_record);
	pairing_talk(&pairing_said);
}

void specimens_begin(void)
{
	chance_seed_all(SEED);
	MUST(kc_circle_begin("first", kc_bytes_str(PASSWORD), VIEWS, &first));
	MUST(kc_account_key_try(
		&first->account_key, &first->account, kc_bytes_str(PASSWORD), &typed));
	first->user = typed.user;
	telling_say(first);
	telling_admit(first, "newcomer", &second);
	MUST(telling_hear(first, second));
	save_reader(STRANGER_TO_THIRD);
	telling_admit(second, "newcomer", &third);
	MUST(kc_circle_take_voucher(first, &second->identity.id, voucher_for_third()));
	save_reader(BEFORE_PERMANENT);
	MUST(kc_circle_take_permanent(first, permanent_of_third()));
	save_reader(BEFORE_LIST);
	MUST(telling_hear(first, second));
	save_reader(BEFORE_EPOCH);
	begin_epoch();
	for (const struct kc_held_epoch *epoch = new_epoch() - 1; epoch <= new_epoch(); epoch++)
		MUST(kc_circle_take_epoch(
			first, &second->identity.id, kc_buf_bytes(&epoch->record)));
	save_reader(BEFORE_KEY);
	/* The identity stays in joiner until somebody enters with it. */
	telling_vouch(second, "newcomer", &joiner, &welcome);
	speak();
}

void specimens_end(void)
{
	kc_circle_free(first);
	kc_circle_free(second);
	kc_circle_free(third);
	for (size_t i = 0; i < READERS; i++) {
		kc_circle_free(readers[i]);
		kc_circle_parts_done(&saved[i]);
	}
	kc_buf_done(&welcome);
	kc_buf_done(&payload);
	pairing_talk_done(&pairing_said);
	live_talk_done(&live_said);
	kc_password_keys_done(&typed);
	kc_identity_done(&joiner);
	kc_secret_done(&item_key);
	kc_secret_done(&head_key);
}

static bool is_untouched(size_t number)
{
	KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts now = {0};
	bool same;

	MUST(kc_circle_save(readers[number], &now));
	same = now.count == saved[number].count;
	for (size_t i = 0; i < now.count && same; i++)
		same = strcmp(now.rows[i].name, saved[number].rows[i].name) == 0 &&
		       kc_bytes_equal(kc_buf_bytes(&now.rows[i].value),
			       kc_buf_bytes(&saved[number].rows[i].value));
	return same;
}

bool specimens_are_untouched(void)
{
	for (size_t i = 0; i < READERS; i++)
		if (!is_untouched(i))
			return false;
	return true;
}

static void restore_reader(size_t number)
{
	kc_circle_free(readers[number]);
	readers[number] = NULL;
	MUST(kc_circle_load(&saved[number], &readers[number]));
}

void specimens_restore(void)
{
	for (size_t i = 0; i < READERS; i++)
		restore_reader(i);
}

static void push(struct kc_buf *to, struct kc_bytes bytes)
{
	kc_buf_push(to, bytes.data, bytes.len);
}

/* --- records ------------------------------------------------------------------------------------
 */

static void build_genesis(struct kc_buf *ret)
{
	push(ret, kc_buf_bytes(&first->genesis));
}

static kc_err read_genesis(struct kc_bytes bytes)
{
	return kc_circle_take_genesis(readers[STRANGER_TO_THIRD], bytes);
}

static void build_permanent(struct kc_buf *ret)
{
	push(ret, permanent_of_third());
}

static kc_err read_permanent(struct kc_bytes bytes)
{
	return kc_circle_take_permanent(readers[BEFORE_PERMANENT], bytes);
}

static void build_voucher(struct kc_buf *ret)
{
	push(ret, voucher_for_third());
}

static kc_err read_voucher(struct kc_bytes bytes)
{
	return kc_circle_take_voucher(readers[STRANGER_TO_THIRD], &second->identity.id, bytes);
}

static void build_list(struct kc_buf *ret)
{
	push(ret, list_of(second));
}

static kc_err read_list(struct kc_bytes bytes)
{
	return hear(readers[BEFORE_LIST], bytes, second);
}

static void build_epoch(struct kc_buf *ret)
{
	push(ret, kc_buf_bytes(&new_epoch()->record));
}

static kc_err read_epoch(struct kc_bytes bytes)
{
	return kc_circle_take_epoch(readers[BEFORE_EPOCH], &second->identity.id, bytes);
}

static void build_shares(struct kc_buf *ret)
{
	struct kc_trust trust;

	MUST(kc_circle_judge(second, &trust));
	MUST(kc_circle_build_shares(
		second, &trust, &first->identity.permanent, &first->identity.id, ret));
}

/* Of one with a key that is not the one named, the others are taken all the same. */
static kc_err read_shares(struct kc_bytes bytes)
{
	struct kc_circle *reader = readers[BEFORE_KEY];
	kc_err err = kc_circle_take_shares(reader, &second->identity.id, bytes);

	if (err != KC_OK && kc_circle_find(reader, &second->identity.id)->forged)
		restore_reader(BEFORE_KEY);
	return err;
}

static struct kc_place_in_store a_place(void)
{
	static struct kc_writer_id writer;

	writer = kc_circle_writer(&second->identity.id);
	return (struct kc_place_in_store){&first->account, &writer, kc_bytes_str("p")};
}

/* The same record, in which the key of a cell is looked for ahead. */
static kc_err read_shares_ahead(struct kc_bytes bytes)
{
	const struct kc_circle *reader = readers[BEFORE_KEY];
	KC_CLEANUP_BUF struct kc_buf cell = KC_BUF_INIT, plain = KC_BUF_INIT;
	struct kc_place_in_store place = a_place();

	MUST(kc_circle_seal(second, &place, list_of(second), &cell));
	must(kc_circle_open(reader, &place, kc_buf_bytes(&cell), &plain) == KC_E_WAITING,
		"a key that is not there yet");
	return kc_circle_open_by_shares(reader, &place, kc_buf_bytes(&cell),
		kc_circle_find(reader, &second->identity.id), bytes, &plain);
}

static void build_account_key(struct kc_buf *ret)
{
	push(ret, kc_buf_bytes(&first->account_key_record));
}

static kc_err read_account_key(struct kc_bytes bytes)
{
	return kc_circle_take_account_key(readers[STRANGER_TO_THIRD], bytes);
}

static void build_compat(struct kc_buf *ret)
{
	push(ret, kc_buf_bytes(&third->compat.record));
}

static kc_err read_compat(struct kc_bytes bytes)
{
	return kc_circle_take_compat(readers[BEFORE_EPOCH], &third->identity.id, 7, bytes);
}

/* --- what records travel in ---------------------------------------------------------------------
 */

static void build_envelope(struct kc_buf *ret)
{
	struct kc_place_in_store place = a_place();

	MUST(kc_circle_seal(first, &place, list_of(second), ret));
}

static kc_err read_envelope(struct kc_bytes bytes)
{
	struct kc_place_in_store place = a_place();
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;

	return kc_circle_open(first, &place, bytes, &plain);
}

static void build_operation(struct kc_buf *ret)
{
	struct kc_writer_id writer = kc_circle_writer(&second->identity.id);
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	struct kc_log_position start = {.number = 6}, end;

	kc_op_builder_init(&builder, &writer, &start, false);
	kc_op_builder_put(&builder, kc_bytes_str("p"), kc_bytes_str("a list"));
	kc_op_builder_put(&builder, kc_bytes_str("i/00"), kc_bytes(NULL, 0));
	MUST(kc_op_builder_end(&builder, &start, ret, &end));
}

static kc_err read_operation(struct kc_bytes bytes)
{
	struct kc_writer_id writer = kc_circle_writer(&second->identity.id);
	struct kc_op_write write;
	struct kc_op op;

	KC_TRY(kc_op_parse(bytes, &writer, 7, &op));
	while (kc_op_next(&op, &write))
		if (write.key.len > KC_OP_MAX_KEY)
			abort();
	return KC_OK;
}

static void build_marker(struct kc_buf *ret)
{
	MUST(kc_account_put_marker(&first->account, KC_LAYOUT_LOGS, ret));
}

static kc_err read_marker(struct kc_bytes bytes)
{
	struct kc_account_id account;
	enum kc_layout layout;

	KC_TRY(kc_account_parse_marker(bytes, &account, &layout));
	if (layout != KC_LAYOUT_LOGS || memcmp(&account, &first->account, sizeof account) != 0)
		return KC_ERR(STORE_SUSPECT);
	return KC_OK;
}

/* --- items and heads ----------------------------------------------------------------------------
 */

static void make_header(struct kc_item_header *ret)
{
	const struct kc_account_keys *keys = kc_circle_keys(first);

	*ret = (struct kc_item_header){.name = {5}, .class = KC_ITEM_CLASS_A};
	MUST(kc_account_tag(keys, &first->account, ret->account_tag));
	MUST(kc_account_view_tag(keys, &first->account, VIEW, ret->view_tag));
	memcpy(ret->kid, new_epoch()->epoch->name.kid, sizeof ret->kid);
}

static void build_item(struct kc_buf *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_ITEM_BODY struct kc_item_body body = {.counter = 9, .created = 1000};
	struct kc_bytes secret = kc_bytes_str("correct horse");
	struct kc_item_header header;

	make_header(&header);
	kc_attrs_set_str(&attrs, KC_NAME('s', 'v', 'c', 'e'), "mail");
	kc_attrs_set_str(&attrs, KC_NAME('a', 'g', 'r', 'p'), "user");
	kc_attrs_set_number(&attrs, KC_NAME('s', 'y', 'n', 'c'), 1);
	MUST(kc_item_build(KC_NAME('g', 'e', 'n', 'p'), &attrs, &secret, &body.item));
	body.version = (struct kc_version){.t = 2000, .writer = second->identity.id};
	MUST(kc_item_record_seal(&header, kc_view_key_siv(&item_key), &body, ret));
}

static kc_err read_item(struct kc_bytes bytes)
{
	KC_CLEANUP_ITEM_BODY struct kc_item_body body = {0};
	struct kc_item_header header, right;

	make_header(&right);
	KC_TRY(kc_item_record_peek(bytes, &header));
	if (memcmp(header.view_tag, right.view_tag, sizeof right.view_tag) != 0)
		return KC_ERR(REFUSED);
	return kc_item_record_open(bytes, kc_view_key_siv(&item_key), &body);
}

static struct kc_head_place head_place(void)
{
	static const uint8_t tag[KC_TAG_LEN] = {3};

	return (struct kc_head_place){
		&first->account, &second->identity.id, 7, tag, &new_epoch()->epoch->name};
}

static void build_head(struct kc_buf *ret)
{
	KC_CLEANUP_HEAD struct kc_head head = {.counter = 9};
	struct kc_log_entry entry = {.counter = 9, .name = {1}, .t = 5, .digest = {2}};
	struct kc_head_place place = head_place();

	MUST(kc_vector_raise(&head.vector, &first->identity.id, 4));
	MUST(kc_head_log_add(&head.log, &entry));
	MUST(kc_head_seal(&head, &place, &head_key, ret));
}

static kc_err read_head(struct kc_bytes bytes)
{
	KC_CLEANUP_HEAD struct kc_head head = {0};
	struct kc_head_place place = head_place();

	return kc_head_open(bytes, &place, &head_key, &head);
}

/* --- cells under a head key ---------------------------------------------------------------------
 */

static const uint8_t cell_tag[KC_TAG_LEN] = {3};

/* The place of a cell is found by what it says of itself. */
static kc_err check_key(
	const uint8_t view_tag[static KC_TAG_LEN], const uint8_t kid[static KC_KID_LEN])
{
	return memcmp(view_tag, cell_tag, KC_TAG_LEN) == 0 &&
			       memcmp(kid, new_epoch()->epoch->name.kid, KC_KID_LEN) == 0
		       ? KC_OK
		       : KC_ERR(REFUSED);
}

static struct kc_segment_name segment_name;

static struct kc_segment_place segment_place(void)
{
	return (struct kc_segment_place){
		&first->account, &second->identity.id, cell_tag, &new_epoch()->epoch->name};
}

static void build_segment(struct kc_buf *ret)
{
	const struct kc_log_entry rows[] = {
		{.counter = 4, .name = {1}, .t = 5, .digest = {2}},
		{.counter = 5, .name = {2}, .t = 6, .digest = {3}},
	};
	struct kc_segment_place place = segment_place();

	MUST(kc_segment_seal(rows, KC_COUNT_OF(rows), &place, &head_key, ret, &segment_name));
}

/* A head has named it by its hash; which, like a signature, may be believed. */
static kc_err read_segment(struct kc_bytes bytes)
{
	KC_CLEANUP(kc_head_log_done) struct kc_head_log log = {0};
	struct kc_segment_place place = segment_place();
	uint8_t view_tag[KC_TAG_LEN], kid[KC_KID_LEN], hash[KC_HASH32_LEN];

	KC_TRY(kc_segment_peek(bytes, view_tag, kid));
	KC_TRY(kc_segment_hash(bytes, hash));
	if (!fast_keys_believe && memcmp(hash, segment_name.hash, sizeof hash) != 0)
		return KC_ERR(REFUSED);
	return kc_segment_open(bytes, &place, &head_key, segment_name.last, &log);
}

static struct kc_reconcile_place cell_place(bool of_answer)
{
	return (struct kc_reconcile_place){&first->account, &second->identity.id,
		of_answer ? &first->identity.id : NULL, cell_tag, &new_epoch()->epoch->name};
}

static void build_question(struct kc_buf *ret)
{
	static struct kc_reconcile_question question;
	struct kc_reconcile_place place = cell_place(false);

	memset(&question, 0, sizeof question);
	question.to = first->identity.id;
	question.nonce[0] = 1;
	question.time_ms = 1000;
	MUST(kc_vector_raise(&question.vector, &first->identity.id, 4));
	question.paths[0].len = 1;
	question.path_count = 2;
	question.wanted[0].name[0] = 5;
	question.wanted_count = 1;
	MUST(kc_reconcile_seal_question(&question, &place, &head_key, ret));
}

static kc_err read_question(struct kc_bytes bytes)
{
	static struct kc_reconcile_question question;
	struct kc_reconcile_place place = cell_place(false);
	uint8_t view_tag[KC_TAG_LEN], kid[KC_KID_LEN];

	KC_TRY(kc_reconcile_peek(bytes, view_tag, kid));
	KC_TRY(check_key(view_tag, kid));
	memset(&question, 0, sizeof question);
	return kc_reconcile_open_question(bytes, &place, &head_key, &question);
}

static void build_answer(struct kc_buf *ret)
{
	static struct kc_reconcile_answer answer;
	struct kc_reconcile_place place = cell_place(true);

	memset(&answer, 0, sizeof answer);
	answer.question[0] = 1;
	MUST(kc_vector_raise(&answer.vector, &second->identity.id, 9));
	answer.nodes[0].children[3] = (struct kc_trie_child){.count = 1, .name = {5}, .hash = {6}};
	answer.nodes[0].children[4] = (struct kc_trie_child){.count = 7, .hash = {8}};
	answer.count = 1;
	MUST(kc_reconcile_seal_answer(&answer, &place, &head_key, ret));
}

static kc_err read_answer(struct kc_bytes bytes)
{
	static struct kc_reconcile_answer answer;
	struct kc_reconcile_place place = cell_place(true);
	uint8_t view_tag[KC_TAG_LEN], kid[KC_KID_LEN];

	KC_TRY(kc_reconcile_peek(bytes, view_tag, kid));
	KC_TRY(check_key(view_tag, kid));
	memset(&answer, 0, sizeof answer);
	return kc_reconcile_open_answer(bytes, &place, &head_key, &answer);
}

/* --- what is handed to somebody else ------------------------------------------------------------
 */

static void build_evidence(struct kc_buf *ret)
{
	KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list list = {.count = 0};
	const struct kc_bytes permanents[] = {
		kc_buf_bytes(&kc_circle_self(second)->permanent_record), permanent_of_third()};
	bool added;

	for (enum kc_evidence_kind kind = KC_EVIDENCE_TWO_LISTS; kind < KC_EVIDENCE_KINDS; kind++) {
		const struct kc_evidence evidence = {.kind = kind,
			.time_ms = 1000,
			.about = second->identity.id,
			.by = third->identity.id,
			.here = list_of(second),
			.came = kind == KC_EVIDENCE_OTHER_LIST ? list_of(third) : list_of(second)};

		if (kind == KC_EVIDENCE_TWO_LISTS || kind == KC_EVIDENCE_OTHER_LIST ||
			kind == KC_EVIDENCE_SHORT_LOG)
			MUST(kc_evidence_add(&list, &evidence, &added));
	}
	MUST(kc_evidence_file_build(
		&first->account, permanents, KC_COUNT_OF(permanents), &list, ret));
}

static kc_err read_evidence(struct kc_bytes bytes)
{
	static struct kc_evidence_file file;
	kc_err err = kc_evidence_file_parse(bytes, &file);

	for (size_t i = 0; err == KC_OK && i < file.list.count; i++) {
		struct kc_evidence evidence;

		MUST(kc_evidence_get(&file.list, i, &evidence));
		(void)!kc_evidence_check(&file, &evidence);
	}
	kc_evidence_file_done(&file);
	return err;
}

/* --- sessions -----------------------------------------------------------------------------------
 */

static kc_err read_pairing(enum kc_pairing_number number, struct kc_bytes bytes)
{
	KC_CLEANUP_PAIRING struct kc_pairing *listener = pairing_listener(&pairing_said, number);
	KC_CLEANUP_BUF struct kc_buf said = KC_BUF_INIT;

	return pairing_hear(listener, number, bytes, &said);
}

static kc_err read_live(enum kc_live_number number, struct kc_bytes bytes)
{
	KC_CLEANUP_LIVE struct kc_live *listener = live_listener(&live_said, number);
	KC_CLEANUP_BUF struct kc_buf said = KC_BUF_INIT;

	return live_hear(&live_said, listener, number, bytes, &said);
}

/* clang-format off */
#define SESSION(name, talk, number) \
	static void build_##name(struct kc_buf *ret) \
	{ \
		push(ret, kc_buf_bytes(&talk##_said.messages[number])); \
	} \
	static kc_err read_##name(struct kc_bytes bytes) \
	{ \
		return read_##talk(number, bytes); \
	}
SESSION(pairing_answer,  pairing, KC_PAIRING_ANSWER)
SESSION(pairing_reply,   pairing, KC_PAIRING_REPLY)
SESSION(pairing_confirm, pairing, KC_PAIRING_CONFIRM)
SESSION(pairing_welcome, pairing, KC_PAIRING_WELCOME)
SESSION(live_hello,      live,    KC_LIVE_HELLO)
SESSION(live_reply,      live,    KC_LIVE_REPLY)
SESSION(live_finish,     live,    KC_LIVE_FINISH)
SESSION(live_data,       live,    KC_LIVE_DATA)
/* clang-format on */

static void build_payload(struct kc_buf *ret)
{
	push(ret, kc_buf_bytes(&payload));
}

static kc_err read_payload(struct kc_bytes bytes)
{
	struct kc_live_payload said;

	return kc_live_payload_parse(bytes, &said);
}

/* --- being let in -------------------------------------------------------------------------------
 */

static void build_offer(struct kc_buf *ret)
{
	KC_CLEANUP_PAIRING struct kc_pairing *pairing = NULL;

	MUST(kc_pairing_offer(&first->account, kc_buf_bytes(&first->account_key_record),
		SESSIONS_CODE, 1000, &pairing, ret));
}

static kc_err read_offer(struct kc_bytes bytes)
{
	KC_CLEANUP_PAIRING struct kc_pairing *pairing = NULL;
	enum kc_pairing_number number;
	struct kc_writer_id slot;

	KC_TRY(kc_pairing_peek(bytes, &slot, &number));
	return kc_pairing_read_offer(bytes, &pairing);
}

static void build_application(struct kc_buf *ret)
{
	MUST(kc_application_build(&joiner, &first->account, "newcomer", ret));
}

static kc_err read_application(struct kc_bytes bytes)
{
	struct kc_application application;

	return kc_application_parse(bytes, &first->account, &application);
}

static void build_welcome(struct kc_buf *ret)
{
	push(ret, kc_buf_bytes(&welcome));
}

/* Whoever enters takes the identity along: a copy. */
static kc_err read_welcome(struct kc_bytes bytes)
{
	KC_CLEANUP_IDENTITY struct kc_identity copy = KC_IDENTITY_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *entered = NULL;
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret agree = KC_SECRET_INIT;

	MUST(kc_identity_save(&joiner, &stored));
	MUST(kc_identity_save_agree(&joiner, &agree));
	MUST(kc_identity_load(kc_buf_bytes(&stored), &copy));
	MUST(kc_identity_load_agree(kc_secret_bytes(&agree), &copy));
	return telling_enter(first, "newcomer", bytes, &copy, &entered);
}

/* clang-format off */
const struct specimen specimens[] = {
	{"genesis",         false, build_genesis,         read_genesis},
	{"permanent",       false, build_permanent,       read_permanent},
	{"voucher",         false, build_voucher,         read_voucher},
	{"list",            false, build_list,            read_list},
	{"epoch",           false, build_epoch,           read_epoch},
	{"shares",          false, build_shares,          read_shares},
	{"shares_ahead",    false, build_shares,          read_shares_ahead},
	{"account_key",     false, build_account_key,     read_account_key},
	{"compat",          false, build_compat,          read_compat},
	{"envelope",        false, build_envelope,        read_envelope},
	{"operation",       false, build_operation,       read_operation},
	{"marker",          false, build_marker,          read_marker},
	{"item",            false, build_item,            read_item},
	{"head",            false, build_head,            read_head},
	{"segment",         false, build_segment,         read_segment},
	{"question",        false, build_question,        read_question},
	{"answer",          false, build_answer,          read_answer},
	{"pairing_offer",   true,  build_offer,           read_offer},
	{"pairing_answer",  false, build_pairing_answer,  read_pairing_answer},
	{"pairing_reply",   false, build_pairing_reply,   read_pairing_reply},
	{"pairing_confirm", false, build_pairing_confirm, read_pairing_confirm},
	{"pairing_welcome", false, build_pairing_welcome, read_pairing_welcome},
	{"application",     true,  build_application,     read_application},
	{"welcome",         true,  build_welcome,         read_welcome},
	{"live_hello",      true,  build_live_hello,      read_live_hello},
	{"live_reply",      false, build_live_reply,      read_live_reply},
	{"live_finish",     false, build_live_finish,     read_live_finish},
	{"live_data",       false, build_live_data,       read_live_data},
	{"live_payload",    true,  build_payload,         read_payload},
	{"evidence",        true,  build_evidence,        read_evidence},
};
/* clang-format on */
const size_t specimen_count = KC_COUNT_OF(specimens);
