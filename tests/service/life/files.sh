# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# For scripts to source: keys in files, made anew, and the private numbers in them.

make_files() { # folder for the files, file that gets the private numbers in hex, a line each
  openssl ecparam -name prime256v1 -genkey -noout -out "$1/ec.pem"
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1/rsa.pem" -out "$1/rsa.crt" \
    -subj '/CN=Ada of the life/O=Keycircle' -days 30 2> /dev/null
  openssl pkcs12 -export -inkey "$1/rsa.pem" -in "$1/rsa.crt" -out "$1/rsa.p12" \
    -passout 'pass:a passphrase for a file'
  ssh-keygen -q -t ed25519 -N '' -C ada@life -f "$1/id_ed25519"
  {
    openssl ec -in "$1/ec.pem" -noout -text 2> /dev/null | private_number priv pub
    openssl rsa -in "$1/rsa.pem" -noout -text 2> /dev/null | private_number privateExponent prime1
    openssl rsa -in "$1/rsa.pem" -noout -text 2> /dev/null | private_number prime1 prime2
    ed25519_seed "$1/id_ed25519"
    printf 'Ada of the life' | od -An -v -tx1 | tr -d ' \n' && echo
  } > "$2"
}

# The seed stands in the file before the last copy of the public key (PROTOCOL.key of OpenSSH).
ed25519_seed() { # file
  { grep -v -e '^---' "$1" | base64 -d; printf '|'; cut -d' ' -f2 "$1.pub" | base64 -d; } | python3 -c '
import sys
key, _, public = sys.stdin.buffer.read().rpartition(b"|\0\0\0\x0bssh-ed25519\0\0\0 ")
print(key[key.rindex(public) - 32 : key.rindex(public)].hex())'
}

private_number() { # name of the number, name of the next
  sed -n "/^$1:/,/^$2:/p" | grep '^ ' | tr -d ' :\n' | sed 's/^00//' && echo
}
