#!/bin/sh
# Installs zhibiao from the folder of this script into a virtual environment of its own. No network, no compiler, no root needed:
#     sh install.sh FOLDER              PYTHON=/path/to/python3.11 sh install.sh FOLDER
# FOLDER must be new or empty: each version gets a folder of its own, so that the one before stays until the new one works.
set -eu
umask 022
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
say() { printf 'install.sh: %s\n' "$*" >&2; }

if [ $# -ne 1 ] || [ -z "$1" ]; then
    say "usage: sh install.sh FOLDER, for example sh install.sh /opt/zhibiao-1.0; another interpreter: PYTHON=… sh install.sh FOLDER"
    exit 2
fi
case $1 in /*) folder=$1 ;; *) folder=$(pwd)/$1 ;; esac
if [ -e "$folder" ] && { [ ! -d "$folder" ] || [ -n "$(ls -A "$folder")" ]; }; then
    say "$folder is there and not empty: give a new folder for each version"
    exit 1
fi

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
python=${PYTHON:-}
for name in "python$(sed -n 's/^python=//p' "$here/PLATFORM" 2>/dev/null || true)" python3; do
    if [ -z "$python" ] && new_enough "$name"; then python=$name; fi
done
python=${python:-python3}
if ! new_enough "$python"; then
    say "$python is $("$python" -V 2>&1 | head -n 1 || true): zhibiao needs Python 3.11 or newer; name another: PYTHON=… sh install.sh FOLDER"
    exit 1
fi
"$python" -I -B "$here/preflight.py" "$here"

# a half-made environment would look like one: what is not finished is taken away again
finished=no
trap '[ $finished = yes ] || rm -rf -- "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"$python" -I -m venv --without-pip "$folder"
# pip runs from its wheel, and reads neither variables nor files of settings: they may name an index that cannot be reached
for name in $(env | sed -n 's/^\(PIP_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
requirement=$(sed -n 's/^requirement=//p' "$here/PLATFORM")
set -- "$here"/wheels/pip-*.whl
export PIP_CONFIG_FILE=/dev/null
"$folder/bin/python" -I -c '
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("pip", run_name="__main__", alter_sys=True)' "$1" --isolated install --quiet --disable-pip-version-check --no-input --no-cache-dir \
    --root-user-action=ignore --no-index --only-binary :all: --find-links "$here/wheels" --constraint "$here/requirements.lock" pip "$requirement"
"$folder/bin/python" -I -m pip --isolated --disable-pip-version-check check >&2
"$folder/bin/zhibiao" --help >/dev/null
finished=yes

cat <<END
zhibiao is installed in $folder. Next:
    $folder/bin/zhibiao run $here/examples --db sqlite:////tmp/zhibiao-try/zhibiao.db --out /tmp/zhibiao-try
    $folder/bin/zhibiao --help
Service, nightly run, container, cluster, PostgreSQL: $here/deploy/README.md
END
