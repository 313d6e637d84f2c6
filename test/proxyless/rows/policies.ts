// P13: policies that only gRPC clients have, and weights by the load that backends report.

import { answeredBy, describeCounts, untilAnswers } from '../answers.ts'
import type { Row } from '../row.ts'

const IDS = ['b1', 'b2', 'b3'] as const

const oneAlone = { calls: 60 }
const isOneAlone = ({ codes, backends }: { codes: Readonly<Record<string, number>>; backends: object }) =>
  codes.OK === oneAlone.calls && Object.keys(backends).length === 1

const pickFirst: Row = {
  row: 'P13',
  title: 'sends all calls to one endpoint with pick_first',
  async run(world) {
    const upstreams = { echo: { endpoints: await world.endpoints(...IDS) } }
    await world.serve({ upstreams, lb: { policy: 'pick_first' } })
    const program = await world.start()
    await untilAnswers(world, program, 'one endpoint answers all calls', oneAlone, isOneAlone)
    await world.serve({ upstreams })
    await untilAnswers(world, program, 'all endpoints answer with round_robin', oneAlone, (result) =>
      answeredBy(result, ...IDS),
    )
  },
  notes: { node: 'With GRPC_EXPERIMENTAL_PICKFIRST_LB_CONFIG=true in its environment.' },
}

const weighted: Row = {
  row: 'P13',
  title: 'sends fewer calls to the endpoint that reports more load, with client_side_weighted_round_robin',
  async run(world) {
    const backend = async (id: string, utilization: number) => ({
      address: await world.backend({ id, load: { utilization, namedMetrics: {} } }),
    })
    const endpoints = { busy: await backend('busy', 0.9), idle: await backend('idle', 0.1) }
    const upstreams = { echo: { endpoints } }
    const lb = { policy: 'client_side_weighted_round_robin', blackout: '0s', updatePeriod: '100ms' }
    await world.serve({ upstreams, lb })
    const program = await world.start()
    const calls = { calls: 300, callsPerSecond: 200 }
    const skewed = await untilAnswers(
      world,
      program,
      'idle gets three of four calls',
      calls,
      (result) => result.codes.OK === 300 && (result.backends.idle ?? 0) >= 225,
    )
    world.measured(describeCounts(skewed.backends))
    await world.serve({ upstreams })
    await untilAnswers(
      world,
      program,
      'both get a half with round_robin',
      calls,
      (result) => answeredBy(result, 'busy', 'idle') && Math.abs((result.backends.idle ?? 0) - 150) <= 5,
    )
  },
  notes: { node: 'With GRPC_EXPERIMENTAL_XDS_WRR_LB=true in its environment.' },
}

/** Every client has a policy of this name in its registry, where custom policies are looked up too. */
const REGISTERED = 'pick_first'

const custom: Row = {
  row: 'P13',
  title: 'takes a custom policy that it has by its name, and round_robin where it has none of that name',
  async run(world) {
    const upstreams = { echo: { endpoints: await world.endpoints(...IDS) } }
    await world.serve({ upstreams, lb: { policy: 'custom', name: REGISTERED } })
    const program = await world.start()
    await untilAnswers(world, program, `one endpoint answers, by ${REGISTERED}`, oneAlone, isOneAlone)
    await world.serve({ upstreams, lb: { policy: 'custom', name: 'example.NobodyHasIt' } })
    await untilAnswers(world, program, 'all endpoints answer with the fallback', oneAlone, (result) =>
      answeredBy(result, ...IDS),
    )
  },
}

export const POLICIES: readonly Row[] = [pickFirst, weighted, custom]
