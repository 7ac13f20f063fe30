/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.4: the library as a whole. */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "module/form/fixed.h"
#include "module/session/module.h"
#include "module/form/peek.h"

/*
 * All four mutex functions or none. The module locks with the operating system's mutexes either
 * way: every thread of a Linux process is one that those know, whatever the application locks with
 * itself, and no function of the application is ever called under a lock of ours.
 */
static bool are_mutexes_fine(const CK_C_INITIALIZE_ARGS *args)
{
	int given = (args->CreateMutex != NULL) + (args->DestroyMutex != NULL) +
		    (args->LockMutex != NULL) + (args->UnlockMutex != NULL);

	return given == 0 || given == 4;
}

/* p11-kit hands over what its configuration says as x-init-reserved: a text, in which there is
 * nothing to be said to this module. Anything else the standard refuses. */
static bool is_reserved_fine(const void *reserved)
{
	unsigned char first;

	return !reserved ||
	       (kc_peek((CK_ULONG)reserved, &first, 1) == CKR_OK && first >= ' ' && first < 0x7f);
}

static CK_RV check_args(const CK_C_INITIALIZE_ARGS *args)
{
	return are_mutexes_fine(args) && is_reserved_fine(args->pReserved) ? CKR_OK
									   : CKR_ARGUMENTS_BAD;
}

/* Nobody's wish about threads matters: the module starts none. */
CK_RV C_Initialize(CK_VOID_PTR args)
{
	if (args)
		KC_RV_TRY(check_args(args));
	return kc_module_start();
}

CK_RV C_Finalize(CK_VOID_PTR reserved)
{
	if (reserved)
		return CKR_ARGUMENTS_BAD;
	return kc_module_stop();
}

/* "major.minor" at the start of the package's version. */
static CK_VERSION library_version(void)
{
	char *end;
	unsigned long major = strtoul(PACKAGE_VERSION, &end, 10);
	unsigned long minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;

	return (CK_VERSION){(CK_BYTE)major, (CK_BYTE)minor};
}

CK_RV C_GetInfo(CK_INFO_PTR info)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;

	KC_RV_TRY(kc_module_enter(&module));
	if (!info)
		return CKR_ARGUMENTS_BAD;
	*info = (CK_INFO){
		.cryptokiVersion = {3, 1}, /* the newest of c_interface.c */
		.libraryVersion = library_version(),
	};
	KC_FIXED(info->manufacturerID, KC_MANUFACTURER);
	KC_FIXED(info->libraryDescription, "Keycircle keychain");
	return CKR_OK;
}
