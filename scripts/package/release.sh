#!/usr/bin/env bash
# Builds the archive that a device is installed from: see --help.
set -euo pipefail
cd "$(dirname "$0")/../.." || exit 1

# The release of Node that is bundled: one that npm carries for both architectures. docs/decisions/0020-service.md
readonly NODE_VERSION=22.23.3

usage() {
  cat <<END
Usage: npm run package:release -- [--arch x64|arm64] [--without-node] [--version VERSION] [--out FOLDER] [--folder]

Makes affectd-VERSION-linux-ARCH.tar.gz, and its sha256 beside it: the built program, what it needs from npm, Node
$NODE_VERSION, and the scripts that install it. On the device: unpack it, then sudo affectd-VERSION/scripts/deploy/install.sh

  --arch ARCH      of the device; else this machine's
  --without-node   smaller by 35 MB; the device must have Node 20 or later (Debian 13: apt install nodejs)
  --version V      another version than package.json's, such as 0.1.0+git3f2a
  --out FOLDER     where it is put, default build/
  --folder         leave the unpacked folder there, and make no archive

naudiodon (PortAudio) is compiled here if a compiler for ARCH is here: g++ for this machine's own, Debian's
g++-aarch64-linux-gnu for arm64. Without one, the device compiles it, or records through arecord.
END
}

say() { echo "package: $*" >&2; }
fail() {
  echo "package: $*" >&2
  exit 1
}

case $(uname -m) in
  x86_64) host=x64 ;;
  aarch64) host=arm64 ;;
  *) host=$(uname -m) ;;
esac
arch=$host
with_node=1
version=$(node -p 'require("./package.json").version')
out=build
folder_only=
while [[ $# -gt 0 ]]; do
  case $1 in
    --help | -h)
      usage
      exit
      ;;
    --arch | --version | --out)
      [[ $# -ge 2 ]] || fail "$1 takes a value; see --help"
      declare "${1#--}=$2"
      shift
      ;;
    --without-node) with_node= ;;
    --folder) folder_only=1 ;;
    *) fail "unknown option $1; see --help" ;;
  esac
  shift
done
[[ $arch == x64 || $arch == arm64 ]] || fail "--arch is x64 or arm64, not $arch"
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+([-+~][0-9A-Za-z.+~-]*)?$ ]] || fail "$version is no version"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=affectd-$version
release=$work/$name

# fetch PACKAGE FOLDER: unpacks an npm package.
fetch() {
  local archive
  archive=$(npm pack --silent --pack-destination "$work" "$1") || fail "npm does not give $1"
  mkdir -p "$2"
  tar -xzf "$work/$archive" -C "$2" --strip-components=1 --no-same-owner
  rm "$work/$archive"
}

say 'building'
npm run --silent build
archive=$(npm pack --silent --ignore-scripts --pack-destination "$work" | tail -n 1)
mkdir -p "$release"
tar -xzf "$work/$archive" -C "$release" --strip-components=1 --no-same-owner
cp package-lock.json "$release/"
say "what it needs from npm, for linux-$arch"
(cd "$release" && npm ci --omit=dev --ignore-scripts --workspaces=false --os=linux --cpu="$arch" --no-audit --no-fund \
  --loglevel=error >&2)
rm "$release/package-lock.json"
# The version is the release's name, whatever package.json said.
(cd "$release" && VERSION=$version node -e '
  const fs = require("fs")
  const manifest = JSON.parse(fs.readFileSync("package.json", "utf8"))
  for (const key of ["scripts", "devDependencies", "workspaces", "allowScripts"]) delete manifest[key]
  fs.writeFileSync("package.json", JSON.stringify({ ...manifest, version: process.env.VERSION }, null, 2) + "\n")
')

modules=$release/node_modules
# Built for every system there is; a device is one of them.
find "$modules/classic-level/prebuilds" -mindepth 1 -maxdepth 1 ! -name "linux-$arch" -exec rm -r {} +
find "$modules/classic-level" -maxdepth 1 \( -name deps -o -name binding.cc -o -name binding.gyp \) -exec rm -r {} +
# Typings, sources of maps and documentation of packages: nobody reads them on a device.
find "$modules" -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.md' \
  -o -name '*.markdown' \) ! -iname 'licen[sc]e*' -delete
find "$modules" -type d \( -name test -o -name tests -o -name benchmarks -o -name example -o -name examples \
  -o -name docs -o -name .github \) -prune -exec rm -r {} +

node_folder=$work/node
if [[ -n $with_node ]]; then
  say "Node $NODE_VERSION"
  fetch "node-linux-$arch@$NODE_VERSION" "$node_folder"
  mkdir -p "$release/node/bin"
  cp "$node_folder/bin/node" "$release/node/bin/"
  cp "$node_folder/LICENSE" "$release/node/"
  strip='strip'
  [[ $arch == "$host" ]] || strip='aarch64-linux-gnu-strip'
  if command -v "$strip" >/dev/null; then "$strip" "$release/node/bin/node"; fi
fi

# compile: naudiodon and what it loads, for ARCH, against the headers of the Node that is bundled or runs here.
compile() {
  local package nodedir=$node_folder prefix='' gyp
  [[ $arch == "$host" ]] || prefix=aarch64-linux-gnu-
  if ! command -v "${prefix}g++" >/dev/null || ! command -v make >/dev/null || ! command -v python3 >/dev/null; then
    say "no ${prefix}g++, make and python3 here: naudiodon is left for the device to compile"
    return 1
  fi
  if [[ $arch == arm64 ]]; then
    # It ships PortAudio for x86-64 alone.
    arm_library "$modules/naudiodon/portaudio/bin/libportaudio.so.2" || return 1
  fi
  if [[ -z $with_node ]]; then
    nodedir=$(dirname "$(dirname "$(node -p process.execPath)")")
    if [[ ! -f $nodedir/include/node/node.h ]]; then
      fetch "node-linux-$host@$(node -p process.versions.node)" "$node_folder"
      nodedir=$node_folder
    fi
  fi
  # The checkout's, else npm's. Debian's own links every module with its libnode, a second Node in the process.
  gyp=$PWD/node_modules/node-gyp/bin/node-gyp.js
  [[ -f $gyp ]] || gyp=$(dirname "$(dirname "$(realpath "$(command -v npm)")")")/node_modules/node-gyp/bin/node-gyp.js
  for package in segfault-handler naudiodon; do
    say "compiling $package"
    # node-gyp heeds what npm puts into the environment of its scripts (a nodedir of .npmrc) more than its own options.
    if ! (unset "${!npm_config_@}" "${!NPM_CONFIG_@}" && cd "$modules/$package" && CC="${prefix}gcc" CXX="${prefix}g++" LINK="${prefix}g++" \
      node "$gyp" rebuild --arch="$arch" --nodedir="$nodedir") >"$work/$package.log" 2>&1; then
      tail -n 20 "$work/$package.log" >&2
      say "$package does not compile here; the device may"
      return 1
    fi
    # Of the build only what is loaded.
    find "$modules/$package/build" -mindepth 1 -maxdepth 1 ! -name Release -exec rm -r {} +
    find "$modules/$package/build/Release" -mindepth 1 -maxdepth 1 ! -name '*.node' -exec rm -r {} +
    "${prefix}strip" "$modules/$package"/build/Release/*.node
  done
  if [[ -n $with_node && $arch == "$host" ]] && ! "$release/node/bin/node" -e "require('$modules/segfault-handler')"; then
    say 'what was compiled does not load in the Node that is bundled'
    return 1
  fi
  # Debian's PortAudio (libportaudio2) is found where the linker looks; a path of the machine that built it leads nowhere.
  patchelf --remove-rpath "$modules/naudiodon/build/Release/naudiodon.node"
  rm -r "$modules/naudiodon/portaudio/bin"
  rm -rf "$modules/naudiodon/src" "$modules/naudiodon/scratch" "$modules/naudiodon/portaudio"
}

# Debian's PortAudio for arm64, to link with.
arm_library() {
  local lists=$work/apt
  mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
  : >"$lists/status"
  local apt=(-o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Dir::State="$lists" -o Dir::State::status="$lists/status"
    -o Dir::Cache="$lists/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User=root)
  if ! (cd "$work" && apt-get "${apt[@]}" update -qq && apt-get "${apt[@]}" download -qq libportaudio2) >"$work/apt.log" 2>&1; then
    tail -n 5 "$work/apt.log" >&2
    say 'libportaudio2 for arm64 cannot be had here: naudiodon is left for the device to compile'
    return 1
  fi
  dpkg-deb -x "$work"/libportaudio2_*_arm64.deb "$work/arm64"
  cp "$(realpath "$work/arm64/usr/lib/aarch64-linux-gnu/libportaudio.so.2")" "$1"
}

native=false
command -v patchelf >/dev/null || say 'patchelf is missing: naudiodon is left for the device to compile'
if command -v patchelf >/dev/null && compile; then native=true; fi
if [[ $native == false ]]; then
  # Node's headers, to compile with there.
  if [[ -n $with_node ]]; then cp -r "$node_folder/include" "$release/node/"; fi
fi

commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
cat >"$release/RELEASE" <<END
version=$version
commit=$commit
arch=$arch
node=${with_node:+$NODE_VERSION}
native=$native
END
chmod -R u=rwX,go=rX "$release"

mkdir -p "$out"
if [[ -n $folder_only ]]; then
  rm -rf "${out:?}/$name"
  cp -a "$release" "$out/$name"
  say "$out/$name, $(du -sm "$out/$name" | cut -f 1) MB"
  echo "$out/$name"
  exit
fi
target=$name-linux-$arch.tar.gz
tar -C "$work" --owner=0 --group=0 --numeric-owner --sort=name --mtime="@${SOURCE_DATE_EPOCH:-$(date +%s)}" -czf "$out/$target" "$name"
(cd "$out" && sha256sum "$target" >"$target.sha256")
say "$out/$target, $(du -m "$out/$target" | cut -f 1) MB; unpacked $(du -sm "$release" | cut -f 1) MB"
echo "$out/$target"
