#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Holds the manual page to the tables: the same verbs, options, topics and exit statuses.

usage: kc help --json | check_page.py PAGE ERRORS
"""
import json
import re
import sys


def verbs_of(page):
    """The words between Cm and the next macro of each entry below COMMANDS."""
    commands = page[page.index(".Sh COMMANDS") : page.index(".Sh OPTIONS")]
    for entry in re.findall(r"^\.It Cm (.*)$", commands, re.M):
        yield re.match(r"(?:[a-z]+ ?)*", entry).group().strip()


def main():
    table = json.load(sys.stdin)
    page = open(sys.argv[1], encoding="utf-8").read()
    errors = open(sys.argv[2], encoding="utf-8").read()
    topics = re.search(r"or tell about(.*?)\.It", page, re.S).group(1)
    statuses = page[page.index(".Sh EXIT STATUS") :]
    pairs = (
        ("verbs", [verb["name"] for verb in table["items"]], verbs_of(page)),
        ("options", [option["name"] for option in table["options"]], re.findall(r"(?<= )-([a-z][a-z-]+)", options_only(page))),
        ("topics", table["topics"], re.findall(r"^\.Cm ([a-z]+)", topics, re.M)),
        ("exit statuses", set(re.findall(r"^KC_ERROR\(\w+, +\w+, +(\d+),", errors, re.M)), re.findall(r"^\.It (\d+)$", statuses, re.M)),
    )
    wrong = False
    for what, wanted, found in pairs:
        wanted, found = set(wanted), set(found)
        for name in sorted(wanted ^ found):
            print(f"{what}: {name} is {'not on' if name in wanted else 'only on'} the page")
            wrong = True
    sys.exit(wrong)


def options_only(page):
    """The arguments of Fl macros."""
    return "\n".join(line for line in page.replace("\\\n", " ").splitlines() if re.search(r"\bFl -", line))


main()
