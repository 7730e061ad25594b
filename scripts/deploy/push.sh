#!/usr/bin/env bash
# Brings this checkout onto a device over ssh: see --help.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd -P)
# shellcheck source=scripts/deploy/board.sh
source "$here/board.sh"

usage() {
  cat <<'END'
Usage: scripts/deploy/push.sh [OPTION]… USER@HOST [-- SSH-OPTION…]

Builds this checkout for the device, copies it there, installs it beside the release that runs, switches, and looks
whether all that was well before is well again; if not, the release from before runs again. On a device without affectd
it installs it first. USER is root or may use sudo.

  --release FILE   an archive made by npm run package:release, instead of building
  --port N         of ssh
  --identity FILE  key of ssh
  --set key=value, --broker URL, --username NAME, --password-file FILE, --ca-file FILE, --device-id NAME,
  --microphone NAME  for the first installation, as configure.sh --help says; the files are this computer's

The archive lies in ~/.cache/affectd-push of USER until it is installed. After a connection that broke, run it again:
what has arrived is not sent anew, where both sides have rsync.

Exit status: 0 it runs there · 2 wrong use, or another change is under way there · 6 it was not healthy, the release from
before runs again · 7 and neither is that one · else as release.sh and install.sh
END
}

release=
target=
ssh_options=(-o BatchMode=yes -o ServerAliveInterval=15)
configure_args=()
declare -A secret_files=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --help | -h)
      usage
      exit
      ;;
    --)
      shift
      ssh_options+=("$@")
      break
      ;;
    --release | --port | --identity | --set | --broker | --username | --password-file | --ca-file | --device-id | --microphone)
      [[ $# -ge 2 ]] || fail 2 "$1 takes a value; see --help"
      case $1 in
        --release) release=$(realpath "$2") ;;
        --port) ssh_options+=(-o "Port=$2") ;;
        --identity) ssh_options+=(-i "$(realpath "$2")") ;;
        --password-file | --ca-file)
          [[ -r $2 ]] || fail 2 "$2 cannot be read"
          secret_files[$1]=$(realpath "$2")
          ;;
        *) configure_args+=("$1" "$2") ;;
      esac
      shift
      ;;
    -*) fail 2 "unknown option $1; see --help" ;;
    *)
      [[ -z $target ]] || fail 2 "takes one device, not $target and $1"
      target=$1
      ;;
  esac
  shift
done
[[ -n $target ]] || {
  usage >&2
  exit 2
}

# One connection for all of it.
control=$(mktemp -d)
trap 'ssh -o ControlPath="$control/s" -O exit "$target" 2>/dev/null || true; rm -rf "$control"' EXIT
ssh_options+=(-o ControlMaster=auto -o "ControlPath=$control/s" -o ControlPersist=60)
# there COMMAND: on the device.
there() { ssh "${ssh_options[@]}" "$target" "$@"; }

machine=$(there uname -m) || fail 3 "$target cannot be reached by ssh"
case $machine in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) fail 3 "$target is $machine, and affectd is built for x86-64 and 64-bit ARM" ;;
esac
sudo='sudo -n'
[[ $(there id -u) != 0 ]] || sudo=
[[ -z $sudo ]] || there "$sudo true" || fail 3 "$target: sudo asks for a password; allow it without, or push as root"

if [[ -z $release ]]; then
  cd "$here/../.."
  version=$(checkout_version)
  say "building $version for $arch"
  release=$(scripts/package/release.sh --arch "$arch" --version "$version" | tail -n 1)
fi
[[ -f $release ]] || fail 2 "$release is not there"
name=$(basename "$release")

hash=$(sha256sum <"$release" | cut -d ' ' -f 1)

# By its content: what a broken connection left is found again, and what no longer is wanted goes.
folder=$(there "umask 077; cache=\${XDG_CACHE_HOME:-\$HOME/.cache}/affectd-push; mkdir -p \"\$cache/$hash\" &&
  find \"\$cache\" -mindepth 1 -maxdepth 1 ! -name $hash -exec rm -rf {} + && echo \"\$cache/$hash\"") ||
  fail 3 "$target: there is no room in the home folder"
archive=${folder@Q}/${name@Q}
is_whole() { there "cd ${folder@Q} && echo '$hash  '${name@Q} >${name@Q}.sha256 && sha256sum --check --status ${name@Q}.sha256 2>/dev/null"; }
if is_whole; then
  say "$target has $name already"
else
  say "copying $(du -m "$release" | cut -f 1) MB to $target"
  if command -v rsync >/dev/null && there command -v rsync >/dev/null; then
    rsync --partial --protect-args -e "ssh ${ssh_options[*]@Q}" "$release" "$target:$folder/$name"
  else
    scp -q "${ssh_options[@]}" "$release" "$target:$folder/$name"
  fi || fail 3 'it was not copied: the connection broke, or there is no room; run this again'
  is_whole || {
    there "rm -rf ${folder@Q}" || true
    fail 4 'it did not arrive whole; run this again'
  }
fi

# installed, unfinished (install.sh did not come to its end) or none.
found=$(there "if test -e $INSTALLING; then echo unfinished; elif test -L $CURRENT; then echo installed; else echo none; fi") ||
  fail 3 "$target cannot be reached any more; run this again"
status=0
if [[ $found == installed ]]; then
  ((${#configure_args[@]} + ${#secret_files[@]} == 0)) ||
    warn "affectd is there already, and keeps its settings: sudo bash $CURRENT/scripts/deploy/configure.sh changes them"
  there "$sudo bash $CURRENT/scripts/deploy/release.sh upgrade $archive" || status=$?
else
  if [[ $found == none ]]; then
    say 'affectd is not there yet: installing'
  else
    say 'its installation was not finished: installing'
  fi
  for option in "${!secret_files[@]}"; do
    there "umask 077 && cat >${folder@Q}/${option#--}" <"${secret_files[$option]}" || {
      there "rm -f ${folder@Q}/${option#--}" || true
      fail 3 "${secret_files[$option]} cannot be copied to $target"
    }
    configure_args+=("$option" "$folder/${option#--}")
  done
  # Secrets stay no longer than the installation takes.
  there "cd ${folder@Q} && trap 'rm -rf new password-file ca-file' EXIT && rm -rf new && mkdir new &&
    tar -xzf ${name@Q} -C new --strip-components=1 &&
    $sudo bash ${folder@Q}/new/scripts/deploy/install.sh --yes ${configure_args[*]@Q}" || status=$?
fi
[[ $status -ne 0 ]] || there "rm -rf ${folder@Q}" || true
exit "$status"
