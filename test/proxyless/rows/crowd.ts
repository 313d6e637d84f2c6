// P18: many clients join at once.

import { FLEET } from '../document.ts'
import { openManyClients } from '../many-clients.ts'
import type { MatrixClient } from '../matrix-client.ts'
import type { Row } from '../row.ts'
import type { World } from '../world.ts'

const CLIENTS = 200

/** How many of them are programs of the row's language: each is a process, and a machine holds few of them. */
const PROGRAMS: Readonly<Record<MatrixClient, { readonly long: number; readonly short: number }>> = {
  node: { long: 10, short: 2 },
  python: { long: 20, short: 3 },
  go: { long: 20, short: 3 },
  java: { long: 6, short: 2 },
}

async function nodesInSync({ control }: World): Promise<number> {
  const { nodes } = await control.api.getStatus()
  return nodes.filter(({ fleet, state }) => fleet === FLEET && state === 'SYNCED').length
}

const crowd: Row = {
  row: 'P18',
  title: `joins with ${CLIENTS} clients at once; all call, and all follow the next write`,
  async run(world) {
    const { b1, b2 } = await world.endpoints('b1', 'b2')
    const serve = (endpoints: object) => world.serve({ upstreams: { echo: { endpoints } } })
    await serve({ b1 })
    const programs = PROGRAMS[world.client][world.isLong ? 'long' : 'short']
    const channels = openManyClients(world, CLIENTS - programs)
    const startAndCall = async () => {
      const program = await world.start()
      return { program, result: await program.calls(1, { deadlineMs: 60_000 }) }
    }
    const [answers, started] = await Promise.all([
      channels.callAll(),
      Promise.all(Array.from({ length: programs }, startAndCall)),
    ])
    const all = () => [...answers, ...started.flatMap(({ result }) => Object.keys(result.backends))]
    if (all().length !== CLIENTS || all().some((id) => id !== 'b1')) {
      throw new Error(`not all ${CLIENTS} clients got an answer: ${[...new Set(all())].join('; ')}`)
    }
    await world.until(`all ${CLIENTS} nodes are in sync`, async () => {
      return (await nodesInSync(world)) === CLIENTS || undefined
    })
    world.measured(`${programs} programs, and ${CLIENTS - programs} channels of grpc-js in one process`)
    // The twin: before the write, nobody calls b2.
    await serve({ b2 })
    await world.until('all clients call b2', async () => {
      const ids = await channels.callAll()
      const results = await Promise.all(started.map(({ program }) => program.calls(1)))
      const everybody = [...ids, ...results.flatMap(({ backends }) => Object.keys(backends))]
      return (everybody.length === CLIENTS && everybody.every((id) => id === 'b2')) || undefined
    })
  },
}

export const CROWD: readonly Row[] = [crowd]
