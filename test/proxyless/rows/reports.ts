// P22 and P23: what a client says that it has, and the load that it reports.

import type { GrpcClientProcess } from '../../../testbed/grpc-client-process.ts'
import { answeredBy, untilAnswers } from '../answers.ts'
import { readClientStatus } from '../client-status.ts'
import { FLEET } from '../document.ts'
import type { Row } from '../row.ts'
import type { World } from '../world.ts'

const KINDS = ['Listener', 'RouteConfiguration', 'Cluster', 'ClusterLoadAssignment']

/** `KIND NAME VERSION`, for each resource of the four types that the fleet is served. */
async function served({ control }: World): Promise<readonly string[]> {
  const snapshot = await control.api.getSnapshot(FLEET)
  return Object.entries(snapshot)
    .flatMap(([typeUrl, { version, resources }]) =>
      Object.keys(resources).map((name) => [kindOf(typeUrl), name, version] as const),
    )
    .filter(([kind]) => KINDS.includes(kind))
    .map((parts) => parts.join(' '))
    .sort()
}

/** The same, as the client says it. */
async function held({ admin }: GrpcClientProcess): Promise<readonly string[]> {
  if (admin === undefined) throw new Error('the program serves no CSDS')
  const resources = await readClientStatus(admin)
  return resources
    .map(({ typeUrl, name, version, status }) =>
      [kindOf(typeUrl), name, version, ...(status === 'ACKED' ? [] : [status])].join(' '),
    )
    .sort()
}

function kindOf(typeUrl: string): string {
  return typeUrl.split('.').at(-1) ?? typeUrl
}

const status: Row = {
  row: 'P22',
  title: 'serves by CSDS what it was served, with the same versions, before and after a write',
  async run(world) {
    const { b1, b2 } = await world.endpoints('b1', 'b2')
    const serve = (endpoints: object) => world.serve({ upstreams: { echo: { endpoints } } })
    let last: unknown
    const untilEqual = (program: GrpcClientProcess) =>
      world.until(
        'the client has what it was served',
        async () => {
          const [ours, theirs] = await Promise.all([served(world), held(program)])
          last = { served: ours, held: theirs }
          return ours.join('\n') === theirs.join('\n') ? theirs : undefined
        },
        () => last,
      )
    await serve({ b1 })
    const program = await world.start()
    await untilAnswers(world, program, 'b1 answers', { calls: 5 }, (result) => answeredBy(result, 'b1'))
    const before = await untilEqual(program)
    await serve({ b1, b2 })
    const after = await untilEqual(program)
    // The twin: what it says follows the write.
    if (before.join() === after.join()) throw new Error('the client says the same after a write')
    world.measured(`${after.length} resources, all ACKED`)
  },
}

const SHARES = { near: 3, far: 1 } as const

const load: Row = {
  row: 'P23',
  title: 'reports its calls by locality over LRS, as many as it made',
  async run(world) {
    const { near, far } = await world.endpoints('near', 'far')
    const endpoints = {
      near: { ...near, locality: { region: 'europe', zone: 'near' } },
      far: { ...far, locality: { region: 'europe', zone: 'far' } },
    }
    const localities = {
      near: { region: 'europe', zone: 'near', weight: SHARES.near },
      far: { region: 'europe', zone: 'far', weight: SHARES.far },
    }
    await world.serve({ upstreams: { echo: { endpoints, localities } } })
    const program = await world.start()
    const made: Record<string, number> = { near: 0, far: 0 }
    const call = async (calls: number) => {
      const result = await program.calls(calls, { deadlineMs: 15_000, waitForReady: true })
      for (const [id, count] of Object.entries(result.backends)) made[id] = (made[id] ?? 0) + count
    }
    let reported: Record<string, number> = {}
    const untilReported = () =>
      world.until(
        'the control plane counts as many calls as the client made',
        async () => {
          const { upstreams } = await world.control.api.getLoad()
          const all = upstreams.find(({ upstream }) => upstream === 'echo')?.localities ?? []
          reported = Object.fromEntries(all.map(({ locality, calls }) => [locality.zone, calls.ok]))
          return (reported.near === made.near && reported.far === made.far) || undefined
        },
        () => ({ made, reported }),
      )
    await call(120)
    await untilReported()
    // The twin: further calls are counted too, so that the numbers are theirs.
    await call(80)
    await untilReported()
    world.measured(`near ${made.near}, far ${made.far}`)
  },
}

export const REPORTS: readonly Row[] = [status, load]
