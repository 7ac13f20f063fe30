/* SPDX-License-Identifier: ISC */
/* kc devices add: letting a new device in, from one that is in. */
#include "cli/ask.h"
#include "cli/device.h"
#include "cli/password.h"
#include "cli/pick.h"
#include "cli/verb.h"
#include "cli/wait.h"

struct sponsor {
	struct kc_run *run;
	struct kc_secret password;
	struct kc_device applicant;
};

static void sponsor_done(struct sponsor *sponsor)
{
	kc_secret_done(&sponsor->password);
}

/* Only the last code of a device lets somebody in. */
static kc_err tell_superseded(struct kc_run *run, kc_err err)
{
	if (err != KC_E_CANCELED)
		return err;
	kc_facts_set_str(
		&run->facts, KC_FACT_SUPERSEDED, "another kc devices add has begun on this device");
	return KC_ERR(PAIRING_CODE);
}

/* A service that has ended took the code with it, and nobody was let in before the question. */
static kc_err look_for_applicant(void *context)
{
	struct sponsor *sponsor = context;
	struct kc_run *run = sponsor->run;
	kc_err err = kc_client_pair_poll(run->client, &sponsor->applicant);

	if (err == KC_E_SERVICE)
		kc_facts_set_str(&run->facts, KC_FACT_CODE_LOST,
			"the keychain service ended while it waited for the new device");
	return tell_superseded(run, err);
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

static kc_err offer(void *context)
{
	struct sponsor *sponsor = context;
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;

	KC_TRY(kc_client_pair_start(
		sponsor->run->client, kc_secret_bytes(&sponsor->password), &code));
	return show_code(sponsor->run, &code);
}

static const struct kc_wait for_applicant = {
	offer, look_for_applicant, cancel_pairing, KC_WAIT_FOR_PAIRING};

/* Asks about the applicant and says yes or no to it. When that cannot be said, it is told that it
 * is over. */
static kc_err decide(struct sponsor *sponsor)
{
	struct kc_run *run = sponsor->run;
	kc_err consent, err;

	kc_facts_set_str(&run->facts, KC_FACT_DEVICE, sponsor->applicant.name);
	kc_run_note(run, KC_NOTE_APPLICANT);
	consent = kc_ask_yes(run, "Let it in?");
	err = kc_client_pair_decide(run->client, consent == KC_OK);
	if (err != KC_OK)
		cancel_pairing(sponsor);
	KC_TRY(tell_superseded(run, err));
	kc_run_note(run, consent == KC_OK ? KC_NOTE_LET_IN : KC_NOTE_KEPT_OUT);
	return consent;
}

/* As many as `kc list` shows, where the two halves of a key are one. */
static kc_err tell_count(struct kc_run *run)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	query.sync = KC_SYNC_SYNCED;
	query.want = KC_WANT_ATTRS;
	err = kc_client_item_find(run->client, &query, &found);
	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	kc_pick_tell_count(run, &found);
	return KC_OK;
}

static kc_err tell_facts(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(run->client, &status));
	if (!status.store)
		return KC_ERR(NO_STORE);
	kc_facts_set_str(&run->facts, KC_FACT_URL, status.store);
	return tell_count(run);
}

kc_err kc_verb_devices_add(struct kc_run *run)
{
	KC_CLEANUP(sponsor_done)
	struct sponsor sponsor = {.run = run, .password = KC_SECRET_INIT};
	json_t *object;

	KC_TRY(tell_facts(run));
	KC_TRY(kc_ask_check_consent(run)); /* before there is a code that nobody could follow up */
	KC_TRY(kc_password_get(run, KC_PASSWORD_ACCOUNT, &sponsor.password));
	KC_TRY(kc_wait_for(&for_applicant, &sponsor));
	KC_TRY(decide(&sponsor));
	if (!kc_run_json(run))
		return KC_OK;
	object = kc_json_object();
	kc_json_set(object, "added", kc_device_json(&sponsor.applicant));
	return kc_run_answer(run, object);
}
