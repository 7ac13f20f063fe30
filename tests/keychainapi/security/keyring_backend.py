# SPDX-License-Identifier: ISC
"""Runs keyring's macOS backend on the libraries of the folder that is given."""
import concurrent.futures
import ctypes.util
import sys
import warnings

folder = sys.argv[1]
LIBRARIES = {
    "Security": "libSecurity.so.0",
    "CoreServices": "libCoreServices.so.0",
    "Foundation": "libFoundation.so.0",
}
ctypes.util.find_library = lambda name: f"{folder}/{LIBRARIES[name]}"

from keyring.backends.macOS import Keyring  # noqa: E402  (find_library comes first)
from keyring.errors import PasswordDeleteError  # noqa: E402

warnings.simplefilter("error")
checks = 0


def check(got, wanted):
    global checks
    checks += 1
    if got != wanted:
        sys.exit(f"check {checks}: {got!r}, not {wanted!r}")


ring = Keyring()
check(ring.get_password("mail", "ana"), None)
for password in ("secret", "grüße 🍎", "a" * 50000, "line\nbreak"):
    ring.set_password("mail", "ana", password)
    check(ring.get_password("mail", "ana"), password)
ring.set_password("mail", "empty", "")
check(ring.get_password("mail", "empty"), "")
ring.set_password("mail", "bob", "other")
check(ring.get_password("mail", "bob"), "other")
ring.delete_password("mail", "ana")
check(ring.get_password("mail", "ana"), None)
check(ring.get_password("mail", "bob"), "other")
try:
    ring.delete_password("mail", "ana")
    check("deleted twice", "an error")
except PasswordDeleteError:
    checks += 1


def round_trip(number):
    """ctypes lets go of the interpreter's lock: calls run at once."""
    for turn in range(20):
        ring.set_password("threads", f"user {number}", f"{number} {turn}")
        if ring.get_password("threads", f"user {number}") != f"{number} {turn}":
            return False
    return True


with concurrent.futures.ThreadPoolExecutor(4) as pool:
    check(list(pool.map(round_trip, range(4))), [True] * 4)
print(f"{checks} checks passed")
