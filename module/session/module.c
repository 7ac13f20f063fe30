/* SPDX-License-Identifier: ISC */
/* The state of the process: who holds it, and when it goes. */
#include "module/session/module.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kc_module *current; /* NULL unless initialised; guarded by the lock */

/*
 * In a child there is one thread, and whatever the others of the parent were doing to the tables at
 * that moment is half done. So nothing of the parent's state is used or freed: its memory stays
 * behind, its sockets are not touched.
 */
static void forget_parent(void)
{
	current = NULL;
	pthread_mutex_init(&lock, NULL);
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, forget_parent);
}

static void module_free(struct kc_module *module)
{
	kc_sessions_done(&module->sessions);
	kc_objects_done(&module->objects);
	kc_client_free(module->client);
	pthread_mutex_destroy(&module->telling);
	free(module);
}

static CK_RV module_new(struct kc_module **ret)
{
	struct kc_module *module = calloc(1, sizeof *module);
	kc_err err;

	if (!module)
		return CKR_HOST_MEMORY;
	err = kc_client_new(&module->client);
	if (err != KC_OK) {
		free(module);
		return kc_err_ckr(err);
	}
	pthread_mutex_init(&module->telling, NULL);
	module->users = 1;
	*ret = module;
	return CKR_OK;
}

CK_RV kc_module_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	CK_RV rv;

	pthread_once(&once, watch_forks);
	pthread_mutex_lock(&lock);
	rv = current ? CKR_CRYPTOKI_ALREADY_INITIALIZED : module_new(&current);
	pthread_mutex_unlock(&lock);
	return rv;
}

CK_RV kc_module_stop(void)
{
	struct kc_module *module;

	KC_RV_TRY(kc_module_lock(&module));
	current = NULL;
	kc_sessions_close_all(&module->sessions);
	kc_module_unlock();
	for (unsigned i = 0; i < KC_TOKEN_COUNT; i++)
		kc_token_tell_use(module, (enum kc_token_number)i);
	kc_module_leave(module);
	return CKR_OK;
}

CK_RV kc_module_lock(struct kc_module **ret)
{
	pthread_mutex_lock(&lock);
	if (!current) {
		pthread_mutex_unlock(&lock);
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	}
	*ret = current;
	return CKR_OK;
}

void kc_module_relock(struct kc_module *module)
{
	(void)module; /* named so that only its users call this */
	pthread_mutex_lock(&lock);
}

void kc_module_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

CK_RV kc_module_enter(struct kc_module **ret)
{
	KC_RV_TRY(kc_module_lock(ret));
	(*ret)->users++;
	kc_module_unlock();
	return CKR_OK;
}

void kc_module_leave(struct kc_module *module)
{
	struct kc_session *ended;
	bool is_last;

	pthread_mutex_lock(&lock);
	while ((ended = module->ended)) {
		module->ended = NULL;
		pthread_mutex_unlock(&lock);
		kc_session_free_ended(ended);
		pthread_mutex_lock(&lock);
	}
	is_last = --module->users == 0;
	pthread_mutex_unlock(&lock);
	if (is_last)
		module_free(module);
}
