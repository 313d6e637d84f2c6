// Restarts a process whenever it ends, after a pause that grows while it keeps ending.
import { SwitchyardError } from '../core/errors.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Exit } from './running-process.ts'

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** After this time a process counts as started successfully, and the pause is short again. */
const STEADY_MS = 60_000

/** A process that `keepRunning` can restart. */
export interface Keepable {
  readonly exited: Promise<Exit>
  stop(): Promise<void>
}

/** `ended` and `failed` are followed by a pause of `pauseMs` and a restart. `started` reports restarts only. */
export type Restart =
  | { readonly kind: 'ended'; readonly exit: Exit; readonly pauseMs: number }
  | { readonly kind: 'failed'; readonly error: SwitchyardError; readonly pauseMs: number }
  | { readonly kind: 'started' }

export interface KeepRunningOptions {
  /** Ends the watch. The caller that aborts it must also end the process. */
  readonly signal: AbortSignal
  readonly onRestart?: (restart: Restart) => void
  readonly clock?: Clock
}

export interface Kept<T> {
  /** The current process, or the last one. */
  readonly current: T
  /** Resolves when the watch has ended. */
  readonly finished: Promise<void>
}

/**
 * Starts a process, and restarts it after each end: after 1 s, then after pauses that double up to 30 s. Once it has run
 * for a minute, the pause is 1 s again. Rejects if the first start fails.
 */
export async function keepRunning<T extends Keepable>(
  start: () => Promise<T>,
  { signal, onRestart = () => {}, clock = systemClock }: KeepRunningOptions,
): Promise<Kept<T>> {
  let current = await start()
  const over = aborted(signal)

  const watch = async () => {
    let pauseMs = FIRST_PAUSE_MS
    const pause = async () => {
      const before = pauseMs
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
      await clock.wait(before, signal).catch(() => {})
    }
    const restart = async (): Promise<void> => {
      while (!signal.aborted) {
        try {
          current = await start()
          // The process started while the watch was ending, so no one else can stop it.
          if (signal.aborted) await current.stop()
          else onRestart({ kind: 'started' })
          return
        } catch (thrown) {
          if (signal.aborted) return
          onRestart({ kind: 'failed', error: SwitchyardError.from(thrown), pauseMs })
          await pause()
        }
      }
    }
    while (!signal.aborted) {
      const begun = clock.now()
      const exit = await Promise.race([current.exited, over])
      if (exit === undefined) return
      if (clock.now() - begun >= STEADY_MS) pauseMs = FIRST_PAUSE_MS
      onRestart({ kind: 'ended', exit, pauseMs })
      await pause()
      await restart()
    }
  }

  const finished = watch()
  return {
    get current() {
      return current
    },
    finished,
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}
