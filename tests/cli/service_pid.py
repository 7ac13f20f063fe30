#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Prints the process id of the service that keeps the keychain of KEYCIRCLE_HOME; fails when there is none.

The socket is found as base/place.c finds it, and the kernel is asked who listens on it.
"""
import os
import socket
import struct
import sys


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def main():
    home = os.environ["KEYCIRCLE_HOME"]
    runtime = os.environ["XDG_RUNTIME_DIR"]
    path = f"{runtime}/keycircle/{fnv1a(os.path.realpath(home + '/data')):016x}.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(path)
        except OSError:
            sys.exit(1)
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    print(struct.unpack("iII", credentials)[0])


main()
