# shellcheck shell=bash disable=SC2154
# What a scenario asks of the machine. To be sourced.

passed=0
failed=0
# step WHAT COMMAND…: shows WHAT, then whether it holds; the end of the log where it does not.
step() {
  local what="$suite: $1" began=$SECONDS
  shift
  : >"$log"
  if "$@" >>"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok - $what ($((SECONDS - began)) s)"
  else
    failed=$((failed + 1))
    echo "not ok - $what ($((SECONDS - began)) s)"
    tail -n 25 "$log" | sed 's/^/    /'
    inside systemctl status affectd --no-pager --lines=12 2>&1 | sed 's/^/    | /'
    return 1
  fi
}
not() { ! "$@"; }

# within SECONDS COMMAND…: until it holds.
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.5
  done
}

property() { inside systemctl show affectd --property="$1" --value; }
is_active() { [[ $(property ActiveState) == active ]]; }
says() { [[ $(property StatusText) == *$1* ]]; }
main_pid() { property MainPID; }

# messages TOPIC SECONDS COUNT [OPTION…]: what arrives at the broker below the device's topic.
messages() {
  local topic=$1 seconds=$2 count=$3
  shift 3
  inside mosquitto_sub -h 127.0.0.1 -p $PORT -u board -P secret-of-board -t "affectd/+/$topic" -W "$seconds" -C "$count" -F '%t %p' "$@"
}
# An emotion event with all that belongs to one.
hears_events() {
  local line
  line=$(messages emotion "${1:-40}" 1) || return 1
  echo "$line"
  [[ $line == *'"schema":"affectd.emotion/1"'* && $line == *'"probabilities":'* ]]
}
status_is() { messages status 10 1 | tee /dev/stderr | grep -q "\"state\":\"$1\""; }
