#!/usr/bin/env bash
# Installs affectd on the device that it is run on: see --help. Safe to run again.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd -P)
# shellcheck source=scripts/deploy/board.sh
source "$here/board.sh"

readonly NODE_OLDEST=20
readonly NEEDED_MB=400

usage() {
  cat <<'END'
Usage: sudo scripts/deploy/install.sh [OPTION]…

Installs affectd as a service on this device: looks at board, system, Node, sound and disk, installs what is missing
from the distribution, puts the release into /opt/affectd/releases/VERSION, makes the user affectd (group audio), writes
/etc/affectd/config.json, starts the service, and waits until it hears the microphone and has reached the broker. Run it
from an unpacked release, or from a checkout, which it builds first. Run again, it mends what is amiss and changes only
what it is told to.

  --dry-run          says what it would do, changes nothing
  --yes              asks nothing
  --no-packages      installs nothing from the distribution
  --no-start         does not start the service
  --no-self-test     does not wait for microphone and broker
  --broker URL, --username NAME, --password-file FILE, --ca-file FILE, --device-id NAME, --microphone NAME,
  --set key=value    as configure.sh --help says; what is not given is asked for

Exit status: 0 installed, and it works · 2 wrong use · 3 not for this machine · 4 a package or Node cannot be had ·
5 the configuration is wrong · 10 installed, but no sound comes from the microphone · 11 installed, but the broker is not
reached
END
}

dry=
packages=1
configure_args=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --help | -h)
      usage
      exit
      ;;
    --dry-run) dry=1 ;;
    --no-packages) packages= ;;
    --yes | -y | --no-start | --no-self-test) configure_args+=("$1") ;;
    --broker | --username | --password-file | --ca-file | --device-id | --microphone | --set)
      [[ $# -ge 2 ]] || fail 2 "$1 takes a value; see --help"
      configure_args+=("$1" "$2")
      shift
      ;;
    *) fail 2 "unknown option $1; see --help" ;;
  esac
  shift
done
[[ -n $dry ]] || need_root

# act COMMAND…: does it, or says so.
act() {
  if [[ -n $dry ]]; then
    echo "  would run: $*"
  else
    "$@"
  fi
}

# ---- What kind of machine this is

board=$(tr -d '\0' 2>/dev/null </proc/device-tree/model || cat /sys/class/dmi/id/product_name 2>/dev/null || echo 'a machine without a name')
case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) fail 3 "this is $(uname -m), and affectd is built for x86-64 and 64-bit ARM; on a Raspberry Pi install the 64-bit system" ;;
esac
# A 64-bit kernel under a 32-bit system.
case $(dpkg --print-architecture 2>/dev/null || echo none)-$arch in
  amd64-x64 | arm64-arm64) ;;
  none-*) fail 3 'this system has no dpkg: affectd is installed this way on Debian and Raspberry Pi OS' ;;
  *) fail 3 "the system is $(dpkg --print-architecture) under a $(uname -m) kernel: install the 64-bit system" ;;
esac
system=$(. /etc/os-release && echo "${PRETTY_NAME:-$ID}")
system_version=$(. /etc/os-release && echo "${VERSION_ID:-0}")
[[ ${system_version%%.*} =~ ^[0-9]+$ ]] || system_version=0
say "$board, $system, $(uname -m)"
need_systemd
if grep -qsE '^(ID|ID_LIKE)=.*(debian|raspbian)' /etc/os-release && ((${system_version%%.*} >= 12)); then :; else
  warn "this is neither Debian 12 or later nor Raspberry Pi OS of that base: nobody has tried it, and it may not work"
fi
free_mb=$(df --output=avail -m /opt 2>/dev/null | tail -n 1 | tr -d ' ')
((free_mb >= NEEDED_MB)) || fail 3 "/opt has ${free_mb} MB left, and the installation takes up to $NEEDED_MB MB"
if [[ -e $PACKAGED/RELEASE ]]; then
  fail 3 'affectd is installed here as a Debian package: upgrade that one, or apt remove affectd first'
fi

# ---- What the distribution gives

# missing NAME…: of them, the packages that are not installed.
missing() {
  local name
  for name in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || echo "$name"
  done
}
has_updated=
# from_distribution NAME…
from_distribution() {
  local names
  mapfile -t names < <(missing "$@")
  ((${#names[@]} > 0)) || return 0
  if [[ -z $packages ]]; then
    warn "not installed, as asked: ${names[*]}"
    return 0
  fi
  say "from the distribution: ${names[*]}"
  [[ -n $has_updated ]] || act apt-get update -qq || warn 'the lists of packages could not be brought up to date'
  has_updated=1
  act env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${names[@]}" >/dev/null ||
    fail 4 "apt cannot install ${names[*]}: is there a network?"
}

node_major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

# fetch_node FOLDER: Node from npm, with its headers.
fetch_node() {
  local version npm_folder
  version=$(field "$source/RELEASE" node)
  version=${version:-$(sed -n 's/^readonly NODE_VERSION=//p' "$source/scripts/package/release.sh" 2>/dev/null)}
  version=${version:-22}
  command -v npm >/dev/null || from_distribution npm
  say "Node $version from npm"
  npm_folder=$(mktemp -d)
  (cd "$npm_folder" && npm pack --silent "node-linux-$arch@$version" >/dev/null) || fail 4 "npm does not give node-linux-$arch"
  mkdir -p "$1"
  tar -xzf "$npm_folder"/node-linux-*.tgz -C "$1" --strip-components=1 --no-same-owner
  rm -r "$npm_folder"
}

source=$(dirname "$(dirname "$here")")
from_distribution alsa-utils libportaudio2 ca-certificates perl-base

# ---- The release

if [[ ! -f $source/RELEASE ]]; then
  [[ -f $source/tsconfig.json ]] || fail 2 "$source is neither a release of affectd nor a checkout"
  say "$source is a checkout: it is built first"
  if [[ -n $dry ]]; then
    from_distribution npm make g++ python3 patchelf
    echo "  would run: npm ci && npm run package:release, with Node $NODE_OLDEST or later"
  else
    # The system's Node is often too old to build with; one from npm is not.
    if (($(node_major node) < NODE_OLDEST)); then
      fetch_node "$source/build/node"
      PATH=$source/build/node/bin:$PATH
    fi
    command -v npm >/dev/null || from_distribution npm
    from_distribution make g++ python3 patchelf
    (cd "$source" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || fail 4 'npm cannot install what the build needs'
    source=$(cd "$source" && realpath "$(scripts/package/release.sh --version "$(checkout_version)" --folder --out build/device | tail -n 1)")
  fi
fi
if [[ -f $source/RELEASE && ! -x $source/node/bin/node ]]; then
  if (($(node_major /usr/bin/node) >= NODE_OLDEST)); then
    say "Node $(/usr/bin/node --version) of the system"
  elif ((${system_version%%.*} >= 13)); then
    from_distribution nodejs
  elif [[ -n $dry ]]; then
    echo "  would run: npm pack node-linux-$arch, into the release"
  else
    fetch_node "$source/node"
  fi
fi

# ---- The user, and where things lie

if ! getent passwd "$SERVICE_USER" >/dev/null; then
  say "the user $SERVICE_USER"
  act useradd --system --user-group --no-create-home --home-dir "$STATE" --shell /usr/sbin/nologin "$SERVICE_USER"
fi
if getent group audio >/dev/null; then
  id -nG "$SERVICE_USER" 2>/dev/null | grep -qw audio || act usermod --append --groups audio "$SERVICE_USER"
else
  warn 'there is no group audio here: the service may not be let at the microphone'
fi
act install -d -m 0755 "$PREFIX" "$RELEASES" "$ETC"
act install -d -m 0700 "$CREDENTIALS"

if [[ -n $dry ]]; then
  echo "  would put the release into $RELEASES, and make $CURRENT name it"
  echo "  would write $CONFIG: configure.sh ${configure_args[*]}"
  echo "  would install $UNIT, and start affectd"
  say 'nothing was changed'
  exit
fi

# From here to the end it is half done; push.sh goes on with it. A lost connection is no reason to stop.
trap '' HUP PIPE
touch "$INSTALLING"
version=$(field "$source/RELEASE" version)
if [[ $(version_of "$CURRENT") == "$version" ]] && cmp -s "$source/RELEASE" "$CURRENT/RELEASE"; then
  say "$version is installed already"
  install_unit "$CURRENT"
elif [[ -L $CURRENT ]]; then
  bash "$here/release.sh" upgrade "$source"
else
  bash "$here/release.sh" add "$source"
  point "$CURRENT" "releases/$version"
  install_unit "$CURRENT"
fi
ln -sfn "$CURRENT/bin/affectd" "$LAUNCHER"

# ---- PortAudio, where this release could not bring it

if [[ $(field "$CURRENT/RELEASE" native) == false ]]; then
  # For the Node that it will be loaded by. On x86-64 that script leaves it to npm, and there is nothing to load.
  if command -v g++ >/dev/null && command -v npm >/dev/null &&
    PATH=$CURRENT/node/bin:$PATH bash "$here/fix-portaudio.sh" "$CURRENT/node_modules" &&
    [[ -f $CURRENT/node_modules/naudiodon/build/Release/naudiodon.node ]]; then
    say 'PortAudio is compiled'
  else
    warn 'without PortAudio: sound is recorded through arecord, which serves as well'
  fi
fi

status=0
bash "$CURRENT/scripts/deploy/configure.sh" "${configure_args[@]}" || status=$?
case $status in
  # Set up, and perhaps without sound or broker for now.
  0 | 10 | 11) rm -f "$INSTALLING" ;;
esac
[[ $status -eq 0 ]] || exit "$status"
say "installed: $version. Settings: $CONFIG, then: sudo systemctl reload affectd. Log: journalctl -u affectd"
