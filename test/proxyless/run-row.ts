// Runs one row with one client, and says how it went.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { MatrixClient } from './matrix-client.ts'
import type { Outcome, Row } from './row.ts'
import { openWorld, type World } from './world.ts'

export interface RunOptions {
  /** More calls and longer loads. Default: the short form of `npm test`. */
  readonly isLong?: boolean
}

/**
 * A row that is declared as not supported is run in the long form, and must fail: a declaration that is no longer true is
 * itself a failure of the matrix. In the short form it is not run.
 */
export async function runRow(
  row: Row,
  client: MatrixClient,
  { isLong = false }: RunOptions = {},
): Promise<Outcome> {
  const declared = row.notSupported?.[client]
  if (declared !== undefined && !isLong) return { kind: 'not supported', ...declared }
  const isExpectedToFail = declared !== undefined || row.differs?.[client] !== undefined
  const world = await openWorld(client, { isLong, isExpectedToFail })
  const delay = monitorEventLoopDelay()
  delay.enable()
  try {
    await row.run(world)
  } catch (error) {
    delay.disable()
    const shown = error instanceof Error ? error.message : String(error)
    return await failure(row, client, world, `${shown}${standstill(delay.max)}`)
  } finally {
    delay.disable()
    await world.close()
  }
  if (declared === undefined) return { kind: 'pass', measured: world.measurements }
  return {
    kind: 'fail',
    cause: `${client} does it, although ${declared.source} says "${declared.says}": remove the declaration from the row`,
  }
}

/** Backends and control plane are in this process: while it stands still, every call waits. */
function standstill(nanoseconds: number): string {
  const seconds = nanoseconds / 1e9
  return seconds < 1 ? '' : ` (meanwhile this process stood still for ${seconds.toFixed(1)} s)`
}

async function failure(row: Row, client: MatrixClient, world: World, shown: string): Promise<Outcome> {
  const declared = row.notSupported?.[client]
  if (declared !== undefined) return { kind: 'not supported', ...declared, shown }
  const known = row.differs?.[client]
  if (known !== undefined && (known.shows?.test(shown) ?? true)) {
    const { source, says, because } = known
    return { kind: 'differs', source, says, because, shown }
  }
  return { kind: 'fail', cause: `${shown}${await world.logs()}` }
}
