/* SPDX-License-Identifier: ISC */
/* Reading and forgetting transient keys. */
#include "module/transient.h"

#include "module/fetch.h"
#include "module/keyform.h"
#include "module/module.h"

/* An object's value is in the form of items: what the service gives of a private key is PKCS#8. */
static CK_RV set_value(
	const struct kc_object *object, struct kc_bytes value, struct kc_secret *secret)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;

	if (object->kind == KC_OBJECT_PRIVATE) {
		KC_RV_OF(kc_keyform_open_pkcs8(value, kc_object_spki(object), &stored));
		value = kc_buf_bytes(&stored);
	}
	return kc_err_ckr(kc_secret_set(secret, value));
}

CK_RV kc_transient_reveal(
	struct kc_session *session, const struct kc_object *object, struct kc_object **ret)
{
	KC_CLEANUP_FOUND struct kc_found found = {.class = object->item.class, .has_secret = true};
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;
	struct kc_object *full;
	kc_err err = kc_client_key_reveal(session->module->client, object->item.id, &value);

	if (err == KC_E_NOT_FOUND)
		return CKR_OBJECT_HANDLE_INVALID;
	KC_RV_OF(err);
	KC_RV_TRY(set_value(object, kc_secret_bytes(&value), &found.secret));
	KC_RV_OF(kc_attrs_dup(&object->item.attrs, &found.attrs));
	found.id = object->item.id;
	KC_RV_TRY(kc_object_new(object->token, &found, true, NULL, &full));
	full->session = object->session;
	full->handle = object->handle;
	*ret = full;
	return CKR_OK;
}

/* A key that cannot be forgotten now goes with this program. */
void kc_transient_sweep(struct kc_module *module)
{
	struct kc_objects *objects = &module->objects;
	uint64_t *gone;
	size_t count;

	kc_module_relock(module);
	gone = objects->gone;
	count = objects->gone_count;
	objects->gone = NULL;
	objects->gone_count = objects->gone_allocated = 0;
	kc_module_unlock();
	for (size_t i = 0; i < count; i++)
		(void)!kc_client_key_forget(module->client, gone[i]);
	free(gone);
}
