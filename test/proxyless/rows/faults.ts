// P15 to P19: what clients do when resources go, are bad, or change fast, and when the control plane is away.

import { answeredBy, describeCounts, untilAnswers } from '../answers.ts'
import { serveBadCluster } from '../bad-resources.ts'
import { documentOf, type Served } from '../document.ts'
import { startKillable } from '../killable.ts'
import type { Row } from '../row.ts'
import type { World } from '../world.ts'

const LOAD = { callsPerSecond: 100, concurrency: 8 }

/** Runs calls beside `during`, and throws if one of them failed. */
async function withoutFailure(
  world: World,
  program: Awaited<ReturnType<World['start']>>,
  during: () => Promise<void>,
): Promise<void> {
  const load = await program.load(LOAD)
  await during()
  const { calls, codes, errors } = await load.end()
  if (codes.OK !== calls) {
    throw new Error(`of ${calls} calls ${describeCounts(codes)}: ${describeCounts(errors)}`)
  }
  world.measured(`${calls} calls, none failed`)
}

/** The write is not waited for: the client goes on asking for the listener, so its node never counts as in sync. */
function dropListener(world: World, upstreams: Served['upstreams']): Promise<void> {
  return world.serve({ upstreams, listeners: { other: { l7: { routes: 'public' } } } }, { wait: false })
}

const dropped: Row = {
  row: 'P15',
  title: 'fails calls when its listener is dropped, and calls again when it is back',
  async run(world) {
    const upstreams = { echo: { endpoints: await world.endpoints('b1') } }
    await world.serve({ upstreams })
    const program = await world.start()
    const answers = () =>
      untilAnswers(world, program, 'b1 answers', { calls: 5 }, (result) => answeredBy(result, 'b1'))
    await answers()
    await dropListener(world, upstreams)
    const failed = await untilAnswers(
      world,
      program,
      'calls fail without the listener',
      { calls: 5, deadlineMs: 3_000 },
      ({ codes }) => codes.OK === undefined,
    )
    world.measured(`without the listener ${describeCounts(failed.codes)}`)
    await world.serve({ upstreams })
    await answers()
  },
}

const keptListener: Row = {
  row: 'P15',
  title: 'goes on with a dropped listener if its bootstrap says ignore_resource_deletion',
  async run(world) {
    const upstreams = { echo: { endpoints: await world.endpoints('b1') } }
    const withListener: Served = { upstreams }
    await world.serve(withListener)
    const keeps = await world.start({ serverFeatures: ['ignore_resource_deletion'] })
    const follows = await world.start()
    for (const program of [keeps, follows]) {
      await untilAnswers(world, program, 'b1 answers', { calls: 5 }, (result) => answeredBy(result, 'b1'))
    }
    await withoutFailure(world, keeps, async () => {
      await dropListener(world, upstreams)
      // The twin, without the feature, shows when the deletion has arrived.
      await untilAnswers(
        world,
        follows,
        'calls fail without the listener',
        { calls: 5, deadlineMs: 3_000 },
        ({ codes }) => codes.OK === undefined,
      )
      await keeps.calls(20)
    })
  },
}

const badResource: Row = {
  row: 'P16',
  title: 'NACKs a bad cluster with a cause, and goes on with the one before',
  async run(world) {
    const bad = await serveBadCluster(world)
    const program = await world.start({ xds: [bad.xdsAddress] })
    await untilAnswers(world, program, 'b1 answers', { calls: 5 }, (result) => answeredBy(result, 'b1'))
    await withoutFailure(world, program, async () => {
      const cause = await bad.breakCluster()
      world.measured(`NACK: ${cause}`)
      await program.calls(20)
    })
    // The twin: a good cluster is ACKed, and followed.
    await bad.replaceEndpoints('b2')
    await untilAnswers(world, program, 'b2 answers', { calls: 5 }, (result) => answeredBy(result, 'b2'))
  },
}

const killed: Row = {
  row: 'P17',
  title: 'goes on while its control plane is killed, and follows the next one at its address',
  async run(world) {
    const { b1, b2 } = await world.endpoints('b1', 'b2')
    const serving = (endpoints: object) => documentOf(world.client, { upstreams: { echo: { endpoints } } })
    const first = await startKillable(world, serving({ b1 }))
    const program = await world.start({ xds: [first.xdsAddress] })
    await untilAnswers(world, program, 'b1 answers', { calls: 5 }, (result) => answeredBy(result, 'b1'))
    await withoutFailure(world, program, async () => {
      await first.kill()
      await program.calls(50)
      await startKillable(world, serving({ b2 }), first.xdsAddress)
      await untilAnswers(world, program, 'b2 of the next control plane answers', { calls: 5 }, (result) =>
        answeredBy(result, 'b2'),
      )
    })
  },
}

const absentAtStart: Row = {
  row: 'P17',
  title: 'starts without its control plane, and calls as soon as it is there',
  async run(world) {
    const upstreams = { echo: { endpoints: await world.endpoints('b1') } }
    const held = await startKillable(world, documentOf(world.client, { upstreams }))
    await held.kill()
    const program = await world.start({ xds: [held.xdsAddress] })
    const early = await program.calls(1, { deadlineMs: 2_000 })
    if (early.codes.OK !== undefined) throw new Error('a call succeeded without a control plane')
    world.measured(`without a control plane ${describeCounts(early.codes)}`)
    await startKillable(world, documentOf(world.client, { upstreams }), held.xdsAddress)
    await untilAnswers(world, program, 'b1 answers', { calls: 5 }, (result) => answeredBy(result, 'b1'))
  },
}

/** An entry of `xds_servers`, also for clients that look at the first one only. */
function insecure(address: string) {
  return { server_uri: address, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] }
}

const fallback: Row = {
  row: 'P17',
  title: 'falls back to the second control plane of its bootstrap while the first is away',
  async run(world) {
    const { b1, b2 } = await world.endpoints('b1', 'b2')
    const serving = (endpoints: object) => documentOf(world.client, { upstreams: { echo: { endpoints } } })
    const first = await startKillable(world, serving({ b1 }))
    const second = await startKillable(world, serving({ b2 }))
    await first.kill()
    const program = await world.start({
      xds: [first.xdsAddress],
      bootstrap: { xds_servers: [first, second].map(({ xdsAddress }) => insecure(xdsAddress)) },
    })
    await untilAnswers(world, program, 'b2 of the second one answers', { calls: 5 }, (result) =>
      answeredBy(result, 'b2'),
    )
    // The twin: the first one, once it is back, takes over.
    await startKillable(world, serving({ b1 }), first.xdsAddress)
    await untilAnswers(world, program, 'b1 of the first one answers', { calls: 5 }, (result) =>
      answeredBy(result, 'b1'),
    )
  },
  notSupported: {
    node: {
      source: '@grpc/grpc-js-xds 1.14.1: src/xds-client.ts',
      says: 'serverConfig = bootstrapInfo.xdsServers[0];',
    },
  },
}

const CHANGES_PER_SECOND = 10
const CHANGING_IDS = ['b1', 'b2', 'b3', 'b4'] as const

const endpointsChange: Row = {
  row: 'P19',
  title: `follows ${CHANGES_PER_SECOND} changes of endpoints a second, without a failed call`,
  async run(world) {
    const endpoints = await world.endpoints(...CHANGING_IDS)
    const served = (ids: readonly (typeof CHANGING_IDS)[number][]): Served => ({
      upstreams: { echo: { endpoints: Object.fromEntries(ids.map((id) => [id, endpoints[id]])) } },
    })
    await world.serve(served(CHANGING_IDS))
    const program = await world.start()
    await untilAnswers(world, program, 'all answer', { calls: 40 }, (result) =>
      answeredBy(result, ...CHANGING_IDS),
    )
    const seconds = world.isLong ? 60 : 10
    await withoutFailure(world, program, async () => {
      const end = performance.now() + seconds * 1_000
      let changes = 0
      while (performance.now() < end) {
        const begin = performance.now()
        // Three of four, another one missing each time.
        await world.serve(served(CHANGING_IDS.toSpliced(changes % CHANGING_IDS.length, 1)), { wait: false })
        changes += 1
        const rest = 1_000 / CHANGES_PER_SECOND - (performance.now() - begin)
        if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest))
      }
      world.measured(`${changes} changes in ${seconds} s`)
    })
    // The twin: the last write of all is followed.
    await world.serve(served(['b1']))
    await untilAnswers(world, program, 'b1 alone answers', { calls: 20 }, (result) =>
      answeredBy(result, 'b1'),
    )
  },
}

export const FAULTS: readonly Row[] = [
  dropped,
  keptListener,
  badResource,
  killed,
  absentAtStart,
  fallback,
  endpointsChange,
]
