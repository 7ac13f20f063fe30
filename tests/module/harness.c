/* SPDX-License-Identifier: ISC */
/* A keychain, a service and the module for tests. */
#include "tests/module/harness.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire/client.h"

CK_BBOOL harness_true = CK_TRUE, harness_false = CK_FALSE;
const CK_BYTE harness_p256[10] = {0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};

static char home[] = "/tmp/keycircle-module-XXXXXX";
static struct kc_client *owner;
static void *library;

__attribute__((noreturn)) static void die(const char *what)
{
	fprintf(stderr, "cannot test: %s\n", what);
	exit(1);
}

static void must(kc_err err, const char *what)
{
	if (err == KC_OK)
		return;
	fprintf(stderr, "%s: %s\n", what, kc_err_text(err));
	die("the keychain does not work");
}

/* A file of the build tree: where make check says it is, else here. */
static const char *built(const char *name, char ret[static 512])
{
	const char *top = getenv("top_builddir");

	snprintf(ret, 512, "%s/%s", top ? top : ".", name);
	return ret;
}

static void write_settings(const char *settings)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof path, "%s/config", home);
	if (mkdir(path, 0700) != 0)
		die("no folder for kc.conf");
	snprintf(path, sizeof path, "%s/config/kc.conf", home);
	file = fopen(path, "w");
	if (!file || fputs(settings, file) < 0 || fclose(file) != 0)
		die("no kc.conf");
}

void harness_start(void)
{
	harness_start_with(NULL);
}

void harness_start_with(const char *settings)
{
	char path[512];

	if (!mkdtemp(home))
		die("no temporary folder");
	if (settings)
		write_settings(settings);
	setenv("KEYCIRCLE_HOME", home, 1);
	setenv("KEYCIRCLED", built("tests/service/keycircled-fast", path), 0);
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("DISPLAY");
	must(kc_client_new(&owner), "client");
	must(kc_client_setup(owner, kc_bytes_str(HARNESS_PASSWORD), "test"), "setup");
}

void harness_stop(void)
{
	pid_t child;

	must(kc_client_stop(owner), "stop");
	kc_client_free(owner);
	child = fork();
	if (child == 0) {
		execlp("rm", "rm", "-rf", home, (char *)NULL);
		_exit(127);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}

void harness_lock(void)
{
	must(kc_client_lock(owner), "lock");
}

void harness_unlock(void)
{
	must(kc_client_unlock(owner, kc_bytes_str(HARNESS_PASSWORD)), "unlock");
}

struct kc_client *harness_client(void)
{
	return owner;
}

CK_FUNCTION_LIST *harness_load(void)
{
	CK_FUNCTION_LIST *list;
	CK_C_GetFunctionList get;
	char path[512];

	library = dlopen(built(".libs/keycircle-pkcs11.so", path), RTLD_NOW | RTLD_LOCAL);
	if (!library)
		die(dlerror());
	get = (CK_C_GetFunctionList)harness_symbol("C_GetFunctionList");
	if (!get || get(&list) != CKR_OK)
		die("no function list");
	return list;
}

void harness_unload(void)
{
	dlclose(library);
}

void *harness_symbol(const char *name)
{
	return dlsym(library, name);
}

struct fixture harness_begin(CK_SLOT_ID slot, CK_FLAGS flags)
{
	struct fixture fixture = {.f = harness_load()};
	CK_RV rv = fixture.f->C_Initialize(NULL);

	if (rv == CKR_CRYPTOKI_ALREADY_INITIALIZED) { /* a test before ended where it failed */
		CHECK_RV(fixture.f->C_Finalize(NULL), CKR_OK);
		rv = fixture.f->C_Initialize(NULL);
	}
	CHECK_RV_FATAL(rv, CKR_OK);
	CHECK_RV_FATAL(fixture.f->C_OpenSession(
			       slot, CKF_SERIAL_SESSION | flags, NULL, NULL, &fixture.session),
		CKR_OK);
	return fixture;
}

void harness_end(struct fixture *fixture)
{
	CHECK_RV(fixture->f->C_Finalize(NULL), CKR_OK);
	harness_unload();
}

size_t harness_find(const struct fixture *fixture, CK_ATTRIBUTE *template, CK_ULONG count,
	CK_OBJECT_HANDLE *found, size_t room)
{
	CK_ULONG got = 0;

	CHECK_RV_FATAL(fixture->f->C_FindObjectsInit(fixture->session, template, count), CKR_OK);
	CHECK_RV(fixture->f->C_FindObjects(fixture->session, found, room, &got), CKR_OK);
	CHECK_RV(fixture->f->C_FindObjectsFinal(fixture->session), CKR_OK);
	return got;
}

void harness_make_pair(const struct fixture *fixture, CK_MECHANISM_TYPE mechanism,
	const char *label, CK_OBJECT_HANDLE *ret_public, CK_OBJECT_HANDLE *ret_private)
{
	static const CK_BYTE ed25519[] = {0x06, 3, 0x2b, 0x65, 0x70};
	CK_MECHANISM asked = {mechanism, NULL, 0};
	CK_ULONG bits = 2048;
	CK_ATTRIBUTE public[] = {
		ATTR(CKA_TOKEN, harness_true),
		{CKA_LABEL, (void *)(uintptr_t)label, strlen(label)},
		ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
	};
	CK_ATTRIBUTE private[] = {
		ATTR(CKA_TOKEN, harness_true),
		{CKA_LABEL, (void *)(uintptr_t)label, strlen(label)},
	};

	if (mechanism == CKM_RSA_PKCS_KEY_PAIR_GEN)
	public[2] = (CK_ATTRIBUTE)ATTR(CKA_MODULUS_BITS, bits);
	else if (mechanism == CKM_EC_EDWARDS_KEY_PAIR_GEN) public[2] =
		(CK_ATTRIBUTE)ATTR_BYTES(CKA_EC_PARAMS, ed25519);
	CHECK_RV_FATAL(fixture->f->C_GenerateKeyPair(fixture->session, &asked, public, 3, private,
			       2, ret_public, ret_private),
		CKR_OK);
}

bool harness_check(CK_RV got, CK_RV wanted, const char *expr, const char *file, int line)
{
	char words[256];

	snprintf(words, sizeof words, "%s is 0x%lx, not 0x%lx", expr, got, wanted);
	return CU_assertImplementation(
		got == wanted ? CU_TRUE : CU_FALSE, (unsigned)line, words, file, "", CU_FALSE);
}
