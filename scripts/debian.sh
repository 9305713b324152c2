# Packages of a newer Debian, beside the system: to be read by other scripts (`. scripts/debian.sh`). apt-get fetches and
# checks them with a state of its own; the system's packages and lists stay as they are. Works from Debian 12 on.

debian_suite=forky
debian_keys=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror of the system's own sources; nothing where there is none.
debian_mirror() {
  command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 && [ -e "$debian_keys" ] || return
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m1 -E '/debian/?$'
}

# debian_lists MIRROR WORK: what that suite has. After it, apt-get with APT_CONFIG=WORK/apt.conf speaks of a system on
# which nothing is installed. Every step says `|| return`: -e is off where a caller asks whether this went well.
debian_lists() {
  mkdir -p "$2"/{lists,archives}/partial || return
  : >"$2/status"
  printf 'deb [signed-by=%s] %s %s main\n' "$debian_keys" "$1" "$debian_suite" >"$2/sources.list" || return
  cat >"$2/apt.conf" <<CONF
Dir::State "$2";
Dir::State::Lists "$2/lists";
Dir::State::Status "$2/status";
Dir::Cache "$2";
Dir::Etc::SourceList "$2/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Acquire::Languages "none";
APT::Sandbox::User "$(id -un)";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
  APT_CONFIG=$2/apt.conf timeout 300 apt-get -qq update >&2
}

# debian_unpack WORK ROOT PACKAGE...: these packages, alone.
debian_unpack() {
  local work=$1 root=$2 debs; shift 2
  debs=$(mktemp -d "$work/debs.XXXXXX") || return
  (cd "$debs" && APT_CONFIG=$work/apt.conf timeout 300 apt-get -qq download "$@" >&2) || return
  debian_extract "$root" "$debs"/*.deb && rm -rf "$debs"
}

# debian_unpack_whole WORK ROOT PACKAGE...: these packages and all they need, down to the C library. Nothing is configured.
debian_unpack_whole() {
  local work=$1 root=$2; shift 2
  APT_CONFIG=$work/apt.conf timeout 300 apt-get -qq -y --no-install-recommends --download-only install "$@" >&2 || return
  # First the one that makes /bin, /lib and their like links into /usr.
  debian_extract "$root" "$work"/archives/base-files_*.deb && debian_extract "$root" "$work"/archives/*.deb
}

debian_extract() {
  local root=$1 deb; shift
  mkdir -p "$root" || return
  for deb in "$@"; do dpkg-deb -x "$deb" "$root" || return; done
}
