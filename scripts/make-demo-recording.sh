#!/usr/bin/env bash
# Makes assets/demo.wav: synthetic voices that differ in pitch, rate and loudness over the noise of a quiet room.
# Needs espeak-ng and sox. The voices are synthetic so that the recording is nobody's and may be given away.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0

# say VOICE WORDS_A_MINUTE PITCH PEAK_DBFS TEXT: one utterance, then two seconds of room.
say() {
  count=$((count + 1))
  local name
  name=$(printf '%s/%02d' "$work" "$count")
  espeak-ng -v "$1" -s "$2" -p "$3" -w "$name-raw.wav" "$5"
  sox -R "$name-raw.wav" -r 16000 -c 1 -e signed -b 16 "$name.wav" \
    silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse gain -n "$4" pad 0 2
}

say en-gb+m3 155 42 -12 'Good morning. The next bus to the central station leaves at nine from platform four.'
say en-us+f2 205 88 -5 'We won! We really won! I cannot believe it, this is the best day of my whole life!'
say en-gb+m1 108 14 -24 'I have not slept for two nights. I am so tired, and I would just like to go home.'
say en-us+m7 225 66 -2 'Stop that right now! I have told you three times already! Get out of here, get out!'
say en-gb+f4 150 50 -14 'Thank you, everything is in order. Please take a seat, the doors are closing now.'

sox -R "$work"/0[0-9].wav "$work/voices.wav" pad 2 0
duration=$(soxi -D "$work/voices.wav")
# Pink noise of sox is about -13 dBFS RMS; the room is to have -65.
sox -R -r 16000 -c 1 -n -b 16 "$work/room.wav" synth "$duration" pinknoise gain -52
sox -R -m -v 1 "$work/voices.wav" -v 1 "$work/room.wav" -r 16000 -c 1 -e signed -b 16 assets/demo.wav
soxi assets/demo.wav
