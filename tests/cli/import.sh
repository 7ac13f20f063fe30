#!/bin/sh
# SPDX-License-Identifier: ISC
# kc import: real exports, hostile ones, and what happens the second time.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

make_device one
csv=$top_srcdir/tests/data/firefox-logins.csv
count=$(python3 -c 'import csv, sys; print(len(list(csv.DictReader(open(sys.argv[1], newline="")))))' "$csv")

run import "$csv" --format firefox-csv --dry-run
exits 0 "a dry run"
says "^$count read, $count new, 0 same, 0 skipped$" "counts"
complains 'Nothing was changed' "and says so"
run list
exits 3 "nothing was saved"
run import "$csv" --json
exits 0 "an import, the format found out"
json ".read == $count and .new == $count and .same == 0 and .skipped == 0 and .skips == [] and .dry_run == false" "import --json"
json '.left_out | test("guid")' "columns without a place are told"
run import "$csv"
says "^$count read, 0 new, $count same, 0 skipped$" "the second time all are the same"
complains 'shred -u' "the file in the clear is told of"
run list --json
json ".items | length == $count" "all are there"

# Every password is there to the byte, whatever is in it.
python3 - "$csv" "$program" > "$out" 2> "$err" << 'PYTHON'
import csv
import subprocess
import sys

rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8", newline="")))
wrong = 0
for row in rows:
    got = subprocess.run([sys.argv[2], "get", row["url"], "--user", row["username"]], capture_output=True)
    if got.stdout != row["password"].encode() or got.returncode:
        print(row["url"], row["username"], got)
        wrong += 1
print(len(rows), "checked")
sys.exit(wrong > 0)
PYTHON
status=$?
exits 0 "every password is there to the byte"

cat > "$work/chrome.csv" << 'CSV'
name,url,username,password,note
chrome.example,https://chrome.example/login?next=1,ana,"comma, ""quote"" and
newline",
again.example,https://again.example,ana,one,
again.example,https://again.example,ana,one,
again.example,https://again.example,ana,two,
noted.example,https://noted.example,ana,pw,my note
app,android://hash@com.example.app/,ana,app-pw,
CSV
printf 'bad.example,https://bad.example,\377,x,\nmalformed.example,https://"x",a,b,\nshort.example,https://s.example\n' >> "$work/chrome.csv"
run import "$work/chrome.csv" --format chrome-csv --dry-run
says '^9 read, 4 new, 1 same, 4 skipped ' "a dry run knows what is twice in the file"
run import "$work/chrome.csv" --format chrome-csv
exits 0 "a file with bad lines"
says '^9 read, 4 new, 1 same, 4 skipped \(1 here already, with another password; 1 not UTF-8; 1 a quote inside a cell without quotes; 1 not as many cells as the header\)$' "counts with reasons"
complains '^line 9: not UTF-8$' "each skipped line is told with its number"
run get https://chrome.example/login
writes 'comma, "quote" and\nnewline' "commas, quotes and newlines inside quotes"
run get https://again.example
writes 'one' "what is here is never changed"
run get android://hash@com.example.app/
writes 'app-pw' "what is no URL of a server is kept by its name"
run list --json chrome.example
json '.items[0].label == "chrome.example" and .items[0].url == "https://chrome.example/login"' "label and path"
run show noted.example --json
json '.attributes.icmt == "my note"' "the note is the comment"
run import "$work/chrome.csv" --json
json '.new == 0 and .same == 5 and .skipped == 4 and (.skips[0] | .line == 6 and (.why | length > 0))' "JSON has the reasons"

printf '\357\273\277Title,URL,Username,Password,Notes,OTPAuth\r\nSafari \360\237\224\221,https://safari.example/,ana,,,otpauth://totp/x?secret=JBSWY3DP\r\n' > "$work/safari.csv"
run import "$work/safari.csv" --sync --json
json '.new == 1' "Safari, with a byte order mark, CRLF, an emoji, an empty password"
run get safari.example --user ana
writes '' "the empty password is kept"
run item -q 'class=inet,srvr=safari.example' -g --json
json '.items[0].labl == "Safari 🔑" and .items[0].sync == 1 and (.items[0].bin0 | tostring | length > 20)' "title, sync and one-time password"

run import "$work/chrome.csv" --format firefox-csv
exits 2 "another browser's file"
complains 'is not the header of firefox-csv' "is told"
run import "$work/chrome.csv" --format cxf
exits 2 "an unknown format"
run import "$work/nowhere.csv"
exits 3 "a file that is not there"
: > "$work/empty.csv"
run import "$work/empty.csv"
exits 2 "an empty file"
head -c 100000 /dev/urandom > "$work/noise.csv"
run import "$work/noise.csv"
exits 2 "noise"
run lock
run import "$csv"
exits 4 "import when locked"
run import "$csv" --password-file "$work/secret/keychain"
exits 0 "import opens with a password"

finish
