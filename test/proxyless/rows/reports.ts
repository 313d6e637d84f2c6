// P22: what a client says that it has, beside what it was served.

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

export const REPORTS: readonly Row[] = [status]
