#!/bin/sh
# Writes requirements.lock and requirements-dev.lock from pyproject.toml: plain name==version lines with hashes.
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$1" -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet --disable-pip-version-check pip-tools
compile() {
    "$scratch/venv/bin/pip-compile" --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --all-build-deps \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host "$@" pyproject.toml
}
compile --output-file requirements.lock
compile --extra dev --constraint requirements.lock --output-file requirements-dev.lock
