/* SPDX-License-Identifier: ISC */
/* kc devices exposure: the items that a device can read, or could while it was in. */
#include "cli/device.h"
#include "cli/exposed.h"
#include "cli/item.h"
#include "cli/verb.h"

static kc_err answer(
	struct kc_run *run, const struct kc_device *device, const struct kc_found_list *found)
{
	json_t *object = kc_json_object(), *items = json_array();

	for (size_t i = 0; i < found->count; i++)
		kc_json_append(items, kc_item_json(&found->rows[i]));
	kc_json_set(object, "device", kc_json_text(kc_bytes_str(device->name)));
	kc_json_set(object, "counts", kc_exposed_json(found));
	kc_json_set(object, "items", items);
	return kc_run_answer(run, object);
}

/* What is not in the store yet nobody has got; whether who is in gets it, nobody knows. */
static kc_err tell_unsent(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(run->client, &status));
	if (status.pending)
		kc_run_note(run, KC_NOTE_EXPOSED_UNSENT);
	return KC_OK;
}

static kc_err print(
	struct kc_run *run, const struct kc_device *device, const struct kc_found_list *found)
{
	KC_CLEANUP_BUF struct kc_buf counts = KC_BUF_INIT;
	struct kc_out *out = &run->out;

	kc_exposed_push_counts(&counts, found);
	KC_TRY(kc_buf_check(&counts));
	kc_out_name(out, kc_bytes_str(device->name));
	kc_out_print(out, " %s read ", kc_device_is_in(device) ? "can" : "could");
	kc_out_push(out, kc_buf_bytes(&counts));
	kc_out_push(out, kc_bytes_str(found->count ? ":\n" : ".\n"));
	for (size_t i = 0; i < found->count; i++) {
		KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;

		kc_item_push_place(&place, &found->rows[i]);
		kc_out_push(out, kc_bytes_str("  "));
		kc_out_name(out, kc_buf_bytes(&place));
		if (kc_item_user(&found->rows[i]).len) {
			kc_out_push(out, kc_bytes_str(" ("));
			kc_out_name(out, kc_item_user(&found->rows[i]));
			kc_out_push(out, kc_bytes_str(")"));
		}
		kc_out_print(out, ", %s\n", kc_item_word(&found->rows[i]));
	}
	return tell_unsent(run);
}

kc_err kc_verb_devices_exposure(struct kc_run *run)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list devices = {0};
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	const struct kc_device *device;

	KC_TRY(kc_client_devices(run->client, &devices));
	KC_TRY(kc_device_find(run, &devices, run->args[0], &device));
	KC_TRY(kc_exposed_read(run, device, &found));
	return kc_run_json(run) ? answer(run, device, &found) : print(run, device, &found);
}
