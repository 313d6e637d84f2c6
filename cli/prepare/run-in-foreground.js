// Runs a program for the launcher: it gets the terminal and the signals, and its exit code becomes the launcher's.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** One Ctrl-C arrives from the terminal and again from npm. A second Ctrl-C by a person comes later than this. */
const REPEAT_MILLISECONDS = 500

/** Between two looks at the parent process. */
const PARENT_MILLISECONDS = 500

const parent = process.ppid

const endWithLauncher = new URL('./end-with-launcher.js', import.meta.url).href

/**
 * Runs a program under the given Node. Resolves with its exit code once it has ended; if a signal ended it, with 128
 * plus the signal's number.
 *
 * The program is a process group of its own, so that each signal reaches it once, through the launcher: a program that
 * cleans up on the first Ctrl-C and gives up on the second must not receive one Ctrl-C twice.
 */
export function runInForeground(node, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, ['--import', endWithLauncher, ...args], {
      env,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      detached: true,
    })
    const lastSent = new Map()
    const forward = (signal) => {
      const now = performance.now()
      if (now - (lastSent.get(signal) ?? Number.NEGATIVE_INFINITY) < REPEAT_MILLISECONDS) return
      lastSent.set(signal, now)
      child.kill(signal)
    }
    for (const signal of FORWARDED) process.on(signal, forward)
    const watch = watchParent(() => forward('SIGTERM'))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      for (const name of FORWARDED) process.off(name, forward)
      clearInterval(watch)
      resolve(signal === null ? code : 128 + constants.signals[signal])
    })
  })
}

/**
 * Calls `onEnd` once the parent process has ended, if npm has started the launcher. npm and npx pass signals to their shell,
 * which ends and leaves the launcher to run unseen. Started by hand, the launcher stays, as any program in the background
 * does: the shell script that started it may end.
 */
function watchParent(onEnd) {
  if (process.env.npm_command === undefined) return undefined
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    onEnd()
  }, PARENT_MILLISECONDS)
  return watch.unref()
}
