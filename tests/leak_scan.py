#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Looks for secrets where none may be.

usage: leak_scan.py NEEDLES FOLDER…

NEEDLES holds one secret a line, in hex. Each of at least eight bytes is looked for in every file (and file
name) under the folders: raw, as UTF-16 of either order, as hex of either case, as base64 at each of the
three alignments. Before that, a positive control: a file with every form of every secret is written to a
temporary folder, and each of them has to be found there, else the search itself is broken (exit 2).
Exit 1 when something was found, 0 when nothing was.
"""
import base64
import os
import sys
import tempfile

SHORTEST = 8


def base64_forms(needle):
    """The characters that the needle alone decides, for each place it can have in a group of three."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + needle)
        first = (before * 8 + 5) // 6
        whole = (before + len(needle)) * 8 // 6
        yield text[first:whole]


def forms(needle):
    yield "raw", needle
    try:
        text = needle.decode("utf-8")
        yield "UTF-16LE", text.encode("utf-16-le")
        yield "UTF-16BE", text.encode("utf-16-be")
    except UnicodeDecodeError:
        pass
    yield "hex", needle.hex().encode()
    yield "HEX", needle.hex().upper().encode()
    for place, form in enumerate(base64_forms(needle)):
        yield f"base64+{place}", form


def files(folders):
    for folder in folders:
        for path, _, names in os.walk(folder):
            for name in names:
                whole = os.path.join(path, name)
                if os.path.islink(whole) or not os.path.isfile(whole):
                    yield whole, os.fsencode(name)
                    continue
                with open(whole, "rb") as file:
                    yield whole, os.fsencode(name) + b"\0" + file.read()


def search(wanted, folders):
    found = []
    size = count = 0
    for path, content in files(folders):
        size += len(content)
        count += 1
        found += [(path, number, form) for number, form, octets in wanted if octets in content]
    return found, count, size


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        needles = sorted({bytes.fromhex(line) for line in file if line.strip()})
    needles = [needle for needle in needles if len(needle) >= SHORTEST]
    wanted = [(n, name, form) for n, needle in enumerate(needles) for name, form in forms(needle)]
    with tempfile.TemporaryDirectory() as control:
        with open(os.path.join(control, "control"), "wb") as file:
            file.write(b"\n".join(octets for _, _, octets in wanted))
        if len(search(wanted, [control])[0]) < len(wanted) or not wanted:
            print("the search does not find what is there", file=sys.stderr)
            return 2
    found, count, size = search(wanted, sys.argv[2:])
    if count == 0:
        print("there was nothing to look through", file=sys.stderr)
        return 2
    for path, number, form in found[:20]:
        print(f"FOUND secret {number} ({form}) in {path}")
    print(
        f"{len(needles)} secrets and names in {len(wanted)} forms, {count} files, {size} bytes: "
        f"{len(found)} found (all {len(wanted)} in the control)"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
