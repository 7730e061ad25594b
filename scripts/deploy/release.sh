#!/usr/bin/env bash
# Keeps several releases of affectd on a device side by side: see --help.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd -P)
# shellcheck source=scripts/deploy/board.sh
source "$here/board.sh"

usage() {
  cat <<END
Usage: sudo release.sh list
       sudo release.sh add ARCHIVE|FOLDER
       sudo release.sh switch VERSION
       sudo release.sh upgrade ARCHIVE|FOLDER
       sudo release.sh rollback [VERSION]

list      what is installed; * runs now, - ran before
add       puts a release beside the others, after looking whether it runs here and takes this configuration
switch    runs VERSION from now on. What was well before must be well again within $HEALTH_TIMEOUT_S s, else the release from
          before runs again
upgrade   add, then switch; keeps the two releases before
rollback  switch to the release that ran before

Exit status: 0 done · 2 wrong use · 3 not for this machine · 4 the archive is damaged or no release of affectd · 5 the
configuration does not suit that release · 6 not healthy: the release from before runs again · 7 and neither is that one
END
}

# unpacked SOURCE FOLDER: the release of an archive or a folder, copied below RELEASES; prints where.
unpacked() {
  local source=$1 staging=$2 top
  if [[ -d $source ]]; then
    cp -a "$source" "$staging/release"
    chown -R root:root "$staging/release"
    echo "$staging/release"
    return
  fi
  [[ -f $source ]] || fail 4 "$source is not there"
  if [[ -f $source.sha256 ]]; then
    (cd "$(dirname "$source")" && sha256sum --check --status "$(basename "$source").sha256") ||
      fail 4 "$source is damaged: it does not have the hash in $source.sha256; copy it again"
  fi
  tar -xzf "$source" -C "$staging" --no-same-owner --no-same-permissions 2>/dev/null ||
    fail 4 "$source cannot be unpacked: it is damaged, or no archive of affectd"
  top=$(find "$staging" -mindepth 1 -maxdepth 1)
  [[ -d $top && $(wc -l <<<"$top") -eq 1 ]] || fail 4 "$source is no release of affectd"
  echo "$top"
}

add() {
  local staging release version arch
  mkdir -p "$RELEASES"
  find "$RELEASES" -maxdepth 1 -name '.new-*' -exec rm -rf {} +
  staging=$(mktemp -d "$RELEASES/.new-XXXXXX")
  # shellcheck disable=SC2064 # as it is now
  trap "rm -rf '$staging'" EXIT
  release=$(unpacked "$1" "$staging")
  version=$(field "$release/RELEASE" version)
  arch=$(field "$release/RELEASE" arch)
  [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+([-+~][0-9A-Za-z.+~-]*)?$ ]] || fail 4 "$1 is no release of affectd"
  case $arch-$(uname -m) in
    x64-x86_64 | arm64-aarch64) ;;
    *) fail 3 "this release is for $arch, and this machine is $(uname -m)" ;;
  esac
  if [[ -d $RELEASES/$version ]]; then
    if cmp -s "$release/RELEASE" "$RELEASES/$version/RELEASE"; then
      say "$version is here already"
      added=$version
      return
    fi
    [[ $version != "$(version_of "$CURRENT")" ]] || fail 4 \
      "another build of $version runs now; give this one a version of its own (npm run package:release -- --version …)"
    rm -rf "${RELEASES:?}/$version"
  fi
  chmod -R u=rwX,go=rX "$release"
  [[ $("$release/bin/affectd" --version 2>/dev/null) == "$version" ]] ||
    fail 4 "$version does not start here: $("$release/bin/affectd" --version 2>&1 | head -n 2)"
  if [[ -f $CONFIG ]]; then
    check_config "$release" >/dev/null || fail 5 "$version does not start with $CONFIG; nothing was changed"
  fi
  mv -T "$release" "$RELEASES/$version"
  sync -f "$RELEASES"
  added=$version
  say "$version is added"
}

# run_release VERSION: from now on; the service is started anew if it ran.
run_release() {
  point "$CURRENT" "releases/$1"
  install_unit "$CURRENT"
  systemctl enable --quiet affectd.service
  if [[ -n $is_running ]]; then restart_service; fi
}

switch() {
  local version=$1 before needs
  [[ -d $RELEASES/$version ]] || fail 2 "there is no $version here: $(ls "$RELEASES" 2>/dev/null | tr '\n' ' ')"
  before=$(version_of "$CURRENT")
  if [[ $before == "$version" ]]; then
    say "$version runs already"
    return
  fi
  check_config "$RELEASES/$version" >/dev/null || fail 5 "$version does not start with $CONFIG; nothing was changed"
  is_running=
  if systemctl is-active --quiet affectd.service; then is_running=1; fi
  needs=$(needs_now)
  say "from ${before:-nothing} to $version"
  run_release "$version"
  [[ -n $is_running ]] || {
    point_previous "$before"
    say "$version is in place; the service was not running and is left so"
    return
  }
  # shellcheck disable=SC2086 # words
  if await_health "$HEALTH_TIMEOUT_S" $needs; then
    point_previous "$before"
    say "$version runs, as well as before: $(property StatusText)"
    return
  fi
  explain_health
  [[ -n $before ]] || fail 7 "$version is not healthy, and there is nothing to go back to"
  warn "$version is not healthy: back to $before"
  run_release "$before"
  await_health "$HEALTH_TIMEOUT_S" service || fail 7 "$before does not run any more, either"
  fail 6 "$version was not healthy; $before runs again"
}
point_previous() { [[ -z $1 ]] || point "$PREVIOUS" "releases/$1"; }

# The two before may be gone back to.
prune() {
  local version kept=0
  while read -r version; do
    [[ $version != "$(version_of "$CURRENT")" && $version != "$(version_of "$PREVIOUS")" ]] || continue
    kept=$((kept + 1))
    ((kept <= 1)) || rm -rf "${RELEASES:?}/$version"
  done < <(find "$RELEASES" -mindepth 1 -maxdepth 1 -type d ! -name '.*' -printf '%T@ %f\n' | sort -rn | cut -d ' ' -f 2-)
}

list() {
  local version mark
  for version in "$RELEASES"/*; do
    version=$(basename "$version")
    mark=' '
    if [[ $version == "$(version_of "$PREVIOUS")" ]]; then mark=-; fi
    if [[ $version == "$(version_of "$CURRENT")" ]]; then mark='*'; fi
    echo "$mark $version  $(field "$RELEASES/$version/RELEASE" commit)"
  done
}

case ${1:-} in
  --help | -h)
    usage
    exit
    ;;
  list)
    list
    exit
    ;;
esac
need_root
# A lost connection must not leave it half-way.
trap '' HUP
exec 9>/run/affectd-release.lock
flock -n 9 || fail 2 'another change of release is under way'
case ${1:-}-$# in
  add-2) add "$2" ;;
  switch-2)
    need_systemd
    switch "$2"
    ;;
  upgrade-2)
    need_systemd
    add "$2"
    switch "$added"
    prune
    ;;
  rollback-1 | rollback-2)
    need_systemd
    version=${2:-$(version_of "$PREVIOUS")}
    [[ -n $version ]] || fail 2 'no release ran before this one'
    switch "$version"
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac
