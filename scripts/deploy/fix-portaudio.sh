#!/usr/bin/env bash
# Makes naudiodon work on 64-bit ARM: see --help. Safe to run again, and to be run again after every `npm ci`.
set -euo pipefail

usage() {
  cat <<'END'
Usage: scripts/deploy/fix-portaudio.sh [--library FILE] [--nodedir DIR] [--force] [NODE_MODULES]

naudiodon ships PortAudio for x86-64 and 32-bit ARM only; on 64-bit ARM its build links the x86-64 library and fails.
This puts the system's PortAudio where that build takes it from, builds, and lists the audio devices through naudiodon
in a process of its own. Does nothing where nothing needs mending.

  NODE_MODULES     the folder that holds naudiodon; else the nearest one above this script
  --library FILE   a libportaudio.so.2 for 64-bit ARM; else the system's (apt install libportaudio2)
  --nodedir DIR    a folder with include/node, so that Node's headers need no download; else looked for beside this Node
  --force          build again even if naudiodon already works

npm removes an optional package whose build fails, so install without building first:
  npm ci --omit=dev --ignore-scripts && scripts/deploy/fix-portaudio.sh         where dist/ is there, as in a package
  npm ci --ignore-scripts && npm run build && scripts/deploy/fix-portaudio.sh   in a checkout

Exit status:
  0  mended, mended already, or nothing to mend (x86-64, 32-bit ARM)
  2  wrong use
  3  naudiodon is not installed
  4  there is no libportaudio.so.2 for 64-bit ARM
  5  Node, npm or the compiler is missing, or the build failed
  6  built, but it does not load or does not list devices
  7  naudiodon's folder cannot be written to
END
}

say() { echo "fix-portaudio: $*"; }
# fail STATUS MESSAGE…
fail() {
  local status=$1
  shift
  echo "fix-portaudio: $*" >&2
  exit "$status"
}

# The nearest node_modules above this script that holds naudiodon: the package's own, or the one it is installed into.
find_node_modules() {
  local folder
  folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
  while [[ $folder != / ]]; do
    folder=$(dirname "$folder")
    if [[ -d $folder/node_modules/naudiodon ]]; then
      echo "$folder/node_modules"
      return
    fi
  done
}

# An ELF header names 64 bits in byte 4 and the machine, AArch64 = 0x00b7, in bytes 18 and 19.
is_arm64_library() {
  [[ -f $1 && $(od -An -tx1 -N20 "$1" | tr -d ' \n') == 7f454c4602*b700 ]]
}

find_library() {
  local candidate
  while read -r candidate; do
    if is_arm64_library "$candidate"; then
      realpath "$candidate"
      return
    fi
  done < <(
    # An ordinary user has no sbin in PATH.
    PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null | awk '$1 == "libportaudio.so.2" { print $NF }'
    printf '%s/libportaudio.so.2\n' /usr/lib/aarch64-linux-gnu /usr/local/lib /usr/lib
  )
}

# Headers serve every release of their major version: it fixes Node's binary interface.
find_nodedir() {
  local major prefix
  major=$(node -p 'process.versions.node.split(".")[0]')
  for prefix in "$(dirname "$(dirname "$(node -p process.execPath)")")" /usr/local /usr; do
    if grep -qsE "^#define NODE_MAJOR_VERSION $major\$" "$prefix/include/node/node_version.h"; then
      echo "$prefix"
      return
    fi
  done
}

# build FOLDER: compiles a native package where it lies; what the compiler says is shown only if it fails.
build() {
  local name log
  name=$(basename "$1")
  log=$work/$name.log
  say "building $name"
  # npm brings a node-gyp of its own, and lends it to the commands that it runs. What the environment says of headers counts
  # more there than an option or a file of npm's settings.
  (cd "$1" && npm_config_nodedir=$nodedir npm exec --call 'node-gyp rebuild') >"$log" 2>&1 && return
  tail -n 40 "$log" >&2
  fail 5 "$name does not build; what the compiler said is above"
}

# Lists devices through naudiodon in a process of its own, which a fault in native code takes down alone. naudiodon
# prints lines of its own, and writes crash.log into the working directory.
list_devices() {
  # shellcheck disable=SC2016 # the script is JavaScript's
  (cd "$work" && timeout 300 node -e '
    const devices = require(process.argv[1]).getDevices()
    const inputs = devices.filter((device) => device.maxInputChannels > 0)
    const lines = devices.map(({ name, maxInputChannels, maxOutputChannels, defaultSampleRate, hostAPIName }) =>
      `  ${name} (${hostAPIName}, in ${maxInputChannels}, out ${maxOutputChannels}, ${defaultSampleRate} Hz)`)
    const head = `devices: ${devices.length}, of which can record: ${inputs.length}`
    require("fs").writeFileSync("devices", [head, ...lines, ""].join("\n"))
    process.exit(0)
  ' "$naudiodon") >"$work/load.log" 2>&1
}

library=
nodedir=
force=
node_modules=
while [[ $# -gt 0 ]]; do
  case $1 in
    --help | -h)
      usage
      exit
      ;;
    --library | --nodedir)
      [[ $# -ge 2 ]] || fail 2 "$1 takes a path; see --help"
      declare "${1#--}=$2"
      shift
      ;;
    --force) force=1 ;;
    -*) fail 2 "unknown option $1; see --help" ;;
    *)
      [[ -z $node_modules ]] || fail 2 "takes one node_modules, not '$node_modules' and '$1'; see --help"
      node_modules=$1
      ;;
  esac
  shift
done

for program in node npm; do
  command -v "$program" >/dev/null || fail 5 "$program is not in PATH"
done

# Node's own architecture, not the kernel's: a 32-bit system often runs under a 64-bit kernel.
arch=$(node -p process.arch)
case $arch in
  x64 | arm)
    say "nothing to mend: naudiodon brings PortAudio for this Node's architecture, $arch"
    exit
    ;;
  arm64) ;;
  *) fail 2 "mends 64-bit ARM (arm64) only; this Node is for $arch, for which naudiodon brings no PortAudio" ;;
esac

[[ -n $node_modules ]] || node_modules=$(find_node_modules)
naudiodon=${node_modules:+$node_modules/naudiodon}
[[ -n $naudiodon && -f $naudiodon/binding.gyp ]] || fail 3 \
  "naudiodon is not in ${node_modules:-any node_modules above this script}: npm removes it where its build fails." \
  "Install it unbuilt with 'npm ci --omit=dev --ignore-scripts' (or 'npm install --ignore-scripts naudiodon'), then" \
  "run this again"
naudiodon=$(realpath "$naudiodon")

if [[ -n $library ]]; then
  is_arm64_library "$library" || fail 4 "$library is no library for 64-bit ARM"
else
  library=$(find_library)
  [[ -n $library ]] || fail 4 "no libportaudio.so.2 for 64-bit ARM on this system: apt install libportaudio2 (as root)"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target=$naudiodon/portaudio/bin/libportaudio.so.2

if [[ -z $force ]] && cmp -s "$library" "$target" && list_devices; then
  say "$naudiodon works already, with $library"
  say "$(cat "$work/devices")"
  exit
fi

for program in g++ make python3; do
  command -v "$program" >/dev/null || fail 5 "$program is missing: apt install g++ make python3 (as root)"
done
[[ -w $naudiodon && -w $(dirname "$target") ]] || fail 7 \
  "$naudiodon cannot be written to: run this as $(stat -c %U "$naudiodon") or root"

if ! cmp -s "$library" "$target"; then
  # What naudiodon shipped is kept once; a later run replaces only what an earlier one put there. Renames, never writes
  # into a file: package managers share files between installs by hard links.
  [[ ! -e $target || -e $target.orig ]] || mv "$target" "$target.orig"
  cp "$library" "$target.new"
  mv -f "$target.new" "$target"
  say "put $library in place of naudiodon's own"
fi

if [[ -n $nodedir ]]; then
  [[ -f $nodedir/include/node/node.h ]] || fail 2 "$nodedir has no include/node/node.h"
  nodedir=$(realpath "$nodedir")
else
  nodedir=$(find_nodedir)
fi
if [[ -n $nodedir ]]; then
  say "Node's headers: $nodedir/include/node"
else
  say "no headers beside this Node: node-gyp will download them; without a network, see --nodedir"
fi
build "$naudiodon"
# naudiodon loads it first, and what an install without scripts left unbuilt is this as well.
segfault_handler=$(cd "$naudiodon" && node -p 'path.dirname(require.resolve("segfault-handler/package.json"))' 2>&1) ||
  fail 3 "segfault-handler, which naudiodon needs, is not installed: see --help on how to install both"
(cd "$work" && node -e 'require(process.argv[1])' "$segfault_handler") >/dev/null 2>&1 || build "$segfault_handler"

if ! list_devices; then
  tail -n 20 "$work/load.log" >&2
  fail 6 "naudiodon is built but does not load and list devices; what it said is above"
fi
say "$naudiodon $(node -p 'require(process.argv[1] + "/package.json").version' "$naudiodon") is mended, with $library"
say "$(cat "$work/devices")"
