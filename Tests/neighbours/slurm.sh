#!/usr/bin/env bash
# An archive of studies on a real Slurm on this machine: controller and two nodes on loopback. One task is killed, one
# is requeued, one node is drained on the way; the merge must find every study, and the table must be that of a single
# undisturbed run.
#
#   Tests/neighbours/slurm.sh HINGED FOLDER...      FOLDERs hold studies; as root
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
hinged=$(realpath -e "${1:?names the program}")
shift
[ "$(id -u)" -eq 0 ] || die "slurm.sh: slurmd starts jobs as their users: run as root"
need_packages slurmctld slurmd slurm-client munge

work=$(mktemp -d)
daemons=()
finish() {
  local pid
  scancel --user=root >/dev/null 2>&1 || true
  for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${daemons[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

wait_for() {
  local what=$1 deadline=$((SECONDS + 600))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || {
      tail -n 20 "$work"/*.log >&2
      sinfo >&2 || true
      squeue >&2 || true
      die "slurm.sh: waited in vain until $what"
    }
    sleep 0.5
  done
}

read -r controller_port first_port second_port < <(python3 - <<'PYTHON'
import socket
sockets = [socket.socket() for _ in range(3)]
for s in sockets:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))
PYTHON
)
mkdir -p "$work/state" "$work/spool-a" "$work/spool-b" "$work/munge" "$work/scratch"
chmod 755 "$work"
dd if=/dev/urandom of="$work/munge/key" bs=128 count=1 status=none
chmod 400 "$work/munge/key"
chmod 755 "$work/munge"
munged --foreground --force --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge/pid" \
  --seed-file="$work/munge/seed" --log-file="$work/munge/munged.log" &
daemons+=($!)
cat >"$work/slurm.conf" <<CONF
ClusterName=hinged
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CredType=cred/munge
SlurmctldPort=$controller_port
StateSaveLocation=$work/state
SlurmctldPidFile=$work/slurmctld.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
SlurmdPidFile=$work/slurmd-%n.pid
SlurmdSpoolDir=$work/spool-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobRequeue=1
ReturnToService=2
SchedulerParameters=sched_interval=1,sched_min_interval=0
MaxArraySize=1001
MpiDefault=none
SlurmdParameters=config_overrides
NodeName=a NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$first_port CPUs=2 RealMemory=1024
NodeName=b NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$second_port CPUs=2 RealMemory=1024
PartitionName=all Nodes=a,b Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF="$work/slurm.conf"
wait_for "munge answers" munge --socket="$work/munge/socket" --no-input
say "Starting Slurm on loopback"
slurmctld -D -f "$SLURM_CONF" 2>/dev/null &
daemons+=($!)
for node in a b; do
  slurmd -D -N "$node" -f "$SLURM_CONF" 2>/dev/null &
  daemons+=($!)
done
both_idle() { [ "$(sinfo -h -N -t idle -o %N | wc -l)" -eq 2 ]; }
wait_for "both nodes are idle" both_idle

say "An undisturbed run"
"$hinged" batch plan "$@" --out "$work/plan" --quiet
"$hinged" batch run "$work/plan" --outbox "$work/one" --threads 2 --quiet >/dev/null
"$hinged" batch merge "$work/plan" --outbox "$work/one" --out "$work/one-table" --quiet

say "The same as a job array of six tasks"
cd "$work"
export HINGED="$hinged" HINGED_REQUEUE_DELAY=1 TMPDIR="$work/scratch"
read -r _ array _ merge < <("$root/packaging/slurm/hinged-submit" "$work/plan" "$work/out" 6 |
  tr -d ,)
running() { [ -n "$(squeue -h -r -j "$array" -t running -o %K)" ]; }
published() { [ "$(find "$work/out" -maxdepth 1 -name '[0-9]*' | wc -l)" -ge "$1" ]; }
wait_for "a first study is published" published 1
wait_for "a task runs" running

# The program of one task is killed as the kernel kills it: its task fails, and is queued again by hand.
task=$(squeue -h -r -j "$array" -t running -o %K | head -n 1)
say "Killing task $task, and queueing it again"
scancel --signal=KILL --full "${array}_$task"
gone() { ! squeue -h -r -j "$array" -t running -o %K | grep -qx "$task"; }
wait_for "task $task is gone" gone
wait_for "a task runs" running
# Another one is requeued while it works.
other=$(squeue -h -r -j "$array" -t running -o %K | grep -vx "$task" | head -n 1)
say "Requeueing task $other, draining node b"
scontrol requeue "${array}_$other"
scontrol update NodeName=b State=DRAIN Reason=test
# What is queued again would wait for two minutes.
ended() {
  scontrol update JobId="$array" StartTime=now || true
  [ -z "$(squeue -h -j "$array,$merge")" ]
}
wait_for "the array and its merge are over" ended
cat "$work"/hinged-merge-*.log >&2

say "The killed task again, by its number"
is_complete() { grep -q '"complete":true' "$work"/out/batch-*.json; }
if ! is_complete; then
  sbatch --parsable --wait "--export=ALL,HINGED_MANIFEST=$work/plan,HINGED_OUTBOX=$work/out,HINGED_SHARDS=6" \
    --array="$task" "$root/packaging/slurm/hinged-array.sbatch" >&2
fi
"$hinged" batch merge "$work/plan" --outbox "$work/out" --out "$work/out-table" || die "slurm.sh: studies are missing"
cmp "$work/one-table.csv" "$work/out-table.csv"
cmp "$work/one-table.jsonl" "$work/out-table.jsonl"
[ -z "$(ls "$work/out/.staging")" ] || die "slurm.sh: something is left in staging"
[ "$(sinfo -h -n b -o %T)" = drained ] || die "slurm.sh: node b was not drained"
say "The array gave the table of the undisturbed run: $(($(wc -l <"$work/out-table.csv") - 1)) studies"
