// The library with many gRPC clients, beside go-control-plane: both run at once, and push in turns.

import type { ProcessGroup } from '../../processes/process-group.ts'
import type { GoTools } from '../harness/go-tools.ts'
import { startTargetServer } from '../harness/servers.ts'
import { type Measured, measureServers, type StartServer } from '../push/measure-cell.ts'
import { targetOf } from '../servers/targets.ts'

export interface SwarmPlan {
  readonly clients: number
  /** What the servers have, and how many of these targets each client asks for: the first ones. */
  readonly cells: readonly { readonly served: number; readonly asked: number }[]
  /** How often both servers start, for the first sync; each with another one first. */
  readonly starts: number
  /** Measured changes in each of them, and changes before that do not count. */
  readonly rounds: number
  readonly warmUps: number
}

const NAMES = ['switchyard', 'peer'] as const

export type SwarmStart = Readonly<Record<(typeof NAMES)[number], Measured>>

export interface SwarmResult {
  readonly served: number
  readonly asked: number
  readonly starts: readonly SwarmStart[]
}

/** @throws SwitchyardError `process-failed` if a server or its clients time out */
export async function measureSwarms(
  group: ProcessGroup,
  tools: GoTools,
  { clients, cells, starts, rounds, warmUps }: SwarmPlan,
  onStart: (title: string) => void = () => {},
): Promise<readonly SwarmResult[]> {
  const results: SwarmResult[] = []
  for (const { served, asked } of cells) {
    const listeners = Array.from({ length: asked }, (_, index) => targetOf(index))
    const cell = { mode: 'sotw', size: served, streams: clients, rounds, warmUps, listeners } as const
    const servers = NAMES.map((name): [(typeof NAMES)[number], StartServer] => [
      name,
      (group) => startTargetServer(group, tools, name, served),
    ])
    const measured: SwarmStart[] = []
    for (let start = 0; start < starts; start += 1) {
      onStart(`${asked} of ${served} targets, start ${start + 1} of ${starts}`)
      const order = start % 2 === 0 ? servers : servers.toReversed()
      measured.push(await measureServers(group, tools, cell, order))
    }
    results.push({ served, asked, starts: measured })
  }
  return results
}
