#!/usr/bin/env bash
# Beeps when affectd raises an alert, says so in a line, and lights a lamp while it is active.
#
#   apt-get install mosquitto-clients jq
#   DEVICE=bus-12 ./driver-alert.sh -h localhost          arguments go to mosquitto_sub: -h, -p, -u, -P, --cafile, …
#
#   DEVICE   the device.id
#   KINDS    which alerts, parted by spaces
#   BUZZER   bell: of the terminal. A file that takes 1 and 0, of GPIO or an LED. Else a command for one beep
#   LAMP     a file that takes 1 and 0, or nothing
#   BEEPS, BEEP_S   how many, and how long each and the pause after it are
set -uo pipefail
device=${DEVICE:-bus-12}
kinds=${KINDS:-fatigue anger}
buzzer=${BUZZER:-bell}
lamp=${LAMP:-}
beeps=${BEEPS:-3}
beep_s=${BEEP_S:-0.2}

# What is said of a device as `status STATE` and `alert KIND ID ACTIVE SINCE`; anything else that comes is left out.
listen() {
  local topics=(-t "affectd/$device/status") kind
  for kind in $kinds; do topics+=(-t "affectd/$device/alert/$kind"); done
  while true; do
    # It connects again by itself, but ends if there is no broker at the start.
    mosquitto_sub "$@" -q 1 "${topics[@]}" -F %j
    sleep 5
  done | jq --unbuffered -Rr '
    def word: strings | select(test("^[A-Za-z0-9_.:-]+$"));
    fromjson? | (.topic | split("/")) as $topic | .payload | fromjson? | objects |
    if $topic[2] == "status" then (.state | word) as $state | "status \($state)"
    else (.id | word) as $id | (.active | booleans) as $active | (.since | word) as $since |
      "alert \($topic[3]) \($id) \($active) \($since)" end'
}

beep() {
  for _ in $(seq "$beeps"); do
    if [[ $buzzer == bell ]]; then
      printf '\a'
    elif [[ -e $buzzer && ! -x $buzzer ]]; then
      echo 1 >"$buzzer" && sleep "$beep_s" && echo 0 >"$buzzer"
    else
      $buzzer
    fi
    sleep "$beep_s"
  done
}

# The lamp goes out with the program, and what listens for it, which is in its process group, ends.
trap '[[ -z $lamp ]] || echo 0 >"$lamp"; trap - EXIT TERM; kill 0' EXIT
trap exit TERM INT HUP
state=unknown
lit=0
declare -A active=() heard_ids=()

# Lit while an alert is active and the device is there to end it.
show_lamp() {
  local wanted=0
  [[ ${#active[@]} -gt 0 && $state != offline ]] && wanted=1
  [[ $wanted -eq $lit ]] && return
  lit=$wanted
  [[ -z $lamp ]] || echo "$lit" >"$lamp"
}

while read -r what kind id is_active since; do
  if [[ $what == status ]]; then
    state=$kind
    echo "$device is $state"
  elif [[ -z ${heard_ids[$id]:-} ]]; then
    # Delivery is at least once: a repeat must not beep again.
    [[ ${#heard_ids[@]} -lt 1000 ]] || heard_ids=()
    heard_ids[$id]=1
    if [[ $is_active == false ]]; then
      [[ -z ${active[$kind]:-} ]] || echo "$kind is over"
      unset "active[$kind]"
    else
      active[$kind]=1
      echo "ALERT $kind since $since"
      # The broker keeps an alert for ever. One of a device that is gone is no reason to wake anybody.
      [[ $state == offline ]] || beep
    fi
  fi
  show_lamp
done < <(listen "$@")
