/* SPDX-License-Identifier: ISC */
/* kc join: this new device asks to become one of the user's. */
#include <string.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/parts.h"
#include "cli/password.h"
#include "cli/pick.h"
#include "cli/session.h"
#include "cli/store.h"
#include "cli/verb.h"
#include "cli/wait.h"

#define CODE_DIGITS 9

/* How long it may take until the items are here, before it is said what they wait for; and before
 * nobody waits any longer for what the store has damaged. */
#define TELL_AFTER_US UINT64_C(15000000)
#define END_AFTER_US UINT64_C(60000000)
#define LOOK_EVERY_US UINT64_C(2000000)

/* How long the other device may say nothing before it is said where to look. It may be gone, or its
 * user may think about it: only the ten minutes of the code tell the two apart. */
#define SILENT_AFTER_US UINT64_C(30000000)

/* Nine digits, however they were grouped, as 493-207-118. */
static kc_err parse_code(struct kc_run *run, const char *typed, struct kc_buf *ret)
{
	size_t digits = 0;

	kc_buf_reset(ret);
	for (const char *at = typed; *at; at++) {
		if (strchr(" -.\t", *at))
			continue;
		if (*at < '0' || *at > '9' || digits == CODE_DIGITS) {
			digits = CODE_DIGITS + 1;
			break;
		}
		if (digits && digits % 3 == 0)
			kc_buf_push_byte(ret, '-');
		kc_buf_push_byte(ret, (uint8_t)*at);
		digits++;
	}
	if (digits != CODE_DIGITS) {
		kc_facts_set_str(&run->facts, KC_FACT_CODE, typed);
		return KC_ERR(PAIRING_CODE);
	}
	return kc_buf_text(ret) ? KC_OK : KC_ERR(NO_MEMORY);
}

static kc_err get_code(struct kc_run *run, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf line = KC_BUF_INIT;
	const char *given = kc_run_get(run, KC_OPTION_CODE);

	if (given)
		return parse_code(run, given, ret);
	KC_TRY(kc_ask_line(run, "Code from your other device: ", "the code from your other device",
		"--code CODE", &line));
	return kc_buf_text(&line) ? parse_code(run, kc_buf_text(&line), ret) : KC_ERR(NO_MEMORY);
}

struct applicant {
	struct kc_run *run;
	struct kc_buf url, code;
	struct kc_secret password;
	struct kc_sync_report report;
	uint64_t begun_us, looked_us;
	bool is_in;	/* it was let in */
	bool is_stuck;	/* something that it waits for is damaged, or missing: it was told */
	bool is_silent; /* the other device says nothing: it was told */
};

static void applicant_done(struct applicant *applicant)
{
	kc_buf_done(&applicant->url);
	kc_buf_done(&applicant->code);
	kc_secret_done(&applicant->password);
	kc_sync_report_done(&applicant->report);
}

static kc_err ask_to_join(void *context)
{
	struct applicant *applicant = context;
	struct kc_run *run = applicant->run;

	KC_TRY(kc_client_join_start(run->client, kc_buf_text(&applicant->url),
		kc_buf_text(&applicant->code), kc_secret_bytes(&applicant->password)));
	applicant->begun_us = kc_clock_monotonic_us();
	kc_run_note(run, KC_NOTE_JOINING);
	return KC_OK;
}

/* A device that was taken out before has a store, too, and is not in it. */
static bool was_let_in(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	return kc_client_status(run->client, &status) == KC_OK && status.store && !status.is_out;
}

static void tell_silence(struct applicant *applicant, uint64_t passed)
{
	if (passed < SILENT_AFTER_US || applicant->is_silent)
		return;
	kc_run_note(applicant->run, KC_NOTE_SILENT);
	applicant->is_silent = true;
}

/* Once this device is in there is a view of the store, and what keeps the items from it. */
static kc_err look_what_is_missing(struct applicant *applicant)
{
	KC_CLEANUP_STORE_VIEW struct kc_store_view view = {.parts = NULL};
	struct kc_run *run = applicant->run;
	uint64_t now = kc_clock_monotonic_us(), passed = now - applicant->begun_us;
	const struct kc_store_part *stuck;

	if (passed < TELL_AFTER_US || now - applicant->looked_us < LOOK_EVERY_US)
		return KC_ERR(WAITING);
	applicant->looked_us = now;
	applicant->is_in = applicant->is_in || was_let_in(run);
	if (!applicant->is_in)
		tell_silence(applicant, passed);
	if (!applicant->is_in || kc_client_store_view(run->client, false, &view) != KC_OK)
		return KC_ERR(WAITING);
	stuck = kc_parts_find_stuck(&view);
	if (!stuck)
		return KC_ERR(WAITING);
	kc_parts_tell_damaged(run, stuck);
	if (!applicant->is_stuck)
		kc_run_note(run, stuck->is_out ? KC_NOTE_OWED : KC_NOTE_INCOMPLETE);
	applicant->is_stuck = true;
	return stuck->damaged && passed > END_AFTER_US ? KC_ERR(STORE_SUSPECT) : KC_ERR(WAITING);
}

static kc_err look_for_answer(void *context)
{
	struct applicant *applicant = context;
	kc_err err = kc_client_join_poll(applicant->run->client, &applicant->report);

	return err == KC_E_WAITING ? look_what_is_missing(applicant) : err;
}

static void cancel_joining(void *context)
{
	struct applicant *applicant = context;
	(void)(kc_client_join_cancel(applicant->run->client) ==
		KC_OK); /* it ends in ten minutes anyway */
}

static const struct kc_wait for_answer = {
	ask_to_join, look_for_answer, cancel_joining, KC_WAIT_FOR_PAIRING};

/* A device that is in goes on by itself, whoever waits here. */
static kc_err wait_for_answer(struct applicant *applicant)
{
	kc_err err = kc_wait_for(&for_answer, applicant);

	if (err == KC_E_TIMED_OUT && applicant->is_in)
		kc_facts_set_str(&applicant->run->facts, KC_FACT_UNFINISHED,
			"not all of its items have arrived within ten minutes");
	return err == KC_E_TIMED_OUT && applicant->is_stuck ? KC_ERR(STORE_SUSPECT) : err;
}

/* A device that is in, and is no copy of another, has nothing to join; and one that others know
 * keeps its name. Before anything is said or asked. */
static kc_err check_may_join(struct kc_run *run)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_STATUS struct kc_status status = {0};
	const char *name = kc_run_get(run, KC_OPTION_NAME);

	KC_TRY(kc_client_status(run->client, &status));
	if (!status.store)
		return KC_OK;
	if (name && strcmp(name, status.device) != 0)
		return kc_run_misused(run,
			"your other devices know this one as “%s”, and it keeps that name",
			status.device);
	KC_TRY(kc_client_sync_status(run->client, &report));
	return status.is_out || report.copied ? KC_OK : KC_ERR(DUPLICATE);
}

/* Before it is known to others, the device may still be called something else. */
static kc_err rename_device(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	const char *name = kc_run_get(run, KC_OPTION_NAME);

	KC_TRY(kc_client_status(run->client, &status));
	if (!name || strcmp(name, status.device) == 0)
		return KC_OK;
	return kc_client_rename(run->client, name);
}

/* Devices that are in have names of their own. */
static kc_err tell_name(struct kc_run *run, const char *before, json_t *object)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(run->client, &status));
	kc_json_set(object, "device", kc_json_text(kc_bytes_str(status.device)));
	if (strcmp(before, status.device) == 0)
		return KC_OK;
	kc_facts_set_str(&run->facts, KC_FACT_TWIN_DEVICES, before);
	kc_facts_set_str(&run->facts, KC_FACT_DEVICE, status.device);
	kc_run_note(run, KC_NOTE_CALLED);
	return KC_OK;
}

/* What this device brings along, before it is too late to think about it. */
static kc_err tell_what_goes_along(struct kc_run *run)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	query.sync = KC_SYNC_SYNCED;
	query.want = KC_WANT_ATTRS;
	err = kc_client_item_find(run->client, &query, &found);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	kc_pick_tell_count(run, &found);
	kc_facts_set_str(&run->facts, KC_FACT_GO, found.count == 1 ? "goes" : "go");
	kc_run_note(run, KC_NOTE_GO_ALONG);
	return KC_OK;
}

/* A place that is none makes no keychain, and asks nothing. */
static kc_err open_keychain(struct kc_run *run, const char *url)
{
	if (kc_session_would_make(run))
		KC_TRY(kc_store_check_place(run, url));
	KC_TRY(kc_session_open_or_make(run));
	return kc_store_check_place(run, url);
}

/* With the store, the code and the password at hand. */
static kc_err join(struct applicant *applicant)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	json_auto_t *object = kc_json_object();
	struct kc_run *run = applicant->run;

	KC_TRY(rename_device(run));
	KC_TRY(kc_client_status(run->client, &status));
	KC_TRY(tell_what_goes_along(run));
	KC_TRY(wait_for_answer(applicant));
	kc_run_note(run, KC_NOTE_JOINED);
	KC_TRY(tell_name(run, status.device, object));
	if (!kc_run_json(run))
		return KC_OK;
	kc_store_set_report(object, &applicant->report);
	return kc_run_answer(run, json_incref(object));
}

kc_err kc_verb_join(struct kc_run *run)
{
	KC_CLEANUP(applicant_done)
	struct applicant applicant = {
		.run = run, .url = KC_BUF_INIT, .code = KC_BUF_INIT, .password = KC_SECRET_INIT};

	KC_TRY(kc_store_url(run, run->args[0], &applicant.url));
	kc_facts_set(&run->facts, KC_FACT_JOINING, kc_buf_bytes(&applicant.url));
	KC_TRY(open_keychain(run, kc_buf_text(&applicant.url)));
	KC_TRY(check_may_join(run));
	KC_TRY(get_code(run, &applicant.code));
	KC_TRY(kc_password_get(run, KC_PASSWORD_ACCOUNT, &applicant.password));
	return join(&applicant);
}
