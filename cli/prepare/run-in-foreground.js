// Runs a program in our place: it has our terminal, gets our signals, and its exit code is ours.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** One Ctrl-C reaches us from the terminal and once more from npm; a second one of a person comes later than this. */
const REPEAT_MILLISECONDS = 500

const endWithLauncher = new URL('./end-with-launcher.js', import.meta.url).href

/**
 * Runs a program under the given Node. Resolves with its exit code once it has ended: 128 + the signal's number where
 * a signal ended it.
 *
 * The program is a process group of its own, so that every signal comes to it through us and once: a program
 * that cleans up on the first Ctrl-C and gives up on the second must not be told twice.
 */
export function runInForeground(node, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, ['--import', endWithLauncher, ...args], {
      env,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      detached: true,
    })
    const lastSent = new Map()
    const passOn = (signal) => {
      const now = performance.now()
      if (now - (lastSent.get(signal) ?? Number.NEGATIVE_INFINITY) < REPEAT_MILLISECONDS) return
      lastSent.set(signal, now)
      child.kill(signal)
    }
    for (const signal of PASSED_ON) process.on(signal, passOn)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      for (const name of PASSED_ON) process.off(name, passOn)
      resolve(signal === null ? code : 128 + constants.signals[signal])
    })
  })
}
