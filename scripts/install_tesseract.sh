#!/usr/bin/env bash
# Tesseract with English and Spanish, which reads pictures and scanned pages. Nothing to do when it is there with both.
set -euo pipefail

if command -v tesseract >/dev/null; then
  languages=$(tesseract --list-langs 2>/dev/null || true)
  if grep -qx eng <<<"$languages" && grep -qx spa <<<"$languages"; then
    exit 0
  fi
fi

packages=(tesseract-ocr tesseract-ocr-eng tesseract-ocr-spa tesseract-ocr-osd)
if ! command -v apt-get >/dev/null; then
  echo "The OCR tests need Tesseract with eng and spa: install it so that 'tesseract' is on PATH, then run this again." >&2
  exit 1
fi
root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! sudo -n true 2>/dev/null; then
    echo "The OCR tests need Tesseract: sudo apt-get install ${packages[*]}" >&2
    exit 1
  fi
  root=(sudo -n)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "installing Tesseract (some seconds)"
apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" </dev/null >"$log" 2>&1; }
if ! { apt update && apt install -y --no-install-recommends "${packages[@]}"; }; then
  cat "$log" >&2
  exit 1
fi
