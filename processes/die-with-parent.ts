// Ends a program with its parent, even if the parent is killed by SIGKILL, although the program does not watch its stdin.

/**
 * The shell becomes the program itself by `exec`, so signals, pid and exit code are the program's own. Before that it
 * leaves a watcher behind, which reads the stdin that we hold open and, once that ends, ends the program.
 * When the program ends by itself, its stdin closes, and the watcher finds no process to end.
 */
const SCRIPT = `
grace=$1; shift
exec 3<&0 </dev/null
{
  while read -r line; do :; done <&3
  kill -TERM $$ || exit
  while [ "$grace" -gt 0 ]; do sleep 1; kill -0 $$ || exit; grace=$((grace - 1)); done
  kill -KILL $$
} >/dev/null 2>&1 &
exec "$@" 3<&-
`

/**
 * The command that runs `command` so that it ends with its stdin: at the end of its stdin the program gets SIGTERM, and `graceSeconds`
 * later SIGKILL. The program's own stdin is empty.
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
