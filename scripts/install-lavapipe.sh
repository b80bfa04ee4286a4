#!/usr/bin/env bash
# Installs Mesa's software adapter lavapipe (Mesa 24 or newer; older ones lack what Dawn needs) on Debian and Ubuntu.
# On Debian 12 it comes from bookworm-backports, on the mirror that this machine's apt already uses. The apt
# configuration is left as it is: the extra suite exists for these commands only.
set -euo pipefail

readonly PACKAGE=mesa-vulkan-drivers
readonly OLDEST=24

fail() {
  printf 'install-lavapipe: %s\n' "$@" >&2
  exit 1
}

is_new_enough() { [ -n "$1" ] && dpkg --compare-versions "$1" ge "$OLDEST"; }
installed_version() { dpkg-query --show --showformat='${db:Status-Status} ${Version}' "$PACKAGE" 2>/dev/null | sed -n 's/^installed //p'; }

command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
  fail 'this script knows apt only. Install the Vulkan drivers of Mesa 24 or newer with the package manager of this' \
    'system (Fedora: mesa-vulkan-drivers, Arch: vulkan-swrast), or run "npm run setup" for SwiftShader.'

version=$(installed_version || true)
if is_new_enough "$version"; then
  echo "install-lavapipe: $PACKAGE $version is installed"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail 'needs root, and there is no sudo. Run it as root, or "npm run setup" for SwiftShader (no root needed).'
  as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq)
candidate() { apt-cache "$@" policy "$PACKAGE" | sed -n 's/^ *Candidate: //p' | grep -v none || true; }

"${apt[@]}" update || fail 'apt-get update failed (message above). Check the network and the apt sources.'

options=()
available=$(candidate)
if ! is_new_enough "$available"; then
  # apt itself says which archive and which signing key serve bookworm, from whichever form its sources have.
  source=$(apt-get indextargets --format '$(RELEASE)|$(COMPONENT)|$(REPO_URI)|$(TRUSTED)|$(SIGNED_BY)' 'Identifier: Packages' |
    grep '^bookworm|main|' | head -n 1 || true)
  [ -n "$source" ] || fail "this system offers $PACKAGE ${available:-(none)}; $OLDEST or newer is needed." \
    'Upgrade to Debian 12 or Ubuntu 24.04 or newer, or run "npm run setup" for SwiftShader.'
  IFS='|' read -r _ _ uri trusted signed_by <<<"$source"
  keys=/usr/share/keyrings/debian-archive-keyring.gpg
  case $signed_by in /*) keys=$signed_by ;; esac
  flags=()
  [ -f "$keys" ] && flags+=("signed-by=$keys")
  [ "$trusted" = yes ] && flags+=('trusted=yes')

  sources=$(mktemp)
  trap 'rm -f "$sources"' EXIT
  chmod 644 "$sources"
  [ ! -f /etc/apt/sources.list ] || cat /etc/apt/sources.list >"$sources"
  printf '\ndeb [%s] %s bookworm-backports main\n' "${flags[*]}" "$uri" >>"$sources"
  options=(-o "Dir::Etc::SourceList=$sources")
  "${apt[@]}" "${options[@]}" update || fail "the mirror of this machine does not serve bookworm-backports (message above)."
  options+=(-o "APT::Default-Release=bookworm-backports")
  available=$(candidate "${options[@]}")
  is_new_enough "$available" || fail "bookworm-backports offers $PACKAGE ${available:-(none)}; $OLDEST or newer is needed."
fi

echo "install-lavapipe: installing $PACKAGE $available"
"${apt[@]}" "${options[@]}" install -y --no-install-recommends "$PACKAGE" >/dev/null ||
  fail 'apt-get install failed (message above).'
version=$(installed_version)
is_new_enough "$version" || fail "$PACKAGE is now $version; $OLDEST or newer was expected."
echo "install-lavapipe: installed $PACKAGE $version"
