#!/usr/bin/env bash
# Studies come in by the doors of docs/FRONT_DOORS.md: DCMTK's storescu sends to a storescp that writes into the inbox,
# or that hands over whole studies, and to an Orthanc that exports them by its script; smbclient copies into a Samba
# share, sftp into a folder. Each time the daemon's table of measurements must be that of `hinged process` over the same
# files.
#
#   Tests/neighbours/front_doors.sh HINGED FOLDER...      FOLDERs hold studies; as root
#
# HINGED_DOORS names some of the doors; without it, all are tried.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
hinged=$(realpath -e "${1:?names the program}")
shift
[ "$(id -u)" -eq 0 ] || die "front_doors.sh: smbd takes on the users of its share: run as root"
# (Debian starts a Samba of its own where a service manager runs; this one has its own port and folders.)
need_packages dcmtk samba smbclient orthanc openssh-server openssh-client python3
doors=${HINGED_DOORS:-storescp storescp-by-study samba sftp orthanc}
wanted() { [[ " $doors " == *" $1 "* ]]; }

work=$(mktemp -d)
running=()
finish() {
  local pid
  for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${running[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
stop() {
  local pid
  for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${running[@]}"; do wait "$pid" 2>/dev/null || true; done
  running=()
}

wait_for() {
  local what=$1 deadline=$((SECONDS + 900))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      tail -n 20 "$work"/*.log >&2
      die "front_doors.sh: waited in vain until $what"
    fi
    sleep 0.3
  done
}

read -r direct_port staged_port share_port shell_port orthanc_port rest_port < <(python3 - <<'PYTHON'
import socket
sockets = [socket.socket() for _ in range(6)]
for s in sockets:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))
PYTHON
)
listens() { (: </dev/tcp/127.0.0.1/"$1") 2>/dev/null; }

# Every file under its own name, since folders of a share may not hold one name twice.
mkdir "$work/files"
count=0
while IFS= read -r -d '' file; do
  count=$((count + 1))
  cp "$file" "$work/files/$(printf 'IM%04d' "$count")"
done < <(find "$@" -type f -size +10k ! -path '*/outbox/*' ! -path '*/spool/*' ! -name '*.onnx' -print0 | sort -z)
[ "$count" -gt 0 ] || die "front_doors.sh: no files in $*"

say "What $count files come to without a door"
"$hinged" process "$work/files" --outbox "$work/expected" --quiet >"$work/process.log" 2>&1 ||
  { cat "$work/process.log"; die "front_doors.sh: hinged failed"; }
studies=$(wc -l <"$work/expected/index.jsonl")

# A daemon over folders of its own, for one door.
begin() {
  local door=$work/$1
  mkdir -p "$door/inbox" "$door/outbox" "$door/received"
  chmod 777 "$door/inbox"
  printf '%s\n' "inbox = $door/inbox" "outbox = $door/outbox" "spool = $door/spool" 'quiet_seconds = 5' \
    'scan_seconds = 0.5' 'min_free_mb = 0' >"$door/conf"
  "$hinged" run --config "$door/conf" >"$work/$1-daemon.log" 2>&1 &
  running+=($!)
}

all_published() { [ "$(wc -l <"$work/$1/outbox/index.jsonl")" -eq "$studies" ] && is_empty "$1"; }
is_empty() { [ -z "$(find "$work/$1/inbox" "$work/$1/spool/claimed" -type f ! -name .complete -print -quit)" ]; }

# The table without what tells when and how often.
judge() {
  local door=$1
  wait_for "$door: all is published" all_published "$door"
  stop
  python3 - "$work/expected/measurements.csv" "$work/$door/outbox/measurements.csv" <<'PYTHON' ||
import csv
import sys

def rows(path):
    with open(path, newline="") as file:
        rows = {row["study_uid"]: row for row in csv.DictReader(file)}
    for row in rows.values():
        row.pop("published"), row.pop("revision")
    return rows

expected, found = map(rows, sys.argv[1:])
for study in expected.keys() | found.keys():
    if expected.get(study) != found.get(study):
        sys.exit(f"{study}: {expected.get(study)} is expected, {found.get(study)} was found")
PYTHON
    die "front_doors.sh: $door: the table differs"
  [ -z "$(ls -A "$work/$door/spool/quarantine")" ] || die "front_doors.sh: $door: files were set aside"
  say "$door: the table of $studies studies is the same"
}

# The option by which storescu proposes the transfer syntax that a file has.
proposal() {
  case $(dcmdump +P 0002,0010 -Un "$1" 2>/dev/null) in
    *1.2.840.10008.1.2.4.50*) echo --propose-jpeg8 ;;
    *1.2.840.10008.1.2.4.70*) echo --propose-lossless ;;
    *1.2.840.10008.1.2.4.80*) echo --propose-jls-lossless ;;
    *1.2.840.10008.1.2.5*) echo --propose-rle ;;
    *1.2.840.10008.1.2.2*) echo --propose-big ;;
    *1.2.840.10008.1.2.1*) echo --propose-little ;;
    *) echo --propose-implicit ;;
  esac
}
send() {
  local port=$1 file
  wait_for "storescp listens" listens "$port"
  for file in "$work"/files/*; do
    storescu "$(proposal "$file")" --call STORESCP 127.0.0.1 "$port" "$file" >>"$work/storescu.log" 2>&1 ||
      { tail -n 5 "$work/storescu.log" >&2; die "front_doors.sh: storescu did not send $(basename "$file")"; }
  done
}

# Files grow in the inbox under their final names: the daemon waits until they stand still.
if wanted storescp; then
  begin storescp
  storescp --accept-all --fork --output-directory "$work/storescp/inbox" "$direct_port" >"$work/storescp.log" 2>&1 &
  running+=($!)
  send "$direct_port"
  judge storescp
fi

# Whole studies are moved into the inbox, with the word that they are whole.
if wanted storescp-by-study; then
  begin storescp-by-study
  storescp --accept-all --output-directory "$work/storescp-by-study/received" --sort-on-study-uid study \
    --eostudy-timeout 3 --exec-sync \
    --exec-on-eostudy "touch #p/.complete && mv #p $work/storescp-by-study/inbox/" \
    "$staged_port" >"$work/storescp-by-study.log" 2>&1 &
  running+=($!)
  send "$staged_port"
  judge storescp-by-study
fi

if wanted samba; then
  begin samba
  mkdir -p "$work/smb/private"
  cat >"$work/smb.conf" <<CONF
[global]
  server role = standalone server
  map to guest = Bad User
  interfaces = lo
  bind interfaces only = yes
  smb ports = $share_port
  disable netbios = yes
  load printers = no
  disable spoolss = yes
  private dir = $work/smb/private
  lock directory = $work/smb
  state directory = $work/smb
  cache directory = $work/smb
  pid directory = $work/smb
  ncalrpc dir = $work/smb/ncalrpc
  log file = $work/smb/log
[echo]
  path = $work/samba/inbox
  guest ok = yes
  read only = no
  create mask = 0660
  directory mask = 0770
CONF
  chmod 755 "$work"
  smbd --foreground --configfile="$work/smb.conf" >"$work/smbd.log" 2>&1 &
  running+=($!)
  wait_for "smbd listens" listens "$share_port"
  # Under a name that begins with a dot first, as a copy that another program may see should be made.
  smbclient //127.0.0.1/echo --port="$share_port" --no-pass --configfile="$work/smb.conf" \
    --command="mkdir .coming; cd .coming; lcd $work/files; prompt; mput *; cd ..; rename .coming came" \
    >"$work/smbclient.log" 2>&1 || {
    cat "$work/smbclient.log" "$work/smbd.log" >&2
    die "front_doors.sh: smbclient failed"
  }
  judge samba
fi

# A user that may do nothing but write into the inbox.
if wanted sftp; then
  begin sftp
  ssh-keygen -q -t ed25519 -N '' -f "$work/host"
  ssh-keygen -q -t ed25519 -N '' -f "$work/client"
  cat >"$work/sshd.conf" <<CONF
ListenAddress 127.0.0.1
Port $shell_port
HostKey $work/host
PidFile $work/sshd.pid
AuthorizedKeysFile $work/client.pub
StrictModes no
PasswordAuthentication no
UsePAM no
Subsystem sftp internal-sftp
ForceCommand internal-sftp -u 0007
AllowTcpForwarding no
CONF
  mkdir -p /run/sshd
  /usr/sbin/sshd -D -f "$work/sshd.conf" >"$work/sshd.log" 2>&1 &
  running+=($!)
  wait_for "sshd listens" listens "$shell_port"
  printf '%s\n' "mkdir $work/sftp/inbox/.coming" "put $work/files/* $work/sftp/inbox/.coming/" \
    "rename $work/sftp/inbox/.coming $work/sftp/inbox/came" >"$work/batch"
  sftp -q -b "$work/batch" -P "$shell_port" -i "$work/client" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
    "root@127.0.0.1" >"$work/sftp.log" 2>&1 || { cat "$work/sftp.log" "$work/sshd.log" >&2; die "front_doors.sh: sftp failed"; }
  judge sftp
fi

if wanted orthanc; then
  begin orthanc
  mkdir -p "$work/storage"
  sed -e "s|/srv/hinged/received/|$work/orthanc/received/|" -e "s|/srv/hinged/inbox/|$work/orthanc/inbox/|" \
    packaging/receiving/orthanc.lua >"$work/hinged.lua"
  cat >"$work/orthanc.json" <<JSON
{
  "Name": "door", "StorageDirectory": "$work/storage", "IndexDirectory": "$work/storage", "StableAge": 3,
  "DicomPort": $orthanc_port, "DicomAet": "STORESCP", "DicomCheckCalledAet": false, "HttpPort": $rest_port,
  "RemoteAccessAllowed": false, "AuthenticationEnabled": false, "LuaScripts": ["$work/hinged.lua"], "Plugins": []
}
JSON
  Orthanc "$work/orthanc.json" >"$work/orthanc.log" 2>&1 &
  running+=($!)
  send "$orthanc_port"
  judge orthanc
fi
