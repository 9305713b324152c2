#!/usr/bin/env bash
# Images under the names that this repository pins, for an engine that cannot pull: made of packages of a newer Debian.
# For tests only. A name that is there already is left alone.
#
#   scripts/stand-ins/build.sh WORK       WORK: a folder, with the lists of `debian_lists`
#
# All of them are one root, imported once: PostgreSQL, HAProxy, Node.js and a shell.
set -euo pipefail
here=${BASH_SOURCE[0]%/*}
. "$here/../debian.sh"
work=$1 root=$1/root base=commandcenter-stand-in:base
cd "$here/../.."

say() { printf 'stand-ins: %s\n' "$*" >&2; }
pinned() { sed -nE "s#^ *image: *($1:[^ ]+).*#\\1#p" docker-compose*.yml observability/services.yml | head -n 1; }
node=node:$(sed -nE 's/^ARG NODE=(.+)/\1/p' Dockerfile)-slim
postgres=$(pinned postgres) haproxy=$(pinned haproxy) shell=$(pinned prom/alertmanager)

make_root() {
  debian_unpack_whole "$work" "$root" base-files coreutils dash findutils sed grep tar gzip util-linux postgresql-18 haproxy nodejs
  mkdir -p "$root"/{tmp,proc,sys,dev,run,root,home/node,usr/local/bin,usr/local/lib/node_modules,etc/ssl/certs,var/lib/postgresql}
  chmod 1777 "$root/tmp" "$root/var/lib/postgresql" && chown 1000:1000 "$root/home/node"
  printf '%s\n' 'root:x:0:0::/root:/bin/sh' 'postgres:x:999:999::/var/lib/postgresql:/bin/sh' 'haproxy:x:99:99::/:/bin/false' \
    'node:x:1000:1000::/home/node:/bin/sh' 'nobody:x:65534:65534::/:/bin/false' >"$root/etc/passwd"
  printf '%s\n' root:x:0: postgres:x:999: haproxy:x:99: node:x:1000: nogroup:x:65534: >"$root/etc/group"
  [ -e "$root/bin/sh" ] || ln -s dash "$root/bin/sh"
  # npm is the machine's; so are the certificates it trusts.
  cp -r "$(npm root --global)/npm" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  install -m 755 "$here/postgres.sh" "$root/usr/local/bin/stand-in-postgres"
  rm -rf "$root"/usr/share/{doc,man,info,locale}
}

build() { # NAME, and the Dockerfile on stdin
  if docker image inspect "$1" >/dev/null 2>&1; then say "$1 is there"; return; fi
  { printf 'FROM %s\n' "$base"; cat; } | docker build --quiet --tag "$1" - >/dev/null
  say "$1 built"
}

make_root
tar -C "$root" --numeric-owner -c . | docker import - "$base" >/dev/null
build "$node" <<'END'
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt npm_config_cafile=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
END
build "$postgres" <<'END'
ENV PGDATA=/var/lib/postgresql/18/docker PATH=/usr/lib/postgresql/18/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
EXPOSE 5432
ENTRYPOINT ["stand-in-postgres"]
CMD ["postgres"]
END
build "$haproxy" <<'END'
USER haproxy
STOPSIGNAL SIGUSR1
CMD ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
END
build "$shell" <<'END'
CMD ["sh"]
END
rm -rf "$root"
