# shellcheck shell=bash disable=SC2154
# install.sh on the device, push.sh from elsewhere, an upgrade that fails, a way back, and removal.

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
push() {
  HEALTH_LIMIT_S=60 bash "$project/scripts/deploy/push.sh" --release "$work/affectd-$1-linux-x64.tar.gz" --port "$SSH_PORT" \
    --identity "$work/key" root@127.0.0.1 -- -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
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
damaged() {
  inside sh -c 'head -c 20000000 /srv/affectd-0.9.3-linux-x64.tar.gz >/srv/damaged.tar.gz; bash /opt/affectd/current/scripts/deploy/release.sh upgrade /srv/damaged.tar.gz; [ $? -eq 4 ]'
}
step 'an archive that is cut off is refused' damaged
step 'and nothing is left of it' inside sh -c '! ls -d /opt/affectd/releases/.new-*'
step 'rollback.sh returns to the release before' inside bash /opt/affectd/current/scripts/deploy/rollback.sh
step 'which runs' runs 0.9.1
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
step 'uninstall.sh keeps settings and data unless told' inside sh -c '
  bash /opt/affectd/current/scripts/deploy/uninstall.sh --yes && [ ! -e /opt/affectd ] && [ -f /etc/affectd/config.json ] &&
  [ -d /var/lib/affectd ] && ! systemctl cat affectd 2>/dev/null && ! pgrep -f "[a]ffectd.js"'
step 'push.sh installs affectd where there is none, with the settings that are there' push 0.9.1
step 'which runs' runs 0.9.1
step 'uninstall.sh --delete-data leaves nothing' inside sh -c '
  bash /opt/affectd/current/scripts/deploy/uninstall.sh --delete-data --yes && [ ! -e /opt/affectd ] && [ ! -e /etc/affectd ] &&
  [ ! -e /var/lib/affectd ] && [ ! -e /usr/local/bin/affectd ] && ! getent passwd affectd'
