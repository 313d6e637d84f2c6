// P9 and P11: faults on purpose, and endpoints that fail.

import type { GrpcClientProcess } from '../../../testbed/grpc-client-process.ts'
import { answeredBy, chance, describeCounts, isShare, untilAnswers } from '../answers.ts'
import { startFlakyBackend } from '../flaky-backend.ts'
import type { Row } from '../row.ts'
import type { World } from '../world.ts'

/** Serves b1 behind `filters.fault`. @returns a function that serves it with other faults */
async function behindFaults(world: World) {
  const upstreams = { echo: { endpoints: await world.endpoints('b1') } }
  return (fault?: object) =>
    world.serve({
      upstreams,
      fleet: fault === undefined ? {} : { filters: { fault: { enabled: true, ...fault } } },
    })
}

const allOk = (world: World, program: GrpcClientProcess, metadata = {}) =>
  untilAnswers(world, program, 'all calls are OK without faults', { calls: 40, metadata }, (result) =>
    answeredBy(result, 'b1'),
  )

const abort: Row = {
  row: 'P9',
  title: 'ends a percentage of the calls with a status, by filters.fault',
  async run(world) {
    const serve = await behindFaults(world)
    const calls = world.isLong ? 2_000 : 500
    await serve({ abort: { status: 'ABORTED', percentage: 30 } })
    const program = await world.start()
    const aborted = await untilAnswers(
      world,
      program,
      `30% of ${calls} calls are ABORTED, within ${Math.ceil(chance(calls, 0.3))}`,
      { calls },
      ({ codes }) =>
        isShare(codes.ABORTED ?? 0, calls, 0.3) && (codes.ABORTED ?? 0) + (codes.OK ?? 0) === calls,
    )
    world.measured(describeCounts(aborted.codes))
    await serve()
    await allOk(world, await world.start())
  },
}

const DELAY_MS = 400

const delay: Row = {
  row: 'P9',
  title: 'delays calls, by filters.fault',
  async run(world) {
    const serve = await behindFaults(world)
    await serve({ delay: { time: `${DELAY_MS}ms` } })
    const program = await world.start()
    const delayed = await untilAnswers(
      world,
      program,
      `no call is faster than ${DELAY_MS} ms`,
      { calls: 10, concurrency: 10 },
      // Half of the calls, since a client may measure from a moment after its timer started.
      ({ codes, latencyMs }) => codes.OK === 10 && latencyMs.p50 >= DELAY_MS * 0.95,
    )
    world.measured(`p50 ${Math.round(delayed.latencyMs.p50)} ms with a delay of ${DELAY_MS} ms`)
    await serve()
    await untilAnswers(
      world,
      await world.start(),
      'calls are faster without the delay',
      { calls: 40, concurrency: 2 },
      ({ codes, latencyMs }) => codes.OK === 40 && latencyMs.p50 < DELAY_MS,
    )
  },
}

const byHeader: Row = {
  row: 'P9',
  title: 'ends the calls that ask for it by a header',
  async run(world) {
    const serve = await behindFaults(world)
    await serve({ abort: { status: 'from-header' } })
    const program = await world.start()
    const RESOURCE_EXHAUSTED = { 'x-envoy-fault-abort-grpc-request': '8' }
    await untilAnswers(
      world,
      program,
      'calls with the header are RESOURCE_EXHAUSTED',
      { calls: 20, metadata: RESOURCE_EXHAUSTED },
      ({ codes }) => codes.RESOURCE_EXHAUSTED === 20,
    )
    await allOk(world, program)
    await serve()
    await allOk(world, await world.start(), RESOURCE_EXHAUSTED)
  },
}

const followsFaults: Row = {
  row: 'P9',
  title: 'follows a change of filters.fault at once',
  async run(world) {
    const serve = await behindFaults(world)
    await serve()
    const program = await world.start()
    await allOk(world, program)
    await serve({ abort: { status: 'ABORTED' } })
    await untilAnswers(
      world,
      program,
      'all calls are ABORTED',
      { calls: 40 },
      ({ codes }) => codes.ABORTED === 40,
    )
    await serve()
    await allOk(world, program)
  },
  differs: {
    node: {
      source: '@grpc/grpc-js-xds 1.14.1: src/xds-dependency-manager.ts',
      says: 'if (this.latestRouteConfigName !== routeConfigName) {',
      because:
        'a changed listener with the same routes is kept and not applied, so that filters change only with the next change of routes, clusters or endpoints.',
    },
  },
}

/** Serves three good endpoints and one that fails every call, with outlier detection on or off. */
async function withBadEndpoint(world: World) {
  const good = await world.endpoints('b1', 'b2', 'b3')
  const bad = { address: await startFlakyBackend(world, 'bad', () => true) }
  return (isOn: boolean) =>
    world.serve({
      upstreams: {
        echo: {
          endpoints: { ...good, bad },
          outlierDetection: {
            enabled: isOn,
            interval: '1s',
            baseEjection: '60s',
            maxPercent: 50,
            successRate: { enabled: false },
            failurePercentage: { enabled: true, threshold: 50, minimumEndpoints: 3, minimumCalls: 5 },
          },
        },
      },
    })
}

/** Several at a time, so that each interval has enough calls of each endpoint on a busy machine too. */
const MANY = { calls: 100, concurrency: 4 }

const isEjected = (world: World, program: GrpcClientProcess) =>
  untilAnswers(world, program, 'no call fails, since the bad endpoint is ejected', MANY, (result) =>
    answeredBy(result, 'b1', 'b2', 'b3'),
  )

const failsItsShare = (world: World, program: GrpcClientProcess) =>
  untilAnswers(
    world,
    program,
    'the bad endpoint fails its share of the calls',
    { calls: 100 },
    ({ codes }) => (codes.UNAVAILABLE ?? 0) >= 20 && (codes.OK ?? 0) >= 60,
  )

const outliers: Row = {
  row: 'P11',
  title: 'ejects an endpoint that fails its calls, by the percentage of failed calls',
  async run(world) {
    const serve = await withBadEndpoint(world)
    await serve(true)
    await isEjected(world, await world.start())
    await serve(false)
    const off = await failsItsShare(world, await world.start())
    world.measured(`without it ${describeCounts(off.codes)}, with it OK 100`)
  },
}

const followsOutliers: Row = {
  row: 'P11',
  title: 'follows outlierDetection that is turned on while it calls',
  async run(world) {
    const serve = await withBadEndpoint(world)
    await serve(false)
    const program = await world.start()
    await failsItsShare(world, program)
    await serve(true)
    await isEjected(world, program)
  },
  differs: {
    node: {
      source: '@grpc/grpc-js 1.14.7: src/load-balancer-outlier-detection.ts',
      says: 'new OutlierDetectionPicker(picker, this.isCountingEnabled())',
      because:
        'the picker in force goes on without counting calls, until the state of a connection makes a new one.',
    },
  },
}

export const FAILING_CALLS: readonly Row[] = [
  abort,
  delay,
  byHeader,
  followsFaults,
  outliers,
  followsOutliers,
]
