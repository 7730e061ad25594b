#!/usr/bin/env bash
# Sets up broker, device id and microphone, and shows that they work: see --help.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd -P)
# shellcheck source=scripts/deploy/board.sh
source "$here/board.sh"

usage() {
  cat <<'END'
Usage: sudo affectd-setup [OPTION]…           with the Debian package
       sudo configure.sh [OPTION]…            with install.sh, which calls it

Asks for what is not given, keeps what it is not told to change, checks the result before it is used, starts affectd
anew, and waits until it hears the microphone and has reached the broker.

  --broker URL          mqtt://HOST[:PORT], mqtts:// (TLS), ws:// or wss://
  --username NAME       at the broker; - for none
  --password-file FILE  holds the password; its content is kept for root alone, and given to the service by systemd
  --ca-file FILE        certificate of the broker's authority (TLS)
  --device-id NAME      in topics: affectd/NAME/…; letters, digits, - and _
  --microphone NAME     one of affectd devices; auto for the default one
  --set key=value       any other key of the configuration; may be repeated. key= returns it to its default
  --yes                 asks nothing
  --no-start            changes the configuration only
  --no-self-test        does not wait for microphone and broker

Exit status: 0 all works · 2 wrong use · 5 the configuration is wrong, nothing was changed · 10 set up, but no sound
comes from the microphone · 11 set up, but the broker is not reached
END
}

settings=()
password_file=
ca_file=
ask=1
start=1
self_test=1
declare -A given
while [[ $# -gt 0 ]]; do
  case $1 in
    --help | -h)
      usage
      exit
      ;;
    --broker | --username | --password-file | --ca-file | --device-id | --microphone | --set)
      [[ $# -ge 2 ]] || fail 2 "$1 takes a value; see --help"
      given[$1]=1
      case $1 in
        --broker) settings+=("mqtt.url=$2") ;;
        --username) if [[ $2 == - ]]; then settings+=(mqtt.username=); else settings+=("mqtt.username=$2"); fi ;;
        --password-file) password_file=$2 ;;
        --ca-file) ca_file=$2 ;;
        --device-id) settings+=("device.id=$2") ;;
        --microphone) if [[ $2 == auto ]]; then settings+=(capture.device=); else settings+=("capture.device=$2"); fi ;;
        --set)
          [[ $2 == *=* ]] || fail 2 "--set takes key=value, not $2"
          settings+=("$2")
          ;;
      esac
      shift
      ;;
    --yes | -y) ask= ;;
    --no-start) start= ;;
    --no-self-test) self_test= ;;
    *) fail 2 "unknown option $1; see --help" ;;
  esac
  shift
done
need_root
[[ -t 0 ]] || ask=

# The release whose script this is: the package's, or the one that runs.
release=$(dirname "$(dirname "$here")")
affectd=$release/bin/affectd
node=$release/node/bin/node
[[ -x $node ]] || node=/usr/bin/node
mkdir -p "$ETC"
install -d -m 0700 "$CREDENTIALS"

# setting KEY: as it is in force now.
setting() {
  STATE_DIRECTORY=$STATE "$affectd" config show --json --config "$now" 2>/dev/null |
    "$node" -e '
      const shown = JSON.parse(require("fs").readFileSync(0, "utf8"))
      console.log(shown[process.argv[1]]?.value ?? "")
    ' "$1"
}
now=$CONFIG
work=$(mktemp -d "$ETC/.new-XXXXXX")
trap 'rm -rf "$work"' EXIT
[[ -f $now ]] || echo '{}' >"$work/empty.json"
[[ -f $now ]] || now=$work/empty.json

# question TEXT DEFAULT: the answer, in $answer.
question() {
  read -r -p "$1 [$2]: " answer || answer=
  answer=${answer:-$2}
}
if [[ -n $ask ]]; then
  if [[ -z ${given[--broker]:-} ]]; then
    question 'MQTT broker' "$(setting mqtt.url)"
    settings+=("mqtt.url=$answer")
  fi
  if [[ -z ${given[--username]:-} ]]; then
    read -r -p 'User name at the broker (empty: none, or as before): ' answer || answer=
    if [[ -n $answer ]]; then
      settings+=("mqtt.username=$answer")
      if [[ -z $password_file ]]; then
        read -r -s -p 'Password (empty: none, or as before): ' answer || answer=
        echo
        if [[ -n $answer ]]; then
          (umask 077 && printf '%s\n' "$answer" >"$work/password")
          password_file=$work/password
        fi
      fi
    fi
  fi
  if [[ -z ${given[--device-id]:-} ]]; then
    question 'Name of this device' "$(setting device.id)"
    settings+=("device.id=$answer")
  fi
  if [[ -z ${given[--microphone]:-} ]]; then
    echo 'What can capture sound here:'
    "$affectd" devices 2>&1 | sed 's/^/    /' || true
    chosen=$(setting capture.device)
    question 'Microphone (auto: the default one)' "${chosen:-auto}"
    if [[ $answer == auto ]]; then settings+=(capture.device=); else settings+=("capture.device=$answer"); fi
  fi
fi

if [[ -n $password_file ]]; then
  [[ -r $password_file ]] || fail 2 "$password_file cannot be read"
  install -m 0600 "$password_file" "$CREDENTIALS/password"
  settings+=(mqtt.password_file=credential:mqtt_password)
fi
if [[ -n $ca_file ]]; then
  [[ -r $ca_file ]] || fail 2 "$ca_file cannot be read"
  install -m 0644 "$ca_file" "$ETC/ca.pem"
  settings+=("mqtt.ca_file=$ETC/ca.pem")
fi

"$node" "$here/write-config.js" "$CONFIG" "${settings[@]}" >"$work/config.json" || fail 5 "$CONFIG is not changed"
check_config "$release" "$work/config.json" >/dev/null || fail 5 "$CONFIG is not changed"
if ! cmp -s "$work/config.json" "$CONFIG"; then
  # The service reads it, others need not: a URL may hold a password.
  install -m 0640 -o root -g "$SERVICE_USER" "$work/config.json" "$work/ready.json"
  mv -f "$work/ready.json" "$CONFIG"
  say "$CONFIG is written"
fi
[[ -n $start ]] || exit 0
need_systemd
systemctl enable --quiet affectd.service
restart_service
[[ -n $self_test ]] || exit 0

say "waiting until the microphone is heard and the broker is reached (at most $HEALTH_TIMEOUT_S s)"
if await_health "$HEALTH_TIMEOUT_S" hearing broker; then
  say "it works: $(property StatusText)"
  url=$(setting mqtt.url)
  id=$(setting device.id)
  say "see it: affectd watch --broker $url --device $id"
  exit 0
fi
explain_health
status=0
if ! is_healthy broker; then
  warn "the broker $(setting mqtt.url) is not reached: see docs/troubleshooting.md, \"The broker is not reached\""
  status=11
fi
if ! is_healthy hearing; then
  warn 'no sound comes from the microphone: see docs/troubleshooting.md, "No sound"; what is there:'
  "$affectd" devices 2>&1 | sed 's/^/    /' >&2 || true
  status=10
fi
# Healthy at last, but not for long enough.
[[ $status -ne 0 ]] || exit 0
warn 'affectd is set up and goes on trying; run this again when that is mended'
exit "$status"
