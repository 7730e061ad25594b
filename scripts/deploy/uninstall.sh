#!/usr/bin/env bash
# Takes affectd off this device: see --help.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd -P)
# shellcheck source=scripts/deploy/board.sh
source "$here/board.sh"

usage() {
  cat <<'END'
Usage: sudo uninstall.sh [--delete-data | --keep-data] [--yes]

Stops affectd and removes it: the service and its releases. Asks before it deletes what cannot be had back: the
configuration in /etc/affectd, and in /var/lib/affectd the events not yet sent and what was learnt of voices; and the user
affectd, whose they are.

  --delete-data  deletes them without asking
  --keep-data    keeps them without asking; --yes alone keeps them, too
  --yes          asks nothing
END
}

data=ask
ask=1
for option in "$@"; do
  case $option in
    --help | -h)
      usage
      exit
      ;;
    --delete-data) data=delete ;;
    --keep-data) data=keep ;;
    --yes | -y) ask= ;;
    *) fail 2 "unknown option $option; see --help" ;;
  esac
done
need_root
[[ ! -e $PACKAGED/RELEASE ]] || fail 3 'affectd is installed here as a Debian package: apt remove affectd, or apt purge affectd'
if [[ $data == ask ]]; then
  data=keep
  if [[ -n $ask && -t 0 ]]; then
    read -r -p "Delete settings and data as well ($ETC, $STATE)? [y/N]: " answer || answer=
    [[ $answer != [yY]* ]] || data=delete
  fi
fi

# From here on this folder goes away under us: everything is read already.
main() {
  # First, since it would start affectd again.
  systemctl disable --now "$SETTLER" 2>/dev/null || true
  systemctl disable --now affectd.service 2>/dev/null || true
  rm -f "$UNIT" "$SETTLER_UNIT"
  rm -rf "$UNIT.d" "$SETTLER_UNIT.d"
  systemctl daemon-reload
  systemctl reset-failed affectd.service "$SETTLER" 2>/dev/null || true
  [[ ! -L $LAUNCHER ]] || rm -f "$LAUNCHER"
  rm -rf "${PREFIX:?}"
  if [[ $data == delete ]]; then
    rm -rf "${ETC:?}" "${STATE:?}"
    ! getent passwd "$SERVICE_USER" >/dev/null || userdel "$SERVICE_USER"
    say 'removed, with settings and data'
  else
    say "removed; settings and data are still in $ETC and $STATE"
  fi
  exit
}
main
