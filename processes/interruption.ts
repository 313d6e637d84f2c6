// Ctrl-C and SIGTERM as something to wait for.

import { constants } from 'node:os'

/** Resolves at the first SIGINT or SIGTERM with what a shell reports of a program that it ended: 130 or 143. */
export function interruption(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => resolve(128 + constants.signals[signal]))
    }
  })
}
