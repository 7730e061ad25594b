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
       sudo release.sh settle

list      what is installed; * runs now, ? runs now and is not proven yet, - ran before
add       puts a release beside the others, after looking whether it runs here and takes this configuration
switch    runs VERSION from now on. What was well before must be well again within $HEALTH_TIMEOUT_S s, else the release from
          before runs again
upgrade   add, then switch; keeps the two releases before
rollback  switch to the release that ran before
settle    finishes a switch that was cut short: the release proves healthy, or the one from before runs again. $SETTLER
          does it by itself, at once or after a reboot

A lost connection does not stop a switch, and neither does Ctrl-C.

Exit status: 0 done · 2 wrong use · 3 not for this machine · 4 the archive is damaged or no release of affectd · 5 the
configuration does not suit that release · 6 not healthy: the release from before runs again · 7 and neither is that one
END
}

# unpacked SOURCE FOLDER: the release of an archive or a folder, copied below RELEASES; prints where.
unpacked() {
  local source=$1 staging=$2 top
  if [[ -d $source ]]; then
    # Within $(…) a command that fails ends nothing by itself.
    cp -a "$source" "$staging/release" && chown -R root:root "$staging/release" ||
      fail 4 "$source cannot be copied into $RELEASES: is the disk full?"
    echo "$staging/release"
    return
  fi
  [[ -f $source ]] || fail 4 "$source is not there"
  if [[ -f $source.sha256 ]]; then
    (cd "$(dirname "$source")" && sha256sum --check --status "$(basename "$source").sha256") ||
      fail 4 "$source is damaged: it does not have the hash in $source.sha256; copy it again"
  fi
  tar -xzf "$source" -C "$staging" --no-same-owner --no-same-permissions 2>/dev/null ||
    fail 4 "$source cannot be unpacked: it is damaged, or no archive of affectd, or the disk is full"
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
  fi
  chmod -R u=rwX,go=rX "$release"
  [[ $("$release/bin/affectd" --version 2>/dev/null) == "$version" ]] ||
    fail 4 "$version does not start here: $("$release/bin/affectd" --version 2>&1 | head -n 2)"
  if [[ -f $CONFIG ]]; then
    check_config "$release" || fail 5 "$version does not start with $CONFIG; nothing was changed"
  fi
  # Whole before it has its name: one that is here is not looked into again.
  sync -f "$release"
  [[ ! -d $RELEASES/$version ]] || discard "$version"
  mv -T "$release" "$RELEASES/$version"
  sync -f "$RELEASES"
  added=$version
  say "$version is added"
}

# discard VERSION: without its name first, so that a power cut leaves nothing half that looks whole; add sweeps the rest up.
discard() {
  mv -T "$RELEASES/$1" "$RELEASES/.new-discarded-$1"
  sync -f "$RELEASES"
  rm -rf "${RELEASES:?}/.new-discarded-$1"
}

# switch VERSION: what it takes is noted before anything changes, so that it can be finished by whoever comes next.
switch() {
  local version=$1 before
  [[ -d $RELEASES/$version ]] || fail 2 "there is no $version here: $(ls "$RELEASES" 2>/dev/null | tr '\n' ' ')"
  before=$(version_of "$CURRENT")
  if [[ $before == "$version" ]]; then
    say "$version is in force already"
    return
  fi
  check_config "$RELEASES/$version" || fail 5 "$version does not start with $CONFIG; nothing was changed"
  trap '' INT
  if ! is_wanted; then
    point_previous "$before"
    point "$CURRENT" "releases/$version"
    install_unit "$CURRENT"
    [[ -n $before ]] || systemctl enable --quiet affectd.service
    say "$version is in place; the service was not running and is left so"
    return
  fi
  note_change "$before" "$version" "$(needs_now)"
  say "from ${before:-nothing} to $version"
  point_previous "$before"
  point "$CURRENT" "releases/$version"
  settle || exit $?
}
point_previous() {
  if [[ -n $1 ]]; then point "$PREVIOUS" "releases/$1"; else rm -f "$PREVIOUS"; fi
}

# note_change FROM TO NEEDS: with the scripts that began it, since neither release need know of this, and a unit that runs
# them. The unit waits for our lock, and so takes over the moment that we are gone, however we went.
note_change() {
  mkdir -p "$UNPROVEN"
  cp "$here/release.sh" "$here/board.sh" "$UNPROVEN/"
  printf 'from=%s\nto=%s\nneeds=%s\nprevious=%s\n' "$1" "$2" "$3" "$(version_of "$PREVIOUS")" >"$UNPROVEN/change.new"
  settler_unit >"$SETTLER_UNIT.new"
  sync -f "$UNPROVEN" "$SETTLER_UNIT.new"
  mv -f "$SETTLER_UNIT.new" "$SETTLER_UNIT"
  systemctl daemon-reload
  systemctl enable --quiet "$SETTLER"
  mv -f "$UNPROVEN/change.new" "$UNPROVEN/change"
  sync -f "$UNPROVEN" "$SETTLER_UNIT"
  systemctl start --no-block "$SETTLER" || warn "$SETTLER does not start: if this is cut short, run $UNPROVEN/release.sh settle"
}
noted() { field "$UNPROVEN/change" "$1"; }
forget_change() {
  rm -f "$UNPROVEN/change" && sync -f "$UNPROVEN" && rm -rf "$UNPROVEN"
}
settler_unit() {
  cat <<END
# Finishes a change of release that was cut short. Written by release.sh; removed by uninstall.sh.
[Unit]
Description=affectd: proves a new release, or returns to the one before
ConditionPathExists=$UNPROVEN/change
After=affectd.service

[Service]
# Not oneshot: the start of the machine would wait for it.
Type=exec
ExecStart=/bin/bash $UNPROVEN/release.sh settle
# It went back, which is its work.
SuccessExitStatus=6

[Install]
WantedBy=multi-user.target
END
}

# settle: finishes the change that is noted, if one is. 0, 6 or 7, as --help says. It may not end half-way, so each step
# is asked whether it went well: set -e is off where a status is asked for, as everywhere here.
settle() {
  local to needs
  [[ -f $UNPROVEN/change ]] || return 0
  to=$(noted to)
  read -ra needs <<<"$(noted needs)"
  # Else it was not begun, or was on its way back, or somebody stopped the service meanwhile, who wants it so.
  if [[ $(version_of "$CURRENT") == "$to" ]] && is_wanted && start_current &&
    await_health "$patience_s" "${needs[@]}" && forget_change; then
    say "$to runs, as well as before: $(property StatusText)"
    return
  fi
  go_back && return 6
}
# go_back: to the release from before; 7 if there is none, or if it does not run. Says why only when something runs again.
go_back() {
  local from to why is_running=
  from=$(noted from)
  to=$(noted to)
  why=$(explain_health 2>&1)
  if is_wanted; then is_running=1; fi
  if [[ -z $from || ! -d $RELEASES/$from ]]; then
    forget_change
    tell "$why"
    warn "$to is not healthy, and there is nothing to go back to"
    return 7
  fi
  if ! { point "$CURRENT" "releases/$from" && point_previous "$(noted previous)" && install_unit "$CURRENT" &&
    { [[ -z $is_running ]] || start_current; } && forget_change; }; then
    warn "the way back from $to to $from failed; release.sh settle tries again"
    return 7
  fi
  tell "$why"
  warn "$to did not prove healthy: back to $from"
  if [[ -z $is_running ]]; then
    warn "$from is in place; the service was stopped, and is left so"
  elif await_health "$HEALTH_TIMEOUT_S" service; then
    warn "$from runs again"
  else
    explain_health
    warn "$from does not run any more, either"
    return 7
  fi
}
tell() { printf '%s\n' "$1" >&2 || true; }
# start_current: with its own unit. It does not inherit the crashes of the release before, since it counts those of its own version.
start_current() { install_unit "$CURRENT" && restart_service; }

# The two before may be gone back to.
prune() {
  local version kept=0
  while read -r version; do
    [[ $version != "$(version_of "$CURRENT")" && $version != "$(version_of "$PREVIOUS")" ]] || continue
    kept=$((kept + 1))
    ((kept <= 1)) || discard "$version"
  done < <(find "$RELEASES" -mindepth 1 -maxdepth 1 -type d ! -name '.*' -printf '%T@ %f\n' | sort -rn | cut -d ' ' -f 2-)
}

list() {
  local version mark
  for version in "$RELEASES"/*; do
    version=$(basename "$version")
    mark=' '
    if [[ $version == "$(version_of "$PREVIOUS")" ]]; then mark=-; fi
    if [[ $version == "$(version_of "$CURRENT")" ]]; then mark='*'; fi
    if [[ $mark == '*' && $version == "$(noted to)" ]]; then mark='?'; fi
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
# A lost connection must not leave it half-way. What is started here ignores these, too.
trap '' HUP PIPE
exec 9>/run/affectd-release.lock
patience_s=$HEALTH_TIMEOUT_S
case ${1:-}-$# in
  add-2 | switch-2 | upgrade-2 | rollback-[12])
    # The unit that waits for the same lock looks for a moment whether there is something to finish; when it has gone back,
    # for some more whether that runs.
    wait_s=30
    [[ ! -f $UNPROVEN/change ]] || wait_s=5
    if ! flock -w "$wait_s" 9; then
      if [[ -f $UNPROVEN/change ]]; then
        fail 2 "a change to $(noted to) is not proven yet; wait, or see journalctl -u ${SETTLER%.service}"
      fi
      fail 2 'another change of release is under way'
    fi
    ;;
  settle-1)
    if flock -n 9; then
      # The machine has just started: where the power was cut, a router starts anew as well, and takes longer.
      patience_s=$((HEALTH_TIMEOUT_S * 5))
    else
      flock 9
    fi
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac
if [[ $1 != add || -f $UNPROVEN/change ]]; then need_systemd; fi
if [[ -f $UNPROVEN/change ]]; then
  trap '' INT
  say "the change from $(noted from) to $(noted to) was cut short"
  # Back is where this one wants to go.
  if [[ $1-$# == rollback-1 ]]; then
    go_back || exit $?
    exit 0
  fi
  status=0
  settle || status=$?
  # A device on which neither release runs is the one that needs another most.
  [[ $1 != settle ]] || exit "$status"
fi
case $1 in
  add) add "$2" ;;
  switch) switch "$2" ;;
  upgrade)
    add "$2"
    switch "$added"
    prune
    ;;
  rollback)
    version=${2:-$(version_of "$PREVIOUS")}
    [[ -n $version ]] || fail 2 'no release ran before this one'
    switch "$version"
    ;;
esac
