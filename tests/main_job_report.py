#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The parts of main_job.sh that read data: what is in the CSV, what the two devices list.

usage: main_job_report.py logins CSV             one login a line: number, name, user
       main_job_report.py password CSV NUMBER    its password, exact bytes
       main_job_report.py needles CSV WORD…      secrets and names in hex, for leak_scan.py
       main_job_report.py table LAPTOP DESKTOP   two `kc list --json`: what travelled, what stayed
"""
import csv
import json
import sys
from collections import Counter


def logins(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def print_logins(path):
    for number, row in enumerate(logins(path)):
        print(number, row["url"], row["username"], sep="\t")


def print_password(path, number):
    sys.stdout.buffer.write(logins(path)[int(number)]["password"].encode())


def print_needles(path, *words):
    found = set(words)
    for row in logins(path):
        host = row["url"].split("//")[1].split(":")[0]
        found |= {row["password"], row["username"], row["url"], host, row["httpRealm"]}
    for needle in sorted(found):
        print(needle.encode().hex())


def items(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)["items"]


def key_of(item):
    return tuple(item.get(name) for name in ("class", "kind", "name", "user", "label"))


def print_table(laptop_path, desktop_path):
    laptop, desktop = items(laptop_path), items(desktop_path)
    there = {key_of(item) for item in desktop}
    marked = Counter(item["kind"] for item in laptop if item["sync"])
    stays = Counter(item["kind"] for item in laptop if not item["sync"])
    arrived = Counter(item["kind"] for item in laptop if item["sync"] and key_of(item) in there)
    leaked = [item for item in laptop if not item["sync"] and key_of(item) in there]
    lost = [item for item in laptop if item["sync"] and key_of(item) not in there]
    print(f"{'kind':<16}{'on laptop':>10}{'marked':>10}{'on desktop':>12}{'stayed':>10}")
    for kind in sorted({item["kind"] for item in laptop}):
        total = marked[kind] + stays[kind]
        print(f"{kind:<16}{total:>10}{marked[kind]:>10}{arrived[kind]:>12}{stays[kind]:>10}")
    total = len(laptop), sum(marked.values()), sum(arrived.values()), sum(stays.values())
    print(f"{'all':<16}{total[0]:>10}{total[1]:>10}{total[2]:>12}{total[3]:>10}")
    for item in lost:
        print(f"did not arrive: {item['name']} ({item['user']})")
    for item in leaked:
        print(f"was not to travel: {item['name']} ({item['user']})")
    if lost or leaked or len(desktop) != total[2] or not total[2] or not total[3]:
        sys.exit(1)


COMMANDS = {
    "logins": print_logins,
    "password": print_password,
    "needles": print_needles,
    "table": print_table,
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
