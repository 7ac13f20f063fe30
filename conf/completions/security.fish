# SPDX-License-Identifier: ISC
# fish completion for security: its commands, then files
complete -c security -n 'test (count (commandline -opc)) -eq 1' -f -a "(security help 2> /dev/null | string replace -r '^ *([a-z-]+) +' '\$1\t')"
