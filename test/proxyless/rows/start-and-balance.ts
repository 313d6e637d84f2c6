// P1, P2, P6: a client starts, balances calls, and follows the document under load.

import { answeredBy, chance, describeCounts, isShare, untilAnswers } from '../answers.ts'
import { LISTENER } from '../document.ts'
import type { Row } from '../row.ts'

/** Sequential calls of round robin differ by one at most; a picker that is replaced meanwhile starts anew. */
const UNEVEN = 3

const starts: Row = {
  row: 'P1',
  title: 'dials xds:///echo, and its calls reach a backend',
  async run(world) {
    await world.serve({ upstreams: { echo: { endpoints: await world.endpoints('b1') } } })
    const program = await world.start()
    await untilAnswers(world, program, 'b1 answers', { calls: 20 }, (result) => answeredBy(result, 'b1'))
    // The twin: a name that the document has no listener for.
    const stranger = await world.start({ target: 'xds:///nobody' })
    const refused = await stranger.calls(1, { deadlineMs: 2_000 })
    if (refused.codes.OK !== undefined) throw new Error('a name without a listener is answered')
    world.measured(`${describeCounts(refused.codes)} for a name other than ${LISTENER}`)
  },
}

const roundRobin: Row = {
  row: 'P1',
  title: 'gives each of three backends a third of the calls with round_robin',
  async run(world) {
    const upstreams = { echo: { endpoints: await world.endpoints('b1', 'b2', 'b3') } }
    await world.serve({ upstreams })
    const program = await world.start()
    const even = await untilAnswers(
      world,
      program,
      'each backend gets 100 of 300',
      { calls: 300, concurrency: 1 },
      (result) =>
        answeredBy(result, 'b1', 'b2', 'b3') &&
        Object.values(result.backends).every((count) => Math.abs(count - 100) <= UNEVEN),
    )
    world.measured(describeCounts(even.backends))
    // The twin: another policy, in which one user's calls go to one backend.
    await world.serve({ upstreams, lb: { policy: 'ring_hash', hashOn: { header: 'x-user' } } })
    await untilAnswers(
      world,
      program,
      'one backend gets all calls of a user',
      { calls: 60, metadata: { 'x-user': 'alice' } },
      ({ codes, backends }) => codes.OK === 60 && Object.keys(backends).length === 1,
    )
  },
}

const CALLS_A_SECOND = 100

const MOST_TRIES = 20

/** Nothing listens there. */
const DEAD = { address: '127.0.0.1:1' }

const addAndRemove: Row = {
  row: 'P2',
  title: 'follows backends that are added and removed under load, without a failed call',
  async run(world) {
    const { b1, b2, b3 } = await world.endpoints('b1', 'b2', 'b3')
    const serve = (endpoints: object) => world.serve({ upstreams: { echo: { endpoints } } })
    await serve({ b1 })
    const program = await world.start()
    await untilAnswers(world, program, 'b1 answers', { calls: 10 }, (result) => answeredBy(result, 'b1'))
    const load = await program.load({ callsPerSecond: CALLS_A_SECOND, concurrency: 8 })
    for (const endpoints of [{ b1, b2, b3 }, { b2, b3 }, { b3 }, { b1, b2 }] as object[]) {
      await serve(endpoints)
      await untilAnswers(world, program, `${Object.keys(endpoints)} answer`, { calls: 30 }, (result) =>
        answeredBy(result, ...Object.keys(endpoints)),
      )
    }
    const { calls, codes, errors } = await load.end()
    if (codes.OK !== calls)
      throw new Error(`of ${calls} calls: ${describeCounts(codes)}; ${describeCounts(errors)}`)
    world.measured(`${calls} calls, none failed`)
    // The twin: the load notices a write that breaks calls. One that ends at once may not have made a call since.
    for (let tries = 1, noticed = false; !noticed; tries += 1) {
      const broken = await program.load({ callsPerSecond: CALLS_A_SECOND, concurrency: 8 })
      await serve({ dead: DEAD })
      await untilAnswers(
        world,
        program,
        'calls to an endpoint that is down fail',
        { calls: 5, deadlineMs: 2_000 },
        ({ codes }) => codes.OK === undefined,
      )
      const { calls, codes } = await broken.end()
      noticed = codes.OK !== calls
      if (tries === MOST_TRIES) throw new Error('no call of the load failed without backends')
    }
  },
}

const emptied: Row = {
  row: 'P2',
  title: 'fails calls once its upstream has no endpoints, and calls again when it has some',
  async run(world) {
    const { b1 } = await world.endpoints('b1')
    const serve = (endpoints: object) => world.serve({ upstreams: { echo: { endpoints } } })
    await serve({ b1 })
    const program = await world.start()
    const answers = () =>
      untilAnswers(world, program, 'b1 answers', { calls: 10 }, (result) => answeredBy(result, 'b1'))
    await answers()
    await serve({})
    const failed = await untilAnswers(
      world,
      program,
      'calls fail without endpoints',
      { calls: 5, deadlineMs: 2_000 },
      ({ codes }) => codes.OK === undefined,
    )
    world.measured(describeCounts(failed.codes))
    await serve({ b1 })
    await answers()
  },
  differs: {
    java: {
      source: 'io.grpc:grpc-xds 1.85.0: CdsLoadBalancer2',
      says: 'No usable endpoint from cluster: ',
      because:
        'calls fail with this text only if there were no endpoints from the start. Later the text goes to the policy that is in force as an error of the resolution, and round_robin keeps the connections that it has: calls go on to endpoints that are gone from the document.',
    },
  },
}

const replacedUpstream: Row = {
  row: 'P2',
  title: 'follows a route to another upstream under load, without a failed call',
  async run(world) {
    const upstreams = {
      blue: { endpoints: await world.endpoints('blue') },
      green: { endpoints: await world.endpoints('green') },
    }
    const serve = (to: string) => world.serve({ upstreams, rules: { all: { match: {}, to: { [to]: 1 } } } })
    await serve('blue')
    const program = await world.start()
    await untilAnswers(world, program, 'blue answers', { calls: 10 }, (result) => answeredBy(result, 'blue'))
    const load = await program.load({ callsPerSecond: CALLS_A_SECOND, concurrency: 8 })
    for (let swap = 1; swap <= (world.isLong ? 40 : 4); swap += 1) {
      const to = swap % 2 === 1 ? 'green' : 'blue'
      await serve(to)
      await untilAnswers(world, program, `${to} answers`, { calls: 10 }, (result) => answeredBy(result, to))
    }
    const { calls, codes, errors, backends } = await load.end()
    if (codes.OK !== calls)
      throw new Error(`of ${calls} calls: ${describeCounts(codes)}; ${describeCounts(errors)}`)
    world.measured(`${describeCounts(backends)}, none failed`)
  },
  differs: {
    go: {
      source: 'google.golang.org/grpc 1.85.0: internal/xds/balancer/clustermanager/picker.go',
      says: 'unknown cluster selected for RPC: %q',
      shows: /UNAVAILABLE \d+; (unknown cluster selected for RPC: "cluster:(blue|green)" \d+(, )?)+$/,
      because:
        'a channel takes over the new routes before the picker that knows their upstream (clientconn.go, `applyServiceConfigAndBalancer`), so a call within that moment fails. Of the calls at 100 a second, about one in 20 changes of the upstream fails one; retries on `unavailable` send it again.',
    },
  },
}

const weights: Row = {
  row: 'P6',
  title: 'splits the calls of a rule 80 to 20 between two upstreams',
  async run(world) {
    const upstreams = {
      blue: { endpoints: await world.endpoints('blue') },
      green: { endpoints: await world.endpoints('green') },
    }
    const calls = world.isLong ? 2_000 : 500
    const serve = (blue: number, green: number) =>
      world.serve({ upstreams, rules: { all: { match: {}, to: { blue, green } } } })
    const split = (share: number) =>
      untilAnswers(
        world,
        program,
        `blue gets ${share} of the calls, within ${Math.ceil(chance(calls, share))}`,
        { calls, concurrency: 8 },
        (result) => answeredBy(result, 'blue', 'green') && isShare(result.backends.blue ?? 0, calls, share),
      )
    await serve(80, 20)
    const program = await world.start()
    world.measured(describeCounts((await split(0.8)).backends))
    // The twin: six standard deviations around 0.5 do not reach those around 0.8.
    await serve(50, 50)
    await split(0.5)
  },
}

export const START_AND_BALANCE: readonly Row[] = [
  starts,
  roundRobin,
  addAndRemove,
  emptied,
  replacedUpstream,
  weights,
]
