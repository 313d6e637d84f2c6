// P20, P21 and P26: servers that a control plane configures, and the clients that call them.

import type { GrpcClientProcess } from '../../../testbed/grpc-client-process.ts'
import { answeredBy, describeCounts, untilAnswers } from '../answers.ts'
import type { Row } from '../row.ts'
import { withoutFailure } from '../without-failure.ts'
import type { World } from '../world.ts'
import { type ConfiguredServer, startConfiguredServer } from '../xds-servers.ts'

const FEW = { calls: 5, deadlineMs: 5_000 }

const answers = (world: World, program: GrpcClientProcess, metadata = {}) =>
  untilAnswers(world, program, 'the server answers', { ...FEW, metadata }, (result) =>
    answeredBy(result, 'server'),
  )

const fails = (world: World, program: GrpcClientProcess, what: string) =>
  untilAnswers(world, program, what, FEW, ({ codes }) => codes.OK === undefined)

/** A client with xDS credentials, and a certificate if it has a name. */
function startClient(world: World, server: ConfiguredServer, certificate?: string) {
  return world.start({
    xds: [server.xdsAddress],
    credentials: 'xds',
    ...(certificate && { bootstrap: { certificate_providers: server.providersOf(certificate) } }),
  })
}

const NEW_CONNECTIONS =
  'A change of the TLS of a cluster holds for new connections: an open one stays as it is, where clients in Node and Python connect anew.'

const mutualTls: Row = {
  row: 'P20',
  title: 'calls a server of its own language over mutual TLS, with certificates of file_watcher providers',
  async run(world) {
    const server = await startConfiguredServer(world, { isTls: true })
    const program = await startClient(world, server, 'client')
    await answers(world, program)
    // The twin: the server refuses plaintext, which a client speaks whose cluster says nothing of TLS.
    await server.serve({ isTls: true, clientTls: false })
    await fails(world, await startClient(world, server, 'client'), 'a client in plaintext is refused')
  },
  notes: { go: NEW_CONNECTIONS },
}

const plaintextFallback: Row = {
  row: 'P20',
  title: 'speaks plaintext with xDS credentials where the control plane says nothing of TLS',
  async run(world) {
    const server = await startConfiguredServer(world, {})
    const program = await startClient(world, server, 'client')
    await answers(world, program)
    // The twin: with TLS on one side only, calls fail.
    await server.serve({ clientTls: true })
    const other = await startClient(world, server, 'client')
    await fails(world, other, 'a client with TLS fails on a server without')
  },
}

const rbac: Row = {
  row: 'P21',
  title: 'denies calls by RBAC on the server, and lets others in',
  async run(world) {
    const denied = { header: 'x-role', value: 'guest' }
    const server = await startConfiguredServer(world, { denied })
    const program = await startClient(world, server)
    await answers(world, program)
    const guest = { 'x-role': 'guest' }
    const refused = await untilAnswers(
      world,
      program,
      'calls of guests are denied',
      { ...FEW, metadata: guest },
      ({ codes }) => codes.PERMISSION_DENIED === FEW.calls,
    )
    world.measured(describeCounts(refused.codes))
    await answers(world, program, { 'x-role': 'member' })
    await server.serve({})
    await answers(world, program, guest)
  },
}

const change: Row = {
  row: 'P26',
  title: 'takes a changed listener under load without a failed call, and stops serving without one',
  async run(world) {
    const denied = { header: 'x-role', value: 'guest' }
    const server = await startConfiguredServer(world, {})
    const program = await startClient(world, server)
    await answers(world, program)
    await withoutFailure(world, program, async () => {
      const guest = { 'x-role': 'guest' }
      await server.serve({ denied })
      await untilAnswers(
        world,
        program,
        'calls of guests are denied after the change',
        { ...FEW, metadata: guest },
        ({ codes }) => codes.PERMISSION_DENIED === FEW.calls,
      )
      await server.serve({})
      await answers(world, program, guest)
    })
    // The twin: without the listener, new connections are refused.
    await server.serve({ isGone: true })
    const fresh = await startClient(world, server)
    await fails(world, fresh, 'a server without its listener does not answer')
  },
}

export const SERVERS: readonly Row[] = [mutualTls, plaintextFallback, rbac, change]
