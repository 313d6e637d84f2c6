// One PATCH with `wait` and a fleet of many nodes, beside the bare library that pushes the same change to as many.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { mergePatch } from '../../control-plane/admin/merge-patch.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { cpuMsOf } from '../../testbed/measure/usage.ts'
import { parseReady, sourceFile } from '../../testbed/part.ts'
import type { GoTools } from '../harness/go-tools.ts'
import { writeResources } from '../harness/resource-file.ts'
import { type Mode, startSwarm } from '../harness/swarm.ts'
import { RequestTimer } from '../propagation/request-timer.ts'
import { startUnderTest, type Write } from './control-plane.ts'
import { documentOf, FLEET, patchWith } from './documents.ts'

export interface NodesCell {
  readonly mode: Mode
  readonly nodes: number
  readonly upstreams: number
  /** Measured pushes of each server. */
  readonly rounds: number
  readonly warmUps: number
}

export interface NodesResult extends NodesCell {
  readonly switchyard: readonly Write[]
  readonly library: readonly Write[]
}

const WEIGHTS = [1, 2] as const

/** Both servers run at the same time, each with its own clients, and push in turns. */
export async function measureNodes(tools: GoTools, parent: string, cell: NodesCell): Promise<NodesResult> {
  const group = new ProcessGroup()
  const removeHandlers = group.stopOnSignals()
  const folder = join(parent, `nodes-${cell.mode}-${cell.nodes}`)
  await mkdir(folder)
  try {
    const timer = new RequestTimer()
    const { upstreams } = cell
    const controlPlane = await startUnderTest(group, folder, timer, {
      upstreams,
      fleets: 1,
      query: '?wait=5m',
      expected: 200,
    })
    const library = await startLibrary(group, folder, timer, upstreams)
    for (const { xds } of [controlPlane, library]) {
      const options = { streams: cell.nodes, mode: cell.mode, rounds: 1, settleMs: 400 }
      await startSwarm(group, tools, { xds, bumpUrl: '' }, options)
    }
    const written: { readonly switchyard: Write[]; readonly library: Write[] } = {
      switchyard: [],
      library: [],
    }
    for (let round = 0; round < cell.warmUps + cell.rounds; round += 1) {
      const weight = WEIGHTS[(round + 1) % WEIGHTS.length] ?? 1
      written.switchyard.push(await controlPlane.patch(weight))
      written.library.push(await library.push())
    }
    const measured = (writes: readonly Write[]) => writes.slice(cell.warmUps)
    return { ...cell, switchyard: measured(written.switchyard), library: measured(written.library) }
  } finally {
    await group.stop()
    removeHandlers()
  }
}

/** It serves what the control plane translates, and goes back and forth between the same two documents. */
async function startLibrary(group: ProcessGroup, folder: string, timer: RequestTimer, upstreams: number) {
  const files = await Promise.all(
    WEIGHTS.map((weight) =>
      writeResources(
        join(folder, `${weight}.pb`),
        mergePatch(documentOf(upstreams, 1), patchWith(weight)),
        FLEET,
      ),
    ),
  )
  const { ready, pid } = group.start({
    name: 'library',
    command: process.execPath,
    args: [sourceFile('bench/servers/update-server.ts'), '--between', files.join()],
    dieWithParent: true,
    ready: (line) => parseReady<{ readonly xds: string; readonly control: string }>(line, 'control'),
  })
  const { xds, control } = await ready
  const push = async (): Promise<Write> => {
    const before = cpuMsOf(pid ?? Number.NaN)
    const ms = await timer.time({ url: `${control}/push`, method: 'POST' })
    return { ms, cpuMs: cpuMsOf(pid ?? Number.NaN) - before }
  }
  return { xds, push }
}
