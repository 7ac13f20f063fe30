/* SPDX-License-Identifier: ISC */
/* kc devices, devices add and join: who may read what syncs. */
#include <string.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/columns.h"
#include "cli/password.h"
#include "cli/store.h"
#include "cli/verb.h"
#include "cli/wait.h"
#include "cli/when.h"

#define TEN_MINUTES 600u
#define CODE_DIGITS 9

static const char *const standings[] = {
	[KC_DEVICE_MEMBER] = "member",
	[KC_DEVICE_REMOVED] = "removed",
	[KC_DEVICE_STALE] = "stale",
};

static void push_hex(struct kc_buf *out, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		kc_buf_printf(out, "%02x", data[i]);
}

static json_t *device_json(const struct kc_device *device)
{
	KC_CLEANUP_BUF struct kc_buf id = KC_BUF_INIT;
	json_t *object = json_object();

	push_hex(&id, device->id, sizeof device->id);
	kc_json_set(object, "id", kc_json_text(kc_buf_bytes(&id)));
	kc_json_set(object, "name", kc_json_text(kc_bytes_str(device->name)));
	kc_json_set(object, "this", json_boolean(device->is_this));
	kc_json_set(object, "added", kc_json_ms(device->added_ms));
	kc_json_set(object, "added_by",
		device->added_by[0] ? kc_json_text(kc_bytes_str(device->added_by)) : json_null());
	kc_json_set(object, "last_seen", kc_json_ms(device->last_seen_ms));
	kc_json_set(object, "status", json_string(standings[device->standing]));
	return object;
}

static kc_err answer_list(struct kc_run *run, const struct kc_device_list *list)
{
	json_t *object = kc_json_object(), *items = json_array();

	for (size_t i = 0; i < list->count; i++)
		kc_json_append(items, device_json(&list->rows[i]));
	kc_json_set(object, "items", items);
	return kc_run_answer(run, object);
}

static void add_time(struct kc_columns *columns, uint64_t ms)
{
	char when[KC_WHEN_LEN] = "";

	if (ms)
		kc_when_ago((int64_t)(ms / 1000), kc_clock_wall_ms() / 1000, when);
	kc_columns_add_str(columns, when);
}

static kc_err print_list(struct kc_run *run, const struct kc_device_list *list)
{
	static const char *const headers[] = {
		"NAME", "NUMBER", "ADDED", "BY", "LAST SEEN", "STATUS"};
	KC_CLEANUP_COLUMNS struct kc_columns columns;

	kc_columns_init(&columns, headers, KC_COUNT_OF(headers), &run->out.look);
	for (size_t i = 0; i < list->count; i++) {
		const struct kc_device *device = &list->rows[i];
		KC_CLEANUP_BUF struct kc_buf id = KC_BUF_INIT, status = KC_BUF_INIT;
		push_hex(&id, device->id, 4);
		kc_buf_printf(&status, "%s%s", standings[device->standing],
			device->is_this ? ", this one" : "");
		kc_columns_add_str(&columns, device->name);
		kc_columns_add(&columns, kc_buf_bytes(&id));
		add_time(&columns, device->added_ms);
		kc_columns_add_str(&columns, device->added_by);
		add_time(&columns, device->last_seen_ms);
		kc_columns_add(&columns, kc_buf_bytes(&status));
	}
	return kc_columns_print(&columns, &run->out);
}

kc_err kc_verb_devices(struct kc_run *run)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};

	KC_TRY(kc_client_devices(run->client, &list));
	if (kc_run_json(run))
		KC_TRY(answer_list(run, &list));
	else if (list.count)
		KC_TRY(print_list(run, &list));
	return list.count ? KC_OK : KC_ERR(NOT_FOUND);
}

/* --- devices add --------------------------------------------------------------------------------
 */

struct sponsor {
	struct kc_run *run;
	struct kc_device applicant;
};

static kc_err look_for_applicant(void *context)
{
	struct sponsor *sponsor = context;
	return kc_client_pair_poll(sponsor->run->client, &sponsor->applicant);
}

static void cancel_pairing(void *context)
{
	struct sponsor *sponsor = context;
	(void)(kc_client_pair_cancel(sponsor->run->client) ==
		KC_OK); /* it ends in ten minutes anyway */
}

/* The code goes out at once: whoever reads it must carry it to the other device now. */
static kc_err show_code(struct kc_run *run, struct kc_buf *code)
{
	json_t *object;

	if (kc_run_json(run)) {
		object = kc_json_object();
		kc_json_set(object, "code", kc_json_text(kc_buf_bytes(code)));
		KC_TRY(kc_run_answer(run, object));
	} else {
		kc_out_push(&run->out, kc_buf_bytes(code));
		kc_out_push(&run->out, kc_bytes_str("\n"));
	}
	KC_TRY(kc_out_flush(&run->out));
	kc_run_note(run, KC_NOTE_CODE);
	kc_run_note(run, KC_NOTE_WAITING);
	return KC_OK;
}

/* Asks about the applicant and says yes or no to it. */
static kc_err decide(struct kc_run *run, const struct kc_device *applicant)
{
	kc_err consent;

	kc_facts_set_str(&run->facts, KC_FACT_DEVICE, applicant->name);
	kc_run_note(run, KC_NOTE_APPLICANT);
	consent = kc_ask_yes(run, "Let it in?");
	KC_TRY(kc_client_pair_decide(run->client, consent == KC_OK));
	kc_run_note(run, consent == KC_OK ? KC_NOTE_LET_IN : KC_NOTE_KEPT_OUT);
	return consent;
}

static kc_err tell_facts(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(run->client, &status));
	if (!status.store)
		return KC_ERR(NO_STORE);
	kc_facts_set_str(&run->facts, KC_FACT_URL, status.store);
	kc_facts_print(&run->facts, KC_FACT_HOW_MANY, "%llu item%s",
		(unsigned long long)status.synced, status.synced == 1 ? "" : "s");
	return KC_OK;
}

kc_err kc_verb_devices_add(struct kc_run *run)
{
	KC_CLEANUP_SECRET struct kc_secret password = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;
	struct sponsor sponsor = {.run = run};
	json_t *object;

	KC_TRY(tell_facts(run));
	KC_TRY(kc_ask_check_consent(run)); /* before there is a code that nobody could follow up */
	KC_TRY(kc_password_get(run, KC_PASSWORD_ACCOUNT, &password));
	KC_TRY(kc_client_pair_start(run->client, kc_secret_bytes(&password), &code));
	KC_TRY(show_code(run, &code));
	KC_TRY(kc_wait_for(look_for_applicant, cancel_pairing, &sponsor, TEN_MINUTES));
	KC_TRY(decide(run, &sponsor.applicant));
	if (!kc_run_json(run))
		return KC_OK;
	object = kc_json_object();
	kc_json_set(object, "added", device_json(&sponsor.applicant));
	return kc_run_answer(run, object);
}

/* --- join ---------------------------------------------------------------------------------------
 */

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
	struct kc_sync_report report;
};

static kc_err look_for_answer(void *context)
{
	struct applicant *applicant = context;
	return kc_client_join_poll(applicant->run->client, &applicant->report);
}

static void cancel_joining(void *context)
{
	struct applicant *applicant = context;
	(void)(kc_client_join_cancel(applicant->run->client) ==
		KC_OK); /* it ends in ten minutes anyway */
}

/* Before it is known to others, the device may still be called something else. */
static kc_err rename_device(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	const char *name = kc_run_get(run, KC_OPTION_NAME);

	if (!name)
		return KC_OK;
	KC_TRY(kc_client_status(run->client, &status));
	return strcmp(name, status.device) == 0 ? KC_OK : kc_client_rename(run->client, name);
}

kc_err kc_verb_join(struct kc_run *run)
{
	KC_CLEANUP_BUF struct kc_buf url = KC_BUF_INIT, code = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret password = KC_SECRET_INIT;
	struct applicant applicant = {.run = run};
	json_t *object;
	kc_err err;

	KC_TRY(kc_store_url(run, run->args[0], &url));
	kc_facts_set(&run->facts, KC_FACT_JOINING, kc_buf_bytes(&url));
	KC_TRY(get_code(run, &code));
	KC_TRY(kc_password_get(run, KC_PASSWORD_ACCOUNT, &password));
	KC_TRY(rename_device(run));
	KC_TRY(kc_client_join_start(
		run->client, kc_buf_text(&url), kc_buf_text(&code), kc_secret_bytes(&password)));
	kc_run_note(run, KC_NOTE_JOINING);
	err = kc_wait_for(look_for_answer, cancel_joining, &applicant, TEN_MINUTES);
	if (err == KC_OK) {
		kc_run_note(run, KC_NOTE_JOINED);
		if (kc_run_json(run)) {
			object = kc_json_object();
			kc_store_set_report(object, &applicant.report);
			err = kc_run_answer(run, object);
		}
	}
	kc_sync_report_done(&applicant.report);
	return err;
}
