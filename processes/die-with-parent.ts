// Ends a program with its parent, even if the parent is killed by SIGKILL, although the program does not watch its stdin.

/**
 * The shell becomes the program with `exec`, so signals, pid and exit code are the program's own. Before that it starts a
 * watcher in the background, which reads the stdin that the parent holds open. When that stdin closes, the watcher ends
 * the program. If the program ends first, the parent closes the stdin, and the watcher finds no process to end.
 * A subshell starts it, so that it is no child of the program: one that waits for all its children would wait for it.
 */
const SCRIPT = `
grace=$1; shift
exec 3<&0 </dev/null
( {
  while read -r line; do :; done <&3
  kill -TERM $$ || exit
  while [ "$grace" -gt 0 ]; do sleep 1; kill -0 $$ || exit; grace=$((grace - 1)); done
  kill -KILL $$
} >/dev/null 2>&1 & )
exec "$@" 3<&-
`

/**
 * Wraps a command so that it ends with its stdin: when the stdin closes, the program gets SIGTERM, and SIGKILL
 * `graceSeconds` later. The program's own stdin is empty.
 */
export function wrapToDieWithParent(
  command: string,
  args: readonly string[],
  graceSeconds = 5,
): { readonly command: string; readonly args: readonly string[] } {
  return {
    command: '/bin/sh',
    args: ['-c', SCRIPT, 'die-with-parent', String(graceSeconds), command, ...args],
  }
}
