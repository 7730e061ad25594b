# shellcheck shell=bash disable=SC2154
# The Debian package: installed, set up, watched over, upgraded, downgraded, removed.

step 'it boots' boot_machine || return 0
carry "$work"/affectd_0.9.[12]_amd64.deb
inside apt-get update -qq >/dev/null 2>&1

step 'apt installs the package, and the service is active' inside sh -c '
  apt-get install -y -qq --no-install-recommends /srv/affectd_0.9.1_amd64.deb && sleep 2 &&
  systemctl is-active affectd && systemctl is-enabled affectd' || return 0
step 'before it is set up it says that it listens and has no broker' within 30 says 'broker away'
step 'the unit has no fault, and little is exposed' inside sh -c '
  systemd-analyze verify affectd.service &&
  systemd-analyze security affectd.service --threshold=20 --no-pager | tail -n 1'

step 'affectd-setup refuses a broker that is none, and changes nothing' inside sh -c '
  cp -p /etc/affectd/config.json /tmp/before
  affectd-setup --yes --broker ftp://x; [ $? -eq 5 ] && cmp /tmp/before /etc/affectd/config.json'
step 'affectd-setup says so when the broker is not reached, by its status' inside sh -c '
  HEALTH_LIMIT_S=15 affectd-setup --yes --broker mqtt://127.0.0.1:1 --microphone testmic --device-id bus-7; [ $? -eq 11 ]'
inside sh -c 'umask 077; echo secret-of-board >/root/password'
step 'affectd-setup hears the microphone and reaches the broker' inside affectd-setup --yes \
  --broker "mqtt://127.0.0.1:$PORT" --username board --password-file /root/password --device-id bus-7 --microphone testmic
step 'systemctl status says active, and how it is' inside sh -c 'systemctl status affectd --no-pager && systemctl status affectd | grep "Status: \"online; broker connected"'
step 'events of the microphone arrive at the broker' hears_events
step 'PortAudio records, as the package brings it' inside sh -c 'pgrep -f "[p]ortaudio-child"'
step 'it runs as its own user, without capabilities, and cannot get more' inside sh -c '
  pid=$(systemctl show affectd -P MainPID)
  [ "$(stat -c %U /proc/$pid)" = affectd ] && grep -q "CapEff:.0000000000000000" /proc/$pid/status &&
  grep -q "NoNewPrivs:.1" /proc/$pid/status && grep -q "Seccomp:.2" /proc/$pid/status'
step 'the password is for root alone, and the service has it from systemd' inside sh -c '
  [ "$(stat -c %a:%U /etc/affectd/credentials/password)" = 600:root ] && ! grep -r secret-of-board /etc/affectd/config.json'
step 'its state is its own' inside sh -c '[ "$(stat -c %a:%U /var/lib/affectd)" = 700:affectd ]'
step 'no core is dumped of it' inside sh -c 'grep -q "Max core file size *0 *0" /proc/$(systemctl show affectd -P MainPID)/limits'

# The watchdog
stop_pipeline() {
  local before
  before=$(main_pid)
  inside kill -STOP "$before"
  within 60 is_another "$before" && within 30 is_active && within 40 says 'online; broker connected'
}
is_another() { [[ $(main_pid) != "$1" && $(main_pid) != 0 ]]; }
step 'a pipeline that stands still (SIGSTOP) is started anew by the watchdog' stop_pipeline
step 'systemd says that it was the watchdog' inside sh -c 'journalctl -u affectd --no-pager | grep -i "watchdog timeout"'
step 'and events come again' hears_events
last_exit_is() { messages info 10 1 | tee /dev/stderr | grep -q "\"cause\":\"$1\""; }
step 'info names the watchdog as the cause' last_exit_is watchdog
stop_capture() {
  inside pkill -STOP -f portaudio-child
  hears_events 60
}
step 'a capture process that stands still is replaced without a restart' stop_capture
kill_it() {
  local before
  before=$(main_pid)
  inside kill -KILL "$before"
  within 30 is_another "$before" && within 40 says 'online; broker connected'
}
step 'a process that is killed is started anew' kill_it

# Reload and stop
reload_good() {
  local before
  before=$(main_pid)
  inside sh -c 'cat /etc/affectd/config.json >/tmp/good; sed "s/\"mqtt\"/\"log\":{\"level\":\"debug\"},\"mqtt\"/" /tmp/good >/etc/affectd/config.json
    systemctl reload affectd'
  within 20 inside sh -c 'journalctl -u affectd --no-pager | grep -q "read anew"' && within 30 says 'online; broker connected' &&
    [[ $(main_pid) == "$before" ]]
}
step 'systemctl reload takes a new configuration within the process' reload_good
reload_bad() {
  local before
  before=$(main_pid)
  inside sh -c 'echo "{\"mqtt\":{\"url\":5}}" >/etc/affectd/config.json; systemctl reload affectd'
  within 20 inside sh -c 'journalctl -u affectd --no-pager | grep CONFIG_INVALID_VALUE' && hears_events && [[ $(main_pid) == "$before" ]]
}
step 'a configuration that is wrong changes nothing' reload_bad
inside sh -c 'cat /tmp/good >/etc/affectd/config.json'
stop_it() {
  local began=$SECONDS
  inside systemctl stop affectd || return 1
  echo "stopped in $((SECONDS - began)) s"
  ((SECONDS - began <= 15)) && status_is offline && inside sh -c 'systemctl show affectd -P Result | grep success'
}
step 'a stop says offline, in time' stop_it
inside systemctl start affectd

# Upgrade, downgrade, removal
step 'apt upgrades it, with settings and state' inside sh -c '
  cp -p /etc/affectd/config.json /tmp/before && ls /var/lib/affectd >/tmp/state
  apt-get install -y -qq --no-install-recommends /srv/affectd_0.9.2_amd64.deb && affectd --version | grep 0.9.2 &&
  cmp /tmp/before /etc/affectd/config.json && [ -d /var/lib/affectd/outbox ]'
runs() { within 40 says "online; broker connected" && says "affectd $1"; }
step 'the new one hears and speaks' runs 0.9.2
step 'apt downgrades it' inside apt-get install -y -qq --allow-downgrades --no-install-recommends /srv/affectd_0.9.1_amd64.deb
step 'the old one hears and speaks' runs 0.9.1
step 'a support dump holds no secret' inside sh -c '
  affectd support-dump --config /etc/affectd/config.json --out /tmp/dump.txt && [ -s /tmp/dump.txt ] && ! grep secret-of-board /tmp/dump.txt'
step 'apt remove keeps settings and data' inside sh -c '
  apt-get remove -y -qq affectd && [ -f /etc/affectd/config.json ] && [ -d /var/lib/affectd ] && ! systemctl is-active affectd'
step 'apt purge leaves nothing' inside sh -c '
  apt-get purge -y -qq affectd && [ ! -e /etc/affectd ] && [ ! -e /var/lib/affectd ] && [ ! -e /usr/lib/affectd ] && ! pgrep -f "[a]ffectd.js"'
