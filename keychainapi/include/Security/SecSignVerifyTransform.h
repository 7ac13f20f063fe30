/* SPDX-License-Identifier: ISC */
/* Programs include it besides SecKey.h. There are no transforms here, and so there is nothing in
 * it. */
#ifndef SECURITY_SECSIGNVERIFYTRANSFORM_H
#define SECURITY_SECSIGNVERIFYTRANSFORM_H

#include <Security/SecBase.h>

#endif
