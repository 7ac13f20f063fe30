# SPDX-License-Identifier: ISC
"""Judges the rows of rows.sh: prints what is not so, and last how many rows are right and how many are not."""
import dataclasses
import json
import pathlib
import re
import sys


@dataclasses.dataclass
class Row:
    exit: int
    constant: str
    happened: str
    advice: str
    cause: str
    words: str
    status: int  # of the run in words, and what it wrote
    out: bytes
    err: str
    json_status: int
    json_out: bytes
    json_err: str


def message(err):
    """The lines of the message, behind notes on what went before."""
    at = [i for i, line in enumerate(err.splitlines()) if line.startswith("kc: ")]
    return err.splitlines()[at[0] :] if at else [""]


def faults_in_words(row):
    first, *advice, last = message(row.err) + [""] * (len(message(row.err)) == 1)
    if row.status != row.exit:
        yield f"exit {row.status}"
    if row.out:
        yield "output"
    if not re.search("^kc: .*" + row.happened, first):
        yield "what happened"
    if not re.search(row.advice, "\n".join(advice)):
        yield "what to type"
    if not all(re.match("    [^ ]", line) for line in advice):
        yield "an indent"
    if not re.fullmatch(r"    \[" + row.constant + r"(, -\d+)?\]", last):
        yield "the constant"


def faults_in_json(row):
    if row.json_status != row.exit:
        yield f"exit {row.json_status} with --json"
    if row.json_out:
        yield "output with --json"
    try:
        answer = json.loads(row.json_err)
        error = answer["error"]
        told = "\n".join(message(row.err))
        if answer["v"] != 1 or error["exit"] != row.exit or error["name"] != row.constant:
            yield "version, exit or name in JSON"
        if not isinstance(error["code"], int) or error["code"] >= 0:
            yield "the code in JSON"
        if f"{row.constant}, " in told and f", {error['code']}]" not in told:
            yield "another code in JSON"
        if not re.search(row.happened, error["message"]):
            yield "what happened in JSON"
        if not error["try"] or not all(command in told for command in error["try"]):
            yield "what to try in JSON"
    except (ValueError, KeyError, TypeError):
        yield "the JSON"


def faults(row):
    return [*faults_in_words(row), *faults_in_json(row)]


def read_rows(folder):
    for record in (folder / "table").read_text(encoding="utf-8", errors="replace").split("\x1d")[:-1]:
        number, exit_, constant, happened, advice, cause, status, json_status, words = record.split("\x1e")
        wrote = [(folder / (number + end)).read_bytes() for end in (".out", ".err", ".json.out", ".json.err")]
        yield Row(
            int(exit_), constant, happened, advice, cause, words, int(status), wrote[0], wrote[1].decode(),
            int(json_status), wrote[2], wrote[3].decode(),
        )


def check_the_judge(row):
    """A row that is right is no longer when anything of it is spoilt."""
    lines = row.err.splitlines()
    spoilt = [
        {"exit": row.exit + 1},
        {"status": 0},
        {"json_status": 0},
        {"constant": "errSecSuccess"},
        {"happened": "something else"},
        {"advice": "kc do something else"},
        {"out": b"x"},
        {"json_out": b"{}"},
        {"err": ""},
        {"err": "\n".join([lines[0], lines[-1]])},
        {"err": "\n".join(lines[:-1])},
        {"err": row.err.replace("    ", "")},
        {"json_err": row.err},
        {"json_err": json.dumps({"v": 1, "error": {}})},
        {"json_err": json.dumps({**json.loads(row.json_err), "v": 2})},
        {"json_err": row.json_err.replace('"try":["', '"try":["no ')},
    ]
    for change in spoilt:
        if not faults(dataclasses.replace(row, **change)):
            sys.exit(f"the judge does not notice {change}")


def main():
    rows = list(read_rows(pathlib.Path(sys.argv[1])))
    right = [row for row in rows if not faults(row)]
    if right:
        check_the_judge(right[0])
    for row in rows:
        if faults(row):
            print(f"not so: {row.cause}: kc {row.words} ({row.exit}): {', '.join(faults(row))}")
            print("\n".join("    err| " + line for line in (row.err + row.json_err).splitlines()))
    print(len(right), len(rows) - len(right))


main()
