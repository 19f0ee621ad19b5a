# Shared by the scripts: where the checkout is, and what the machine must have.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
if [ ! -t 2 ] || [ -n "${NO_COLOR:-}" ]; then say() { printf '%s\n' "$*" >&2; }; fi

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Installs the Debian packages that are missing.
need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null || die "These packages are needed, and there is no apt-get: ${missing[*]}"
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "Run as root, or install sudo, to install: ${missing[*]}"
    sudo=(sudo)
  fi
  say "Installing ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
}

need_swift() {
  command -v swift >/dev/null ||
    die "No swift on the PATH. Install a Swift toolchain of 6.1 or later (https://www.swift.org/install/linux) and try again."
}

# Sets HINGED_PYTHON to a Python with the independent DICOM readers of Tests/neighbours.
need_neighbours() {
  local venv="$root/.build/neighbours"
  if ! cmp -s Tests/neighbours/requirements.txt "$venv/requirements.txt"; then
    say "Installing the independent DICOM readers"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q -r Tests/neighbours/requirements.txt
    cp Tests/neighbours/requirements.txt "$venv/requirements.txt"
  fi
  export HINGED_PYTHON="$venv/bin/python"
}

# Builds `hinged` in release and prints where it is.
build_release() {
  need_swift
  need_packages libdcmtk-dev libpng-dev zlib1g-dev pkg-config
  say "Building (a minute or two the first time)"
  swift build -c release --product hinged >&2
  printf '%s/hinged\n' "$(swift build -c release --show-bin-path)"
}
