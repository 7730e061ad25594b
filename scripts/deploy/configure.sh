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
  --username NAME       at the broker; - for none, and no password
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
# user_name NAME: a password without a name is nothing that a broker takes.
user_name() {
  if [[ $1 == - ]]; then
    settings+=(mqtt.username= mqtt.username_file= mqtt.password= mqtt.password_file=)
  else
    settings+=("mqtt.username=$1")
  fi
}
microphone() { if [[ $1 == auto ]]; then settings+=(capture.device=); else settings+=("capture.device=$1"); fi; }
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
        --username) user_name "$2" ;;
        --password-file) password_file=$2 ;;
        --ca-file) ca_file=$2 ;;
        --device-id) settings+=("device.id=$2") ;;
        --microphone) microphone "$2" ;;
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

# setting KEY…: as they are in force now, secrets masked; one a line.
setting() {
  STATE_DIRECTORY=$STATE "$affectd" config show --json --config "$now" 2>/dev/null |
    "$node" -e '
      const shown = JSON.parse(require("fs").readFileSync(0, "utf8"))
      for (const key of process.argv.slice(1)) console.log(shown[key]?.value ?? "")
    ' "$@"
}
# microphones: what can capture sound here, for a person.
microphones() { "$affectd" devices --config "$now" 2>&1 | sed 's/^/    /' || true; }
now=$CONFIG
# What a power cut left of another time may hold a password.
find "$ETC" -maxdepth 1 -name '.new-*' -mmin +60 -exec rm -rf {} +
work=$(mktemp -d "$ETC/.new-XXXXXX")
trap 'rm -rf "$work"' EXIT
[[ -f $now ]] || echo '{}' >"$work/empty.json"
[[ -f $now ]] || now=$work/empty.json

# question TEXT SHOWN: the answer, in $answer; empty if it stays as it is. What is shown may be masked, and is never set.
question() {
  read -r -p "$1 [$2]: " answer || answer=
  [[ $answer != "$2" ]] || answer=
}
if [[ -n $ask ]]; then
  { read -r url && read -r user && read -r id && read -r chosen; } < <(setting mqtt.url mqtt.username device.id capture.device) ||
    warn "$CONFIG is not understood as it is: what is in force cannot be shown"
  if [[ -z ${given[--broker]:-} ]]; then
    question 'MQTT broker' "${url:-}"
    [[ $answer != *'***@'* ]] || fail 2 'the *** stands for a password: type the URL with the password itself, or press Enter to keep it'
    [[ -z $answer ]] || settings+=("mqtt.url=$answer")
  fi
  if [[ -z ${given[--username]:-} ]]; then
    user=${user:--}
    question 'User name at the broker (- for none)' "$user"
    [[ -z $answer ]] || user_name "$answer"
    if [[ ${answer:-$user} != - && -z $password_file ]]; then
      read -r -s -p 'Password (Enter: none, or as before): ' answer || answer=
      echo
      if [[ -n $answer ]]; then
        (umask 077 && printf '%s\n' "$answer" >"$work/password")
        password_file=$work/password
      fi
    fi
  fi
  if [[ -z ${given[--device-id]:-} ]]; then
    question 'Name of this device' "${id:-}"
    [[ -z $answer ]] || settings+=("device.id=$answer")
  fi
  if [[ -z ${given[--microphone]:-} ]]; then
    echo 'What can capture sound here:'
    microphones
    question 'Microphone (auto: the default one)' "${chosen:-auto}"
    [[ -z $answer ]] || microphone "$answer"
  fi
fi

# From here on a lost connection must not leave it half-way.
trap '' HUP PIPE
# All of it is staged, looked at as a whole, and only then put in place: what is refused leaves everything as it was.
mkdir -m 0700 "$work/credentials"
find "$CREDENTIALS" -mindepth 1 -maxdepth 1 -type f -exec cp -p -t "$work/credentials" {} +
if [[ -n $password_file ]]; then
  [[ -r $password_file ]] || fail 2 "$password_file cannot be read"
  install -m 0600 "$password_file" "$work/credentials/password"
  settings+=(mqtt.password_file=credential:mqtt_password)
fi
if [[ -n $ca_file ]]; then
  [[ -r $ca_file ]] || fail 2 "$ca_file cannot be read"
  install -m 0644 "$ca_file" "$work/ca.pem"
  settings+=("mqtt.ca_file=$ETC/ca.pem")
fi
if [[ ${#settings[@]} -gt 0 ]]; then
  "$node" "$here/write-config.js" "$CONFIG" "${settings[@]}" >"$work/config.json" || fail 5 "$CONFIG is not changed; run this again"
else
  cp "$now" "$work/config.json"
fi
checked=$work/config.json
if [[ -n $ca_file ]]; then
  checked=$work/checked.json
  "$node" "$here/write-config.js" "$work/config.json" "mqtt.ca_file=$work/ca.pem" >"$checked"
fi
status=0
said=$(check_config "$release" "$checked" "$work/credentials" 2>&1) || status=$?
# It names what lies here by the names that a person knows.
said=${said//"$checked"/"$CONFIG"}
said=${said//"$work/ca.pem"/"$ca_file"}
[[ -z $password_file ]] || said=${said//"$work/credentials/password"/"${password_file/#"$work/password"/the password}"}
said=${said//"$work/credentials/"/"$CREDENTIALS/"}
[[ -z $said ]] || echo "$said" >&2 || true
[[ $status -eq 0 ]] || fail 5 "$CONFIG is not changed; run this again"

# The service reads it, others need not: a URL may hold a password.
install -m 0640 -o root -g "$SERVICE_USER" "$work/config.json" "$work/ready.json"
sync -f "$work"
# The configuration last: it names the others.
[[ -z $password_file ]] || mv -f "$work/credentials/password" "$CREDENTIALS/password"
[[ -z $ca_file ]] || mv -f "$work/ca.pem" "$ETC/ca.pem"
if ! cmp -s "$work/ready.json" "$CONFIG"; then
  mv -f "$work/ready.json" "$CONFIG"
  say "$CONFIG is written"
fi
sync -f "$ETC"
now=$CONFIG
[[ -n $start ]] || exit 0
need_systemd
# Anew: a package that was removed leaves a link to its own unit.
systemctl reenable --quiet affectd.service
restart_service
[[ -n $self_test ]] || exit 0

# watch_command: shows what this device says. Secrets are named by their files, which root may read; systemd alone knows
# credential:NAME.
watch_command() {
  local keys=(username_file password_file ca_file cert_file key_file) values key command="sudo affectd watch --config $CONFIG"
  mapfile -t values < <(setting device.id "${keys[@]/#/mqtt.}")
  for key in "${!keys[@]}"; do
    [[ ${values[key + 1]} != credential:mqtt_* ]] ||
      command+=" --set mqtt.${keys[key]}=$CREDENTIALS/${values[key + 1]#credential:mqtt_}"
  done
  echo "$command --device ${values[0]}"
}

say "waiting until the microphone is heard and the broker is reached (at most $HEALTH_TIMEOUT_S s)"
if await_health "$HEALTH_TIMEOUT_S" hearing broker; then
  say "it works: $(property StatusText)"
  say "see it: $(watch_command)"
  exit 0
fi
explain_health
status=0
if ! is_met broker; then
  warn "the broker $(setting mqtt.url) is not reached: see docs/troubleshooting.md, \"The broker is not reached\""
  status=11
fi
if ! is_met hearing; then
  warn 'no sound comes from the microphone: see docs/troubleshooting.md, "No sound"; what is there:'
  microphones >&2
  status=10
fi
# Healthy at last, but not for long enough.
[[ $status -ne 0 ]] || exit 0
warn 'affectd is set up and goes on trying; run this again when that is mended'
exit "$status"
