// P18: many clients join at once.

import { FLEET } from '../document.ts'
import { openManyClients } from '../many-clients.ts'
import type { MatrixClient } from '../matrix-client.ts'
import type { Row } from '../row.ts'
import type { World } from '../world.ts'

/** In the long form, and in the short one: 200 of them take a minute of a processor. */
const CLIENTS = { long: 200, short: 24 }

/** All of them share the processors with the control plane. */
const DEADLINE_MS = 300_000

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
  title: 'joins with many clients at once; all call, and all follow the next write',
  async run(world) {
    const { b1, b2 } = await world.endpoints('b1', 'b2')
    const serve = (endpoints: object) => world.serve({ upstreams: { echo: { endpoints } } })
    await serve({ b1 })
    const form = world.isLong ? 'long' : 'short'
    const clients = CLIENTS[form]
    const programs = PROGRAMS[world.client][form]
    const channels = openManyClients(world, clients - programs, DEADLINE_MS)
    const startAndCall = async () => {
      const program = await world.start()
      return { program, result: await program.calls(1, { deadlineMs: DEADLINE_MS }) }
    }
    const [answers, started] = await Promise.all([
      channels.callAll(),
      Promise.all(Array.from({ length: programs }, startAndCall)),
    ])
    const all = () => [...answers, ...started.flatMap(({ result }) => Object.keys(result.backends))]
    if (all().length !== clients || all().some((id) => id !== 'b1')) {
      throw new Error(
        `not all ${clients} clients got an answer: ${[...new Set(all())].slice(0, 3).join('; ')}`,
      )
    }
    await world.until(`all ${clients} nodes are in sync`, async () => {
      return (await nodesInSync(world)) === clients || undefined
    })
    world.measured(`${programs} programs, and ${clients - programs} channels of grpc-js in one process`)
    // The twin: before the write, nobody calls b2.
    await serve({ b2 })
    await world.until('all clients call b2', async () => {
      const ids = await channels.callAll()
      const results = await Promise.all(
        started.map(({ program }) => program.calls(1, { deadlineMs: DEADLINE_MS })),
      )
      const everybody = [...ids, ...results.flatMap(({ backends }) => Object.keys(backends))]
      return (everybody.length === clients && everybody.every((id) => id === 'b2')) || undefined
    })
  },
}

export const CROWD: readonly Row[] = [crowd]
