// P3 and P4: weights of endpoints and of localities, and priorities.

import { answeredBy, chance, describeCounts, isShare, untilAnswers } from '../answers.ts'
import type { Row } from '../row.ts'

const localityWeights: Row = {
  row: 'P3',
  title: 'splits calls between two localities by their weights, 3 to 1',
  async run(world) {
    const { near, far } = await world.endpoints('near', 'far')
    const endpoints = {
      near: { ...near, locality: { region: 'europe', zone: 'a' } },
      far: { ...far, locality: { region: 'europe', zone: 'b' } },
    }
    const calls = world.isLong ? 2_000 : 600
    const serve = (weight: number) => {
      const localities = {
        near: { region: 'europe', zone: 'a', weight },
        far: { region: 'europe', zone: 'b', weight: 1 },
      }
      return world.serve({ upstreams: { echo: { endpoints, localities } } })
    }
    const split = (share: number) =>
      untilAnswers(
        world,
        program,
        `near gets ${share} of ${calls} calls, within ${Math.ceil(chance(calls, share))}`,
        { calls },
        (result) => answeredBy(result, 'near', 'far') && isShare(result.backends.near ?? 0, calls, share),
      )
    await serve(3)
    const program = await world.start()
    world.measured(describeCounts((await split(0.75)).backends))
    // The twin: six standard deviations around a half do not reach those around three quarters.
    await serve(1)
    await split(0.5)
  },
}

const USERS = 400
const HEAVY = 9

/**
 * A ring of 1024 points gives an endpoint its share with a standard deviation of the root of `share × (1 - share) / 1025`, and 400
 * users find it with another one: six of both together are 0.11 around 0.9, and 0.18 around 0.5.
 */
const endpointWeightsOnRing: Row = {
  row: 'P3',
  title: 'gives an endpoint of weight 9 nine tenths of the users with ring_hash',
  async run(world) {
    const { light, heavy } = await world.endpoints('light', 'heavy')
    const serve = (weight: number) =>
      world.serve({
        upstreams: { echo: { endpoints: { light, heavy: { ...heavy, weight } } } },
        lb: { policy: 'ring_hash', hashOn: { header: 'x-user' } },
      })
    const usersOfHeavy = async () => {
      let users = 0
      for (let user = 0; user < USERS; user += 1) {
        const { backends } = await program.calls(1, {
          metadata: { 'x-user': `user-${user}` },
          deadlineMs: 15_000,
        })
        users += backends.heavy ?? 0
      }
      return users / USERS
    }
    let seen = 0
    const share = (expected: number, within: number) =>
      world.until(
        `${expected} of the users go to heavy, within ${within}`,
        async () => {
          seen = await usersOfHeavy()
          return Math.abs(seen - expected) <= within || undefined
        },
        () => seen,
      )
    await serve(HEAVY)
    const program = await world.start()
    await share(0.9, 0.11)
    world.measured(`${seen} of ${USERS} users`)
    await serve(1)
    await share(0.5, 0.18)
  },
}

const FEATURES = 'https://github.com/grpc/grpc/blob/master/doc/grpc_xds_features.md'
const IGNORED = { source: FEATURES, says: 'The optional `load_balancing_weight` is always ignored.' }

const endpointWeightsInTurns: Row = {
  row: 'P3',
  title: 'gives an endpoint of weight 3 three quarters of the calls with round_robin',
  async run(world) {
    const { light, heavy } = await world.endpoints('light', 'heavy')
    const endpoints = { light, heavy: { ...heavy, weight: 3 } }
    await world.serve({ upstreams: { echo: { endpoints } } })
    const program = await world.start()
    await untilAnswers(
      world,
      program,
      'heavy gets 300 of 400 calls',
      { calls: 400 },
      (result) => answeredBy(result, 'light', 'heavy') && isShare(result.backends.heavy ?? 0, 400, 0.75),
    )
  },
  notSupported: { node: IGNORED, python: IGNORED, go: IGNORED, java: IGNORED },
}

const failover: Row = {
  row: 'P4',
  title: 'calls the endpoints of priority 1 while all of priority 0 are down, and comes back',
  async run(world) {
    const { far } = await world.endpoints('far')
    let near = await world.stoppableBackend('near')
    const { address } = near
    const serve = (priority: number) =>
      world.serve({
        upstreams: { echo: { endpoints: { near: { address }, far: { ...far, priority } } } },
      })
    await serve(1)
    const program = await world.start()
    const answers = (id: string) =>
      untilAnswers(world, program, `${id} alone answers`, { calls: 30 }, (result) => answeredBy(result, id))
    await answers('near')
    await near.close()
    await answers('far')
    near = await world.stoppableBackend('near', address)
    await answers('near')
    // The twin: with one priority, both answer.
    await serve(0)
    await untilAnswers(world, program, 'both answer', { calls: 30 }, (result) =>
      answeredBy(result, 'near', 'far'),
    )
  },
}

export const LOCALITIES: readonly Row[] = [
  localityWeights,
  endpointWeightsOnRing,
  endpointWeightsInTurns,
  failover,
]
