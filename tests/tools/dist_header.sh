#!/bin/sh
# mcpguard @VERSION@ for Linux @ARCH@ in one file: this header, then a gzip tar of Deno and the program.
# The first run unpacks into a private folder named by the hash of the content; later runs start from there.
# `exec` makes this process the program itself, so signals and the exit code are the program's own.
set -eu
hash=@HASH@
header_lines=@LINES@
had_path=${PATH+yes}
user_path=${PATH-}
PATH=/usr/bin:/bin${PATH:+:$PATH}

fail() {
  echo "mcpguard: $1" >&2
  exit 70
}

# Nobody but this user may have put anything into the folder: ours, no link, closed to others; and its
# parent may not be one in which others can rename it.
private() {
  [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ] || return 1
  case $(ls -ld "$1") in drwx------*) ;; *) return 1 ;; esac
  case $(ls -ldL "$1/..") in d???????-?*|d????????t*|d????????T*) ;; *) return 1 ;; esac
}

unpack() {
  tail -n "+$header_lines" "$0" | tar -xzf - -C "$1" 2>/dev/null
}

# Refuses content that is not what was built.
verify() {
  found=$(tail -n "+$header_lines" "$0" | sha256sum) || fail "cannot read $0"
  [ "${found%% *}" = "$hash" ] || fail "$0 is damaged: its content does not have the hash it was built with"
}

# Puts the content at $1/$hash, atomically; false where that folder cannot be used.
keep() (
  umask 077
  mkdir -p "$1" 2>/dev/null && private "$1" || return 1
  [ ! -e "$1/$hash" ] || return 1
  new=$(mktemp -d "$1/new.XXXXXX" 2>/dev/null) || return 1
  trap 'rm -rf "$new"' EXIT
  trap 'exit 143' HUP INT TERM
  unpack "$new" || return 1
  "$new/deno" --version >/dev/null 2>&1 || return 1
  # Of two first runs at once one wins; the other's folder lands inside it and goes away.
  mv "$new" "$1/$hash" 2>/dev/null || [ -x "$1/$hash/deno" ] || return 1
  rm -rf "$1/$hash/${new##*/}"
)

start() {
  program=$1 bundle=$2 cache=$3
  shift 3
  # Deno looks for settings in the home and takes offence at one that is no folder.
  [ -d "${HOME:-}" ] || unset HOME
  if [ -n "$had_path" ]; then PATH=$user_path; else unset PATH; fi
  DENO_DIR=$cache DENO_NO_UPDATE_CHECK=1 exec "$program" run --quiet --ext=js \
    --no-config --no-lock --no-npm --no-remote @FLAGS@ "$bundle" "$@"
}

base=
if [ -n "${XDG_CACHE_HOME:-}" ]; then
  base=$XDG_CACHE_HOME/mcpguard
elif [ -n "${HOME:-}" ]; then
  base=$HOME/.cache/mcpguard
fi
if [ -n "$base" ]; then
  if [ ! -e "$base/$hash" ]; then
    verify
    keep "$base" || :
  fi
  if private "$base" && private "$base/$hash"; then
    start "$base/$hash/deno" "$base/$hash/mcpguard.js" "$base/$hash/cache" "$@"
  fi
fi

# No folder to keep it in: unpack for this run only. Both files are open, so their names can go at once.
verify
once=$(umask 077 && mktemp -d "${TMPDIR:-/tmp}/mcpguard.XXXXXX" 2>/dev/null) ||
  fail "no folder to unpack into: set XDG_CACHE_HOME or TMPDIR to one that this user can write"
trap 'rm -rf "$once"' EXIT
trap 'exit 143' HUP INT TERM
unpack "$once" || fail "cannot unpack into $once (disk full?)"
"$once/deno" --version >/dev/null 2>&1 || fail "cannot run a program from $once (noexec?): set TMPDIR"
exec 8<"$once/deno" 9<"$once/mcpguard.js"
rm -rf "$once"
trap - EXIT HUP INT TERM
start /proc/self/fd/8 /proc/self/fd/9 /dev/null "$@"
