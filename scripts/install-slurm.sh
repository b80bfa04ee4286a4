#!/usr/bin/env bash
# Installs Slurm for its test (test/commands/slurm.test.ts) on Debian and Ubuntu; starts nothing and configures nothing:
# the test brings its own configuration, ports and folders.
set -euo pipefail

readonly PACKAGES=(slurmctld slurmd slurm-client munge)

fail() {
  printf 'install-slurm: %s\n' "$@" >&2
  exit 1
}

if command -v slurmctld slurmd sbatch munged >/dev/null; then
  echo 'install-slurm: Slurm is installed'
  exit 0
fi
command -v apt-get >/dev/null ||
  fail "this script knows apt only; install ${PACKAGES[*]} with the package manager of this system."
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail 'needs root, and there is no sudo. Run it as root.'
  as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq)
"${apt[@]}" update || fail 'apt-get update failed (message above). Check the network and the apt sources.'
"${apt[@]}" install -y --no-install-recommends "${PACKAGES[@]}" >/dev/null || fail 'apt-get install failed (message above).'
echo "install-slurm: installed ${PACKAGES[*]}"
