#!/bin/sh
# SPDX-License-Identifier: ISC
# git, with signatures by ssh's format: commits and tags signed by ssh-keygen with a key of ssh-agent, and files.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs git ssh-agent ssh-add ssh-keygen
make_keychain
works "makes a P-256 key" "$kc" key new work --type ec:p256
works "makes an RSA key" "$kc" key new tower --type rsa:2048
printf '#!/bin/sh\necho\n' > "$work/enter" && chmod 700 "$work/enter"
SSH_ASKPASS=$work/enter
SSH_ASKPASS_REQUIRE=force
GIT_CONFIG_NOSYSTEM=1
export SSH_ASKPASS SSH_ASKPASS_REQUIRE GIT_CONFIG_NOSYSTEM
git config --global user.name Ana
git config --global user.email ana@example.org
git config --global init.defaultBranch main
git config --global gpg.format ssh
git config --global gpg.ssh.allowedSignersFile "$work/signers"
for name in work tower; do
  "$kc" key show "$name" --ssh > "$work/$name.pub"
  printf 'ana@example.org %s\n' "$(cut -d' ' -f1,2 "$work/$name.pub")"
done > "$work/signers"

for each in direct proxy remote; do
  come_by "$each"
  rm -f "$work/agent"
  eval "$(ssh-agent -s -P "$(realpath "$module")" -a "$work/agent" | sed '/^echo/d')"
  ours="${ours-} $SSH_AGENT_PID"
  works "the agent takes the module" ssh-add -s "$module"
  repository=$work/repository-$way
  works "makes a repository" git init -q "$repository"
  for name in work tower; do
    git config --global user.signingKey "$work/$name.pub"
    echo "$name" > "$repository/file"
    works "adds a file" git -C "$repository" add file
    works "a commit signed by $name" git -C "$repository" commit -q -S -m "by $name"
    works "checks it" git -C "$repository" verify-commit HEAD
    says 'Good "git" signature for ana@example.org' "whose it is"
    works "a tag signed by $name" git -C "$repository" tag -s -m "by $name" "$name"
    works "checks it" git -C "$repository" verify-tag "$name"
    works "signs a file with $name" ssh-keygen -Y sign -f "$work/$name.pub" -n file "$repository/file"
    works "checks it" sh -c "ssh-keygen -Y verify -f '$work/signers' -I ana@example.org -n file \
      -s '$repository/file.sig' < '$repository/file'"
    rm "$repository/file.sig"
  done
  works "locks" "$kc" lock
  echo more > "$repository/file"
  fails "no signed commit while locked" git -C "$repository" commit -q -a -S -m locked
  works "the history is as it was" git -C "$repository" verify-commit HEAD
  works "opens" "$kc" unlock --password-file "$work/pin"
  works "a signed commit again" git -C "$repository" commit -q -a -S -m unlocked
done
finish
