#!/usr/bin/env bash
# Runs a command as on a machine without any Vulkan: scripts/hide-vulkan.sh npm test
#
# In a mount namespace of its own the system's loaders are empty files and its lists of drivers empty folders; nothing
# changes outside, and a browser keeps the loader that it brings. Where this user may not make one, the embedded adapter is asked for by name instead.
set -euo pipefail

hide='
  mount --make-rprivate /
  for loader in {/lib,/usr/lib}/*-linux-*/libvulkan*.so* {/usr/lib,/usr/lib64,/usr/local/lib}/libvulkan*.so*; do
    if [ -f "$loader" ] && [ ! -L "$loader" ]; then mount --bind /dev/null "$loader"; fi
  done
  for drivers in /usr/share/vulkan/icd.d /etc/vulkan/icd.d /usr/local/share/vulkan/icd.d; do
    if [ -d "$drivers" ]; then mount -t tmpfs none "$drivers"; fi
  done
  exec "$@"'

if unshare --mount true 2>/dev/null; then
  unset VK_DRIVER_FILES VK_ICD_FILENAMES
  exec unshare --mount bash -c "$hide" _ "$@"
fi
echo 'hide-vulkan: this user may not make a mount namespace; asking for SwiftShader by name' >&2
exec env CNTK_ADAPTER=swiftshader "$@"
