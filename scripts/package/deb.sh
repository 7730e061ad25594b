#!/usr/bin/env bash
# Builds the Debian package: see --help.
set -euo pipefail
cd "$(dirname "$0")/../.." || exit 1

usage() {
  cat <<'END'
Usage: npm run package:deb -- [--arch amd64|arm64] [--version VERSION] [--out FOLDER] [--from FOLDER]
                              [--fast]

Makes affectd_VERSION_ARCH.deb, for Debian 12 and 13 and Raspberry Pi OS of that base. It brings its own Node, so it needs
nothing but what those have. On the device: sudo apt install ./affectd_VERSION_ARCH.deb, then sudo affectd-setup

  --arch ARCH   of the device; else this machine's
  --version V   another version than package.json's
  --out FOLDER  where it is put, default build/
  --from FOLDER a release that npm run package:release -- --folder made, instead of a new one
  --fast        for tests: hardly compressed, not judged by lintian

Needs dpkg-deb, and what npm run package:release needs. lintian, where it is installed, judges the result.
END
}
fail() {
  echo "package: $*" >&2
  exit 1
}

arch=$(dpkg --print-architecture)
out=build
version=()
from=
# Smallest, and read by every dpkg.
compression=(-Zxz -z6)
judge=1
while [[ $# -gt 0 ]]; do
  case $1 in
    --help | -h)
      usage
      exit
      ;;
    --arch | --out | --from)
      [[ $# -ge 2 ]] || fail "$1 takes a value; see --help"
      declare "${1#--}=$2"
      shift
      ;;
    --version)
      [[ $# -ge 2 ]] || fail "$1 takes a value; see --help"
      version=(--version "$2")
      shift
      ;;
    --fast)
      compression=(-Zgzip -z1)
      judge=
      ;;
    *) fail "unknown option $1; see --help" ;;
  esac
  shift
done
case $arch in
  amd64) node_arch=x64 ;;
  arm64) node_arch=arm64 ;;
  *) fail "--arch is amd64 or arm64, not $arch" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022
maintainer=${DEBEMAIL:-affectd@affectd.example}
root=$work/root
if [[ -n $from ]]; then
  [[ $(sed -n 's/^arch=//p' "$from/RELEASE") == "$node_arch" ]] || fail "$from is no release for $arch"
  cp -a "$from" "$work/release"
  release=$work/release
else
  release=$(bash scripts/package/release.sh --arch "$node_arch" --folder --out "$work" "${version[@]}" | tail -n 1)
fi
# A plus is part of a version, a minus would begin Debian's own.
number=$(sed -n 's/^version=//p' "$release/RELEASE" | tr - '~')
app=$root/usr/lib/affectd
mkdir -p "$root"/usr/{bin,sbin} "$root/usr/lib/systemd/system" "$root/usr/lib/sysusers.d" "$root/etc/affectd" \
  "$root/usr/share/doc/affectd" "$root/usr/share/lintian/overrides" "$root/DEBIAN"
mv "$release" "$app"
chmod 0755 "$root"/usr "$root"/usr/lib "$app"

# dpkg does what these do.
(cd "$app/scripts/deploy" && rm -f install.sh push.sh release.sh rollback.sh uninstall.sh fix-portaudio.sh)
rm -f "$app/scripts/prepare.js"
mv "$app/LICENSE" "$work/LICENSE"
find "$app/node_modules" \( -name '.[a-z]*' -o -name '*.html' -o -name package-lock.json -o -name '*.musl.node' \) -prune -exec rm -r {} +
# Nothing of it is run by its name, and a Node in PATH is not asked for.
find "$app" -type f -name '*.js' -exec sed -i '1{/^#!.*node/d}' {} +
find "$app" -type f -perm /111 ! -path '*/bin/*' ! -name '*.sh' ! -name '*.pl' -exec chmod a-x {} +
chmod 0755 "$app"/scripts/deploy/configure.sh "$app"/systemd/affectd-notify.pl
ln -s ../lib/affectd/bin/affectd "$root/usr/bin/affectd"
ln -s ../lib/affectd/scripts/deploy/configure.sh "$root/usr/sbin/affectd-setup"
sed 's#/opt/affectd/current#/usr/lib/affectd#' "$app/systemd/affectd.service" >"$root/usr/lib/systemd/system/affectd.service"
rm "$app/systemd/affectd.service"
cat >"$root/usr/lib/sysusers.d/affectd.conf" <<'END'
u affectd - "affectd" /var/lib/affectd
m affectd audio
END
install -d -m 0700 "$root/etc/affectd/credentials"

{
  cat <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: affectd

Files: *
Copyright: the affectd authors
License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.

Files: usr/lib/affectd/models/*
Copyright: the affectd authors
License: see usr/lib/affectd/models/quantized/LICENSE
 Weights carry the licence that the corpora they were trained on impose.

Files: usr/lib/affectd/node/*
Copyright: Node.js contributors
License: MIT, and others for what it contains: see usr/lib/affectd/node/LICENSE

Files: usr/lib/affectd/node_modules/*
Copyright: their authors
License: see the package.json of each
END
} >"$root/usr/share/doc/affectd/copyright"
[[ -f $app/models/quantized/LICENSE ]] || fail 'models/quantized/LICENSE is missing'
{
  echo "affectd ($number) stable; urgency=medium"
  echo
  echo '  * See CHANGELOG.md of the project.'
  echo
  echo " -- affectd authors <$maintainer>  $(date -R -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}")"
} | gzip -9n >"$root/usr/share/doc/affectd/changelog.gz"
cat >"$root/usr/share/lintian/overrides/affectd" <<'END'
# Node is bundled on purpose: Debian 12 has one that is too old.
affectd: embedded-library *
affectd: unstripped-binary-or-object *
affectd: statically-linked-binary *
# Modules of npm, as published.
affectd: package-contains-vcs-control-file *
affectd: shared-library-lacks-prerequisites *
END

size=$(du -sk --exclude=DEBIAN "$root" | cut -f 1)
cat >"$root/DEBIAN/control" <<END
Package: affectd
Version: $number
Architecture: $arch
Maintainer: affectd authors <$maintainer>
Installed-Size: $size
Section: sound
Priority: optional
Depends: libc6 (>= 2.34), libgcc-s1, libstdc++6 (>= 12), libportaudio2, alsa-utils, systemd (>= 252), ca-certificates
Recommends: libasound2-plugins
Description: speech emotion recognition on the device
 Hears how people feel: captures audio from a microphone, finds the speech,
 judges on the device what emotion it carries, and publishes events over MQTT.
 No audio leaves the process or touches the disk.
 .
 Brings its own Node.js. Set it up with affectd-setup.
END
cat >"$root/DEBIAN/preinst" <<'END'
#!/bin/sh
set -e
# A unit in /etc hides the one of a package, and both would share settings and data.
unit=/etc/systemd/system/affectd.service
if [ "$1" = install ] && { [ -L /opt/affectd/current ] || grep -qs '/opt/affectd/' $unit; }; then
  echo 'affectd is installed here by install.sh already, in /opt/affectd. Remove that one first; settings and data stay:' >&2
  if [ -f /opt/affectd/current/scripts/deploy/uninstall.sh ]; then
    echo '  sudo bash /opt/affectd/current/scripts/deploy/uninstall.sh --keep-data' >&2
  else
    echo "  sudo systemctl disable --now affectd; sudo rm -rf $unit /opt/affectd /usr/local/bin/affectd" >&2
  fi
  exit 1
fi
END
cat >"$root/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
first=
case $1 in
  configure) [ -n "$2" ] || first=1 ;;
  # What was to come instead did not: this one runs again.
  abort-upgrade | abort-remove | abort-deconfigure) ;;
  *) exit 0 ;;
esac
if [ "$1" = configure ]; then
  systemd-sysusers affectd.conf
  # No conffile: affectd-setup writes it, and what install.sh left is taken over without a question.
  if [ -n "$first" ] && [ ! -e /etc/affectd/config.json ]; then
    echo '{}' >/etc/affectd/config.json
  fi
  if [ -f /etc/affectd/config.json ]; then
    chgrp affectd /etc/affectd/config.json
    chmod 0640 /etc/affectd/config.json
  fi
  [ ! -d /etc/affectd/credentials ] || chmod 0700 /etc/affectd/credentials
fi
# Once: whether it starts at boot is its owner's to decide from then on.
if [ -n "$first" ]; then
  systemctl enable --quiet affectd.service || true
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  if [ -e /run/affectd-ran ] || systemctl is-enabled --quiet affectd.service; then
    systemctl restart affectd.service || echo 'affectd does not start: systemctl status affectd says why' >&2
  fi
  rm -f /run/affectd-ran
  if [ "$1" = configure ] && ! systemctl is-enabled --quiet affectd.service && ! systemctl is-active --quiet affectd.service; then
    echo 'affectd is not started at boot, as before; sudo affectd-setup changes that' >&2
  fi
  [ -z "$first" ] || echo 'affectd is installed. Set up broker, name and microphone with: sudo affectd-setup'
fi
END
cat >"$root/DEBIAN/prerm" <<'END'
#!/bin/sh
set -e
# Node's files are about to go away under it. What is not started at boot and runs nevertheless shall run again.
case $1 in
  remove | upgrade | deconfigure)
    if [ -d /run/systemd/system ]; then
      if systemctl is-active --quiet affectd.service; then
        touch /run/affectd-ran
      fi
      systemctl stop affectd.service || true
    fi
    ;;
esac
END
cat >"$root/DEBIAN/postrm" <<'END'
#!/bin/sh
set -e
case $1 in
  # The link that starts it at boot stays, or its absence: whoever installs it again wants what was.
  remove) rm -f /run/affectd-ran ;;
  purge)
    if [ -L /opt/affectd/current ]; then
      echo 'affectd is installed by install.sh now: its settings and data stay' >&2
    else
      rm -rf /var/lib/affectd /etc/affectd /etc/systemd/system/affectd.service.d
      rm -f /etc/systemd/system/multi-user.target.wants/affectd.service
    fi
    ;;
esac
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
fi
END
chmod 0755 "$root"/DEBIAN/{preinst,postinst,prerm,postrm}
(cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
chmod 0644 "$root/DEBIAN/md5sums"

mkdir -p "$out"
target=$out/affectd_${number}_$arch.deb
dpkg-deb --root-owner-group "${compression[@]}" --build "$root" "$target" >&2
echo "package: $target, $(du -m "$target" | cut -f 1) MB" >&2
if [[ -z $judge ]]; then
  :
elif command -v lintian >/dev/null; then
  lintian --fail-on error --suppress-tags bad-distribution-in-changes-file "$target" >&2 || fail 'lintian finds errors: see above'
else
  echo 'package: lintian is not installed, and has not judged it' >&2
fi
echo "$target"
