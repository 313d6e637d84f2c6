// Ctrl-C and SIGTERM as a promise.

import { constants } from 'node:os'

/** Resolves at the first SIGINT or SIGTERM with the exit code that shells use for it: 130 or 143. */
export function interruption(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => resolve(128 + constants.signals[signal]))
    }
  })
}
