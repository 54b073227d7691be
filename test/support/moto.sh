#!/usr/bin/env bash
# Installs moto, a second DynamoDB for the tests of the ledger, into .local/moto if Python is installed. Idempotent.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=5.2.5
venv=.local/moto
if [ -x "$venv/bin/moto_server" ] && [ "$(cat "$venv/version" 2>/dev/null)" = "$version" ]; then
  exit 0
fi
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  echo 'no python3 with venv here: the ledger is not tested against moto' >&2
  exit 0
fi
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$version"
echo "$version" > "$venv/version"
