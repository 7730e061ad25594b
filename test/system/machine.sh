# shellcheck shell=bash disable=SC2034,SC2154
# A booted Debian in a container of systemd's own, to install affectd in. To be sourced.
# Its disk is an overlay: what a scenario does is gone with it, or kept over a power cut (boot_machine again).

readonly PACKAGES=systemd,systemd-sysv,dbus,ca-certificates,procps,mosquitto,mosquitto-clients,pulseaudio,pulseaudio-utils,libasound2-plugins,openssh-server,sudo,rsync,kmod
readonly PORT=28183
readonly SSH_PORT=28122
readonly PULSE_PORT=28147

machine_pid=
leader=

# base_of SUITE: a Debian with what the tests need beside affectd; made once, in a minute or three.
base_of() {
  local suite=$1 folder=$cache/$1
  if [[ ! -e $folder/.complete ]]; then
    rm -rf "$folder"
    mmdebstrap --quiet --variant=minbase --include="$PACKAGES" "$suite" "$folder" >&2 || return 1
    touch "$folder/.complete"
  fi
}

# new_machine SUITE: a fresh disk over the base, with a broker, an ssh server and a microphone.
new_machine() {
  disk=$work/disk-$1-$RANDOM
  mkdir -p "$disk"/{upper,lower,root}
  mount -t overlay overlay -o "lowerdir=$cache/$1,upperdir=$disk/upper,workdir=$disk/lower" "$disk/root"
  local root=$disk/root
  rm -f "$root/etc/resolv.conf"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  [[ ! -d /etc/apt/apt.conf.d ]] || cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
  echo bus-7 >"$root/etc/hostname"
  printf '127.0.0.1 localhost bus-7\n' >"$root/etc/hosts"
  cat >"$root/etc/mosquitto/conf.d/test.conf" <<END
listener $PORT 127.0.0.1
allow_anonymous false
password_file /etc/mosquitto/passwords
END
  chroot "$root" mosquitto_passwd -b -c /etc/mosquitto/passwords board secret-of-board 2>/dev/null
  chroot "$root" chown mosquitto /etc/mosquitto/passwords
  # A microphone without a sound card: what is played into a sink is heard at its monitor.
  cat >"$root/etc/asound.conf" <<END
pcm.testmic {
  type pulse
  server "tcp:127.0.0.1:$PULSE_PORT"
  device "mic.monitor"
  hint { show on description "test mic" }
}
END
  cat >"$root/etc/systemd/system/microphone.service" <<END
[Service]
Environment=HOME=/run/microphone XDG_RUNTIME_DIR=/run/microphone
RuntimeDirectory=microphone
ExecStart=/usr/bin/pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no --disallow-exit --log-level=error \
  -L "module-native-protocol-tcp auth-anonymous=1 listen=127.0.0.1 port=$PULSE_PORT" \
  -L "module-null-sink sink_name=mic rate=16000 format=s16le channels=1"
[Install]
WantedBy=multi-user.target
END
  cat >"$root/etc/systemd/system/speech.service" <<END
[Unit]
After=microphone.service
[Service]
Environment=PULSE_SERVER=tcp:127.0.0.1:$PULSE_PORT HOME=/run/microphone
ExecStart=/bin/sh -c 'while :; do paplay -d mic /srv/speech.wav; done'
Restart=always
[Install]
WantedBy=multi-user.target
END
  cp "$project/assets/demo.wav" "$root/srv/speech.wav"
  mkdir -p "$root/etc/ssh/sshd_config.d" "$root/root/.ssh"
  printf 'Port %s\nListenAddress 127.0.0.1\n' "$SSH_PORT" >"$root/etc/ssh/sshd_config.d/test.conf"
  cp "$work/key.pub" "$root/root/.ssh/authorized_keys"
  chmod 0700 "$root/root/.ssh"
  chmod 0600 "$root/root/.ssh/authorized_keys"
  chroot "$root" systemctl --quiet enable microphone speech mosquitto ssh 2>/dev/null
}

# boot_machine [NSPAWN-OPTION…]: resolves when it is up.
boot_machine() {
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=no systemd-nspawn --quiet --directory="$disk/root" --boot --register=no --keep-unit \
    --machine=affectd-test --console=pipe "$@" >>"$work/console.log" 2>&1 </dev/null &
  machine_pid=$!
  local tries=0
  until leader=$(pgrep -P "$machine_pid" | head -n 1) && [[ -n $leader ]] && inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; do
    ((++tries < 240)) || return 1
    sleep 0.5
  done
}

# inside COMMAND…: in the running machine, as root.
inside() {
  nsenter --target "$leader" --mount --uts --ipc --pid --cgroup --net -- \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive NO_COLOR=1 "$@"
}

# power_cut: nothing in there learns of it, and nothing is synced.
power_cut() {
  kill -KILL "$leader" 2>/dev/null || true
  wait "$machine_pid" 2>/dev/null || true
  machine_pid=
}

# remove_machine: and its disk.
remove_machine() {
  [[ -z $machine_pid ]] || power_cut
  umount -R "$disk/root" 2>/dev/null || true
  rm -rf --one-file-system "$disk"
}
