/* SPDX-License-Identifier: ISC */
/* The readers that attributes.def names; each makes one attribute's value of an object. */
#ifndef KC_MODULE_OBJECT_READERS_H
#define KC_MODULE_OBJECT_READERS_H

#include "module/object/attribute.h"

#define KC_READER(name)                                                                        \
	CK_RV kc_reader_##name(const struct kc_object *object, const struct kc_attribute *row, \
		struct kc_cell *cell)

/* of any object: reader.c */
KC_READER(class);
KC_READER(token);
KC_READER(is_private);
KC_READER(unique_id);
KC_READER(flag);
KC_READER(number);
KC_READER(numbers);
KC_READER(synced);
KC_READER(view);
KC_READER(which);
KC_READER(bytes);
KC_READER(date);
KC_READER(false);
KC_READER(zero);
KC_READER(application);
KC_READER(secret);
KC_READER(certificate);
KC_READER(certificate_key);
KC_READER(name_hash);
KC_READER(check_value);

/* of keys: reader_key.c */
KC_READER(key_type);
KC_READER(made_by);
KC_READER(use);
KC_READER(rsa_flag);
KC_READER(spki);
KC_READER(modulus);
KC_READER(modulus_bits);
KC_READER(exponent);
KC_READER(ec_params);
KC_READER(ec_point);
KC_READER(private_part);
KC_READER(secret_value);
KC_READER(value_len);
KC_READER(id); /* of certificates too */

#endif
