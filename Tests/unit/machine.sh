#!/usr/bin/env bash
# A machine of its own for the unit: namespaces whose root is this machine's, read-only, with folders in memory for all
# that is written, and systemd as its first process. Nothing of it is left, and nothing outside of it can be changed.
# scripts/test-unit starts this by `unshare`; PROGRAM, WORK and ROOT come from there.
set -euo pipefail
: "${PROGRAM:?}" "${WORK:?}" "${ROOT:?}"

new=$WORK/root
mkdir -p "$new"
mount --bind / "$new"
mount -o remount,bind,ro "$new"
for folder in tmp run srv dev var/lib var/log var/tmp etc/systemd/system; do
  mount -t tmpfs -o mode=755 tmpfs "$new/$folder"
done
chmod 1777 "$new/tmp" "$new/var/tmp"
mount -t proc proc "$new/proc"
mount --bind "$new/proc/sys" "$new/proc/sys"
mount -o remount,bind,ro "$new/proc/sys"
mount -t sysfs -o ro sysfs "$new/sys"
mount -t cgroup2 cgroup2 "$new/sys/fs/cgroup"
for device in null zero full random urandom tty; do
  touch "$new/dev/$device"
  mount --bind "/dev/$device" "$new/dev/$device"
done
touch "$new/dev/console"
mount --bind "$WORK/console" "$new/dev/console"
mkdir -m 1777 "$new/dev/shm"
mkdir "$new/dev/pts" "$new/dev/mqueue" "$new/dev/hugepages"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$new/dev/pts"
ln -s pts/ptmx "$new/dev/ptmx"

# The unit's user, in this machine's list of users alone.
for list in passwd group; do
  grep -v '^hinged:' "/etc/$list" >"$WORK/$list"
done
echo 'hinged:x:64999:64999::/var/lib/hinged:/usr/sbin/nologin' >>"$WORK/passwd"
echo 'hinged:x:64999:' >>"$WORK/group"
for list in passwd group; do mount --bind "$WORK/$list" "$new/etc/$list"; done

# What the package would install, and the studies.
place=$new/run/hinged-test
mkdir -p "$place/out"
cp "$PROGRAM" "$place/hinged"
cp -r "$WORK/given/." "$place/"
cp "$ROOT/Tests/unit/check.sh" "$ROOT/Tests/unit/hook.sh" "$place/"
chmod -R a+rX "$place"
mount --bind "$WORK/out" "$place/out"
install -d -o 64999 -g 64999 "$new/srv/hinged" "$new/srv/hinged/inbox"
install -d -m 2750 -o 64999 -g 64999 "$new/srv/hinged/outbox"

units=$new/etc/systemd/system
cp "$ROOT/systemd/hinged.service" "$units/"
mkdir "$units/hinged.service.d"
# Only where things lie differs from what is shipped, and nothing of a whole machine is started for it.
cat >"$units/hinged.service.d/test.conf" <<'UNIT'
[Unit]
DefaultDependencies=no
After=
[Service]
ExecStart=
ExecStart=/run/hinged-test/hinged run --config /run/hinged-test/hinged.conf
StandardOutput=append:/srv/hinged/log
StandardError=append:/srv/hinged/log
UNIT
cat >"$units/check.service" <<'UNIT'
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
ExecStart=/bin/bash /run/hinged-test/check.sh
StandardOutput=file:/dev/console
StandardError=file:/dev/console
UNIT
printf '[Unit]\nDefaultDependencies=no\nWants=check.service\n' >"$units/check.target"

cd "$new"
pivot_root . mnt
umount -l /mnt
exec env -i container=hinged PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=check.target --log-target=console --log-level=notice --show-status=0
