#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Makes the completions of three shells from the table of verbs.

usage: kc help --json | generate.py FOLDER

Names of items are asked of kc itself, which answers only while the keychain is open and never asks anybody.
"""
import json
import pathlib
import sys

NAMED = ("get", "show", "rm", "add", "sync on", "sync off", "key show")
FILES = ("import", "key import", "cert import", "sync use", "join")
LIST = "kc list --no-input --format '{name}' 2> /dev/null"

BASH = """# SPDX-License-Identifier: ISC
# bash completion for kc; made by conf/completions/generate.py
_kc() {
  local word verb='' options='' i=1 cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  while [ "$i" -lt "$COMP_CWORD" ]; do
    word=${COMP_WORDS[i]}
    case $word in
      @VALUED@) i=$((i + 1)) ;;
      -*) ;;
      *)
        case "${verb:+$verb }$word" in
          @PREFIXES@) verb="${verb:+$verb }$word" ;;
          *) break ;;
        esac
        ;;
    esac
    i=$((i + 1))
  done
  case $prev in
    @FILED@)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    @FREE@) return ;;
  esac
  case $verb in
@OPTIONS@
  esac
  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options @COMMON@" -- "$cur")
    return
  fi
  case $verb in
    '') mapfile -t COMPREPLY < <(compgen -W '@FIRST@' -- "$cur") ;;
@SECOND@
    help) mapfile -t COMPREPLY < <(compgen -W '@FIRST@ @TOPICS@' -- "$cur") ;;
    @NAMED@)
      while IFS= read -r word; do
        [[ $word == "$cur"* ]] && COMPREPLY+=("$(printf %q "$word")")
      done < <(@LIST@)
      ;;
    @FILES@) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
  esac
}
complete -F _kc kc
"""

ZSH = """#compdef kc
# SPDX-License-Identifier: ISC
# zsh completion for kc; made by conf/completions/generate.py
local verb='' word i=2
local -a options names common
common=(
@COMMON@
)
while (( i < CURRENT )); do
  word=$words[i]
  case $word in
    @VALUED@) (( i++ )) ;;
    -*) ;;
    *)
      case "${verb:+$verb }$word" in
        @PREFIXES@) verb="${verb:+$verb }$word" ;;
        *) break ;;
      esac
      ;;
  esac
  (( i++ ))
done
case $words[CURRENT-1] in
  @FILED@) _files; return ;;
  @FREE@) return ;;
esac
case $verb in
@OPTIONS@
esac
if [[ $PREFIX == -* ]]; then
  _describe option options -- common
  return
fi
case $verb in
  '')
    local -a verbs=(
@FIRST@
    )
    _describe command verbs
    ;;
@SECOND@
  help) compadd -- @WORDS@ @TOPICS@ ;;
  @NAMED@)
    names=("${(@f)$(@LIST@)}")
    compadd -- $names
    ;;
  @FILES@) _files ;;
esac
"""

FISH_HEAD = """# SPDX-License-Identifier: ISC
# fish completion for kc; made by conf/completions/generate.py
function __kc_at
    set -l words (commandline -opc | string match -v -- '-*')
    test "$words[2..]" = "$argv" -o "$words[2..3]" = "$argv" -o "$words[2]" = "$argv"
end
function __kc_is
    set -l words (commandline -opc | string match -v -- '-*')
    test "$words[2..]" = "$argv"
end
complete -c kc -f
"""


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


class Table:
    def __init__(self, answer):
        self.verbs = answer["items"]
        self.options = {option["name"]: option for option in answer["options"]}
        self.topics = answer["topics"]
        self.common = [name for name, option in self.options.items() if option["common"]]
        self.first = sorted({verb["name"].split()[0] for verb in self.verbs})

    def spellings(self, name):
        letter = self.options[name]["letter"]
        return ([f"-{letter}"] if letter else []) + [f"--{name}"]

    def valued(self, *kinds):
        """A pattern of the options that take a value: of a file, of something else."""
        return "|".join(
            f"--{name}"
            for name, option in self.options.items()
            if option["argument"] and (option["argument"] == "FILE") in kinds
        )

    def prefixes(self):
        """Every beginning of a verb, whole ones too."""
        found = set()
        for verb in self.verbs:
            words = verb["name"].split()
            found |= {" ".join(words[:end]) for end in range(1, len(words) + 1)}
        return sorted(found)

    def second(self, first):
        return [verb["name"].split()[1] for verb in self.verbs if verb["name"].startswith(first + " ")]

    def help_of(self, first):
        return next((verb["help"] for verb in self.verbs if verb["name"] == first), f"{first} …")


def pattern(names):
    return "|".join(f"'{name}'" for name in names)


def fill(template, table, values):
    for name, value in {
        "VALUED": table.valued(True, False),
        "FILED": table.valued(True),
        "FREE": table.valued(False),
        "PREFIXES": pattern(table.prefixes()),
        "TOPICS": " ".join(table.topics),
        "NAMED": pattern(NAMED),
        "FILES": pattern(FILES),
        "LIST": LIST,
        **values,
    }.items():
        template = template.replace(f"@{name}@", value)
    return template


def bash(table):
    options = "\n".join(
        f"    {quoted(verb['name'])}) options='"
        + " ".join(word for name in verb["options"] for word in table.spellings(name))
        + "' ;;"
        for verb in table.verbs
        if verb["options"]
    )
    second = "\n".join(
        f"    {first}) mapfile -t COMPREPLY < <(compgen -W '{' '.join(table.second(first))}' -- \"$cur\") ;;"
        for first in table.first
        if table.second(first)
    )
    common = " ".join(word for name in table.common for word in table.spellings(name))
    first = " ".join(table.first)
    return fill(BASH, table, {"OPTIONS": options, "SECOND": second, "COMMON": common, "FIRST": first})


def described(word, text):
    return quoted(f"{word}:{text}".replace("\n", " "))


def zsh(table):
    def rows(names):
        return [described(word, table.options[name]["help"]) for name in names for word in table.spellings(name)]

    options = "\n".join(
        f"  {quoted(verb['name'])}) options=({' '.join(rows(verb['options']))}) ;;" for verb in table.verbs if verb["options"]
    )
    second = "\n".join(f"  {first}) compadd -- {' '.join(table.second(first))} ;;" for first in table.first if table.second(first))
    first = "\n".join("      " + described(word, table.help_of(word)) for word in table.first)
    common = "\n".join("  " + row for row in rows(table.common))
    words = " ".join(table.first)
    return fill(ZSH, table, {"OPTIONS": options, "SECOND": second, "COMMON": common, "FIRST": first, "WORDS": words})


def fish_option(table, condition, name):
    option = table.options[name]
    parts = ["complete -c kc"]
    if condition:
        parts.append(f"-n {quoted(condition)}")
    if option["letter"]:
        parts.append(f"-s {option['letter']}")
    parts.append(f"-l {name}")
    if option["argument"]:
        parts.append("-r" + (" -F" if option["argument"] == "FILE" else ""))
    return " ".join(parts) + f" -d {quoted(option['help'])}"


def fish(table):
    lines = [fish_option(table, "", name) for name in table.common]
    for first in table.first:
        lines.append(f"complete -c kc -n '__kc_is' -a {first} -d {quoted(table.help_of(first))}")
        for second in table.second(first):
            help_text = next(verb["help"] for verb in table.verbs if verb["name"] == f"{first} {second}")
            lines.append(f"complete -c kc -n '__kc_is {first}' -a {second} -d {quoted(help_text)}")
    for verb in table.verbs:
        lines += [fish_option(table, f"__kc_at {verb['name']}", name) for name in verb["options"]]
    lines += [f"complete -c kc -n '__kc_is {name}' -a \"({LIST})\"" for name in NAMED]
    lines += [f"complete -c kc -n '__kc_is {name}' -F" for name in FILES]
    lines.append(f"complete -c kc -n '__kc_is help' -a '{' '.join(table.first + table.topics)}'")
    return FISH_HEAD + "\n".join(lines) + "\n"


def main():
    table = Table(json.load(sys.stdin))
    folder = pathlib.Path(sys.argv[1])
    for name, make in (("kc", bash), ("_kc", zsh), ("kc.fish", fish)):
        (folder / name).write_text(make(table), encoding="utf-8")


main()
