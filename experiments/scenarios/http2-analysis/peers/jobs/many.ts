// Makes a number of calls over a number of connections, each opened when its first call is due and closed after its last.

import { type CallerOptions, openCaller } from '../open-caller.ts'

export interface ManyOptions {
  readonly caller: CallerOptions
  readonly calls: number
  readonly requestBytes: number
  readonly responseBytes: number
}

/** One call after the other: what a connection costs must not hide behind other calls. @returns how long all took */
export async function many({
  caller: options,
  calls,
  requestBytes,
  responseBytes,
}: ManyOptions): Promise<{ readonly ms: number }> {
  const { connections } = options
  const begun = performance.now()
  let made = 0
  for (let at = 0; at < connections; at += 1) {
    const caller = openCaller({ ...options, connections: 1 })
    const until = Math.round(((at + 1) * calls) / connections)
    for (; made < until; made += 1)
      await caller.call({ path: `/bytes/${responseBytes}`, bodyBytes: requestBytes })
    caller.close()
  }
  return { ms: performance.now() - begun }
}
