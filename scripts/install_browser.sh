#!/usr/bin/env bash
# Chromium and the fonts that make a page look as people see it. Nothing to do when a Chromium is on PATH.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then
    exit 0
  fi
done

if ! command -v apt-get >/dev/null; then
  echo "The browser tests need Chromium: install it so that 'chromium' is on PATH, then run this again." >&2
  exit 1
fi
root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! sudo -n true 2>/dev/null; then
    echo "The browser tests need Chromium: sudo apt-get install chromium fonts-inter fonts-noto-color-emoji" >&2
    exit 1
  fi
  root=(sudo -n)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "installing Chromium (half a minute)"
apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" </dev/null >"$log" 2>&1; }
if ! { apt update && apt install -y --no-install-recommends chromium fonts-inter fonts-noto-color-emoji; }; then
  cat "$log" >&2
  exit 1
fi
