#!/bin/sh
# The entrypoint of the PostgreSQL among the stand-ins: what of the official image's behaviour the tests rest on.
set -eu
case ${1:-postgres} in -*) set -- postgres "$@" ;; esac
if [ "${1:-}" != postgres ]; then exec "$@"; fi
if [ "$(id -u)" = 0 ]; then
  install -d -o postgres -g postgres "${PGDATA%/*}" /var/run/postgresql
  install -d -o postgres -g postgres -m 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
  umask 077
  printf '%s\n' "${POSTGRES_PASSWORD:?must be set}" >/tmp/password
  initdb -D "$PGDATA" --username="$user" --pwfile=/tmp/password --locale=C.UTF-8 --encoding=UTF8
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  # On its socket only: who waits by TCP, as they should, waits for the server after this one.
  pg_ctl -D "$PGDATA" -w -o "-c listen_addresses=''" start
  if [ "$database" != postgres ]; then createdb -U "$user" "$database"; fi
  pg_ctl -D "$PGDATA" -w -m fast stop
fi
exec "$@" -c "listen_addresses=*"
