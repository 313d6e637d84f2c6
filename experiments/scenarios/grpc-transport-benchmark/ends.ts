// Both ends of a transport: a gRPC server on one side, a load generator on the other. Laid once, for all runs and rounds.

import { mkdtemp, rm } from 'node:fs/promises'
import type { MeasuredProcess } from '../../../harness/measure-load.ts'
import type { Need, RunContext } from '../../../harness/scenario.ts'
import type { ProcessGroup } from '../../../processes/process-group.ts'
import { startBackend } from '../../../testbed/backend.ts'
import { type Loader, startLoader } from '../../../testbed/loader/start-loader.ts'
import type { LaidTransport, Transport } from '../../../testbed/transports/transport.ts'

/** The path of a Unix socket has at most 107 bytes. */
const LONGEST_FOLDER = 90

export interface LaidEnds {
  readonly laid: LaidTransport
  readonly folder: string
  readonly group: ProcessGroup
}

/** The transport without anything on it; each chapter starts its own servers. Ends with the scenario. */
export async function layTransport(context: RunContext, transport: Transport): Promise<LaidEnds> {
  return await context.shared(`transport ${transport.id}`, async ({ group, folder }) => {
    const short = await shortFolder(group, folder)
    return { laid: await transport.lay(group, short), folder: short, group }
  })
}

export interface Ends extends LaidEnds {
  readonly loader: Loader
  readonly target: string
  /** The server, and what carries packets in user space; the loader is measured anyway. */
  readonly processes: readonly MeasuredProcess[]
}

/** A server in Node and a load generator. */
export async function startEnds(context: RunContext, transport: Transport): Promise<Ends> {
  const laidEnds = await layTransport(context, transport)
  return await context.shared(`ends ${transport.id}`, async () => {
    const { laid, folder, group: _ } = laidEnds
    const [backend, loader] = await Promise.all([
      startBackend(laid.server, folder, { id: transport.id, listen: laid.listen() }),
      startLoader(laid.client, { name: `loader of ${transport.id}` }),
    ])
    const target = await laid.target(backend.address)
    // A process that was ready has a pid.
    const server = { role: 'server', name: `server of ${transport.id}`, pid: backend.pid as number } as const
    return { ...laidEnds, loader, target, processes: [server, ...carriersOf(transport, laid)] }
  })
}

export function carriersOf({ id }: Transport, { carriers }: LaidTransport): readonly MeasuredProcess[] {
  return carriers.map((pid, at) => ({ role: 'other', name: `carrier ${at + 1} of ${id}`, pid }))
}

/** What a run over a transport cannot do without. */
export function needsOf(transport: Transport): readonly Need[] {
  return [
    {
      name: transport.title,
      // Asked when the run is about to begin: a plan starts nothing.
      get install() {
        return transport.missing() ?? ''
      },
      isThere: () => transport.missing() === undefined,
    },
  ]
}

/** The given folder, or one below `/tmp` that ends with the group. */
async function shortFolder(group: ProcessGroup, folder: string): Promise<string> {
  if (Buffer.byteLength(folder) <= LONGEST_FOLDER) return folder
  const short = await mkdtemp('/tmp/switchyard-')
  group.ending.addEventListener('abort', () => void rm(short, { recursive: true, force: true }))
  return short
}
