#!/bin/sh
# SPDX-License-Identifier: ISC
# OpenSSH: keys listed, files fetched from a server on the loopback with the key in the keychain, by ssh itself and by
# its agent.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs ssh sftp ssh-add ssh-agent ssh-keygen sshd python3
make_keychain
works "makes a P-256 key" "$kc" key new work --type ec:p256
works "makes an RSA key" "$kc" key new tower --type rsa:2048
"$kc" key show work --ssh > "$work/authorized_keys"

# A server that only hands out files, since whoever runs this may have no shell. Without PAM, sshd takes an account
# without a password for a locked one.
port=$(free_port)
ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 "$work/host_key.pub")" > "$work/known_hosts"
serve "$port" "$work/sshd.log" "$(command -v sshd)" -D -f /dev/null -h "$work/host_key" -p "$port" \
  -o ListenAddress=127.0.0.1 -o AuthorizedKeysFile="$work/authorized_keys" -o StrictModes=no -o UsePAM=yes \
  -o PasswordAuthentication=no -o PidFile=none -o Subsystem='sftp internal-sftp' -o ForceCommand=internal-sftp
echo welcome > "$work/greeting"
: > "$work/none"

# Logs in with the key that the options say, and fetches a file.
cat > "$work/log_in" << LOG_IN
rm -f "$work/fetched"
sftp -q -F /dev/null -P $port -o IdentityFile=none -o UserKnownHostsFile=$work/known_hosts "\$@" \
  $(id -un)@127.0.0.1:$work/greeting $work/fetched &&
  cmp $work/greeting $work/fetched
LOG_IN
by_module() { # works or fails, what
  "$1" "$2" sh "$work/log_in" -o PKCS11Provider="$module" -o IdentityAgent=none -o BatchMode=yes
}
by_agent() { # works or fails, what
  "$1" "$2" sh "$work/log_in" -o IdentityAgent="$work/agent" -o BatchMode=yes
}

for each in direct proxy remote; do
  come_by "$each"
  works "lists keys" ssh-keygen -D "$module"
  says '^ecdsa-sha2-nistp256 ' "the elliptic key"
  says '^ssh-rsa ' "the RSA key"
  grep '^ecdsa' "$out" | cut -d' ' -f2 > "$work/listed"
  cut -d' ' -f2 "$work/authorized_keys" > "$work/shown"
  works "the key that kc shows" cmp "$work/shown" "$work/listed"
  by_module works "logs in with the key"
  works "locks" "$kc" lock
  works "lists keys while locked" ssh-keygen -D "$module"
  says '^ecdsa-sha2-nistp256 ' "the elliptic key"
  by_module fails "does not log in while locked"
  works "opens" "$kc" unlock --password-file "$work/pin"
  by_module works "logs in again"
done

# An agent's helper lives for hours: through a lock, and through a restart of the service.
printf '#!/bin/sh\necho\n' > "$work/enter" && chmod 700 "$work/enter"
for each in direct proxy remote; do
  come_by "$each"
  SSH_ASKPASS=$work/enter
  SSH_ASKPASS_REQUIRE=force
  export SSH_ASKPASS SSH_ASKPASS_REQUIRE
  rm -f "$work/agent"
  eval "$(ssh-agent -s -P "$(realpath "$module")" -a "$work/agent" | sed '/^echo/d')"
  ours="$ours $SSH_AGENT_PID"
  works "the agent takes the module, without a PIN" ssh-add -s "$module"
  works "and has its keys" ssh-add -l
  says 'ECDSA' "the elliptic key"
  by_agent works "logs in by the agent"
  works "locks" "$kc" lock
  by_agent fails "not while locked"
  works "opens" "$kc" unlock --password-file "$work/pin"
  by_agent works "logs in by the agent again"
  works "ends the service" "$kc" service stop
  works "opens a new one" "$kc" unlock --password-file "$work/pin"
  by_agent works "logs in by the agent after the restart"
  works "the agent lets the module go" ssh-add -e "$module"
  fails "and has no keys" ssh-add -l
done

# ssh logs in to a first token without keys; on a terminal that must not ask.
come_by direct
unset SSH_ASKPASS SSH_ASKPASS_REQUIRE
works "a key moves to the other token" "$kc" sync on work
works "and the other" "$kc" sync on tower
works "lists keys on a terminal" python3 "$top_srcdir/tests/cli/terminal.py" -- ssh-keygen -D "$module"
says '^ecdsa-sha2-nistp256 ' "the elliptic key"
is_silent_about 'PIN for|login' "without a question"
works "logs in on a terminal" python3 "$top_srcdir/tests/cli/terminal.py" -- \
  sh "$work/log_in" -o PKCS11Provider="$module" -o IdentityAgent=none
is_silent_about 'PIN for|login' "without a question"

# A server hangs up after six keys; ssh is told which one.
for number in 1 2 3 4 5 6; do
  works "makes key $number" "$kc" key new "another $number"
done
cp "$work/authorized_keys" "$work/work.pub"
works "moves the key behind the others" "$kc" sync on work
by_module fails "does not get to the key in time"
works "logs in with the key that is named" sh "$work/log_in" -o PKCS11Provider="$module" -o IdentityAgent=none \
  -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityFile="$work/work.pub"
finish
