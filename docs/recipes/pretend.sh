#!/usr/bin/env bash
# Says what affectd would say, so that a recipe can be tried without a microphone. Never point it at a broker in use.
#
#   apt-get install mosquitto-clients
#   ./pretend.sh DEVICE WHAT [MORE] [-h HOST …]      what follows goes to mosquitto_pub
#
#   ./pretend.sh bus-12 status online                or degraded, offline
#   ./pretend.sh bus-12 alert anger on               or off; any kind
#   ./pretend.sh bus-12 emotion angry                one decision
#   ./pretend.sh bus-12 state happy                  the present state
#   ./pretend.sh bus-12 summary day                  or aggregate
set -euo pipefail
[[ $# -ge 3 ]] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 64; }
device=$1 what=$2 which=$3
shift 3

now=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
earlier=$(date -u -d '-3 seconds' +%Y-%m-%dT%H:%M:%S.%3NZ)
# Each is the first event of a boot of its own, so nobody counts losses between them.
uuid() { cat /proc/sys/kernel/random/uuid; }
stamp="\"id\":\"$(uuid)\",\"boot_id\":\"$(uuid)\",\"seq\":1"

publish() { mosquitto_pub -q 1 -t "affectd/$device/$1" -m "$2" "${@:3}"; }

# Nearly all of it on one label; with the place of that label on the circumplex.
labels=(neutral calm happy sad angry fearful disgust surprised)
probabilities() {
  local label parts=()
  for label in "${labels[@]}"; do
    [[ $label == "$which" ]] && parts+=("\"$label\":0.86") || parts+=("\"$label\":0.02")
  done
  (IFS=,; echo "{${parts[*]}}")
}
circumplex() {
  case $which in
    calm) echo '"arousal":-0.52,"valence":0.44' ;;
    happy) echo '"arousal":0.45,"valence":0.65' ;;
    sad) echo '"arousal":-0.29,"valence":-0.65' ;;
    angry) echo '"arousal":0.72,"valence":-0.52' ;;
    fearful) echo '"arousal":0.67,"valence":-0.56' ;;
    disgust) echo '"arousal":0.34,"valence":-0.61' ;;
    surprised) echo '"arousal":0.71,"valence":0.14' ;;
    *) echo '"arousal":0.04,"valence":-0.02' ;;
  esac
}

case $what in
  status) publish status "{\"state\":\"$which\",\"reason\":null,\"time\":\"$now\"}" -r "$@" ;;
  alert)
    onoff=${1:-on}
    [[ $# -eq 0 ]] || shift
    [[ $onoff == on ]] && active=true ended=null || active=false ended='"score"'
    window="{\"start\":\"$earlier\",\"end\":\"$now\",\"score\":0.8}"
    evidence="{\"score\":\"angry\",\"enter\":0.6,\"exit\":0.35,\"hits\":1,\"of\":1,\"windows\":[$window],\"ended_by\":$ended}"
    publish "alert/$which" "{\"schema\":\"affectd.alert/1\",$stamp,\"kind\":\"$which\",\"active\":$active,\"score\":0.8,\"since\":\"$earlier\",\"time\":\"$now\",\"evidence\":$evidence}" -r "$@"
    ;;
  emotion)
    window="{\"start\":\"$earlier\",\"duration_ms\":3000,\"speech_ms\":2140,\"level_dbfs\":-23.4,\"snr_db\":17.9}"
    model="{\"id\":\"pretended\",\"sha256\":\"$(printf '0%.0s' {1..64})\"}"
    publish emotion "{\"schema\":\"affectd.emotion/1\",$stamp,\"device_id\":\"$device\",\"time\":\"$now\",\"window\":$window,\"label\":\"$which\",\"confidence\":0.86,\"probabilities\":$(probabilities),$(circumplex),\"abstained\":false,\"abstain_reason\":null,\"model\":$model}" "$@"
    ;;
  state)
    publish state "{\"label\":\"$which\",\"probabilities\":$(probabilities),$(circumplex),\"speaking\":true,\"since\":\"$earlier\",\"time\":\"$now\",\"fatigue\":null}" -r "$@"
    ;;
  summary)
    [[ $which == day ]] && ago='-1 day' all=('{"low_confidence":6}' '{"anger":1}') || ago='-20 minutes' all=(null null)
    start=$(date -u -d "$ago" +%Y-%m-%dT%H:%M:%S.%3NZ)
    period="{\"kind\":\"$which\",\"start\":\"$start\",\"end\":\"$now\",\"time_zone\":\"Europe/Berlin\"}"
    publish summary "{\"schema\":\"affectd.summary/1\",$stamp,\"device_id\":\"$device\",\"period\":$period,\"decisions\":64,\"abstained\":6,\"abstained_by\":${all[0]},\"speech_minutes\":9,\"shares\":{\"neutral\":0.6,\"happy\":0.3,\"other\":0.1},\"arousal\":0.21,\"valence\":0.24,\"alerts\":${all[1]},\"fatigue\":null}" "$@"
    ;;
  *) echo "nothing is called $what" >&2 && exit 64 ;;
esac
