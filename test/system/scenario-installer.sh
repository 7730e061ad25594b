# shellcheck shell=bash disable=SC2154
# install.sh on the device, push.sh from elsewhere, upgrades that fail or are cut short, a way back, and removal.

step 'it boots' boot_machine || return 0
carry "$work"/affectd-0.9.*-linux-x64.tar.gz "$work"/affectd-0.9.*.sha256
inside sh -c 'cd /srv && tar -xzf affectd-0.9.1-linux-x64.tar.gz && umask 077 && echo secret-of-board >/root/password'
installer=/srv/affectd-0.9.1/scripts/deploy/install.sh
answers=(--yes --broker "mqtt://127.0.0.1:$PORT" --username board --password-file /root/password --device-id bus-7)

step 'install.sh --help says what it does' inside sh -c "$installer --help | grep -q dry-run"
dry_run() {
  local before after
  before=$(inside sh -c 'dpkg -l | sha256sum; find /opt /etc /var/lib -newer /srv/speech.wav -type f | sort | sha256sum; getent passwd | sha256sum')
  inside "$installer" --dry-run "${answers[@]}" || return 1
  after=$(inside sh -c 'dpkg -l | sha256sum; find /opt /etc /var/lib -newer /srv/speech.wav -type f | sort | sha256sum; getent passwd | sha256sum')
  [[ $before == "$after" ]]
}
step 'install.sh --dry-run changes nothing' dry_run
step 'install.sh installs what is missing, and has heard the microphone and reached the broker when it says done' \
  inside "$installer" "${answers[@]}" --microphone testmic || return 0
step 'the service is active' is_active
step 'events of the microphone arrive at the broker' hears_events
step 'affectd is in PATH' inside sh -c 'affectd --version | grep 0.9.1'
again() {
  local before
  before=$(inside sh -c 'cat /etc/affectd/config.json; ls /opt/affectd/releases; readlink /opt/affectd/current' | sha256sum)
  inside "$installer" "${answers[@]}" --microphone testmic || return 1
  [[ $before == "$(inside sh -c 'cat /etc/affectd/config.json; ls /opt/affectd/releases; readlink /opt/affectd/current' | sha256sum)" ]]
}
step 'install.sh again changes nothing' again
from_file() {
  inside "$installer" --yes --set 'capture.source=file:/srv/speech.wav?pace=realtime&loop=1' --microphone auto && hears_events
}
step 'a recording as the source: events arrive at the broker' from_file
inside "$installer" "${answers[@]}" --microphone testmic --set capture.source= >/dev/null 2>&1

# push.sh, as from a laptop
# push VERSION [OPTION…]
push() {
  HEALTH_LIMIT_S=60 bash "$project/scripts/deploy/push.sh" --release "$work/affectd-$1-linux-x64.tar.gz" --port "$SSH_PORT" \
    --identity "$work/key" "${@:2}" root@127.0.0.1 -- -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
}
runs() { [[ $(inside readlink /opt/affectd/current) == "releases/$1" ]] && within 40 says 'online; broker connected' && says "affectd $1"; }
step 'push.sh brings a new release, which runs as well as the one before' push 0.9.2
step 'it is the one that runs' runs 0.9.2
bad_push() {
  push 0.9.3
  [[ $? -eq 6 ]]
}
step 'a release that does not work is taken back by itself' bad_push
step 'the one before runs again' runs 0.9.2
step 'and hears' hears_events

# Releases that get further than that one before they fail; what of them is like the first is the same files.
# broken_release VERSION FILE SED-SCRIPT
broken_release() {
  local folder=$disk/root/srv/affectd-$1
  cp -al "$disk/root/srv/affectd-0.9.1" "$folder" &&
    sed -i "s/^version=.*/version=$1/" "$folder/RELEASE" &&
    sed -i "s/\"version\": \"[^\"]*\"/\"version\": \"$1\"/" "$folder/package.json" &&
    sed -i "$3" "$folder/$2" && ! cmp "$folder/$2" "$disk/root/srv/affectd-0.9.1/$2"
}
step 'two more that do not work: one is deaf, one crashes soon after it is ready' eval '
  broken_release 0.9.4 systemd/affectd.service "s#^ExecStart=.*#& --set capture.device=nothing#" &&
  broken_release 0.9.5 dist/ops/service/service-notifier.js \
    "s#channel.send(\[.READY=1.\]);*#&; setTimeout(() => { throw new Error(\"broken\") }, 2000);#"'
# release SECONDS ARGUMENT…: release.sh as an operator calls it, who waits that long for health.
release() {
  local seconds=$1
  shift
  inside env HEALTH_LIMIT_S="$seconds" bash /opt/affectd/current/scripts/deploy/release.sh "$@"
}
in_force() { [[ $(inside readlink /opt/affectd/current) == "releases/$1" ]]; }
# is_settled CURRENT PREVIOUS: nothing is left open, and the unit is the release's own.
is_settled() {
  in_force "$1" && [[ $(inside readlink /opt/affectd/previous) == "releases/$2" ]] && inside sh -c '
    [ ! -e /opt/affectd/unproven ] && cmp /opt/affectd/current/systemd/affectd.service /etc/systemd/system/affectd.service'
}
# taken_back SECONDS VERSION WORDS: an upgrade to it ends with 6 and says WORDS.
taken_back() {
  local output status=0
  output=$(release "$1" upgrade "/srv/affectd-$2" 2>&1) || status=$?
  echo "$output"
  [[ $status -eq 6 && $output == *$3* ]] && is_settled 0.9.2 0.9.1 && runs 0.9.2
}
step 'a release that is ready and deaf is taken back' taken_back 15 0.9.4 'the service is active (running), and says: degraded'
step 'a release that crashes two seconds after it is ready, again and again, is taken back' taken_back 60 0.9.5 broken
step 'the unit that finishes what is cut short has no fault' inside systemd-analyze verify affectd-release.service

# begun COMMAND…: in the background; resolves when the release that it brings is in force. $begun is its process here.
begun=
begun() {
  local version=$1
  shift
  "$@" &
  begun=$!
  within 30 in_force "$version"
}
is_under_way() { inside pgrep -f "release.sh upgrade" >/dev/null; }
lost_connection() {
  begun 0.9.4 ssh -i "$work/key" -p "$SSH_PORT" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$@" \
    root@127.0.0.1 "HEALTH_LIMIT_S=15 bash /opt/affectd/current/scripts/deploy/release.sh upgrade /srv/affectd-0.9.4" || return 1
  kill -KILL "$begun"
  sleep 3
  is_under_way && in_force 0.9.4 && within 40 not is_under_way && is_settled 0.9.2 0.9.1 && runs 0.9.2
}
step 'a connection that is lost while it waits does not keep it from going back' lost_connection
step 'nor does one with a terminal' lost_connection -tt
# How long the unit waits for health: after a start of the machine five times as long.
inside sh -c 'mkdir -p /etc/systemd/system/affectd-release.service.d &&
  printf "[Service]\nEnvironment=HEALTH_LIMIT_S=10\n" >/etc/systemd/system/affectd-release.service.d/test.conf'
killed() {
  begun 0.9.4 release 60 upgrade /srv/affectd-0.9.4 || return 1
  inside pkill -KILL -f "release.sh upgrade"
  within 5 not is_under_way && in_force 0.9.4 && inside bash /opt/affectd/current/scripts/deploy/release.sh list | grep -F "? 0.9.4" &&
    within 45 is_settled 0.9.2 0.9.1 && runs 0.9.2
}
step 'one that is killed while it waits is finished by the unit, which goes back' killed
cut_and_boot() {
  power_cut
  boot_machine
}
cut_deaf() {
  begun 0.9.4 release 60 upgrade /srv/affectd-0.9.4 && cut_and_boot || return 1
  in_force 0.9.4 && within 90 is_settled 0.9.2 0.9.1 && runs 0.9.2
}
step 'power is cut while a deaf release is on trial: after the start it is taken back' cut_deaf
damaged() {
  inside sh -c 'head -c 20000000 /srv/affectd-0.9.3-linux-x64.tar.gz >/srv/damaged.tar.gz; bash /opt/affectd/current/scripts/deploy/release.sh upgrade /srv/damaged.tar.gz; [ $? -eq 4 ]'
}
step 'an archive that is cut off is refused' damaged
foreign() {
  inside sh -c 'mkdir -p /srv/foreign && touch /srv/foreign/file && tar -C /srv -czf /srv/foreign.tar.gz foreign
    bash /opt/affectd/current/scripts/deploy/release.sh upgrade /srv/foreign.tar.gz 2>&1 | grep "no release of affectd"'
}
step 'as is one of something else' foreign
step 'and nothing is left of it' inside sh -c '! ls -d /opt/affectd/releases/.new-*'
step 'rollback.sh returns to the release before' inside bash /opt/affectd/current/scripts/deploy/rollback.sh
step 'which runs' runs 0.9.1
cut_good() {
  begun 0.9.2 release 60 switch 0.9.2 && cut_and_boot || return 1
  within 90 is_settled 0.9.2 0.9.1 && runs 0.9.2
}
step 'power is cut while a good release is on trial: after the start it proves well' cut_good
back_at_once() {
  begun 0.9.4 release 60 upgrade /srv/affectd-0.9.4 || return 1
  inside systemctl stop affectd-release
  inside pkill -KILL -f "release.sh upgrade"
  within 5 not is_under_way && release 60 rollback && is_settled 0.9.2 0.9.1 && runs 0.9.2
}
step 'rollback.sh returns from a release that nobody proved' back_at_once
disabled() {
  inside systemctl disable affectd && release 60 switch 0.9.1 && ! inside systemctl is-enabled affectd && is_settled 0.9.1 0.9.2
}
step 'a service that is disabled on purpose stays so over a change' disabled
inside systemctl --quiet enable affectd

# A device that crashes, and a fix for it.
is_between_starts() { [[ $(property SubState) == auto-restart ]]; }
# crashing: a release that crashes is in force, as nobody tried it.
crashing() {
  inside systemctl stop affectd && release 60 switch 0.9.5 && ! is_active && inside systemctl start affectd
  within 30 is_between_starts
}
# The fourth crash in a row, for which the next to start would rest.
crashed_often() { inside sed -i 's/"crashes":[0-9]*/"crashes":3/' /var/lib/affectd/run.json; }
fixed() {
  local output
  output=$(release 60 switch 0.9.1) || return 1
  echo "$output"
  [[ $output == *'0.9.1 runs, as well as before'* ]] && is_settled 0.9.1 0.9.5 && runs 0.9.1
}
step 'a release that was not tried, since the service was stopped, crashes' crashing
fix_crashing() {
  within 30 is_between_starts && crashed_often && fixed
}
step 'a fix for a device between two crashes is started and judged, and need not rest for them' fix_crashing
resting() {
  local board='source /opt/affectd/current/scripts/deploy/board.sh'
  crashing && crashed_often && within 30 says crash_loop && is_active &&
    inside bash -c "$board; is_met service" && ! inside bash -c "$board; is_healthy service"
}
step 'a device that rests from crashing is not healthy' resting
step 'and takes a fix' fixed
step 'as does one that systemd gave up' eval '
  inside systemctl stop affectd && release 60 switch 0.9.2 && inside sed -i "s#^ExecStart=.*#& --no-such-option#" /etc/systemd/system/affectd.service &&
  inside systemctl daemon-reload && ! inside systemctl start affectd; within 20 eval "[[ \$(property ActiveState) == failed ]]" && release 60 switch 0.9.1 && runs 0.9.1'
if [[ $suite == trixie ]]; then
  step 'a downgrade to a release without a Node takes the one of the system' inside sh -c '
    apt-get install -y -qq --no-install-recommends nodejs >/dev/null && bash /opt/affectd/current/scripts/deploy/release.sh upgrade /srv/affectd-0.9.0-linux-x64.tar.gz'
  step 'which runs' runs 0.9.0
  step 'on Debian'"'"'s own Node' inside sh -c 'readlink /proc/$(systemctl show affectd -P MainPID)/exe | grep "^/usr/bin/node"'
fi
newer_state() {
  inside bash -c '
  cd /var/lib/affectd || exit 1
  systemctl stop affectd
  cp state-version.json /tmp/state-version.json
  sed -i "s/\"state_version\": *[0-9]*/\"state_version\":99/" state-version.json
  find . -type f ! -name run.json ! -name last-exit -exec sha256sum {} + | sort >/tmp/hashes
  systemctl start affectd; sleep 3; systemctl stop affectd
  journalctl -u affectd --no-pager | grep -q STATE_TOO_NEW || exit 1
  find . -type f ! -name run.json ! -name last-exit -exec sha256sum {} + | sort | diff /tmp/hashes - || exit 1
  cp /tmp/state-version.json state-version.json
  chown affectd: state-version.json
  systemctl start affectd'
}
step 'state of a newer affectd is refused and left as it was' newer_state
step 'an operator who asks gets the list of releases' inside sh -c 'bash /opt/affectd/current/scripts/deploy/release.sh list | grep -F "* "'
# Another build of the release from before, which does not start: that one stays.
other_build() {
  inside sh -c 'version=$(basename "$(readlink /opt/affectd/previous)") && cp -al /srv/affectd-0.9.1 /srv/other &&
    rm -rf /srv/other/RELEASE /srv/other/dist && cp /srv/affectd-0.9.1/RELEASE /srv/other/ &&
    echo built=again >>/srv/other/RELEASE && sed -i "s/^version=.*/version=$version/" /srv/other/RELEASE &&
    bash /opt/affectd/current/scripts/deploy/release.sh add /srv/other
    [ $? -eq 4 ] && "/opt/affectd/releases/$version/bin/affectd" --version && rm -r /srv/other'
}
step 'another build of a release that is there, which does not start, does not cost that one' other_build
step 'uninstall.sh keeps settings and data unless told' inside sh -c '
  bash /opt/affectd/current/scripts/deploy/uninstall.sh --yes && [ ! -e /opt/affectd ] && [ -f /etc/affectd/config.json ] &&
  ! ls -d /etc/systemd/system/*affectd* /etc/systemd/system/*/*affectd* && [ -d /var/lib/affectd ] && ! systemctl cat affectd 2>/dev/null && ! pgrep -f "[a]ffectd.js"'
step 'push.sh installs affectd where there is none, with the settings that are there' push 0.9.1
step 'which runs' runs 0.9.1
inside sh -c 'bash /opt/affectd/current/scripts/deploy/uninstall.sh --delete-data --yes' >/dev/null 2>&1
# One that is refused for its settings is no installation yet: the next is told nothing of an upgrade.
unfinished_push() {
  local settings=(--username board --password-file "$work/password" --device-id bus-7 --microphone testmic)
  (umask 077 && echo secret-of-board >"$work/password")
  push 0.9.1 "${settings[@]}" --broker ftp://nowhere
  [[ $? -eq 5 ]] && ! is_active && push 0.9.1 "${settings[@]}" --broker "mqtt://127.0.0.1:$PORT" && runs 0.9.1 &&
    inside sh -c '[ ! -e /opt/affectd/installing ] && ! find /root/.cache -name "*password*" | grep .'
}
step 'a first push with wrong settings, and again with right ones' unfinished_push
step 'uninstall.sh --delete-data leaves nothing' inside sh -c '
  bash /opt/affectd/current/scripts/deploy/uninstall.sh --delete-data --yes && [ ! -e /opt/affectd ] && [ ! -e /etc/affectd ] &&
  [ ! -e /var/lib/affectd ] && [ ! -e /usr/local/bin/affectd ] && ! getent passwd affectd'
