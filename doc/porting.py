# SPDX-License-Identifier: ISC
"""Holds the tables of functions in porting.md to the libraries, or writes them.

    porting.py INCLUDE PAGE LIBRARY...            complains where the page and the libraries differ
    porting.py --write INCLUDE PAGE LIBRARY...    writes the rows "done" anew; the others are kept

A section "### Security/SecItem.h" has one table. In a row stand names in backticks, a state (done,
partly or absent), and for the last two a reason. A name that is absent may end in "*".
"""
import re
import subprocess
import sys
from pathlib import Path

DECLARATION = re.compile(r"CF_EXPORT\s+([^;]*?)\s*;", re.S)
ROW = re.compile(r"^\| (.*?) \| (done|partly|absent) \| ?(.*?) ?\|$")
WIDTH = 10  # names in a row that is written


def declared(include):
    """Header of each function that the headers declare."""
    found = {}
    for header in sorted(include.glob("*/*.h")):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
        text = re.sub(r"^#.*?(?<!\\)$", "", text, flags=re.M)
        for declaration in DECLARATION.findall(text):
            name = re.match(r"[^(]*?(\w+)\s*\(", declaration)
            if name:
                found[name[1]] = f"{header.parent.name}/{header.name}"
    return found


def exported(libraries):
    names = set()
    for library in libraries:
        output = subprocess.run(
            ["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True
        ).stdout
        for line in output.splitlines():
            _, kind, name = line.split()
            if kind == "T" and re.match("(Sec|Session|CF)[A-Z]", name):
                names.add(name.split("@")[0])
    return names


def sections(text):
    """Lines of each section of a header, with their numbers."""
    header = None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            heading = re.match(r"### (\w+/\w+\.h)$", line)
            header = heading[1] if heading else None
        elif header:
            yield header, number, line


def check(text, home, names):
    """Complaints."""
    seen = {}
    for header, number, line in sections(text):
        row = ROW.match(line)
        if not row:
            if line.startswith("| `"):
                yield f"line {number}: no row of the table: {line}"
            continue
        cell, state, why = row.groups()
        if state != "done" and not why:
            yield f"line {number}: {state}, and why?"
        for name in re.findall(r"`([^`]+)`", cell):
            if name in seen:
                yield f"line {number}: {name} is in line {seen[name]} already"
            seen[name] = number
            if state == "absent":
                pattern = re.compile(re.escape(name).replace(r"\*", ".*") + "$")
                for other in sorted(n for n in names if pattern.match(n)):
                    yield f"line {number}: {other} is said to be absent, and is exported"
            elif name not in names:
                yield f"line {number}: {name} is said to be {state}, and is not exported"
            elif home.get(name) != header:
                yield f"line {number}: {name} is declared in {home.get(name)}"
    for name in sorted(names - set(seen)):
        yield f"{name} ({home.get(name)}) is exported, and not in the page"


def write(text, home, names):
    """The page with its rows "done" as the libraries have them."""
    partly = {
        name
        for _, _, line in sections(text)
        for row in [ROW.match(line)]
        if row and row[2] == "partly"
        for name in re.findall(r"`([^`]+)`", row[1])
    }
    done = {}
    for name in sorted(names - partly):
        done.setdefault(home[name], []).append(name)
    parts = re.split(r"^(### \w+/\w+\.h)$", text, flags=re.M)
    kept = {parts[i][4:]: parts[i + 1] for i in range(1, len(parts), 2)}
    # What follows the last section of a header is the rest of the page.
    last = parts[-2][4:]
    body, rest = re.match(r"(.*?)(^## .*|\Z)", kept[last], flags=re.S | re.M).groups()
    kept[last] = body
    out = [parts[0]]
    for header in sorted(set(kept) | set(done)):
        lines = [line for line in kept.get(header, "").splitlines() if line.startswith("|")]
        others = [line for line in lines if ROW.match(line) and ROW.match(line)[2] != "done"]
        out.append(f"### {header}\n\n| functions | state | why |\n|---|---|---|\n")
        own = done.get(header, [])
        for start in range(0, len(own), WIDTH):
            cell = " ".join(f"`{name}`" for name in own[start : start + WIDTH])
            out.append(f"| {cell} | done | |\n")
        out.extend(line + "\n" for line in others)
        out.append("\n")
    return "".join(out) + rest


def main():
    arguments = sys.argv[1:]
    writes = arguments[0] == "--write"
    include, page, *libraries = arguments[writes:]
    home, names = declared(Path(include)), exported(libraries)
    text = Path(page).read_text()
    if writes:
        Path(page).write_text(write(text, home, names))
        return 0
    complaints = list(check(text, home, names))
    for complaint in complaints:
        print(complaint)
    print(f"{len(names)} functions, {len(complaints)} complaints")
    return bool(complaints) or len(names) < 300


sys.exit(main())
