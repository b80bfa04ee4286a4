#!/usr/bin/env bash
# Installs Chromium for the tests of the page and of the browser example (test/web) on Debian; configures nothing.
set -euo pipefail

readonly PACKAGE=chromium

fail() {
  printf 'install-chromium: %s\n' "$@" >&2
  exit 1
}

starts() { command -v "$1" >/dev/null && timeout 60 "$1" --version >/dev/null 2>&1; }

for name in "${CHROMIUM:-chromium}" chromium chromium-browser google-chrome google-chrome-stable; do
  if starts "$name"; then
    echo "install-chromium: $name is installed"
    exit 0
  fi
done
command -v apt-get >/dev/null ||
  fail "this script knows apt only; install Chromium or Chrome with the package manager of this system, or name it in CHROMIUM."
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail 'needs root, and there is no sudo. Run it as root.'
  as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq)
"${apt[@]}" update || fail 'apt-get update failed (message above). Check the network and the apt sources.'
# Ubuntu has a stub in its place, which waits for the snap daemon that containers lack.
candidate=$(apt-cache policy "$PACKAGE" | sed -n 's/^ *Candidate: //p')
case $candidate in
  '' | '(none)' | *snap*)
    fail "this system offers $PACKAGE only as a snap, or not at all; install Google Chrome's .deb package" \
      'from https://www.google.com/chrome, or name any Chromium in CHROMIUM: CHROMIUM=/path/to/chrome npm test' ;;
esac
"${apt[@]}" install -y --no-install-recommends "$PACKAGE" >/dev/null || fail 'apt-get install failed (message above).'
starts "$PACKAGE" || fail "$PACKAGE $candidate is installed, but \"$PACKAGE --version\" fails."
echo "install-chromium: installed $PACKAGE $candidate"
