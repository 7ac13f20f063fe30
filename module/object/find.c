/* SPDX-License-Identifier: ISC */
/* From a template to handles. */
#include "module/object/find.h"

#include "module/object/builtin.h"
#include "module/object/fetch.h"
#include "module/object/key_type.h"
#include "module/session/login.h"
#include "module/session/module.h"
#include "module/form/names.h"

/* The handles found so far; owned until the session takes them. */
struct findings {
	struct kc_session *session;
	const struct kc_template *template;
	bool sees_private_items, sees_private_session_objects;
	CK_OBJECT_HANDLE *handles;
	size_t count, allocated;
};

static void findings_done(struct findings *findings)
{
	free(findings->handles);
}

static CK_RV add(struct findings *findings, CK_OBJECT_HANDLE handle)
{
	if (findings->count == findings->allocated) {
		size_t wanted = findings->allocated ? findings->allocated * 2 : 16;
		CK_OBJECT_HANDLE *grown = realloc(findings->handles, wanted * sizeof *grown);
		if (!grown)
			return CKR_HOST_MEMORY;
		findings->handles = grown;
		findings->allocated = wanted;
	}
	findings->handles[findings->count++] = handle;
	return CKR_OK;
}

/* The service hides the items that the lock hides; what an application has in memory it hides
 * itself, and all that is private from the security officer. */
static bool is_visible(const struct findings *findings, const struct kc_object *object)
{
	bool sees_private = kc_object_is_on_token(object) ? findings->sees_private_items
							  : findings->sees_private_session_objects;

	return sees_private || !kc_object_is_private(object);
}

static bool matches(const struct kc_object *object, const struct kc_template *t)
{
	for (CK_ULONG i = 0; i < t->count; i++)
		if (!kc_attribute_equals(object, &t->rows[i]))
			return false;
	return true;
}

/* The kinds of objects that can match: those that have every attribute of the template. */
static unsigned kinds_of(const struct kc_template *t)
{
	unsigned kinds = KC_OBJECT_ALL;

	for (CK_ULONG i = 0; i < t->count; i++) {
		const CK_ATTRIBUTE *given = &t->rows[i];
		CK_ULONG class;

		kinds &= kc_attribute_kinds(given->type);
		if (given->type == CKA_CLASS)
			kinds &= kc_template_get_number(t, CKA_CLASS, 0, &class) == CKR_OK
					 ? kc_object_kind_of_class(class)
					 : 0;
	}
	return kinds;
}

/* The row by which all of the kinds can be looked up in the index for a value; NULL when there is
 * none. An absent value and an empty one are the same here, but not there; and a length that no
 * value has may be the one that says there was none, so nothing behind it is read. */
static const struct kc_attribute *index_row(const CK_ATTRIBUTE *given, unsigned kinds)
{
	const struct kc_attribute *rows, *found = NULL;
	unsigned covered = 0;
	size_t count;

	rows = kc_attribute_rows(&count);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].type != given->type || !(rows[i].kinds & kinds))
			continue;
		if (!(rows[i].given & KC_GIVEN_INDEX) || (found && found->ruler != rows[i].ruler))
			return NULL;
		found = &rows[i];
		covered |= rows[i].kinds;
	}
	return !(kinds & ~covered) && found && given->ulValueLen != 0 &&
			       kc_attribute_check_form(found, given) == CKR_OK
		       ? found
		       : NULL;
}

/* The ruler's attributes that narrow a search for these kinds. */
static void narrow(const struct kc_template *t, unsigned kinds, struct kc_query *query)
{
	for (CK_ULONG i = 0; i < t->count; i++) {
		const struct kc_attribute *row = index_row(&t->rows[i], kinds);

		/* A value that cannot be written cannot be found either. */
		if (row)
			(void)kc_attribute_write(row, &t->rows[i], &query->attrs);
	}
}

/* The type of keys, where the index knows them by one number. */
static void narrow_to_type(const struct kc_template *t, struct kc_query *query)
{
	CK_KEY_TYPE ckk;
	uint32_t type;

	if (kc_template_find(t, CKA_KEY_TYPE) &&
		kc_template_get_number(t, CKA_KEY_TYPE, 0, &ckk) == CKR_OK &&
		kc_key_type_is_one(ckk, &type))
		kc_attrs_set_number(&query->attrs, KC_ATTR_TYPE, type);
}

/* The half of a pair, or a secret key, where only one kind can match. */
static void narrow_to_class(unsigned kinds, struct kc_query *query)
{
	/* clang-format off */
	static const struct {
		unsigned kind;
		enum kc_key_class class;
	} classes[] = {
		{KC_OBJECT_PUBLIC,  KC_KEY_PUBLIC},
		{KC_OBJECT_PRIVATE, KC_KEY_PRIVATE},
		{KC_OBJECT_SECRET,  KC_KEY_SYMMETRIC},
	};
	/* clang-format on */

	for (size_t i = 0; i < KC_COUNT_OF(classes); i++)
		if (kinds == classes[i].kind)
			kc_attrs_set_number(&query->attrs, KC_ATTR_KCLS, classes[i].class);
}

/* Whether an attribute of the template is in the secret part. */
static bool needs_secret(const struct kc_template *t)
{
	return kc_template_find(t, CKA_VALUE) || kc_template_find(t, CKA_CHECK_VALUE);
}

/* One search of the service, in one class of items or (0) in all. */
static CK_RV search(struct findings *findings, kc_name class, unsigned kinds)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list list = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	struct kc_session *session = findings->session;
	struct kc_token_status seen;
	/* A certificate's value is what everybody asks for next. */
	bool with_secret = class != 0 && class != KC_CLASS_KEY &&
			   (class == KC_CLASS_CERTIFICATE || needs_secret(findings->template));
	kc_err err;

	kc_token_status(session->module, &seen);
	query.class = class;
	query.sync = kc_token_facts(session->token)->sync;
	query.want = KC_WANT_ATTRS | KC_WANT_HIDDEN | (with_secret ? KC_WANT_SECRET : 0u);
	query.skip_locked = true;
	narrow(findings->template, kinds, &query);
	narrow_to_class(kinds, &query);
	if (class == KC_CLASS_KEY)
		narrow_to_type(findings->template, &query);
	KC_RV_OF(kc_attrs_check(&query.attrs));
	err = kc_client_item_find(session->module->client, &query, &list);
	if (err == KC_E_NOT_FOUND || err == KC_E_LOCKED)
		return CKR_OK;
	KC_RV_OF(err);
	for (size_t i = 0; i < list.count; i++) {
		KC_CLEANUP_OBJECT struct kc_object *object = NULL;
		KC_RV_TRY(
			kc_object_new(session->token, &list.rows[i], with_secret, &seen, &object));
		if (!object || !is_visible(findings, object) ||
			!matches(object, findings->template))
			continue;
		KC_RV_TRY(kc_fetch_keep(session, object));
		KC_RV_TRY(add(findings, object->handle));
	}
	return CKR_OK;
}

/* The service is asked once where one class of items holds all that can match, or any can. */
static CK_RV search_token(struct findings *findings, unsigned kinds)
{
	static const struct {
		kc_name class;
		unsigned kinds;
	} classes[] = {
		{KC_CLASS_KEY, KC_OBJECT_KEY},
		{KC_CLASS_CERTIFICATE, KC_OBJECT_CERTIFICATE},
		{KC_CLASS_GENERIC, KC_OBJECT_DATA},
		{KC_CLASS_INTERNET, KC_OBJECT_DATA},
	};

	if (kinds == KC_OBJECT_ITEM)
		return search(findings, 0, kinds);
	for (size_t i = 0; i < KC_COUNT_OF(classes); i++)
		if (classes[i].kinds & kinds)
			KC_RV_TRY(search(findings, classes[i].class, classes[i].kinds & kinds));
	return CKR_OK;
}

static CK_RV look_at(struct kc_object *object, void *context)
{
	struct findings *findings = context;

	if (!is_visible(findings, object) || !matches(object, findings->template))
		return CKR_OK;
	return add(findings, object->handle);
}

static CK_RV look_at_builtin(struct kc_object *object, void *context)
{
	struct findings *findings = context;

	if (!matches(object, findings->template))
		return CKR_OK;
	KC_RV_TRY(kc_fetch_keep(findings->session, object));
	return add(findings, object->handle);
}

/* Whether a key of a session is still there: a lock ends private ones, the end of the service all,
 * and nobody tells. */
static CK_RV is_there(struct kc_session *session, CK_OBJECT_HANDLE handle, bool *ret)
{
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;
	KC_CLEANUP_ATTRS struct kc_attrs nothing = KC_ATTRS_INIT;
	kc_err err;

	*ret = kc_fetch_known(session, handle, &object) == CKR_OK;
	if (!*ret || !kc_object_is_transient(object))
		return CKR_OK;
	err = kc_client_key_amend(session->module->client, object->item.id, &nothing);
	*ret = err != KC_E_NOT_FOUND;
	if (*ret)
		return kc_err_ckr(err);
	kc_fetch_forget(session, handle);
	return CKR_OK;
}

static CK_RV search_session_objects(struct findings *findings)
{
	struct kc_module *module = findings->session->module;
	size_t kept = findings->count;
	CK_RV rv;

	kc_module_relock(module);
	rv = kc_objects_each_session_object(
		&module->objects, findings->session->token, look_at, findings);
	kc_module_unlock();
	for (size_t i = kept; rv == CKR_OK && i < findings->count; i++) {
		bool is_kept;

		rv = is_there(findings->session, findings->handles[i], &is_kept);
		if (is_kept)
			findings->handles[kept++] = findings->handles[i];
	}
	findings->count = kept;
	return rv;
}

CK_RV kc_find_all(struct kc_session *session, const struct kc_template *t)
{
	__attribute__((cleanup(findings_done))) struct findings findings = {
		.session = session,
		.template = t,
	};
	unsigned kinds = kinds_of(t), items = kinds & KC_OBJECT_ITEM;
	bool on_token, wants_token;

	findings.sees_private_items = !kc_login_is_officer(session->module, session->token);
	findings.sees_private_session_objects =
		kc_login_check_private(session->module, session->token) == CKR_OK;
	KC_RV_TRY(kc_template_get_flag(t, CKA_TOKEN, true, &on_token));
	wants_token = kc_template_find(t, CKA_TOKEN) != NULL;
	if (items && on_token)
		KC_RV_TRY(search_token(&findings, items));
	if (items && !(wants_token && on_token))
		KC_RV_TRY(search_session_objects(&findings));
	if (!items && on_token)
		KC_RV_TRY(kc_builtin_each(session->token, kinds, look_at_builtin, &findings));
	session->search = (struct kc_search){
		.is_active = true,
		.handles = findings.handles,
		.count = findings.count,
	};
	findings.handles = NULL;
	return CKR_OK;
}
