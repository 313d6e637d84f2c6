// Tells a test that waits in vain from one on a machine with other load, by what the process does instead of by the clock.

// As they are before a test replaces them.
const { setInterval: startLooks, clearInterval: endLooks } = globalThis

const LOOK_MS = 250

/** Tests of the library wait for a second at most. */
const QUIET_LOOKS = 16

/** A look costs less, in microseconds of CPU. */
const WORK = 2_000

export const WAITS_IN_VAIN = Symbol('waits in vain')

/**
 * Resolves with the result, or once the process has done nothing for some looks in a row. A process that waits for a CPU does not
 * look, and whatever there is to do is done between two looks.
 */
export async function whileBusy<Result>(work: Promise<Result>): Promise<Result | typeof WAITS_IN_VAIN> {
  const { promise: quiet, resolve } = Promise.withResolvers<typeof WAITS_IN_VAIN>()
  let quietLooks = 0
  let used = cpuTime()
  const looks = startLooks(() => {
    const now = cpuTime()
    quietLooks = now - used > WORK ? 0 : quietLooks + 1
    used = now
    if (quietLooks === QUIET_LOOKS) resolve(WAITS_IN_VAIN)
  }, LOOK_MS)
  try {
    return await Promise.race([work, quiet])
  } finally {
    endLooks(looks)
  }
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
