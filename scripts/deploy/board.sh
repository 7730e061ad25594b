# shellcheck shell=bash disable=SC2034
# What the scripts of this folder share: where things lie on a device, and how a release is judged. To be sourced.

readonly PREFIX=/opt/affectd
readonly RELEASES=$PREFIX/releases
readonly CURRENT=$PREFIX/current
# There from the beginning of install.sh until the settings are in place, too.
readonly INSTALLING=$PREFIX/installing
readonly PREVIOUS=$PREFIX/previous
# There while a change of release is not proven; SETTLER finishes one that was cut short.
readonly UNPROVEN=$PREFIX/unproven
readonly SETTLER=affectd-release.service
readonly SETTLER_UNIT=/etc/systemd/system/$SETTLER
readonly ETC=/etc/affectd
readonly CONFIG=$ETC/config.json
readonly CREDENTIALS=$ETC/credentials
readonly STATE=/var/lib/affectd
readonly UNIT=/etc/systemd/system/affectd.service
readonly LAUNCHER=/usr/local/bin/affectd
readonly SERVICE_USER=affectd
# The Debian package keeps its one release here.
readonly PACKAGED=/usr/lib/affectd
readonly HEALTH_TIMEOUT_S=${HEALTH_LIMIT_S:-60}

# Nobody may be reading any more, which is no reason to stop.
say() { echo "affectd: $*" || true; }
warn() { echo "affectd: $*" >&2 || true; }
# fail STATUS MESSAGE…
fail() {
  local status=$1
  shift
  warn "$@"
  exit "$status"
}
need_root() { [[ $(id -u) -eq 0 ]] || fail 2 "needs root: sudo $0"; }
need_systemd() { [[ -d /run/systemd/system ]] || fail 3 'systemd does not run here: affectd is a service of systemd'; }

# property NAME: of the service, as systemd tells it.
property() { systemctl show affectd.service --property="$1" --value 2>/dev/null; }

# field FILE NAME: of a RELEASE file, which holds name=value lines and is never executed; empty if there is none.
field() { sed -n "s/^$2=//p" "$1" 2>/dev/null | head -n 1 || true; }

# checkout_version: of the checkout that this is the folder of; builds that differ have names that do.
checkout_version() {
  local commit
  commit=$(git rev-parse --short HEAD 2>/dev/null) || true
  # What is not committed is a build of its own each time.
  [[ -n $commit && -z $(git status --porcelain) ]] || commit+=${commit:+.}$(date -u +%Y%m%d%H%M%S)
  echo "$(node -p 'require("./package.json").version')+$commit"
}

# version_of LINK: of the release that a link names; empty if it names none.
version_of() {
  local target
  target=$(readlink "$1" 2>/dev/null) || return 0
  basename "$target"
}

# What a release needs to be called healthy: `service` always, `hearing` and `broker` where asked.
# is_met NEED: as the service stands now.
is_met() {
  local text
  [[ $(property ActiveState) == active ]] || return 1
  text=$(property StatusText)
  case $1 in
    service) ;;
    # It may have been told not to listen; then there is nothing to hear.
    hearing) [[ $text == online\;* || $text == 'online (not_listening);'* ]] ;;
    broker) [[ $text == *'; broker connected;'* ]] ;;
  esac
}

# is_healthy NEED…: as the service stands now. One that rests from crashing runs and reports, and is not healthy.
is_healthy() {
  local need
  [[ $(property StatusText) != *crash_loop* ]] || return 1
  for need in service "$@"; do is_met "$need" || return 1; done
}

# needs_now: what is well now, and so must be well after a change, too. A broker that is away is no fault of a release.
needs_now() {
  local needs=(service) need
  for need in hearing broker; do if is_met "$need"; then needs+=("$need"); fi; done
  echo "${needs[@]}"
}

# is_wanted: whether the service runs, or would if it could. One that crashes is between two starts most of the time.
# `failed` is one that systemd gave up on; or one that had to be killed when it was stopped, and that one was to stop.
is_wanted() {
  case $(property ActiveState) in
    inactive | '') return 1 ;;
    failed) [[ $(property Result) != timeout ]] && systemctl is-enabled --quiet affectd.service ;;
  esac
}

# restart_service: asks for it, and leaves waiting to await_health; what hangs at its start would hold us up for minutes.
left_pid=
restart_service() {
  left_pid=$(property MainPID)
  systemctl restart --no-block affectd.service || true
}

# await_health SECONDS NEED…: true once it has been healthy, in one process, for five seconds; none that was to be left.
await_health() {
  local deadline=$((SECONDS + $1)) since='' pid='' now
  shift
  while ((SECONDS < deadline)); do
    now=$(property MainPID)
    if [[ $now != 0 && $now != "$left_pid" ]] && is_healthy "$@"; then
      [[ -n $since && $now == "$pid" ]] || since=$SECONDS
      pid=$now
      if ((SECONDS - since >= 5)); then return 0; fi
    else
      since=''
    fi
    sleep 1
  done
  return 1
}

# explain_health: why it is not healthy, for a person.
explain_health() {
  warn "the service is $(property ActiveState) ($(property SubState)), and says: $(property StatusText)"
  journalctl --unit=affectd --lines=15 --no-pager --output=cat 2>/dev/null | sed 's/^/    /' >&2 || true
}

# point LINK TARGET: atomically, so that a power cut leaves the old or the new.
point() {
  ln -sfn "$2" "$1.new" && mv -Tf "$1.new" "$1" && sync -f "$(dirname "$1")"
}

# install_unit RELEASE: the unit belongs to the release, and goes back with it.
install_unit() {
  install -m 0644 "$1/systemd/affectd.service" "$UNIT.new" && sync "$UNIT.new" && mv -f "$UNIT.new" "$UNIT" &&
    systemctl daemon-reload
}

# check_config RELEASE [FILE [CREDENTIALS]]: whether that release would start with the configuration, secrets included.
check_config() {
  local release=$1 file=${2:-$CONFIG} credentials=${3:-$CREDENTIALS} folder secret said status=0
  folder=$(mktemp -d)
  # As LoadCredential= names them.
  for secret in "$credentials"/*; do
    [[ -f $secret ]] && ln -s "$secret" "$folder/mqtt_$(basename "$secret")"
  done
  said=$(CREDENTIALS_DIRECTORY=$folder STATE_DIRECTORY=$STATE "$release/bin/affectd" config check --config "$file" 2>&1 >/dev/null) ||
    status=$?
  rm -r "$folder"
  [[ -z $said ]] || echo "${said//"$folder/mqtt_"/"$credentials/"}" >&2
  return "$status"
}
