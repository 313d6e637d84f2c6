// A closed loop: each of a number of workers makes a call, and the next one when it has ended.

import type { ClosedLoop } from './load-plan.ts'
import type { Loop, LoopContext } from './loop.ts'

/** A call that fails may fail at once. Without a pause, its worker would do nothing but fail, thousands of times a second. */
const PAUSE_AFTER_FAILURE_MS = 10

export function startClosedLoop({ concurrency }: ClosedLoop, context: LoopContext): Loop {
  let isRunning = true
  const work = (turn: number, own: readonly number[]) => {
    if (!isRunning) return
    context.call(own[turn % own.length] ?? 0, performance.now(), (isOk) => {
      if (isOk) work(turn + 1, own)
      else setTimeout(work, PAUSE_AFTER_FAILURE_MS, turn + 1, own)
    })
  }
  const beginMs = performance.now()
  for (let worker = 0; worker < concurrency; worker += 1)
    work(0, ownOf(worker, concurrency, context.connections))
  return {
    beginMs,
    end() {
      isRunning = false
      return []
    },
  }
}

/** The connections that a worker takes turns over: one, or several if there are more connections than workers. */
export function ownOf(worker: number, workers: number, connections: number): readonly number[] {
  if (workers >= connections) return [worker % connections]
  return Array.from({ length: connections }, (_, at) => at).filter((at) => at % workers === worker)
}
