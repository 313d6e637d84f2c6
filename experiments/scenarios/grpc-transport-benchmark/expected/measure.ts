// The smallest round trips over a transport by other means than Node's gRPC: a plain socket, and gRPC in Go at both ends.

import { measureGhz } from '../../../../harness/compare-loaders.ts'
import type { Profile } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { findGhz } from '../../../../testbed/ghz/find-ghz.ts'
import { startGrpcServer } from '../../../../testbed/grpc-server-process.ts'
import { decodeHistogram, quantileMs } from '../../../../testbed/measure/histogram.ts'
import { measureSocketEcho, startSocketEcho } from '../../../../testbed/transports/socket-echo.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import { layTransport } from '../ends.ts'
import { BASE, shapeOf } from '../matrix/cells.ts'

/** Servers on one side beside those of other chapters: their sockets need other names. */
const INDEX = { socket: 21, go: 22 }

/** Of the encoded request and its answer, about. */
const SOCKET_BYTES = 74

export function secondsOf({ name, windowSeconds }: Profile, { family }: Transport): number {
  if (name === 'full') return windowSeconds / 4
  const isFar = family === 'internet'
  if (name === 'quick') return isFar ? 0.6 : 0.3
  return isFar ? 2 : 0.8
}

export async function measureExpected(context: RunContext, transport: Transport): Promise<Measured> {
  // Its build must not be measured.
  findGhz()
  const { laid, folder } = await layTransport(context, transport)
  const servers = await context.shared(`echo and Go over ${transport.id}`, async () => {
    const [socket, go] = await Promise.all([
      startSocketEcho(laid.server, laid.listen(INDEX.socket)),
      startGrpcServer(laid.server, folder, {
        ...{ language: 'go', name: `go-${transport.id}`, listen: laid.listen(INDEX.go) },
      }),
    ])
    return { socket: socket.address, go: { address: go.listening, pid: go.pid } }
  })
  const seconds = secondsOf(context.profile, transport)
  const socketTarget = await laid.target(servers.socket)
  const probe = await measureSocketEcho(laid.client, socketTarget, { messages: 20, bytes: SOCKET_BYTES })
  const messages = Math.max(
    20,
    Math.min(5_000, Math.round((seconds * 1e3) / quantileMs(decodeHistogram(probe.histogram), 0.5))),
  )
  const socket = await measureSocketEcho(laid.client, socketTarget, { messages, bytes: SOCKET_BYTES })
  const { pid } = servers.go
  const measured = await measureGhz(
    { ...context, group: laid.client },
    pid === undefined ? [] : [{ role: 'server', name: 'server in Go', pid }],
    {
      target: await laid.target(servers.go.address),
      connections: 1,
      loop: { kind: 'closed', concurrency: BASE.concurrency },
      calls: shapeOf(BASE),
      warmUpSeconds: Math.min(context.profile.warmUpSeconds, seconds / 2),
      seconds,
    },
  )
  const { service = '', ...others } = measured.histograms
  return { ...measured, histograms: { ...others, go: service, socket: socket.histogram } }
}
