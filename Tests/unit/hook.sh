#!/bin/bash
# The unit's on_published: what a program within its walls can do.
# shellcheck disable=SC2094 # the file is a means here, not an input
{
  echo "hook for $1"
  (: >/dev/tcp/127.0.0.1/9) 2>&1 && echo "ALLOWED: a connection"
  (: >/dev/udp/127.0.0.1/9) 2>&1 && echo "ALLOWED: a datagram"
  touch /usr/hinged-test /etc/hinged-test /var/hinged-test 2>&1 && echo "ALLOWED: a file of the system"
  unshare --user true 2>&1 && echo "ALLOWED: a namespace"
  mount -t tmpfs tmpfs /tmp 2>&1 && echo "ALLOWED: a mount"
  chmod u+s /srv/hinged/hook.log 2>&1 && echo "ALLOWED: a file that lends its user"
  nice -n -5 true 2>&1 | grep -q . || echo "ALLOWED: a higher priority"
  env -i SWIFT_BACKTRACE=enable=no /run/hinged-test/hinged decode-worker 1 1 1 256 5 confinement luma 3</dev/null | cat
} >>/srv/hinged/hook.log
