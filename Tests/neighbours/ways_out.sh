#!/usr/bin/env bash
# Results go out by every way of docs/INTEGRATOR.md: storescu with TLS, Orthanc's REST interface and DICOMweb STOW by
# curl, with the scripts of packaging/delivery. Each time the peer is asked for the objects afterwards.
#
#   Tests/neighbours/ways_out.sh OUTBOX       OUTBOX holds results with objects
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
outbox=$(realpath -e "${1:?names an outbox}")
need_packages dcmtk orthanc orthanc-dicomweb curl openssl python3

work=$(mktemp -d)
orthanc=
finish() {
  if [ -n "$orthanc" ] && kill "$orthanc" 2>/dev/null; then wait "$orthanc" || true; fi
  rm -rf "$work"
}
trap finish EXIT
export HINGED_SEND_QUEUE="$work/queue"

read -r dicom_port rest_port < <(python3 - <<'PYTHON'
import socket
sockets = [socket.socket() for _ in range(2)]
for s in sockets:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))
PYTHON
)

# A certificate for each end, signed by one authority.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout "$work/ca.key" -out "$work/ca.crt" 2>/dev/null
for end in peer hinged; do
  openssl req -newkey rsa:2048 -nodes -subj "/CN=$end" -keyout "$work/$end.key" -out "$work/$end.csr" 2>/dev/null
  openssl x509 -req -in "$work/$end.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -days 2 \
    -out "$work/$end.crt" 2>/dev/null
done

# Begins an Orthanc that has nothing.
begin() {
  if [ -n "$orthanc" ]; then
    kill "$orthanc"
    wait "$orthanc" || true
  fi
  rm -rf "$work/storage" "$HINGED_SEND_QUEUE"
  mkdir -p "$work/storage" "$HINGED_SEND_QUEUE"
  cat >"$work/orthanc.json" <<JSON
{
  "Name": "peer", "StorageDirectory": "$work/storage", "IndexDirectory": "$work/storage",
  "DicomPort": $dicom_port, "DicomAet": "PEER", "DicomTlsEnabled": true,
  "DicomTlsCertificate": "$work/peer.crt", "DicomTlsPrivateKey": "$work/peer.key",
  "DicomTlsTrustedCertificates": "$work/ca.crt", "DicomAlwaysAllowFind": true, "DicomCheckModalityHost": false,
  "HttpPort": $rest_port, "RemoteAccessAllowed": false, "AuthenticationEnabled": true,
  "RegisteredUsers": {"hinged": "secret"}, "Plugins": ["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],
  "DicomWeb": {"Enable": true, "Root": "/dicom-web/", "EnableWado": false}
}
JSON
  Orthanc "$work/orthanc.json" >"$work/orthanc.log" 2>&1 &
  orthanc=$!
  local deadline=$((SECONDS + 60))
  until ask /system >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || { tail -20 "$work/orthanc.log" >&2; die "ways_out.sh: Orthanc does not start"; }
    sleep 0.3
  done
  for result in "$outbox"/*/study.json; do ln -sfn "$(dirname "$result")" "$HINGED_SEND_QUEUE/"; done
}
printf 'user = "hinged:secret"\n' >"$work/curl"
ask() { curl --silent --show-error --fail --config "$work/curl" "http://127.0.0.1:$rest_port$1" "${@:2}"; }

# UIDs of all objects that were to be sent, and those that a way of asking finds.
mapfile -t objects < <(find "$outbox"/* -name '*.dcm' | sort)
[ ${#objects[@]} -gt 0 ] || die "ways_out.sh: there are no objects in $outbox"
for object in "${objects[@]}"; do dcmdump +P 0008,0018 -Un "$object" | sed 's/^.*\[//; s/\].*$//'; done | sort >"$work/sent"
by_rest() {
  ask /tools/find --data '{"Level": "Instance", "Query": {}, "Expand": true}' |
    python3 -c 'import json, sys; print(*(i["MainDicomTags"]["SOPInstanceUID"] for i in json.load(sys.stdin)), sep="\n")'
}
by_qido() {
  ask /dicom-web/instances | python3 -c 'import json, sys
print(*(i["00080018"]["Value"][0] for i in json.load(sys.stdin)), sep="\n")'
}
# C-FIND over TLS, study by study.
by_find() {
  local uid
  for uid in $(for object in "${objects[@]}"; do dcmdump +P 0020,000d -Un "$object" | sed 's/^.*\[//; s/\].*$//'; done | sort -u); do
    findscu --enable-tls "$work/hinged.key" "$work/hinged.crt" --add-cert-file "$work/ca.crt" -aet HINGED -aec PEER -S \
      -k QueryRetrieveLevel=IMAGE -k "StudyInstanceUID=$uid" -k SeriesInstanceUID= -k SOPInstanceUID= \
      127.0.0.1 "$dicom_port" 2>&1
  done | sed -n 's/^.*(0008,0018) UI \[\([0-9.]*\).*$/\1/p'
}
judge() {
  local way=$1
  shift
  compgen -G "$HINGED_SEND_QUEUE/*" >/dev/null && die "ways_out.sh: $way: the queue is not empty"
  "$@" | sort >"$work/found"
  cmp -s "$work/sent" "$work/found" || { diff "$work/sent" "$work/found" >&2 || true; die "ways_out.sh: $way: other objects"; }
  say "$way: all ${#objects[@]} objects were asked for and found"
}
send() { "$root/packaging/delivery/$1" "${@:2}" >"$work/send.log" 2>&1; }

begin
# Without the authority's word the peer speaks to nobody, and what waits goes on waiting.
if send hinged-send 127.0.0.1 "$dicom_port" PEER; then die "ways_out.sh: a peer with TLS took plain objects"; fi
compgen -G "$HINGED_SEND_QUEUE/*" >/dev/null || die "ways_out.sh: what was not delivered is gone from the queue"
HINGED_SEND_OPTIONS="--enable-tls $work/hinged.key $work/hinged.crt --add-cert-file $work/ca.crt" \
  send hinged-send 127.0.0.1 "$dicom_port" PEER || { cat "$work/send.log" >&2; die "ways_out.sh: storescu with TLS"; }
judge "storescu with TLS" by_find

export HINGED_POST_CONFIG="$work/curl"
begin
if HINGED_POST_CONFIG=/dev/null send hinged-post orthanc "http://127.0.0.1:$rest_port/instances"; then
  die "ways_out.sh: Orthanc took objects from a stranger"
fi
compgen -G "$HINGED_SEND_QUEUE/*" >/dev/null || die "ways_out.sh: what was refused is gone from the queue"
send hinged-post orthanc "http://127.0.0.1:$rest_port/instances" || { cat "$work/send.log" >&2; die "ways_out.sh: Orthanc"; }
judge "Orthanc's REST interface" by_rest

begin
send hinged-post stow "http://127.0.0.1:$rest_port/dicom-web/studies" || { cat "$work/send.log" >&2; die "ways_out.sh: STOW"; }
judge "DICOMweb STOW" by_qido
