// P7 to P12: what a client does with the calls themselves: timeouts, retries, circuit breaker, affinity.

import type { GrpcCallResult } from '../../../testbed/grpc-client-process.ts'
import { answeredBy, describeCounts, untilAnswers } from '../answers.ts'
import { startFlakyBackend } from '../flaky-backend.ts'
import type { Row } from '../row.ts'
import type { World } from '../world.ts'

const TIMEOUT_MS = 500
/** Much longer than the timeout: a busy machine delays both. */
const SLOW_MS = 3_000

/** Serves a slow backend behind a rule with a timeout. */
async function behindTimeout(world: World) {
  const slow = { address: await world.backend({ id: 'slow', latencyMs: SLOW_MS }) }
  return (timeout: string) =>
    world.serve({
      upstreams: { echo: { endpoints: { slow } } },
      rules: { all: { match: {}, to: { echo: 1 }, timeout } },
    })
}

const AT_THE_SAME_TIME = { calls: 3, concurrency: 3 }
const areLate = ({ codes }: GrpcCallResult) => codes.DEADLINE_EXCEEDED === AT_THE_SAME_TIME.calls

const timeout: Row = {
  row: 'P7',
  title: "ends a call that takes longer than the rule's timeout with DEADLINE_EXCEEDED",
  async run(world) {
    const serve = await behindTimeout(world)
    await serve(`${TIMEOUT_MS}ms`)
    const program = await world.start()
    await untilAnswers(world, program, 'calls end with DEADLINE_EXCEEDED', AT_THE_SAME_TIME, areLate)
    await serve('0s')
    await untilAnswers(
      world,
      program,
      'calls take their time without a timeout',
      AT_THE_SAME_TIME,
      (result) => answeredBy(result, 'slow'),
    )
  },
}

const notBeforeTimeout: Row = {
  row: 'P7',
  title: "does not end a call before the rule's timeout",
  async run(world) {
    const serve = await behindTimeout(world)
    await serve(`${TIMEOUT_MS}ms`)
    const program = await world.start()
    // The first calls also wait for the configuration, so the second ones count.
    await program.calls(3, AT_THE_SAME_TIME)
    const { latencyMs } = await untilAnswers(
      world,
      program,
      'calls end with DEADLINE_EXCEEDED',
      AT_THE_SAME_TIME,
      areLate,
    )
    // Clients round to milliseconds, and measure from a moment after their timer started.
    if (latencyMs.p50 < TIMEOUT_MS * 0.95) {
      throw new Error(`with a timeout of ${TIMEOUT_MS} ms, calls end after ${latencyMs.p50} ms`)
    }
    world.measured(`${Math.round(latencyMs.p50)} ms with a timeout of ${TIMEOUT_MS} ms`)
  },
  differs: {
    python: {
      source: 'https://github.com/grpc/grpc/blob/master/src/core/util/time.cc',
      says: 'process_epoch_seconds -= 1;',
      because:
        'the two epochs that InitTime() stores differ by this second and by the fraction of a second that tv_sec drops, and the deadline of a method timeout is computed from the other one: it comes 1 to 2 s early, by the same amount in all calls of a process. Deadlines that the program sets are right.',
    },
  },
}

const retry: Row = {
  row: 'P8',
  title: 'sends a call again that a backend ended with UNAVAILABLE',
  async run(world) {
    const flaky = { address: await startFlakyBackend(world, 'flaky') }
    const serve = (retry: object) =>
      world.serve({
        upstreams: { echo: { endpoints: { flaky } } },
        rules: { all: { match: {}, to: { echo: 1 }, retry } },
      })
    const backOff = { base: '10ms', max: '100ms' }
    await serve({ enabled: true, attempts: 2, on: ['unavailable'], backOff })
    const program = await world.start()
    await untilAnswers(world, program, 'every call succeeds', { calls: 20 }, (result) =>
      answeredBy(result, 'flaky'),
    )
    await serve({ enabled: false })
    const off = await untilAnswers(
      world,
      program,
      'every call fails',
      { calls: 20 },
      ({ codes }) => codes.UNAVAILABLE === 20,
    )
    world.measured(`with retries OK 20, without ${describeCounts(off.codes)}`)
  },
}

const MOST_AT_A_TIME = 3
const AT_ONCE = 20

const circuitBreaker: Row = {
  row: 'P10',
  title: `has no more than circuitBreaker.requests calls open at an upstream`,
  async run(world) {
    const slow = { address: await world.backend({ id: 'slow', latencyMs: SLOW_MS }) }
    const serve = (requests: number) =>
      world.serve({ upstreams: { echo: { endpoints: { slow }, circuitBreaker: { requests } } } })
    await serve(MOST_AT_A_TIME)
    const program = await world.start()
    // One after the other: grpc-js counts a call a moment after it has let it through, so that calls of one moment all pass.
    const calls = { calls: AT_ONCE, concurrency: AT_ONCE, callsPerSecond: 50 }
    const dropped = await untilAnswers(
      world,
      program,
      'calls beyond the bound end with UNAVAILABLE',
      calls,
      ({ codes, seconds }) => {
        const turns = 1 + Math.floor((seconds * 1_000) / SLOW_MS)
        const ok = codes.OK ?? 0
        return (codes.UNAVAILABLE ?? 0) > 0 && ok >= MOST_AT_A_TIME && ok <= MOST_AT_A_TIME * turns
      },
    )
    world.measured(describeCounts(dropped.codes))
    await serve(1024)
    await untilAnswers(world, program, 'all calls are OK below the bound', calls, (result) =>
      answeredBy(result, 'slow'),
    )
  },
  notes: {
    node: 'Calls that start in one turn of the event loop all pass the bound: grpc-js counts a call only when its metadata is there, a moment after it has let the call through.',
  },
}

const BACKENDS = ['b1', 'b2', 'b3', 'b4'] as const
const USERS = 24

const affinity: Row = {
  row: 'P12',
  title: 'sends all calls of a user to one backend, and users to different ones, with ring_hash by header',
  async run(world) {
    const upstreams = { echo: { endpoints: await world.endpoints(...BACKENDS) } }
    await world.serve({ upstreams, lb: { policy: 'ring_hash', hashOn: { header: 'x-user' } } })
    const program = await world.start()
    const callsOf = (user: string) => ({ calls: 50, concurrency: 4, metadata: { 'x-user': user } })
    const homes = new Set<string>()
    for (let user = 1; user <= USERS; user += 1) {
      const result = await untilAnswers(
        world,
        program,
        `one backend answers user ${user}`,
        callsOf(`user-${user}`),
        ({ codes, calls, backends }) => codes.OK === calls && Object.keys(backends).length === 1,
      )
      for (const id of Object.keys(result.backends)) homes.add(id)
    }
    // That 24 users all have one home has a probability of less than 4^-23, unless hashes are not looked at.
    if (homes.size < 2) throw new Error(`all ${USERS} users are answered by ${[...homes]}`)
    world.measured(`${USERS} users on ${homes.size} of ${BACKENDS.length} backends`)
    await world.serve({ upstreams, lb: { policy: 'round_robin' } })
    await untilAnswers(
      world,
      program,
      'every backend answers a user with round_robin',
      callsOf('user-1'),
      (result) => answeredBy(result, ...BACKENDS),
    )
  },
}

export const CALLS: readonly Row[] = [timeout, notBeforeTimeout, retry, circuitBreaker, affinity]
