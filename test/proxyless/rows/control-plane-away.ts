// P17: what clients do while their control plane is away.

import { answeredBy, describeCounts, untilAnswers } from '../answers.ts'
import { documentOf } from '../document.ts'
import { startKillable } from '../killable.ts'
import { insecure } from '../programs.ts'
import type { Row } from '../row.ts'
import { withoutFailure } from '../without-failure.ts'
import type { World } from '../world.ts'

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

const FIRST_SERVER_ONLY = {
  source: '@grpc/grpc-js-xds 1.14.1: src/xds-client.ts',
  says: 'serverConfig = bootstrapInfo.xdsServers[0];',
}

/** Two control planes that lead to different backends, the first one killed; and a program that has both in its bootstrap. */
async function startWithoutFirst(world: World) {
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
  return { first, program, startFirst: () => startKillable(world, serving({ b1 }), first.xdsAddress) }
}

const fallback: Row = {
  row: 'P17',
  title: 'falls back to the second control plane of its bootstrap while the first is away',
  async run(world) {
    const { first } = await startWithoutFirst(world)
    // The twin: without a second one, calls fail.
    const alone = await world.start({ xds: [first.xdsAddress] })
    const { codes } = await alone.calls(1, { deadlineMs: 2_000 })
    if (codes.OK !== undefined) throw new Error('a call succeeded without a control plane')
  },
  notSupported: { node: FIRST_SERVER_ONLY },
}

const comesBack: Row = {
  row: 'P17',
  title: 'comes back to the first control plane of its bootstrap',
  async run(world) {
    const { program, startFirst } = await startWithoutFirst(world)
    await startFirst()
    const begin = performance.now()
    await untilAnswers(world, program, 'b1 of the first one answers', { calls: 5 }, (result) =>
      answeredBy(result, 'b1'),
    )
    world.measured(`${Math.round((performance.now() - begin) / 1_000)} s after its start`)
  },
  notSupported: { node: FIRST_SERVER_ONLY },
  differs: {
    go: {
      source: 'https://github.com/grpc/grpc-go/blob/v1.85.0/internal/xds/clients/xdsclient/authority.go',
      says: 'Close all lower priority channels. But before closing any channel, we need to unsubscribe from any resources that were subscribed to on this channel.',
      because:
        'resources that the client first asked the second control plane for are unsubscribed there, and nothing subscribes to them at the first one. It asks the first one for the listener only, and follows no route, cluster or endpoint any more.',
    },
  },
}

export const CONTROL_PLANE_AWAY: readonly Row[] = [killed, absentAtStart, fallback, comesBack]
