// Functions that the user of the library gives as options. What they throw is a fault of the server, not of the client.

import type { FaultSource } from '../nodes/events.ts'

export class OptionFault extends Error {
  readonly source: FaultSource

  constructor(source: FaultSource, cause: unknown) {
    super(`${source} threw: ${messageOf(cause)}`, { cause })
    this.source = source
  }
}

/** @throws OptionFault with what the option threw as its cause */
export function callOption<Result>(source: FaultSource, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    throw new OptionFault(source, error)
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
