/* SPDX-License-Identifier: ISC */
/* Keys of one program: what they are, whose they are, how long they last, and how many. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "backend/keychain_owned.h"
#include "tests/backend/own.h"
#include "tests/check.h"

static void they_say_what_they_are(void)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list pair = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND struct kc_found aes = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(own_generate(&home, KC_SECRET_AES, 256, "labl=mine", &aes));
	CHECK((aes.id & KC_TRANSIENT_BIT) != 0);
	CHECK(aes.class == KC_CLASS_KEY && aes.version == 1);
	own_check(&aes.attrs,
		"kcls=2 bsiz=256 esiz=256 locl=1 sens=1 asen=1 extr=0 next=1 priv=1 encr=1 decr=1 "
		"sign=1 wrap=1 unwp=1 drve=0",
		"AES");
	CHECK(strcmp(words_text(&aes.attrs, "labl"), "mine") == 0);
	CHECK(kc_attrs_get_bytes(&aes.attrs, KC_NAME('k', 'c', 'v', 'l')).len == 3);
	CHECK(words_count(&home, KC_CLASS_KEY, "") == 0);

	CHECK_OK_FATAL(own_generate_pair(&home, KC_KEY_EC, 256, "sens=#0 extr=#1", "labl=p",
		KC_KEEP_PRIVATE_TRANSIENT | KC_KEEP_PUBLIC_TRANSIENT, &pair));
	CHECK_FATAL(pair.count == 2);
	own_check(&pair.rows[0].attrs, "kcls=1 type=73 locl=1 sens=0 asen=0 extr=1 next=0", "EC");
	own_check(&pair.rows[1].attrs, "kcls=0 type=73 vrfy=1", "EC, public");
	CHECK((pair.rows[0].id & KC_TRANSIENT_BIT) != 0 && pair.rows[1].id == 0);
	CHECK(words_count(&home, KC_CLASS_KEY, "") == 0);
}

/* Each half goes where it is wanted. */
static void halves_go_where_they_are_wanted(void)
{
	static const struct {
		unsigned keep;
		size_t count, privates, publics;
	} rows[] = {
		{0, 2, 1, 1},
		{KC_KEEP_NO_PUBLIC, 1, 1, 0},
		{KC_KEEP_PUBLIC_TRANSIENT, 2, 1, 0},
		{KC_KEEP_PRIVATE_TRANSIENT, 2, 0, 1},
		{KC_KEEP_PRIVATE_TRANSIENT | KC_KEEP_NO_PUBLIC, 1, 0, 0},
	};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list made = KC_FOUND_LIST_INIT;
		char labels[2][32], query[2][48];

		for (int half = 0; half < 2; half++) {
			snprintf(labels[half], sizeof labels[half], "labl=%zu", i);
			snprintf(query[half], sizeof query[half], "kcls=#%d labl=%zu", half, i);
		}
		CHECK_OK_FATAL(own_generate_pair(
			&home, KC_KEY_ED25519, 256, labels[1], labels[0], rows[i].keep, &made));
		CHECK(made.count == rows[i].count);
		CHECK(words_count(&home, KC_CLASS_KEY, query[1]) == rows[i].privates);
		CHECK(words_count(&home, KC_CLASS_KEY, query[0]) == rows[i].publics);
	}
	/* The stored half is refused: the transient one is not left alone. */
	{
		KC_CLEANUP_FOUND_LIST struct kc_found_list made = KC_FOUND_LIST_INIT;
		size_t before = kc_keychain_owned_count(home.keychain, KC_OWNED_KEY);

		CHECK_ERR(own_generate_pair(&home, KC_KEY_ED25519, 256, "", "svce=x",
				  KC_KEEP_PRIVATE_TRANSIENT, &made),
			KC_E_NO_SUCH_ATTR);
		CHECK(kc_keychain_owned_count(home.keychain, KC_OWNED_KEY) == before);
	}
}

static void they_are_of_one_program(void)
{
	struct kc_caller other = home_user, nobody = home_user;
	KC_CLEANUP_FOUND struct kc_found key = {0};
	KC_CLEANUP_FOUND struct kc_found copy = {0};
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs changes = KC_ATTRS_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	other.program = 77;
	nobody.program = 0;
	home_init(&home);
	CHECK_OK_FATAL(own_create(
		&home, "kcls=#2 labl=k sens=#0 extr=#1 encr=#1", "sixteen bytes of", true, &key));
	CHECK_OK(kc_keychain_key_reveal(home.keychain, &home_user, key.id, &value));
	CHECK(kc_bytes_equal(kc_secret_bytes(&value), kc_bytes_str("sixteen bytes of")));
	words_attrs(&changes, "labl=theirs");
	CHECK_ERR(kc_keychain_key_reveal(home.keychain, &other, key.id, &value), KC_E_NOT_FOUND);
	CHECK_ERR(kc_keychain_key_reveal(home.keychain, &nobody, key.id, &value), KC_E_NOT_FOUND);
	CHECK_ERR(kc_keychain_key_amend(home.keychain, &other, key.id, &changes), KC_E_NOT_FOUND);
	CHECK_ERR(kc_keychain_key_forget(home.keychain, &other, key.id), KC_E_NOT_FOUND);
	CHECK_ERR(kc_keychain_key_copy(home.keychain, &other, key.id, &changes, true, &copy),
		KC_E_NOT_FOUND);
	CHECK_ERR(own_mac(&home, &other, key.id), KC_E_NOT_FOUND);
	CHECK_OK(own_mac(&home, &home_user, key.id));
	/* Who is no program has none of its own. */
	CHECK_ERR(kc_keychain_key_create(
			  home.keychain, &nobody, kc_bytes_str("x"), &key.attrs, true, &copy),
		KC_E_PARAM);
	/* The program ends, and what it had is gone. */
	kc_keychain_program_gone(home.keychain, other.program);
	CHECK_OK(own_mac(&home, &home_user, key.id));
	kc_keychain_program_gone(home.keychain, home_user.program);
	CHECK_ERR(own_mac(&home, &home_user, key.id), KC_E_NOT_FOUND);
	CHECK(kc_keychain_owned_count(home.keychain, KC_OWNED_KEY) == 0);
}

static void private_ones_last_until_a_lock(void)
{
	KC_CLEANUP_FOUND struct kc_found private = {0};
	KC_CLEANUP_FOUND struct kc_found public = {0};
	KC_CLEANUP_FOUND struct kc_found late = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(own_create(&home, "kcls=#2", "a", true, &private));
	CHECK_OK_FATAL(own_create(&home, "kcls=#2 priv=#0", "b", true, &public));
	kc_keychain_lock(home.keychain);
	CHECK_ERR(own_mac(&home, &home_user, private.id), KC_E_NOT_FOUND);
	CHECK_OK(own_mac(&home, &home_user, public.id));
	CHECK_ERR(own_create(&home, "kcls=#2", "c", true, &late), KC_E_LOCKED);
	CHECK_OK(own_create(&home, "kcls=#2 priv=#0", "d", true, &late));
	home_unlock(&home);
	CHECK_ERR(own_mac(&home, &home_user, private.id), KC_E_NOT_FOUND);
	CHECK_OK(own_mac(&home, &home_user, public.id));
	CHECK(kc_keychain_owned_count(home.keychain, KC_OWNED_KEY) == 2);
}

static void changes_go_one_way(void)
{
	static const struct {
		const char *made, *changes, *then;
		kc_err err;
	} rows[] = {
		{"sens=#0 extr=#1", "labl=new sign=#0", "sens=0 extr=1 sign=0", KC_OK},
		{"sens=#0 extr=#1", "sens=#1 extr=#0", "sens=1 extr=0 asen=0 next=0", KC_OK},
		{"sens=#0 extr=#1", "wwtr=#1", "wwtr=1", KC_OK},
		{"sens=#1 extr=#1", "sens=#0", "sens=1", KC_E_NOT_ALLOWED},
		{"sens=#1 extr=#0", "extr=#1", "extr=0", KC_E_NOT_ALLOWED},
		{"sens=#1 extr=#1 wwtr=#1", "wwtr=#0", "wwtr=1", KC_E_NOT_ALLOWED},
		{"sens=#1 extr=#1 priv=#1", "priv=#0", "priv=1", KC_E_NOT_ALLOWED},
		/* What a key is, it says itself. */
		{"sens=#1 extr=#0", "locl=#1 asen=#1 next=#1 kcls=#0 bsiz=#8 type=#1",
			"locl=0 asen=0 next=0 kcls=2 bsiz=40", KC_OK},
		{"sens=#1 extr=#0", "svce=x", "sens=1", KC_E_NO_SUCH_ATTR},
	};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		for (int copied = 0; copied < 2; copied++) {
			KC_CLEANUP_FOUND struct kc_found key = {0};
			KC_CLEANUP_FOUND struct kc_found copy = {0};
			KC_CLEANUP_ATTRS struct kc_attrs changes = KC_ATTRS_INIT;
			KC_CLEANUP_ATTRS struct kc_attrs none = KC_ATTRS_INIT;
			char made[128];

			snprintf(made, sizeof made, "kcls=#2 %s", rows[i].made);
			CHECK_OK_FATAL(own_create(&home, made, "value", true, &key));
			words_attrs(&changes, rows[i].changes);
			if (copied) {
				kc_err err = kc_keychain_key_copy(
					home.keychain, &home_user, key.id, &changes, i % 2, &copy);
				CHECK_MSG(err == rows[i].err, rows[i].changes);
			} else {
				CHECK_ERR(kc_keychain_key_amend(
						  home.keychain, &home_user, key.id, &changes),
					rows[i].err);
				CHECK_OK_FATAL(kc_keychain_key_copy(
					home.keychain, &home_user, key.id, &none, true, &copy));
			}
			if (!copied || rows[i].err == KC_OK)
				own_check(&copy.attrs, rows[i].then, rows[i].changes);
		}
}

/* A change does not touch the key itself, nor the id. */
static void a_changed_key_is_the_same(void)
{
	KC_CLEANUP_FOUND struct kc_found key = {0};
	KC_CLEANUP_ATTRS struct kc_attrs changes = KC_ATTRS_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(own_create(&home, "kcls=#2", "value", true, &key));
	CHECK_OK(own_mac(&home, &home_user, key.id));
	words_attrs(&changes, "sign=#0");
	CHECK_OK(kc_keychain_key_amend(home.keychain, &home_user, key.id, &changes));
	CHECK_ERR(own_mac(&home, &home_user, key.id), KC_E_KEY_USE);
	kc_attrs_set_number(&changes, KC_NAME('s', 'i', 'g', 'n'), 1);
	CHECK_OK(kc_keychain_key_amend(home.keychain, &home_user, key.id, &changes));
	CHECK_OK(own_mac(&home, &home_user, key.id));
	CHECK(kc_keychain_owned_count(home.keychain, KC_OWNED_KEY) == 1);
	CHECK_OK(kc_keychain_key_forget(home.keychain, &home_user, key.id));
	CHECK_ERR(kc_keychain_key_forget(home.keychain, &home_user, key.id), KC_E_NOT_FOUND);
	CHECK_ERR(own_mac(&home, &home_user, key.id), KC_E_NOT_FOUND);
	/* Items are changed and deleted as items. */
	CHECK_OK_FATAL(own_create(&home, "kcls=#2 labl=i", "value", false, &key));
	CHECK(!(key.id & KC_TRANSIENT_BIT));
	CHECK_ERR(
		kc_keychain_key_amend(home.keychain, &home_user, key.id, &changes), KC_E_NOT_FOUND);
	CHECK_ERR(kc_keychain_key_forget(home.keychain, &home_user, key.id), KC_E_NOT_FOUND);
	CHECK_OK(own_mac(&home, &home_user, key.id));
}

/* In number and in bytes; another program is not concerned. */
static void they_are_bounded(void)
{
	struct kc_caller other = home_user;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf large = KC_BUF_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;
	kc_err err = KC_OK;
	unsigned count = 0;

	other.program = 78;
	home_init(&home);
	words_attrs(&attrs, "kcls=#2");
	while (err == KC_OK && count < 5000) {
		KC_CLEANUP_FOUND struct kc_found key = {0};
		err = own_create(&home, "kcls=#2", "k", true, &key);
		count += err == KC_OK;
		if (count == 4096 && err == KC_OK)
			CHECK_OK(kc_keychain_key_forget(home.keychain, &home_user, key.id));
	}
	CHECK_ERR(err, KC_E_BUSY);
	CHECK(count == 4097); /* one was forgotten */
	kc_buf_extend(&large, (size_t)60 << 10);
	kc_attrs_set_bytes(&attrs, KC_NAME('l', 'a', 'b', 'l'), kc_buf_bytes(&large));
	kc_attrs_set_bytes(&attrs, KC_NAME('a', 't', 'a', 'g'), kc_buf_bytes(&large));
	for (err = KC_OK, count = 0; err == KC_OK && count < 5000; count += err == KC_OK) {
		KC_CLEANUP_FOUND struct kc_found key = {0};
		err = kc_keychain_key_create(
			home.keychain, &other, kc_bytes_str("k"), &attrs, true, &key);
	}
	CHECK_ERR(err, KC_E_BUSY);
	CHECK(count > 200 && count < 300); /* 32 MiB of more than 120 KiB */
	kc_keychain_program_gone(home.keychain, other.program);
	kc_keychain_program_gone(home.keychain, home_user.program);
	CHECK(kc_keychain_owned_count(home.keychain, KC_OWNED_KEY) == 0);
}

struct makers {
	struct home *home;
	atomic_bool stop;
	atomic_uint made, refused;
};

static void *make_keys(void *argument)
{
	struct makers *makers = argument;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;

	kc_attrs_set_number(&attrs, KC_NAME('k', 'c', 'l', 's'), KC_KEY_SYMMETRIC);
	while (!atomic_load(&makers->stop)) {
		KC_CLEANUP_FOUND struct kc_found key = {0};
		kc_err err = kc_keychain_key_create(makers->home->keychain, &home_user,
			kc_bytes_str("value"), &attrs, true, &key);

		atomic_fetch_add(err == KC_OK ? &makers->made : &makers->refused, 1);
		if (err == KC_OK)
			err = own_mac(makers->home, &home_user, key.id);
		CHECK(err == KC_OK || err == KC_E_LOCKED || err == KC_E_NOT_FOUND ||
			err == KC_E_BUSY);
	}
	return NULL;
}

/* However a lock meets the making of a key: afterwards there is none. */
static void a_lock_leaves_none_behind(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	struct makers makers = {.home = &home};
	pthread_t threads[3];

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(threads); i++)
		CHECK_FATAL(pthread_create(&threads[i], NULL, make_keys, &makers) == 0);
	for (unsigned i = 0, before = 0; i < 30; i++) {
		while (atomic_load(&makers.made) == before)
			sched_yield();
		kc_keychain_lock(home.keychain);
		CHECK(kc_keychain_owned_count(home.keychain, KC_OWNED_KEY) == 0);
		before = atomic_load(&makers.made); /* while there are none: they may all be made at
						       once afterwards */
		home_unlock(&home);
	}
	kc_keychain_lock(home.keychain);
	atomic_store(&makers.stop, true);
	for (size_t i = 0; i < KC_COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	CHECK(kc_keychain_owned_count(home.keychain, KC_OWNED_KEY) == 0);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(they_say_what_they_are),
		CHECK_TEST(halves_go_where_they_are_wanted),
		CHECK_TEST(they_are_of_one_program),
		CHECK_TEST(private_ones_last_until_a_lock),
		CHECK_TEST(changes_go_one_way),
		CHECK_TEST(a_changed_key_is_the_same),
		CHECK_TEST(they_are_bounded),
		CHECK_TEST(a_lock_leaves_none_behind),
	};
	home_use_memory();
	return check_main("transients", tests, KC_COUNT_OF(tests));
}
