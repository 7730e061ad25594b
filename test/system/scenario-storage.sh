# shellcheck shell=bash disable=SC2154
# A root that is read-only and a log in memory; power cuts while events wait for the broker.

step 'it boots' boot_machine || return 0
carry "$work/affectd-0.9.1-linux-x64.tar.gz"
inside sh -c 'cd /srv && tar -xzf affectd-0.9.1-linux-x64.tar.gz && umask 077 && echo secret-of-board >/root/password'
step 'install.sh' inside /srv/affectd-0.9.1/scripts/deploy/install.sh --yes --broker "mqtt://127.0.0.1:$PORT" --username board \
  --password-file /root/password --device-id bus-7 --microphone testmic || return 0
# Started by hand from here on: what waits is not to go out before it is counted.
inside sh -c 'systemctl --quiet disable mosquitto; mkdir -p /var/log/journal; sync'
power_cut

# Of all the disk only the state can be written.
mkdir -p "$disk/state"
cp -a "$disk/root/var/lib/affectd/." "$disk/state/"
chown --reference="$disk/root/var/lib/affectd" "$disk/state"
chmod 0700 "$disk/state"
readonly_boot() {
  boot_machine --read-only --tmpfs=/var/log --tmpfs=/var/tmp --tmpfs=/var/lib/mosquitto:mode=0777 --tmpfs=/var/lib/systemd --bind="$disk/state:/var/lib/affectd"
}
step 'it boots with a root that cannot be written, and a log in memory' readonly_boot || return 0
step 'the root cannot be written' inside sh -c '! touch /etc/x && ! touch /opt/x'
inside systemctl start mosquitto
step 'it hears and speaks' within 40 says 'online; broker connected'
step 'events arrive at the broker' hears_events

# Events wait, and the power goes.
cut_and_count() {
  local n
  inside systemctl stop mosquitto
  sleep 25
  n=$(property StatusText | sed -E 's/.*outbox ([0-9]+).*/\1/')
  echo "waiting before the power cut: $n"
  ((n > 3)) || return 1
  # Some are younger than publish.outbox_sync_s and may go with it.
  sleep 6
  power_cut
  readonly_boot || return 1
  within 30 is_active || return 1
  within 20 waiting "$n"
}
waiting() {
  local depth
  depth=$(property StatusText | sed -E 's/.*outbox ([0-9]+).*/\1/')
  echo "waiting now: $depth"
  ((depth >= $1))
}
for round in 1 2 3; do
  step "what waited for the broker is there after a power cut, round $round" cut_and_count
  inside systemctl start mosquitto
  step 'and goes out once the broker is back' within 60 says 'broker connected; outbox 0'
done
