// One PATCH of one upstream among many, which some fleets share: what each further fleet adds.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ProcessGroup } from '../../processes/process-group.ts'
import { RequestTimer } from '../propagation/request-timer.ts'
import { type ControlPlaneUnderTest, startUnderTest, type Write } from './control-plane.ts'

export interface FleetsCell {
  readonly upstreams: number
  /** Numbers of fleets, each with a control plane of its own. */
  readonly fleets: readonly number[]
  readonly rounds: number
  readonly warmUps: number
}

export interface FleetsResult {
  readonly upstreams: number
  readonly fleets: number
  readonly writes: readonly Write[]
}

/** All control planes run at the same time and are patched in turns. No node is connected, so the answer comes once all fleets are served. */
export async function measureFleets(parent: string, cell: FleetsCell): Promise<readonly FleetsResult[]> {
  const group = new ProcessGroup()
  const removeHandlers = group.stopOnSignals()
  try {
    const timer = new RequestTimer()
    const { upstreams } = cell
    const tested: { readonly fleets: number; readonly server: ControlPlaneUnderTest; writes: Write[] }[] = []
    for (const fleets of cell.fleets) {
      const folder = join(parent, `fleets-${fleets}`)
      await mkdir(folder)
      const load = { upstreams, fleets, query: '', expected: 202 }
      tested.push({ fleets, server: await startUnderTest(group, folder, timer, load), writes: [] })
    }
    for (let round = 0; round < cell.warmUps + cell.rounds; round += 1) {
      for (const { server, writes } of tested) writes.push(await server.patch(2 + (round % 2)))
    }
    return tested.map(({ fleets, writes }) => ({ upstreams, fleets, writes: writes.slice(cell.warmUps) }))
  } finally {
    await group.stop()
    removeHandlers()
  }
}
