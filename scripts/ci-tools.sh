#!/usr/bin/env bash
# Programs that some tests need and this repository does not carry: a browser, Prometheus with promtool, Alertmanager with
# amtool. Prints the folders that belong in front of the PATH; says the rest on stderr. What cannot be had is no error:
# the tests that need it skip and say so. Quick when everything is there.
#
#   export PATH="$(scripts/ci-tools.sh):$PATH"
#
# The browser is installed with apt-get, as root. Prometheus and Alertmanager come from a newer Debian than most machines
# have: apt-get fetches and checks them with a state of its own, and they are unpacked into a cache folder
# (COMMANDCENTER_TOOLS, else below XDG_CACHE_HOME or ~/.cache). The system's packages and lists stay as they are; one link
# is made, as root and where nothing is: Debian's Alertmanager does not start without its templates in /usr/share.
set -uo pipefail

. "${BASH_SOURCE[0]%/*}/debian.sh"

packages=(prometheus promtool prometheus-alertmanager)
programs=(prometheus promtool prometheus-alertmanager amtool)
# The first of these on the PATH is the browser; test/support/browser.ts reads this line.
browsers=(chromium chromium-browser google-chrome google-chrome-stable)
cache=${COMMANDCENTER_TOOLS:-${XDG_CACHE_HOME:-${HOME:-/var/cache}/.cache}/commandcenter-tools}/debian-$debian_suite
folders=()

say() { printf 'ci-tools: %s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

# 3.5.3 of `prometheus, version 3.5.3+ds1 (branch: ...)`; nothing when the program does not run.
version() { "$1" --version 2>&1 | sed -nE '1s/.*version ([0-9]+[0-9.]*).*/\1/p'; }
modern() { # NAME MAJOR MINOR: is a program of that version or newer on the PATH?
  local at; at=$(version "$1") || return 1
  [[ $at =~ ^([0-9]+)\.([0-9]+) ]] || return 1
  (( BASH_REMATCH[1] > $2 || (BASH_REMATCH[1] == $2 && BASH_REMATCH[2] >= $3) ))
}

browser() {
  local name
  for name in "${browsers[@]}"; do have "$name" && return; done
  if ! have apt-get || [ "$(id -u)" != 0 ]; then say 'no Chromium, and apt-get as root is not possible here'; return; fi
  say 'installing Chromium'
  local quiet=(-qq -o DPkg::Lock::Timeout=120)
  export DEBIAN_FRONTEND=noninteractive
  timeout 300 apt-get "${quiet[@]}" update >&2 || say 'apt-get update failed; trying with the lists that are there'
  timeout 600 apt-get "${quiet[@]}" install -y --no-install-recommends chromium fonts-dejavu-core >&2 || say 'Chromium could not be installed'
}

unpacked() { # do all programs run?
  local name
  for name in "${programs[@]}"; do [ -n "$(version "$cache/usr/bin/$name")" ] || return 1; done
}

monitoring() {
  if have promtool && have amtool && modern prometheus 3 0 && { modern alertmanager 0 30 || modern prometheus-alertmanager 0 30; }; then return; fi
  if unpacked; then template; folders+=("$cache/usr/bin"); return; fi
  if ! have apt-get || ! have dpkg-deb; then say 'no Prometheus 3, and no apt-get to fetch it with'; return; fi
  local mirror; mirror=$(debian_mirror)
  if [ -z "$mirror" ]; then say "no Prometheus 3, and no Debian mirror in apt's sources to fetch it from"; return; fi
  say "fetching ${packages[*]} of Debian $debian_suite from $mirror into $cache"
  if fetch "$mirror" && unpacked; then template; folders+=("$cache/usr/bin"); else say 'Prometheus and Alertmanager could not be fetched'; fi
}

template() {
  local wanted=/usr/share/prometheus/alertmanager
  if [ -e "$wanted" ] || [ "$(id -u)" != 0 ]; then return; fi
  rm -f "$wanted" # a link that leads nowhere any more
  mkdir -p "${wanted%/*}" && ln -s "$cache$wanted" "$wanted"
}

fetch() { # MIRROR. In a subshell: its trap and folder are its own.
  (
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    debian_lists "$1" "$work" && debian_unpack "$work" "$work/root" "${packages[@]}" || exit 1
    mkdir -p "$(dirname "$cache")" && rm -rf "$cache" && mv -T "$work/root" "$cache"
  )
}

browser
monitoring
(IFS=:; printf '%s\n' "${folders[*]-}")
