// An open loop: calls are due at a fixed rate, whether or not those before have ended. Latency counts from the moment a call was due,
// because a loader that waits for slow answers hides them ("coordinated omission").

import type { OpenLoop } from './load-plan.ts'
import type { Loop, LoopContext } from './loop.ts'
import { openPacer } from './pacer.ts'

const AT_MOST = 1_000

export async function startOpenLoop(
  { callsPerSecond, atMost = AT_MOST }: OpenLoop,
  context: LoopContext,
): Promise<Loop> {
  const pacer = await openPacer()
  const intervalMs = 1_000 / callsPerSecond
  const beginMs = performance.now()
  let next = 0
  let open = 0
  let isRunning = true
  const dueOf = (index: number) => beginMs + index * intervalMs

  const sendDue = (isFree: boolean, toMs = Number.POSITIVE_INFINITY) => {
    while (isRunning && open < atMost) {
      const now = performance.now()
      const due = dueOf(next)
      if (due > now || due >= toMs) return
      if (isFree) context.late(due, now - due)
      const connection = next % context.connections
      next += 1
      open += 1
      context.call(connection, due, ended)
    }
  }
  const ended = () => {
    open -= 1
    if (open === atMost - 1) sendDue(false)
  }
  pacer.start(beginMs, intervalMs, () => sendDue(true))
  // The first is due already, and the pacer wakes for moments to come.
  sendDue(true)
  return {
    beginMs,
    end(toMs) {
      void pacer.stop()
      // The last wake-up may come later than the end of the window.
      sendDue(true, toMs)
      isRunning = false
      const count = Math.max(0, Math.ceil((toMs - dueOf(next)) / intervalMs))
      // The division may be off by a rounding.
      return Array.from({ length: count }, (_, at) => dueOf(next + at)).filter((due) => due < toMs)
    },
  }
}
