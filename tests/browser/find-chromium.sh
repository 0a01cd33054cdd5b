#!/bin/sh
# Makes sure that the browser tests have a Chromium: finds one, or installs Debian's where it may.
set -eu

for name in "${PLAINSITE_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >/dev/null && apt-get install -q -y --no-install-recommends chromium >/dev/null
    # Quicker for the many pages of some tests, which do with Chromium where there is none.
    apt-get install -q -y --no-install-recommends chromium-headless-shell >/dev/null 2>&1 || true
    exit 0
fi
echo "error: the browser tests need Chromium: apt install chromium, or set PLAINSITE_CHROMIUM" >&2
exit 1
