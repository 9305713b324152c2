#!/usr/bin/env bash
# A Docker engine for the tests, for as long as they run, on a machine where none answers.
#
#   eval "$(scripts/ci-docker.sh start FOLDER)"     FOLDER: an empty one; everything of the engine is in it
#   scripts/ci-docker.sh stop FOLDER                ends the engine and removes the folder
#
# Prints the `export`s that lead to it, and nothing where an engine answers anyway, or none can be had: that is no error,
# the tests that need one skip and say so; stderr says why. Takes three minutes at most.
#
# Needs root on Debian 12 or newer. The engine comes from a newer Debian and is unpacked in FOLDER; runc and iptables are
# installed with apt-get where they are missing. The images that tests need are built from Debian's packages
# (scripts/stand-ins), because a machine without an engine seldom reaches a registry. iptables is put back as it was.
set -uo pipefail
self=${BASH_SOURCE[0]}
. "${self%/*}/debian.sh"

say() { printf 'ci-docker: %s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

install_missing() {
  local wanted=() quiet=(-qq -o DPkg::Lock::Timeout=60)
  for name in runc iptables; do have "$name" || wanted+=("$name"); done
  [ ${#wanted[@]} = 0 ] && return
  export DEBIAN_FRONTEND=noninteractive
  timeout 60 apt-get "${quiet[@]}" update >&2
  timeout 90 apt-get "${quiet[@]}" install -y --no-install-recommends "${wanted[@]}" >&2
}

unpack_engine() { # WORK BIN PLUGINS
  debian_unpack "$1" "$1/engine" docker.io docker-cli containerd docker-compose docker-buildx tini-static || return
  mkdir -p "$2" "$3" || return
  (cd "$1/engine/usr" && cp sbin/dockerd sbin/docker-proxy bin/containerd bin/containerd-shim-runc-v2 bin/docker "$2" \
    && cp bin/tini-static "$2/docker-init" && cp libexec/docker/cli-plugins/docker-{compose,buildx} "$3") && "$2/dockerd" --version >&2
}

run_engine() { # FOLDER
  iptables-save >"$1/iptables" && ip6tables-save >"$1/ip6tables" || return
  setsid dockerd --host "unix://$1/docker.sock" --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/dockerd.pid" \
    >"$1/dockerd.log" 2>&1 </dev/null &
  echo $! >"$1/pid"
  for _ in $(seq 120); do
    docker info >/dev/null 2>&1 && return
    sleep 0.25
  done
  tail -n 5 "$1/dockerd.log" >&2
  return 1
}

begin() { # FOLDER MIRROR
  mkdir "$1/work" || return
  export PATH=$1/bin:$PATH:/usr/sbin:/sbin DOCKER_HOST=unix://$1/docker.sock DOCKER_CONFIG=$1/config
  install_missing || { say 'runc and iptables could not be installed'; return 1; }
  debian_lists "$2" "$1/work" && unpack_engine "$1/work" "$1/bin" "$1/config/cli-plugins" || { say 'the engine could not be fetched'; return 1; }
  run_engine "$1" || { say 'dockerd did not come up'; return 1; }
  "${self%/*}/stand-ins/build.sh" "$1/work" || { say 'the images could not be built'; return 1; }
  rm -rf "$1/work"
}

start() { # FOLDER
  local mirror folder; folder=$(cd "$1" && pwd) || return
  if have docker && timeout 10 docker info >/dev/null 2>&1; then say 'an engine answers'; return; fi
  if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ]; then say 'no engine answers, and one can be started by root on Linux only'; return; fi
  mirror=$(debian_mirror)
  if [ -z "$mirror" ]; then say 'no engine answers, and there is no Debian mirror to fetch one from'; return; fi
  if timeout --kill-after=10 180 "$self" begin "$folder" "$mirror" >&2; then
    say "an engine of Debian $debian_suite, in $SECONDS s"
    printf 'export %s\n' "PATH=$folder/bin:\$PATH" "DOCKER_HOST=unix://$folder/docker.sock" "DOCKER_CONFIG=$folder/config" \
      TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
  else
    say "no engine after $SECONDS s"
    stop "$folder"
  fi
}

stop() { # FOLDER
  local pid; pid=$(cat "$1/pid" 2>/dev/null)
  if [ -n "$pid" ] && kill "$pid" 2>/dev/null; then # it stops its containers first
    for _ in $(seq 120); do kill -0 "$pid" 2>/dev/null || break; sleep 0.25; done
    kill -KILL "$pid" 2>/dev/null && say 'dockerd did not end by itself'
  fi
  if [ -e "$1/ip6tables" ]; then
    PATH=$PATH:/usr/sbin:/sbin
    iptables-restore <"$1/iptables"; ip6tables-restore <"$1/ip6tables"
    ip link delete docker0 2>/dev/null
  fi
  rm -rf "$1"
}

case ${1:-} in
  start | stop) "$1" "${2:?a folder}" ;;
  begin) begin "$2" "$3" ;;
  *) sed -n '2,/^set -/{s/^# \{0,1\}//p}' "$self" >&2; exit 2 ;;
esac
