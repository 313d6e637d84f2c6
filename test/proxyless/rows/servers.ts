// P20, P21 and P26: servers that a control plane configures, and the clients that call them.

import type { GrpcCallResult, GrpcClientProcess } from '../../../testbed/grpc-client-process.ts'
import { answeredBy, describeCounts, untilAnswers } from '../answers.ts'
import type { Row } from '../row.ts'
import { withoutFailure } from '../without-failure.ts'
import type { World } from '../world.ts'
import { type ConfiguredServer, type ServerSettings, startConfiguredServer } from '../xds-servers.ts'

const FEW = { calls: 5, deadlineMs: 5_000 }

const UNARY_ONLY = ['switchyard.echo.v1.EchoService/Unary']
const STREAMS = { ...FEW, method: 'ServerStream' } as const
const areDenied = ({ codes }: GrpcCallResult) => codes.PERMISSION_DENIED === FEW.calls

const fails = (world: World, program: GrpcClientProcess, what: string) =>
  untilAnswers(world, program, what, FEW, ({ codes }) => codes.OK === undefined)

/** A client with xDS credentials, and a certificate for where the control plane wants one. */
function startClient(world: World, { providers }: ConfiguredServer) {
  return world.start({ credentials: 'xds', bootstrap: { certificate_providers: providers } })
}

/** A server and a client that it answers. */
async function startPair(world: World, settings: ServerSettings) {
  const server = await startConfiguredServer(world, settings)
  const program = await startClient(world, server)
  await untilAnswers(world, program, 'the server answers', FEW, (result) => answeredBy(result, 'server'))
  return { server, program }
}

const NEW_CONNECTIONS =
  'A change of the TLS of a cluster holds for new connections: an open one stays as it is, where clients in Node and Python connect anew.'

const mutualTls: Row = {
  row: 'P20',
  title: 'calls a server of its own language over mutual TLS, with certificates of file_watcher providers',
  async run(world) {
    const { server } = await startPair(world, { isTls: true })
    // The twin: the server refuses plaintext, which a client speaks whose cluster says nothing of TLS.
    await server.serve({ isTls: true, clientTls: false })
    await fails(world, await startClient(world, server), 'a client in plaintext is refused')
  },
  notes: { go: NEW_CONNECTIONS },
}

const plaintextFallback: Row = {
  row: 'P20',
  title: 'speaks plaintext with xDS credentials where the control plane says nothing of TLS',
  async run(world) {
    const { server } = await startPair(world, {})
    // The twin: with TLS on one side only, calls fail.
    await server.serve({ clientTls: true })
    const other = await startClient(world, server)
    await fails(world, other, 'a client with TLS fails on a server without')
  },
}

const rbac: Row = {
  row: 'P21',
  title: 'denies calls by RBAC on the server, and lets others in',
  async run(world) {
    const { server, program } = await startPair(world, { methods: UNARY_ONLY })
    const refused = await untilAnswers(
      world,
      program,
      'calls of another method are denied',
      STREAMS,
      areDenied,
    )
    world.measured(describeCounts(refused.codes))
    await server.serve({})
    await untilAnswers(world, program, 'all methods are allowed without RBAC', STREAMS, (result) =>
      answeredBy(result, 'server'),
    )
  },
}

const change: Row = {
  row: 'P26',
  title: 'takes a changed listener under load without a failed call, and stops serving without one',
  async run(world) {
    const { server, program } = await startPair(world, {})
    await withoutFailure(world, program, async () => {
      await server.serve({ methods: UNARY_ONLY })
      await untilAnswers(world, program, 'calls of another method are denied', STREAMS, areDenied)
      await server.serve({})
      await untilAnswers(world, program, 'they are allowed again', STREAMS, (result) =>
        answeredBy(result, 'server'),
      )
    })
    // The twin: without the listener, new connections are refused.
    await server.serve({ isGone: true })
    const fresh = await startClient(world, server)
    await fails(world, fresh, 'a server without its listener does not answer')
  },
}

export const SERVERS: readonly Row[] = [mutualTls, plaintextFallback, rbac, change]
