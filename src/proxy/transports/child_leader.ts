// The small process between the guard and a child: it leads the child's process group and ends all of it when it is
// told to, when the child ends, and when the guard dies in whatever way. POSIX sh, since every system has it.

/** The shell that runs the leader. */
export const LEADER_SHELL = "/bin/sh";

/** Where the leader finds its few tools, whatever PATH the child is to have. */
const TOOLS = "/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin";

/**
 * Asks the kernel for a SIGTERM when the guard dies (Linux prctl(2), PR_SET_PDEATHSIG), where util-linux's setpriv is
 * there; busybox's cannot do that, and other kernels have nothing like it, so that the leader has to look itself.
 * Arguments: the leader's text, then the leader's arguments.
 */
const BIND = `
mcpguard_leader=$1
shift
mcpguard_setpriv=$(PATH=${TOOLS}; command -v setpriv)
if "$mcpguard_setpriv" --pdeathsig TERM ${LEADER_SHELL} -c : </dev/null >/dev/null 2>&1; then
  exec "$mcpguard_setpriv" --pdeathsig TERM ${LEADER_SHELL} -c "$mcpguard_leader" mcpguard-leader told "$@"
fi
exec ${LEADER_SHELL} -c "$mcpguard_leader" mcpguard-leader looks "$@"
`;

/**
 * The leader. Arguments: `told` by the kernel that the guard has died, or `looks` once a second; the guard's process
 * id; seconds between SIGTERM and SIGKILL; then the command, which is executed as it stands and never parsed.
 *
 * - The guard may have died before the kernel was asked: then its parent is another by now.
 * - The leader keeps none of the pipes, or their ends would never be seen.
 * - Whoever is to send SIGKILL is in the group himself, so that the number of the group cannot go to another one.
 * - `wait` returns at once when a trap has run, and is called again for the child's own exit code.
 */
const LEADER = `
mcpguard_how=$1
mcpguard_guard=$2
mcpguard_grace=$3
shift 3
[ "$PPID" = "$mcpguard_guard" ] || exit 125
unset PWD OLDPWD SHLVL
mcpguard_ending=
mcpguard_kill() {
  (PATH=${TOOLS} sleep "$1"; kill -KILL 0) </dev/null >/dev/null 2>&1 3<&- 4>&- &
}
mcpguard_end() {
  mcpguard_ending=yes
  trap '' TERM INT HUP
  kill -TERM 0
  mcpguard_kill "$1"
}
exec 3<&0 4>&1 </dev/null >/dev/null
trap 'mcpguard_end "$mcpguard_grace"' TERM INT HUP
(exec "$@") <&3 >&4 3<&- 4>&- &
mcpguard_child=$!
exec 3<&- 4>&- 2>/dev/null
if [ "$mcpguard_how" = looks ]; then
  mcpguard_self=$$
  (
    while PATH=${TOOLS} sleep 1; do
      kill -0 "$mcpguard_self" || kill -KILL 0
      if [ -r "/proc/$mcpguard_self/stat" ]; then
        read -r _ _ _ mcpguard_parent _ <"/proc/$mcpguard_self/stat"
        [ "$mcpguard_parent" = "$mcpguard_guard" ] || break
      else
        kill -0 "$mcpguard_guard" || break
      fi
    done
    kill -TERM "$mcpguard_self"
  ) &
fi
wait "$mcpguard_child"
mcpguard_code=$?
if [ -n "$mcpguard_ending" ]; then
  wait "$mcpguard_child"
  mcpguard_code=$?
  mcpguard_kill 1
else
  mcpguard_end 1
fi
exit "$mcpguard_code"
`;

/** How a child's leader works. */
export interface LeaderOptions {
  /** Process id of the guard. */
  guard: number;
  /** Seconds between SIGTERM and SIGKILL, a whole number. */
  graceSeconds: number;
  /** False: do not ask the kernel even where that is possible; for tests of the other way. */
  bind?: boolean;
}

/**
 * Arguments for `LEADER_SHELL` that start a command under a leader. The shell must be spawned as the leader of a new
 * process group.
 *
 * @param command Path of the program: with a slash in it, it is never taken for a builtin.
 * @param args Its arguments, which no shell parses.
 * @param options How the leader works.
 * @returns The arguments.
 */
export function leaderArguments(
  command: string,
  args: readonly string[],
  options: LeaderOptions,
): string[] {
  const own = [String(options.guard), String(options.graceSeconds), command, ...args];
  if (options.bind === false) return ["-c", LEADER, "mcpguard-leader", "looks", ...own];
  return ["-c", BIND, "mcpguard-leader", LEADER, ...own];
}
