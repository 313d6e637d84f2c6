// P15 and P16: what clients do when a resource is dropped, or is bad.

import { answeredBy, describeCounts, untilAnswers } from '../answers.ts'
import { serveBadCluster } from '../bad-resources.ts'
import type { Served } from '../document.ts'
import type { Row } from '../row.ts'
import { withoutFailure } from '../without-failure.ts'
import type { World } from '../world.ts'

/** The write is not waited for: the client goes on asking for the listener, so its node never counts as in sync. */
function dropListener(world: World, upstreams: Served['upstreams']): Promise<void> {
  return world.serve({ upstreams, listeners: { other: { l7: { routes: 'public' } } } }, { wait: false })
}

/** Drops the listener of a client that calls, and serves `back` once its calls fail. The client must call again. */
async function dropAndServe(world: World, upstreams: Served['upstreams'], back: Served): Promise<void> {
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
  await world.serve(back, { wait: false })
  await answers()
}

const dropped: Row = {
  row: 'P15',
  title: 'fails calls when its listener is dropped, and calls again when another one of its name comes',
  async run(world) {
    const upstreams = { echo: { endpoints: await world.endpoints('b1') } }
    const fault = { enabled: true, abort: { status: 'ABORTED', percentage: 0 } }
    await dropAndServe(world, upstreams, { upstreams, fleet: { filters: { fault } } })
  },
}

const sameAgain: Row = {
  row: 'P15',
  title: 'calls again when the listener that was dropped comes back as it was',
  differs: {
    node: {
      source: '@grpc/grpc-js-xds 1.14.1: src/xds-client.ts',
      says: 'if (this.result.type.resourcesEqual(resourceState.cachedResource, decodeResult.value)) {',
      because:
        'the client keeps the content of a dropped resource, and silently skips an equal one that comes later: it ACKs the listener, and asks for no routes. A listener with other content is applied.',
    },
  },
  async run(world) {
    const upstreams = { echo: { endpoints: await world.endpoints('b1') } }
    await dropAndServe(world, upstreams, { upstreams })
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

export const RESOURCES: readonly Row[] = [dropped, sameAgain, keptListener, badResource]
