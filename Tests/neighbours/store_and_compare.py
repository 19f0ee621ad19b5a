#!/usr/bin/env python3
"""Sends DICOM objects to an Orthanc on this machine by storescu, reads them back by REST and compares them.

    store_and_compare.py --ports                             prints two free ports
    store_and_compare.py DICOM_PORT REST_PORT OBJECT.dcm...

Exit status 1 and a line for each object that does not come back as it was.
"""

import argparse
import io
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pydicom
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, JPEGBaseline8Bit

PATIENCE_SECONDS = 60


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Orthanc:
    def __init__(self, port):
        self.address = f"http://127.0.0.1:{port}"

    def request(self, path, body=None):
        with urllib.request.urlopen(self.address + path, data=body, timeout=PATIENCE_SECONDS) as answer:
            return answer.read()

    def wait(self):
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self.request("/system")
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def object(self, uid):
        matches = json.loads(self.request("/tools/lookup", uid.encode()))
        (identifier,) = [match["ID"] for match in matches if match["Type"] == "Instance"]
        return self.request(f"/instances/{identifier}/file")

    def instances(self):
        return json.loads(self.request("/statistics"))["CountInstances"]


def store(port, path, dataset):
    propose = ["-xy"] if dataset.file_meta.TransferSyntaxUID == JPEGBaseline8Bit else []
    result = subprocess.run(["storescu", "-R", *propose, "127.0.0.1", str(port), path],
                            capture_output=True, text=True, errors="replace", check=False)
    return None if result.returncode == 0 else f"storescu: {(result.stderr or result.stdout).strip()}"


def difference(sent, returned):
    syntax = sent.file_meta.TransferSyntaxUID
    # storescu offers a peer no deflated syntax unless it is told to: what is deflated on disk travels inflated.
    if syntax == DeflatedExplicitVRLittleEndian:
        syntax = ExplicitVRLittleEndian
    if syntax != returned.file_meta.TransferSyntaxUID:
        return "the transfer syntax has changed"
    for element in sent:
        if element.tag not in returned or returned[element.tag] != element:
            return f"{element.keyword} has changed"
    return None if len(sent) == len(returned) else "attributes were added"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ports", action="store_true")
    parser.add_argument("dicom_port", nargs="?", type=int)
    parser.add_argument("rest_port", nargs="?", type=int)
    parser.add_argument("objects", nargs="*")
    arguments = parser.parse_args()
    if arguments.ports:
        print(*free_ports(2))
        return 0
    orthanc = Orthanc(arguments.rest_port)
    orthanc.wait()
    faults, seen = 0, set()
    for path in arguments.objects:
        sent = pydicom.dcmread(path)
        fault = store(arguments.dicom_port, path, sent)
        if fault is None:
            returned = pydicom.dcmread(io.BytesIO(orthanc.object(sent.SOPInstanceUID)))
            fault = difference(sent, returned)
        seen.add(sent.SOPInstanceUID)
        if fault:
            faults += 1
            print(f"{path}: {fault}", file=sys.stderr)
    if orthanc.instances() != len(seen):
        faults += 1
        print(f"Orthanc has {orthanc.instances()} instances of {len(seen)}", file=sys.stderr)
    print(f"{len(arguments.objects)} objects stored and read back, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
