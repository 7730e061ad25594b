#!/usr/bin/env bash
# Installs affectd in booted Debians and shows that it works there: see --help.
set -uo pipefail
project=$(cd "$(dirname "$0")/../.." && pwd -P)
here=$project/test/system

usage() {
  cat <<'END'
Usage: npm run test:system -- [--suite bookworm|trixie]… [--scenario deb|installer|storage]… [--keep] [--releases FOLDER]

Boots Debian 12 (bookworm) and 13 (trixie) in containers (systemd-nspawn), with mosquitto, and with PulseAudio as the
microphone, and does in them what an installer and an operator do:

  deb        the Debian package: installed, set up, watched over, upgraded, downgraded, removed
  installer  install.sh, push.sh over ssh, upgrades that fail or are cut short, rollback.sh, uninstall.sh
  storage    a root that is read-only, a log in memory, power cuts while events wait

  --keep             leaves its folder, with the releases that it built, and says where
  --releases FOLDER  takes those that an earlier run built and kept

Needs root, and Debian's packages systemd-container, mmdebstrap, openssh-client, rsync, patchelf, g++; the package
registries; 4 GB of disk. The Debians are kept in /var/cache/affectd-system-test (AFFECTD_SYSTEM_CACHE). Takes some half
an hour; the last line is N passed, N failed.
END
}

suites=()
scenarios=()
keep=
built=
while [[ $# -gt 0 ]]; do
  case $1 in
    --help | -h)
      usage
      exit
      ;;
    --suite)
      suites+=("$2")
      shift
      ;;
    --scenario)
      scenarios+=("$2")
      shift
      ;;
    --keep) keep=1 ;;
    --releases)
      built=$2
      shift
      ;;
    *)
      echo "unknown option $1; see --help" >&2
      exit 2
      ;;
  esac
  shift
done
((${#suites[@]} > 0)) || suites=(bookworm trixie)
((${#scenarios[@]} > 0)) || scenarios=(deb installer storage)

[[ $(id -u) -eq 0 ]] || {
  echo 'needs root: it boots containers' >&2
  exit 2
}
for program in systemd-nspawn mmdebstrap ssh-keygen patchelf g++ rsync; do
  command -v "$program" >/dev/null || {
    echo "$program is missing: apt-get install systemd-container mmdebstrap openssh-client patchelf g++ rsync" >&2
    exit 2
  }
done

cache=${AFFECTD_SYSTEM_CACHE:-/var/cache/affectd-system-test}
work=$(mktemp -d /var/tmp/affectd-system-XXXXXX)
log=$work/log
suite=
disk=
mkdir -p "$cache"
# shellcheck source=test/system/machine.sh
source "$here/machine.sh"
# shellcheck source=test/system/checks.sh
source "$here/checks.sh"
clean_up() {
  remove_machine
  if [[ -n $keep ]]; then echo "kept: $work"; else rm -rf --one-file-system "$work"; fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM
ssh-keygen -q -t ed25519 -N '' -f "$work/key"

# What is installed is built once: releases that differ in nothing but their version, and one that does not work.
# build_releases: in $work, affectd-{0.9.1,0.9.2,0.9.3}-linux-x64.tar.gz and affectd_{0.9.1,0.9.2}_amd64.deb
build_releases() {
  if [[ -n $built ]]; then
    find "$built" -maxdepth 1 -type f -name 'affectd[-_]0.9.*' -exec cp -t "$work" {} +
    return
  fi
  local first=$work/affectd-0.9.1
  cd "$project" || return 1
  bash scripts/package/release.sh --version 0.9.1 --out "$work" --folder || return 1
  rename_release "$first" 0.9.2
  rename_release "$first" 0.9.3
  # It stands still before it is ready.
  sed -i '1i process.kill(process.pid, "SIGSTOP")' "$work/affectd-0.9.3/dist/cli/run.js"
  cp -a "$first" "$work/affectd-0.9.0"
  rename_release "$first" 0.9.0
  rm -rf "$work/affectd-0.9.0/node"
  sed -i 's/^node=.*/node=/' "$work/affectd-0.9.0/RELEASE"
  local version
  for version in 0.9.0 0.9.1 0.9.2 0.9.3; do
    tar -C "$work" --owner=0 --group=0 -czf "$work/affectd-$version-linux-x64.tar.gz" "affectd-$version" || return 1
    (cd "$work" && sha256sum "affectd-$version-linux-x64.tar.gz" >"affectd-$version-linux-x64.tar.gz.sha256")
  done
  if [[ " ${scenarios[*]} " == *' deb '* ]]; then
    for version in 0.9.1 0.9.2; do
      bash scripts/package/deb.sh --fast --from "$work/affectd-$version" --out "$work" || return 1
    done
  fi
}
# rename_release FOLDER VERSION: a copy of it by another name.
rename_release() {
  local target=$work/affectd-$2
  [[ -e $target ]] || cp -a "$1" "$target"
  sed -i "s/^version=.*/version=$2/" "$target/RELEASE"
  sed -i "s/\"version\": \"[^\"]*\"/\"version\": \"$2\"/" "$target/package.json"
}
# carry FILE…: into the machine, to /srv.
carry() { cp "$@" "$disk/root/srv/"; }

suite=host
step 'releases are built' build_releases || exit 1
for suite in "${suites[@]}"; do
  step 'a Debian is there' base_of "$suite" || continue
  for scenario in "${scenarios[@]}"; do
    echo "=== $suite: $scenario"
    new_machine "$suite"
    # shellcheck disable=SC1090 # one of the scenarios beside this
    source "$here/scenario-$scenario.sh"
    remove_machine
  done
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
