#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Alters an operation of a store's folder, as a store could that means harm.

usage: alter.py flip FILE OFFSET   one bit of one byte; a negative offset counts from the end
       alter.py lie  FILE OFFSET   the same, with the digest put right again
       alter.py cut  FILE LENGTH   only the beginning is left
"""
import hashlib
import sys

DIGEST = 34  # of an operation: an OCTET STRING of 32 bytes at its end


def main():
    how, path, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(path, "rb") as file:
        data = bytearray(file.read())
    if how == "cut":
        data = data[:number]
    else:
        data[number] ^= 1
    if how == "lie":
        header = 2 + (data[1] & 0x7F if data[1] & 0x80 else 0)
        data[-32:] = hashlib.sha256(data[header:-DIGEST]).digest()
    with open(path, "wb") as file:
        file.write(data)


main()
