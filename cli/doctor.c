/* SPDX-License-Identifier: ISC */
/* Findings go out as they come: who reads them wants to see where looking took long. */
#include "cli/doctor.h"

#include <stdarg.h>
#include <stdio.h>

#include "cli/json.h"

kc_err kc_doctor_init(struct kc_doctor *doctor, struct kc_run *run)
{
	*doctor = (struct kc_doctor){.run = run, .checks = json_array()};
	return doctor->checks ? KC_OK : KC_ERR(NO_MEMORY);
}

void kc_doctor_done(struct kc_doctor *doctor)
{
	json_decref(doctor->checks);
	doctor->checks = NULL;
}

static const char *sign_of(const struct kc_look *look, enum kc_doctor_verdict verdict)
{
	static const char *const signs[] = {"✓ ", "! ", "✗ "};
	static const char *const words[] = {"ok: ", "note: ", "wrong: "};

	return look->utf8 && !look->plain ? signs[verdict] : words[verdict];
}

void kc_doctor_find(struct kc_doctor *doctor, const char *check, enum kc_doctor_verdict verdict,
	const char *format, ...)
{
	static const char *const names[] = {"good", "note", "bad"};
	struct kc_out *out = &doctor->run->out;
	json_t *object;
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	doctor->bad += verdict == KC_DOCTOR_BAD;
	if (!kc_run_json(doctor->run)) {
		kc_out_push(out, kc_bytes_str(sign_of(&out->look, verdict)));
		kc_out_words(out, kc_bytes_str(text));
		kc_out_push(out, kc_bytes_str("\n"));
		return;
	}
	object = json_object();
	kc_json_set(object, "check", json_string(check));
	kc_json_set(object, "verdict", json_string(names[verdict]));
	kc_json_set(object, "text", kc_json_text(kc_bytes_str(text)));
	kc_json_append(doctor->checks, object);
}
