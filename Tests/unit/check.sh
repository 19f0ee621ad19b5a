#!/usr/bin/env bash
# Inside the machine of machine.sh, as its superuser: starts the unit, and looks at it from outside.
set -uo pipefail
cd /run/hinged-test || exit
failures=0

expect() {
  local what=$1
  shift
  if "$@" >/run/hinged-test/said 2>&1; then
    echo "ok      $what" >>out/result
  else
    failures=$((failures + 1))
    { echo "FAILED  $what: $*"; head -n 5 /run/hinged-test/said; } >>out/result
  fi
}
refused() { ! "$@"; }
wait_for() {
  for _ in $(seq 600); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  return 1
}
property() { systemctl show -P "$1" hinged.service; }
status() { grep -q "^$1:[[:space:]]*$2\$" "/proc/$(property MainPID)/status"; }
inside() { nsenter -t "$(property MainPID)" -m -- "$@"; }
is() { [ "$(property "$1")" = "$2" ]; }
published() { [ -e "/srv/hinged/outbox/$1/study.json" ]; }
drop() {
  install -d -o hinged -g hinged "/srv/hinged/inbox/$1"
  install -o hinged -g hinged "studies/$1" "/srv/hinged/inbox/$1/IM1"
}

expect "the unit starts, and says that it is ready" systemctl start hinged.service
if [ "$failures" -ne 0 ]; then
  systemctl status --no-pager hinged.service >>out/result
  cat /srv/hinged/log >>out/result
  echo "$failures" >out/failures
  exit
fi
expect "it is active" is ActiveState active

expect "it is not the superuser" status Uid '64999[[:space:]]64999[[:space:]]64999[[:space:]]64999'
for set in CapInh CapPrm CapEff CapBnd CapAmb; do expect "no capability in $set" status "$set" 0000000000000000; done
expect "it gains no privileges" status NoNewPrivs 1
expect "its system calls are filtered" status Seccomp 2
expect "it dumps no core" grep -Eq 'Max core file size +0 +0' "/proc/$(property MainPID)/limits"
expect "it has a network of its own" \
  [ "$(readlink "/proc/$(property MainPID)/ns/net")" != "$(readlink /proc/self/ns/net)" ]
expect "with the loopback alone" [ "$(grep -c : "/proc/$(property MainPID)/net/dev")" -eq 1 ]
expect "it has users of its own" \
  [ "$(readlink "/proc/$(property MainPID)/ns/user")" != "$(readlink /proc/self/ns/user)" ]
for folder in /usr /etc /opt /var /var/log; do
  expect "$folder cannot be written" refused inside touch "$folder/hinged-test"
done
expect "nor /proc/sys" refused inside sh -c 'echo 1 >/proc/sys/kernel/panic'
touch /tmp/of-others
expect "the files of others in /tmp are not seen" refused inside test -e /tmp/of-others
expect "no disk is among its devices" refused inside sh -c 'ls /dev/vd* /dev/sd* /dev/nvme* /dev/mem'
expect "its own folders can be written" inside sh -c \
  'touch /srv/hinged/outbox/.t /var/lib/hinged/t && rm /srv/hinged/outbox/.t'
expect "its state is its own" [ "$(stat -c '%a' /var/lib/hinged)" = 700 ]

drop 1.2.1
expect "a study is published" wait_for published 1.2.1
expect "its clip was measured" grep -q '"status": *"measured"' /srv/hinged/outbox/1.2.1/study.json
for file in report.dcm 1.2.1.1.seg.dcm 1.2.1.1.overlay.dcm 1.2.1.1.ED.png index.html; do
  expect "with $file" test -s "/srv/hinged/outbox/1.2.1/$file"
done
expect "files of the outbox have the mode that is asked for" \
  [ "$(stat -c '%a' /srv/hinged/outbox/1.2.1/study.json)" = 644 ]
expect "and its folders, which hand their group on" [ "$(stat -c '%a' /srv/hinged/outbox/1.2.1)" = 2755 ]
expect "the hook was run" wait_for grep -q 'another program' /srv/hinged/hook.log
cp /srv/hinged/hook.log out/
expect "and could do nothing that it may not" refused grep ALLOWED /srv/hinged/hook.log
expect "the worker's own filter lies over that of the unit" [ "$(grep -c ': refused' /srv/hinged/hook.log)" -ge 12 ]
expect "metrics are written" wait_for test -s /var/lib/hinged/hinged.prom

drop 1.2.2-bad
expect "a hostile file ends in quarantine" wait_for sh -c 'ls /var/lib/hinged/spool/quarantine/*/reason.json'
expect "and the unit goes on" is ActiveState active
expect "it takes a reload" systemctl reload hinged.service

kill -KILL "$(property MainPID)"
expect "killed, it is started again" wait_for is NRestarts 1
expect "and is ready" wait_for is ActiveState active
drop 1.2.3
expect "and measures" wait_for published 1.2.3
expect "it stops when it is asked to" systemctl stop hinged.service
expect "in good order" is Result success

cp /srv/hinged/log out/log
echo 'inbox = nowhere' >hinged.conf
systemctl start hinged.service
expect "a wrong configuration ends it with 78" wait_for is ExecMainStatus 78
sleep 6
expect "and it is not tried again" is ActiveState failed
echo "$failures" >out/failures
