#!/bin/sh
# What Alertmanager, hub and Prometheus share, made before they start. Runs as root in a container of its own, once.
#   sh secrets.sh FOLDER ALERTMANAGER HUB [RULES]      two user ids; the folder of rules that the hub writes
set -eu
umask 077
folder=$1 alertmanager=$2 hub=$3 rules=${4:-}

# put NAME MODE: from stdin, whole or not at all. Readable for Alertmanager, and by its group for the hub where MODE says so.
put() {
  cat >"$folder/$1.new"
  chown "$alertmanager:$hub" "$folder/$1.new"
  chmod "$2" "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
}

# The hub takes every one of "new,old", Alertmanager sends the first.
if [ -n "${ALERTMANAGER_WEBHOOK_TOKEN:-}" ]; then
  printf %s "${ALERTMANAGER_WEBHOOK_TOKEN%%,*}" | put token 0440
elif [ ! -s "$folder/token" ]; then
  head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' | put token 0440
fi
printf %s "${SLACK_WEBHOOK_URL:-}" | put slack-url 0400
chmod 0755 "$folder"
if [ -n "$rules" ]; then chown "$hub:$hub" "$rules" && chmod 0755 "$rules"; fi
