/* SPDX-License-Identifier: ISC */
/* kc status: this device at a glance. */
#include "cli/verb.h"

static const char *const states[] = {
	[KC_LOCK_NONE] = "none",
	[KC_LOCK_NEVER] = "locked",
	[KC_LOCK_LOCKED] = "locked",
	[KC_LOCK_UNLOCKED] = "open",
};

static const char *const words[] = {
	[KC_LOCK_NONE] = "there is none yet. To make it:  kc setup",
	[KC_LOCK_NEVER] = "locked, not opened since the service started",
	[KC_LOCK_LOCKED] = "locked",
	[KC_LOCK_UNLOCKED] = "open",
};

static json_t *number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static kc_err answer(struct kc_run *run, const struct kc_status *status)
{
	json_t *object = kc_json_object();

	kc_json_set(object, "device", kc_json_text(kc_bytes_str(status->device)));
	kc_json_set(object, "locked", json_boolean(status->lock != KC_LOCK_UNLOCKED));
	kc_json_set(object, "state", json_string(states[status->lock]));
	kc_json_set(object, "has_password", json_boolean(status->has_password));
	kc_json_set(object, "has_officer", json_boolean(status->has_officer));
	kc_json_set(object, "items", number(status->items));
	kc_json_set(object, "synced", number(status->synced));
	kc_json_set(object, "quarantined", number(status->quarantined));
	kc_json_set(object, "store",
		status->store ? kc_json_text(kc_bytes_str(status->store)) : json_null());
	kc_json_set(object, "out", json_boolean(status->is_out));
	kc_json_set(object, "pending", number(status->pending));
	kc_json_set(object, "altered", json_boolean(status->altered));
	kc_json_set(object, "memory_locked", json_boolean(status->memory_locked));
	kc_json_set(object, "misread_line", number(status->misread_line));
	return kc_run_answer(run, object);
}

/* What the service read when it started; later changes of the file count from its next start. */
static void print_misread(struct kc_run *run, uint64_t line)
{
	kc_out_print(&run->out, "Settings     ");
	kc_out_name(&run->out, kc_facts_get(&run->facts, KC_FACT_SETTINGS));
	kc_out_print(&run->out, ", line %llu: not understood. After mending it:  kc service stop\n",
		(unsigned long long)line);
}

/* Who took this device out, and how it comes in again. */
static kc_err print_out(struct kc_run *run, const struct kc_status *status)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_out *out = &run->out;

	KC_TRY(kc_client_sync_status(run->client, &report));
	kc_out_print(out, "Taken out    by ");
	kc_out_name(out, kc_bytes_str(report.removed_by));
	kc_out_print(out, "; nothing new arrives. Join again:  kc join ");
	kc_out_name(out, kc_bytes_str(status->store));
	kc_out_print(out, "\n");
	return KC_OK;
}

kc_err kc_verb_status(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	struct kc_out *out = &run->out;

	KC_TRY(kc_client_status(run->client, &status));
	if (kc_run_json(run))
		return answer(run, &status);
	kc_out_print(out, "Keychain     %s\n", words[status.lock]);
	if (status.misread_line)
		print_misread(run, status.misread_line);
	if (status.lock == KC_LOCK_NONE)
		return KC_OK;
	if (!status.has_password)
		kc_out_print(out, "Password     none yet. The security officer gives it one:  "
				  "kc passwd --forgotten\n");
	kc_out_print(out, "Kept in      ");
	kc_out_name(out, kc_facts_get(&run->facts, KC_FACT_FOLDER));
	kc_out_print(out, "\nThis device  ");
	kc_out_name(out, kc_bytes_str(status.device));
	kc_out_print(out, "\nItems        %llu, %llu of them %s\n",
		(unsigned long long)status.items, (unsigned long long)status.synced,
		status.synced == 1 ? "syncs" : "sync");
	kc_out_print(out, "Store        ");
	kc_out_name(out,
		kc_bytes_str(status.store ? status.store : "none; nothing leaves this device"));
	kc_out_print(out, "\n");
	if (status.is_out)
		KC_TRY(print_out(run, &status));
	if (status.pending)
		kc_out_print(out, "Not sent yet %llu\n", (unsigned long long)status.pending);
	if (status.quarantined)
		kc_out_print(out, "Set aside    %llu damaged item%s\n",
			(unsigned long long)status.quarantined, status.quarantined == 1 ? "" : "s");
	if (status.altered)
		kc_out_print(
			out, "Database     was changed by something other than this program\n");
	if (!status.memory_locked)
		kc_out_print(out, "Memory       could not be kept out of swap (ulimit -l)\n");
	return KC_OK;
}
