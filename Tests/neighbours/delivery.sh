#!/usr/bin/env bash
# A daemon with the delivery of packaging/delivery as its hook, and a DICOM peer that takes what comes: storescp.
#
#   Tests/neighbours/delivery.sh HINGED STUDY
#
# STUDY is a folder of files of one study with a clip that can be measured. What the peer has afterwards must be the
# objects of the outbox, byte for byte but for the file meta information; before it listens, nothing may get lost.
set -euo pipefail
. "$(dirname "$0")/../../scripts/lib.sh"
hinged=${1:?names a built hinged}
study=${2:?names a study}
root=$PWD

work=$(mktemp -d)
started=()
finish() {
  for process in "${started[@]}"; do
    if kill "$process" 2>/dev/null; then wait "$process" || true; fi
  done
  rm -rf "$work"
}
trap finish EXIT
mkdir -p "$work"/{inbox,outbox,spool,peer}
export HINGED_SEND_QUEUE="$work/send"
# storescp answers no question; DeliveryTests has peers that do.
export HINGED_SEND_FIND=none
port=$("$HINGED_PYTHON" Tests/neighbours/store_and_compare.py --ports | cut -d' ' -f1)
send() { "$root/packaging/delivery/hinged-send" 127.0.0.1 "$port" PEER >"$work/send.log" 2>&1; }

cat >"$work/conf" <<CONF
inbox = $work/inbox
outbox = $work/outbox
spool = $work/spool
quiet_seconds = 0
scan_seconds = 0.2
on_published = $root/packaging/delivery/hinged-announce
CONF
cp -R "$study" "$work/inbox/"
"$hinged" run --config "$work/conf" >"$work/hinged.log" 2>&1 &
started+=($!)
for _ in $(seq 600); do
  if compgen -G "$work/send/*" >/dev/null; then break; fi
  sleep 0.2
done
compgen -G "$work/send/*" >/dev/null || { tail "$work/hinged.log" >&2; die "nothing was announced"; }

# Nobody listens yet: what waits goes on waiting.
if send; then die "a delivery to nobody succeeded"; fi
compgen -G "$work/send/*" >/dev/null || die "what was not delivered is gone from the queue"
storescp --aetitle PEER --accept-all --output-directory "$work/peer" "$port" >"$work/peer.log" 2>&1 &
started+=($!)
for _ in $(seq 50); do
  if send; then break; fi
  sleep 0.2
done
if compgen -G "$work/send/*" >/dev/null; then cat "$work/send.log" >&2; die "the queue is not empty"; fi

"$HINGED_PYTHON" - "$work/outbox" "$work/peer" <<'PY'
import pathlib
import sys

import pydicom

sent, received = ({d.SOPInstanceUID: d for d in map(pydicom.dcmread, p)} for p in (
    sorted(pathlib.Path(sys.argv[1]).glob("*/*.dcm")),
    sorted(f for f in pathlib.Path(sys.argv[2]).iterdir() if f.is_file())))
if not sent or sent.keys() != received.keys():
    sys.exit(f"sent {len(sent)} objects, received {len(received)}")
for uid, data in sent.items():
    if data != received[uid] or data.file_meta.TransferSyntaxUID != received[uid].file_meta.TransferSyntaxUID:
        sys.exit(f"{uid} has changed")
print(f"{len(sent)} objects delivered")
PY
