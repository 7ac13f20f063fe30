# SPDX-License-Identifier: ISC
"""Finds words in what people read that are jargon, or that blame. Arguments: C sources; the texts are their strings."""
import pathlib
import re
import sys

NEVER = """
    invalid illegal fatal abort aborted
    peer node client applicant sponsor voucher attestation fingerprint custodian escrow bottle seed mnemonic
    PIN SPID SAS TLK KEK DEK ACL token slot alias zone rekey entitlement synchronizable tombstone conflict merge
    epoch equivocation bucket backend daemon
"""
# Not said to anybody: the name of an attribute in a PKCS#11 URI; and an option for those who know PKCS#11's word.
ALLOWED = ["pkcs11:token=", "so-pin-f"]

forbidden = re.compile(r"\b(%s)s?\b" % "|".join(NEVER.split()), re.IGNORECASE)
string = re.compile(r'"((?:[^"\\]|\\.)*)"')


def faults(path):
    for number, line in enumerate(pathlib.Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#include"):
            continue
        for text in string.findall(line):
            for allowed in ALLOWED:
                text = text.replace(allowed, "")
            for word in forbidden.finditer(text):
                yield f"{path}:{number}: {word.group()}"


found = [fault for path in sys.argv[1:] for fault in faults(path)]
print("\n".join(found))
sys.exit(1 if found or len(sys.argv) == 1 else 0)
