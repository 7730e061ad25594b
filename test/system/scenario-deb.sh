# shellcheck shell=bash disable=SC2154
# The Debian package: installed, set up, watched over, upgraded, downgraded, removed.

step 'it boots' boot_machine || return 0
carry "$work"/affectd_0.9.[12]_amd64.deb
# What is set up over and over.
broker="mqtt://127.0.0.1:$PORT"
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
step 'affectd-setup hears the microphone and reaches the broker' inside sh -c "
  affectd-setup --yes --broker $broker --username board --password-file /root/password --device-id bus-7 --microphone testmic | tee /tmp/said"
# The printed command, as it stands.
step 'what it says to see it by shows events, and holds no secret' inside sh -c '
  command=$(sed -n "s/^affectd: see it: //p" /tmp/said) && echo "$command" && ! grep secret-of-board /tmp/said &&
  timeout 40 sh -c "$command" | grep -m 1 "^bus-7 .*[0-9]"'
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

# Setting it up again
# set_up ANSWERS OPTION…: on a terminal, the answers a line each; what is shown is in /tmp/said.
set_up() {
  local answers=$1
  shift
  inside sh -c "printf '$answers' | timeout 100 script -qec 'affectd-setup --no-start $*' /tmp/said >/dev/null"
}
credentials_in_url() {
  inside affectd-setup --yes --no-start --broker "mqtt://board:secret-of-board@127.0.0.1:$PORT" --username - || return 1
  inside sh -c 'cp -p /etc/affectd/config.json /tmp/before; ! grep -E "username|password_file" /etc/affectd/config.json'
}
step 'a URL may hold name and password; --username - clears the others' credentials_in_url
enter_keeps() {
  set_up '\n\n\n\n' && inside sh -c '
    cat /tmp/said; cmp /tmp/before /etc/affectd/config.json && grep -F "[mqtt://board:***@127" /tmp/said && ! grep secret-of-board /tmp/said'
}
step 'Enter at each question keeps what is there, and a masked password is not written' enter_keeps
masked_answer() {
  set_up 'mqtt://board:***@10.0.0.1\n'
  [[ $? -eq 2 ]] && inside cmp /tmp/before /etc/affectd/config.json
}
step 'a masked password that is typed is refused' masked_answer
# Name and password, device and microphone as they are; then without a name.
answers_count() {
  set_up "$broker\nboard\nsecret-of-board\n\n\n" && inside sh -c '
    grep "\"username\": \"board\"" /etc/affectd/config.json && grep credential:mqtt_password /etc/affectd/config.json' &&
    set_up '\n-\n\n\n' && inside sh -c 'cat /etc/affectd/config.json; ! grep -E "username|password" /etc/affectd/config.json'
}
step 'a name that is typed is taken, and - clears it' answers_count
refused_whole() {
  inside sh -c '
    cp -p /etc/affectd/config.json /tmp/before; echo other >/root/other
    affectd-setup --yes --broker mqtts://127.0.0.1 --username board --password-file /root/other --ca-file /root/other --set log.level=shout 2>/tmp/said
    [ $? -eq 5 ] || exit 1
    cat /tmp/said; cmp /tmp/before /etc/affectd/config.json && cmp /root/password /etc/affectd/credentials/password &&
    [ ! -e /etc/affectd/ca.pem ] && ! ls -d /etc/affectd/.new-* && ! grep -F .new- /tmp/said && grep /etc/affectd/config.json /tmp/said &&
    : >/root/empty && ! affectd-setup --yes --password-file /root/empty 2>/tmp/said && cat /tmp/said && grep /root/empty /tmp/said &&
    cmp /root/password /etc/affectd/credentials/password'
}
step 'what is refused leaves configuration, password and certificate as they were' refused_whole
taken_whole() {
  inside affectd-setup --yes --no-start --username board --password-file /root/other --ca-file /root/other && inside sh -c '
    cmp /root/other /etc/affectd/credentials/password && cmp /root/other /etc/affectd/ca.pem && [ "$(stat -c %a /etc/affectd/ca.pem)" = 644 ] &&
    [ "$(stat -c %a:%U:%G /etc/affectd/config.json)" = 640:root:affectd ] && grep /etc/affectd/ca.pem /etc/affectd/config.json'
}
step 'what is taken is put in place as a whole' taken_whole
step 'and back' inside affectd-setup --yes --broker "$broker" --username board --password-file /root/password --set mqtt.ca_file=

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
  local before capture
  before=$(main_pid)
  capture=$(capture_pid)
  inside kill -STOP "$capture" || return 1
  within 60 is_another_capture "$capture" && not inside test -e "/proc/$capture" && hears_events 60 && [[ $(main_pid) == "$before" ]]
}
capture_pid() { inside pgrep -f '[p]ortaudio-child'; }
is_another_capture() {
  local now
  now=$(capture_pid) && [[ $now != "$1" ]]
}
step 'a capture process that stands still is replaced without a restart' stop_capture
# Planted: what was heard is waited for for ever, and everything else goes on.
stalled_at=
stall() {
  local before agent=/usr/lib/affectd/dist/agent.js
  stalled_at=$(date +%s)
  inside sh -c "cp -p $agent /root/agent.js && sed -i 's/await this.#hear(frame)/if (process.uptime() > 15) await new Promise(() => {}); &/' $agent &&
    ! cmp -s $agent /root/agent.js && systemctl restart affectd" || return 1
  before=$(main_pid)
  within 40 says 'online; broker connected' && within 100 says 'stuck: hearing'
  local is_stuck=$?
  inside cp -p /root/agent.js "$agent"
  [[ $is_stuck -eq 0 && $(main_pid) == "$before" ]] && answers || return 1
  within 60 is_another "$before" && within 40 says 'online; broker connected'
}
answers() {
  inside mosquitto_rr -V 5 -h 127.0.0.1 -p "$PORT" -u board -P secret-of-board -q 1 -W 10 \
    -t affectd/bus-7/request/ping -e affectd/bus-7/response/test -m '{}' | tee /dev/stderr | grep -q '"status":"ok"'
}
step 'a pipeline that hears nothing more while the process answers is started anew by the watchdog' stall
step 'the log says what was stuck, and systemd that it was the watchdog' inside sh -c "
  journalctl -u affectd --no-pager --since @$stalled_at >/tmp/log; grep SERVICE_STUCK /tmp/log && grep -i 'watchdog timeout' /tmp/log"
step 'info names the watchdog again' last_exit_is watchdog
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
step 'at a start systemctl status says what is wrong with it' eval '
  ! inside systemctl restart affectd && within 10 says CONFIG_INVALID_VALUE'
inside sh -c 'cat /tmp/good >/etc/affectd/config.json; systemctl restart affectd'
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
# The secret is where the dump looks: in the settings, and in the log by itself and within a URL.
dump() {
  inside sh -c '
    mkdir -p /run/systemd/system/affectd.service.d && printf "[Service]\nExecStartPre=/bin/echo planted: %s, mqtt://board:%s@127.0.0.1\n" \
      secret-of-board secret-of-board >/run/systemd/system/affectd.service.d/planted.conf && systemctl daemon-reload' &&
    inside affectd-setup --yes --broker "mqtt://board:secret-of-board@127.0.0.1:$PORT" --username - && inside sh -c '
    rm -r /run/systemd/system/affectd.service.d && systemctl daemon-reload
    grep -q secret-of-board /etc/affectd/config.json && journalctl -u affectd --no-pager | grep -q "planted: secret-of-board" || exit 1
    affectd support-dump --config /etc/affectd/config.json --out /tmp/dump.txt
    grep "planted: " /tmp/dump.txt && grep "mqtt.*[*][*][*]@127.0.0.1" /tmp/dump.txt && ! grep secret-of-board /tmp/dump.txt'
}
step 'a support dump holds no secret, though settings and log do' dump
inside affectd-setup --yes --broker "$broker" --username board --password-file /root/password >/dev/null 2>&1

# What dpkg asks of the package's scripts
stays_disabled() {
  inside sh -c '
    systemctl disable -q --now affectd && mv /etc/affectd/config.json /tmp/config.json
    apt-get install -y -qq --reinstall --no-install-recommends /srv/affectd_0.9.1_amd64.deb || exit 1
    [ "$(systemctl is-enabled affectd)" = disabled ] && ! systemctl is-active affectd && [ ! -e /etc/affectd/config.json ] || exit 1
    mv /tmp/config.json /etc/affectd/config.json; systemctl start affectd
    apt-get install -y -qq --reinstall --no-install-recommends /srv/affectd_0.9.1_amd64.deb
    [ "$(systemctl is-enabled affectd)" = disabled ] && systemctl is-active affectd'
}
step 'a service that is disabled stays so when the package is installed anew, and runs if it ran; settings may be missing' stays_disabled
stays_after_remove() {
  inside sh -c 'apt-get remove -y -qq affectd && apt-get install -y -qq --no-install-recommends /srv/affectd_0.9.1_amd64.deb || exit 1
    [ "$(systemctl is-enabled affectd)" = disabled ] && ! systemctl is-active affectd && systemctl enable -q --now affectd'
}
step 'and when it was removed meanwhile' stays_after_remove
failed_upgrade() {
  inside sh -c '
    dpkg-deb -R /srv/affectd_0.9.2_amd64.deb /srv/broken && printf "#!/bin/sh\nexit 1\n" >/srv/broken/DEBIAN/preinst &&
    dpkg-deb -Zgzip -z1 -b /srv/broken /srv/broken.deb && rm -r /srv/broken || exit 1
    ! apt-get install -y -qq --no-install-recommends /srv/broken.deb && systemctl is-active affectd' && runs 0.9.1
}
step 'an upgrade that does not come about leaves the one before running' failed_upgrade
step 'apt remove keeps settings and data' inside sh -c '
  apt-get remove -y -qq affectd && [ -f /etc/affectd/config.json ] && [ -d /var/lib/affectd ] && ! systemctl is-active affectd'

# Beside install.sh: one or the other
(umask 077 && echo secret-of-board >"$work/password")
push() {
  bash "$project/scripts/deploy/push.sh" --release "$work/affectd-0.9.1-linux-x64.tar.gz" --port "$SSH_PORT" --identity "$work/key" \
    --username board --password-file "$work/password" root@127.0.0.1 -- -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
}
hash=$(sha256sum <"$work/affectd-0.9.1-linux-x64.tar.gz" | cut -d ' ' -f 1)
# As a connection leaves it that breaks half-way, and an archive of another time.
inside mkdir -p "/root/.cache/affectd-push/$hash" /root/.cache/affectd-push/other
head -c 20000000 "$work/affectd-0.9.1-linux-x64.tar.gz" >"$disk/root/root/.cache/affectd-push/$hash/affectd-0.9.1-linux-x64.tar.gz"
step 'push.sh installs where the package was, with a password of this side, over what a broken connection left' push
step 'nothing of it is left but the password in its place' inside sh -c '
  [ -z "$(ls -A /root/.cache/affectd-push)" ] && cmp /root/password /etc/affectd/credentials/password && hash -r && affectd --version | grep 0.9.1'
step 'apt purge of the package that was spares the settings and data of the other' inside sh -c '
  apt-get purge -y -qq affectd && [ -f /etc/affectd/config.json ] && [ -d /var/lib/affectd/outbox ]' && runs 0.9.1
refused_package() {
  inside sh -c '
    apt-get install -y -qq --no-install-recommends /srv/affectd_0.9.1_amd64.deb >/tmp/said 2>&1 && exit 1
    cat /tmp/said; grep "uninstall.sh --keep-data" /tmp/said && [ ! -e /usr/lib/affectd ]' && runs 0.9.1
}
step 'the package refuses beside install.sh, and says what to do' refused_package
# install.sh's answer is asked for where the package is.
the_other_way() {
  inside sh -c '
    cp -a /opt/affectd/releases/0.9.1 /srv/release && bash /opt/affectd/current/scripts/deploy/uninstall.sh --keep-data --yes &&
    apt-get install -y -qq --no-install-recommends /srv/affectd_0.9.1_amd64.deb || exit 1
    bash /srv/release/scripts/deploy/install.sh --yes; [ $? -eq 3 ] && [ ! -e /opt/affectd ]' && runs 0.9.1
}
step 'once the other is gone it takes over settings and data, and install.sh refuses in its turn' the_other_way
step 'apt purge leaves nothing' inside sh -c '
  apt-get purge -y -qq affectd && [ ! -e /etc/affectd ] && [ ! -e /var/lib/affectd ] && [ ! -e /usr/lib/affectd ] && ! pgrep -f "[a]ffectd.js" &&
  [ ! -L /etc/systemd/system/multi-user.target.wants/affectd.service ]'
