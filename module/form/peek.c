/* SPDX-License-Identifier: ISC */
/* Looking at memory through the kernel. */
#include "module/form/peek.h"

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

/* A pipe takes bytes out of any memory, and says EFAULT where there is none. */
CK_RV kc_peek(CK_ULONG address, void *ret, size_t len)
{
	bool is_there;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return CKR_GENERAL_ERROR;
	is_there = write(ends[1], (const void *)address, len) == (ssize_t)len &&
		   read(ends[0], ret, len) == (ssize_t)len;
	close(ends[0]);
	close(ends[1]);
	return is_there ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}
