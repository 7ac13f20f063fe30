/* SPDX-License-Identifier: ISC */
/* One part after another, in sentences and as JSON. */
#include "cli/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/device.h"
#include "cli/when.h"

#define GRACE_MS (10 * 60 * 1000) /* for what is still arriving */

typedef unsigned long long number;

static bool is_overdue(uint64_t since_ms)
{
	return since_ms && kc_clock_wall_ms() - (int64_t)since_ms >= GRACE_MS;
}

/* Whether this device, which is joining, waits for what one who is out wrote before. */
static bool is_owed(const struct kc_store_part *part)
{
	return part->is_out && !part->is_this && part->waiting_since_ms;
}

/* --- sentences ----------------------------------------------------------------------------------
 */

/* Records are read again by nobody who has them. */
static void tell_spoilt(struct kc_doctor *doctor, const struct kc_store_part *part)
{
	if (part->spoilt)
		kc_doctor_find(doctor, "damaged", KC_DOCTOR_BAD,
			"%llu record%s of “%s” %s damaged or missing there: no device that joins "
			"gets all items",
			(number)part->spoilt, part->spoilt == 1 ? "" : "s", part->name,
			part->spoilt == 1 ? "is" : "are");
}

/* More of this device than it has written. Logs are folders of files, which can be named. */
static void tell_ahead(struct kc_doctor *doctor, const struct kc_store_part *part, uint64_t there,
	uint64_t wrote, bool records)
{
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;

	for (size_t i = 0; i < KC_STORE_WRITER_LEN; i++)
		kc_buf_printf(&file, "%02x", part->id[i]);
	kc_buf_printf(&file, "/%016llu.op", (number)there);
	if (records || !kc_buf_text(&file))
		kc_doctor_find(doctor, "own", KC_DOCTOR_BAD,
			"it has number %llu of this device, which wrote up to %llu", (number)there,
			(number)wrote);
	else
		kc_doctor_find(doctor, "own", KC_DOCTOR_BAD,
			"it has number %llu of this device, which wrote up to %llu: the file %s in "
			"it. Unless this device is a copy of itself, somebody put it there, and it "
			"can be moved away",
			(number)there, (number)wrote, kc_buf_text(&file));
}

/* Where this device's own writes are there as it left them. */
static void tell_own(struct kc_doctor *doctor, const struct kc_store_view *view,
	const struct kc_store_part *part, bool records)
{
	uint64_t damaged = part->damaged, there = records ? part->there : part->last;
	uint64_t wrote = records ? part->list : part->settled;
	char when[KC_WHEN_LEN];

	kc_when_ago((int64_t)(view->given_ms / 1000), kc_clock_wall_ms() / 1000, when);
	if (damaged)
		kc_doctor_find(doctor, "damaged", KC_DOCTOR_BAD,
			"number %llu, which this device wrote, is damaged or missing there: no "
			"device that joins can read on",
			(number)damaged);
	if (there == wrote && damaged != wrote)
		kc_doctor_find(doctor, "own", KC_DOCTOR_GOOD,
			"what this device wrote last, number %llu, is there", (number)wrote);
	else if (there == wrote)
		return;
	else if (there > wrote)
		tell_ahead(doctor, part, there, wrote, records);
	else if (view->given)
		kc_doctor_find(doctor, "own", KC_DOCTOR_BAD,
			"what this device wrote last, number %llu, is not there; it was given to "
			"the store %llu time%s, the last time %s",
			(number)wrote, (number)view->given, view->given == 1 ? "" : "s", when);
	else
		kc_doctor_find(doctor, "own", KC_DOCTOR_NOTE,
			"what this device wrote last, number %llu, is still to be sent",
			(number)wrote);
}

static void tell_log(struct kc_doctor *doctor, const struct kc_store_part *part)
{
	if (part->last < part->settled)
		kc_doctor_find(doctor, "log", part->excused ? KC_DOCTOR_NOTE : KC_DOCTOR_BAD,
			"the log of “%s” ends at number %llu; this device has read up to %llu",
			part->name, (number)part->last, (number)part->settled);
	else if (part->damaged)
		kc_doctor_find(doctor, "damaged", KC_DOCTOR_BAD,
			"number %llu in the log of “%s” is damaged or missing: no device that "
			"joins "
			"can read on",
			(number)part->damaged, part->name);
	else if (part->hole)
		kc_doctor_find(doctor, "hole",
			is_overdue(part->waiting_since_ms) ? KC_DOCTOR_BAD : KC_DOCTOR_NOTE,
			"number %llu in the log of “%s” is missing, or not whole; what comes after "
			"it "
			"waits",
			(number)part->hole, part->name);
	else if (part->last > part->settled)
		kc_doctor_find(doctor, "log", KC_DOCTOR_NOTE,
			"the log of “%s” goes up to number %llu; this device has taken it up to "
			"%llu",
			part->name, (number)part->last, (number)part->settled);
	else
		kc_doctor_find(doctor, "log", KC_DOCTOR_GOOD,
			"the log of “%s” is read to its end, number %llu", part->name,
			(number)part->last);
}

static void tell_list(struct kc_doctor *doctor, const struct kc_store_part *part)
{
	if (part->there < part->list)
		kc_doctor_find(doctor, "list", part->excused ? KC_DOCTOR_NOTE : KC_DOCTOR_BAD,
			"the store has entry %llu of “%s”; this device knows entry %llu",
			(number)part->there, part->name, (number)part->list);
	else if (part->there > part->list)
		kc_doctor_find(doctor, "list", KC_DOCTOR_NOTE,
			"entry %llu of “%s” is there, and was not taken yet", (number)part->there,
			part->name);
	else
		kc_doctor_find(doctor, "list", KC_DOCTOR_GOOD,
			"the last entry of “%s”, number %llu, is there", part->name,
			(number)part->list);
}

/* What is missed, and since when. */
static void tell_missing(struct kc_doctor *doctor, const struct kc_store_part *part)
{
	int64_t now = kc_clock_wall_ms(), since = (int64_t)part->waiting_since_ms;
	char when[KC_WHEN_LEN];

	kc_when_ago(since / 1000, now / 1000, when);
	if (since)
		kc_doctor_find(doctor, "missing",
			now - since < GRACE_MS ? KC_DOCTOR_NOTE : KC_DOCTOR_BAD,
			"something of “%s” that was named is missing; it was first missed %s",
			part->name, when);
	if (part->named > part->list)
		kc_doctor_find(doctor, "unseen", KC_DOCTOR_NOTE,
			"entry %llu of “%s” is named by another device; this one knows entry %llu",
			(number)part->named, part->name, (number)part->list);
}

/* Nobody else has written it; so no device can be named that has it. */
static void tell_owed(struct kc_doctor *doctor, const struct kc_store_part *part)
{
	kc_doctor_find(doctor, "missing",
		is_overdue(part->waiting_since_ms) ? KC_DOCTOR_BAD : KC_DOCTOR_NOTE,
		"“%s” is out, and something that it wrote before is damaged or missing there: this "
		"device waits for it. On a device that has it, and then here:  kc sync repair "
		"--push-from-here",
		part->name);
}

void kc_parts_tell(struct kc_doctor *doctor, const struct kc_store_view *view, bool records)
{
	for (size_t i = 0; i < view->count; i++) {
		const struct kc_store_part *part = &view->parts[i];

		if (is_owed(part))
			tell_owed(doctor, part);
		if (part->is_out)
			continue;
		if (view->reached)
			tell_spoilt(doctor, part);
		if (part->is_this && view->reached && !part->garbled)
			tell_own(doctor, view, part, records);
		else if (view->reached && records && part->garbled && !part->spoilt)
			kc_doctor_find(doctor, "list", KC_DOCTOR_NOTE,
				"the last entry of “%s” is under a key that this device has not",
				part->name);
		else if (view->reached && records && !part->garbled)
			tell_list(doctor, part);
		else if (view->reached && !records)
			tell_log(doctor, part);
		if (!part->is_this)
			tell_missing(doctor, part);
	}
}

bool kc_parts_are_older(const struct kc_store_view *view, bool records)
{
	for (size_t i = 0; i < view->count && view->reached; i++) {
		const struct kc_store_part *part = &view->parts[i];

		if (part->is_out || part->garbled || part->excused)
			continue;
		/* What this device wrote last may have got lost on its way: it is sent again; and
		 * what cannot be read in its place says nothing. */
		if (records ? part->there < (part->is_this ? part->settled : part->list) &&
					(part->there || !part->is_this)
			    : part->last + (part->is_this ? 1 : 0) < part->settled)
			return true;
	}
	return false;
}

const struct kc_store_part *kc_parts_find_damaged(const struct kc_store_view *view)
{
	for (size_t i = 0; i < view->count && view->reached; i++) {
		const struct kc_store_part *part = &view->parts[i];

		if (!part->is_out && (part->damaged || part->spoilt ||
					     (part->hole && is_overdue(part->waiting_since_ms))))
			return part;
	}
	return NULL;
}

bool kc_parts_are_whole(const struct kc_store_view *view, bool records)
{
	if (!view->reached || kc_parts_are_older(view, records) || kc_parts_find_damaged(view))
		return false;
	for (size_t i = 0; i < view->count; i++) {
		const struct kc_store_part *part = &view->parts[i];

		/* What this device wrote last may have got lost on its way. */
		if (part->is_this &&
			(records ? part->there < part->list : part->last < part->settled))
			return false;
	}
	return true;
}

static bool has_twin(const struct kc_store_view *view, const struct kc_store_part *part)
{
	for (size_t i = 0; i < view->count; i++)
		if (&view->parts[i] != part && !view->parts[i].is_out &&
			strcmp(view->parts[i].name, part->name) == 0)
			return true;
	return false;
}

void kc_parts_tell_apart(struct kc_store_view *view)
{
	KC_CLEANUP_FREE bool *twins = calloc(view->count ? view->count : 1, sizeof *twins);

	for (size_t i = 0; twins && i < view->count; i++)
		twins[i] = !view->parts[i].is_out && has_twin(view, &view->parts[i]);
	for (size_t i = 0; twins && i < view->count; i++)
		if (twins[i])
			kc_device_add_number(view->parts[i].name, view->parts[i].id);
}

const struct kc_store_part *kc_parts_find_stuck(const struct kc_store_view *view)
{
	for (size_t i = 0; i < view->count && view->reached; i++)
		if (is_owed(&view->parts[i]) ||
			(!view->parts[i].is_out && (view->parts[i].damaged || view->parts[i].hole)))
			return &view->parts[i];
	return NULL;
}

static bool is_missed(const struct kc_store_part *part)
{
	return is_owed(part) ||
	       (!part->is_out &&
		       (part->damaged || part->hole || (part->waiting_since_ms && !part->is_this)));
}

void kc_parts_print_missing(struct kc_run *run, const struct kc_store_view *view)
{
	for (size_t i = 0; i < view->count; i++) {
		const struct kc_store_part *part = &view->parts[i];
		number stuck = part->is_out ? 0 : part->damaged ? part->damaged : part->hole;

		if (!is_missed(part))
			continue;
		kc_out_push(&run->out, kc_bytes_str("Missing        "));
		if (stuck)
			kc_out_print(&run->out, "number %llu of ", stuck);
		else
			kc_out_push(&run->out, kc_bytes_str("something of "));
		kc_out_name(&run->out, kc_bytes_str(part->name));
		if (part->is_out)
			kc_out_push(&run->out,
				kc_bytes_str(", which is out; on a device that has it, and then "
					     "here: kc sync repair --push-from-here\n"));
		else if (stuck)
			kc_out_print(&run->out,
				", damaged in the store or not there; %s: "
				"kc sync repair --push-from-here\n",
				part->is_this ? "here" : "on it");
		else
			kc_out_push(&run->out, kc_bytes_str(", which has not arrived\n"));
	}
}

void kc_parts_tell_damaged(struct kc_run *run, const struct kc_store_part *part)
{
	if (part->spoilt)
		kc_facts_print(&run->facts, KC_FACT_DAMAGED, "a part (%llu record%s)",
			(number)part->spoilt, part->spoilt == 1 ? "" : "s");
	else if (!part->is_out) /* it mends nothing any more */
		kc_facts_print(&run->facts, KC_FACT_DAMAGED, "number %llu",
			(number)(part->damaged ? part->damaged : part->hole));
	kc_facts_set_str(
		&run->facts, part->is_this ? KC_FACT_MENDER_HERE : KC_FACT_MENDER, part->name);
}

/* --- for programs -------------------------------------------------------------------------------
 */

/* A number of what is there; null when that is not known, or there is none. */
static json_t *there_or_null(uint64_t value, bool known)
{
	return known && value ? json_integer((json_int_t)value) : json_null();
}

static json_t *part_object(
	const struct kc_store_view *view, const struct kc_store_part *part, bool records)
{
	json_t *object = json_object();
	bool logs = view->reached && !records;

	kc_json_set(object, "id", kc_device_id_json(part->id));
	kc_json_set(object, "device", kc_json_text(kc_bytes_str(part->name)));
	kc_json_set(object, "this", json_boolean(part->is_this));
	kc_json_set(object, "out", json_boolean(part->is_out));
	kc_json_set(object, "settled", there_or_null(part->settled, !records));
	kc_json_set(object, "first", there_or_null(part->first, logs));
	kc_json_set(object, "last", there_or_null(part->last, logs));
	kc_json_set(object, "hole", there_or_null(part->hole, logs));
	kc_json_set(object, "damaged", there_or_null(part->damaged, logs));
	kc_json_set(object, "damaged_records",
		records && view->reached ? json_integer((json_int_t)part->spoilt) : json_null());
	kc_json_set(object, "entry", there_or_null(part->list, true));
	kc_json_set(object, "entry_there", there_or_null(part->there, view->reached && records));
	kc_json_set(object, "entry_named", there_or_null(part->named, true));
	kc_json_set(object, "missing_since", kc_json_ms(part->waiting_since_ms));
	return object;
}

json_t *kc_parts_array(const struct kc_store_view *view, bool records)
{
	json_t *array = json_array();

	for (size_t i = 0; i < view->count; i++)
		kc_json_append(array, part_object(view, &view->parts[i], records));
	return array;
}

json_t *kc_parts_missing_array(const struct kc_store_view *view)
{
	json_t *array = json_array();

	for (size_t i = 0; i < view->count; i++) {
		const struct kc_store_part *part = &view->parts[i];
		json_t *object;

		if (!is_missed(part))
			continue;
		object = json_object();
		kc_json_set(object, "device", kc_json_text(kc_bytes_str(part->name)));
		kc_json_set(object, "number",
			there_or_null(part->damaged ? part->damaged : part->hole, true));
		kc_json_set(object, "since", kc_json_ms(part->waiting_since_ms));
		kc_json_append(array, object);
	}
	return array;
}
