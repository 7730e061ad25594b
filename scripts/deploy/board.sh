# shellcheck shell=bash disable=SC2034
# What the scripts of this folder share: where things lie on a device, and how a release is judged. To be sourced.

readonly PREFIX=/opt/affectd
readonly RELEASES=$PREFIX/releases
readonly CURRENT=$PREFIX/current
readonly PREVIOUS=$PREFIX/previous
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

say() { echo "affectd: $*"; }
warn() { echo "affectd: $*" >&2; }
# fail STATUS MESSAGE…
fail() {
  local status=$1
  shift
  echo "affectd: $*" >&2
  exit "$status"
}
need_root() { [[ $(id -u) -eq 0 ]] || fail 2 "needs root: sudo $0"; }
need_systemd() { [[ -d /run/systemd/system ]] || fail 3 'systemd does not run here: affectd is a service of systemd'; }

# property NAME: of the service, as systemd tells it.
property() { systemctl show affectd.service --property="$1" --value 2>/dev/null; }

# field FILE NAME: of a RELEASE file, which holds name=value lines and is never executed.
field() { sed -n "s/^$2=//p" "$1" 2>/dev/null | head -n 1; }

# version_of LINK: of the release that a link names; empty if it names none.
version_of() {
  local target
  target=$(readlink "$1" 2>/dev/null) || return 0
  basename "$target"
}

# What a release needs to be called healthy: `service` always, `hearing` and `broker` where asked.
# is_healthy NEED…: as the service stands now.
is_healthy() {
  local text need
  [[ $(property ActiveState) == active ]] || return 1
  text=$(property StatusText)
  for need in "$@"; do
    case $need in
      service) ;;
      # It may have been told not to listen; then there is nothing to hear.
      hearing) [[ $text == online\;* || $text == 'online (not_listening);'* ]] || return 1 ;;
      broker) [[ $text == *'; broker connected;'* ]] || return 1 ;;
    esac
  done
}

# needs_now: what is well now, and so must be well after a change, too. A broker that is away is no fault of a release.
needs_now() {
  local needs=(service) need
  for need in hearing broker; do is_healthy "$need" && needs+=("$need"); done
  echo "${needs[@]}"
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
  journalctl --unit=affectd --lines=15 --no-pager --output=cat 2>/dev/null | sed 's/^/    /' >&2
}

# point LINK TARGET: atomically, so that a power cut leaves the old or the new.
point() {
  ln -sfn "$2" "$1.new"
  mv -Tf "$1.new" "$1"
  sync -f "$(dirname "$1")"
}

# install_unit RELEASE: the unit belongs to the release, and goes back with it.
install_unit() {
  install -m 0644 "$1/systemd/affectd.service" "$UNIT.new"
  mv -f "$UNIT.new" "$UNIT"
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
