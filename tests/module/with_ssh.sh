#!/bin/sh
# SPDX-License-Identifier: ISC
# OpenSSH: keys listed, and a login to a server on the loopback with the key in the keychain.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/module/lib.sh"
needs ssh ssh-add ssh-agent ssh-keygen sshd python3
make_keychain
works "makes a P-256 key" "$kc" key new work --type ec:p256
works "makes an RSA key" "$kc" key new tower --type rsa:2048
works "lists keys" ssh-keygen -D "$module"
says '^ecdsa-sha2-nistp256 ' "the elliptic key"
says '^ssh-rsa ' "the RSA key"
grep '^ecdsa' "$out" > "$work/authorized_keys"
"$kc" key show work --ssh > "$work/shown"
works "the key that kc shows" sh -c \
  "[ \"\$(cut -d' ' -f2 '$work/shown')\" = \"\$(cut -d' ' -f2 '$work/authorized_keys')\" ]"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
chmod 755 "$work" && chmod 600 "$work/authorized_keys"
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
"$(command -v sshd)" -D -f /dev/null -h "$work/host_key" -p "$port" -o ListenAddress=127.0.0.1 \
  -o AuthorizedKeysFile="$work/authorized_keys" -o StrictModes=no -o UsePAM=no \
  -o PasswordAuthentication=no -o PidFile=none -o PermitRootLogin=prohibit-password \
  > "$work/sshd.log" 2>&1 &
ours=$!
printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 "$work/host_key.pub")" > "$work/known_hosts"
cat > "$work/log_in" << LOG_IN
exec ssh -F /dev/null -p $port -o PKCS11Provider=$module -o IdentityAgent=none -o IdentityFile=none \
  -o UserKnownHostsFile=$work/known_hosts -o BatchMode=yes $(id -un)@127.0.0.1 echo welcome
LOG_IN
for _ in 1 2 3 4 5 6 7 8 9 10; do
  python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)" 2> /dev/null && break
  sleep 0.2
done
works "logs in with the key" sh "$work/log_in"
says '^welcome' "what the server answers"
works "locks" "$kc" lock
works "lists keys while locked" ssh-keygen -D "$module"
says '^ecdsa-sha2-nistp256 ' "the elliptic key"
fails "does not log in while locked" sh "$work/log_in"
works "opens" "$kc" unlock --password-file "$work/pin"
works "logs in again" sh "$work/log_in"

# An agent's helper lives for hours: through a lock, and through a restart of the service.
printf '#!/bin/sh\necho\n' > "$work/enter" && chmod 700 "$work/enter"
SSH_ASKPASS=$work/enter
SSH_ASKPASS_REQUIRE=force
export SSH_ASKPASS SSH_ASKPASS_REQUIRE
eval "$(ssh-agent -s -P "$module" -a "$work/agent" | sed '/^echo/d')"
ours="$ours $SSH_AGENT_PID"
sed "s|-o PKCS11Provider=[^ ]* -o IdentityAgent=none|-o IdentityAgent=$work/agent|" "$work/log_in" \
  > "$work/log_in_by_agent"
works "the agent takes the module, without a PIN" ssh-add -s "$module"
works "and has its keys" ssh-add -l
says 'ECDSA' "the elliptic key"
works "logs in by the agent" sh "$work/log_in_by_agent"
works "locks" "$kc" lock
fails "not while locked" sh "$work/log_in_by_agent"
works "opens" "$kc" unlock --password-file "$work/pin"
works "logs in by the agent again" sh "$work/log_in_by_agent"
works "ends the service" "$kc" service stop
works "opens a new one" "$kc" unlock --password-file "$work/pin"
works "logs in by the agent after the restart" sh "$work/log_in_by_agent"

# ssh logs in to a first token without keys; on a terminal that must not ask.
unset SSH_ASKPASS SSH_ASKPASS_REQUIRE
sed 's|-o BatchMode=yes||' "$work/log_in" > "$work/log_in_by_hand"
works "a key moves to the other token" "$kc" sync on work
works "and the other" "$kc" sync on tower
works "lists keys on a terminal" python3 "$top_srcdir/tests/cli/terminal.py" -- ssh-keygen -D "$module"
says '^ecdsa-sha2-nistp256 ' "the elliptic key"
is_silent_about 'PIN|login' "without a question"
works "logs in on a terminal" python3 "$top_srcdir/tests/cli/terminal.py" -- sh "$work/log_in_by_hand"
says '^welcome' "what the server answers"
is_silent_about 'PIN|login' "without a question"
finish
