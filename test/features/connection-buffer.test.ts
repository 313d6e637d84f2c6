// `connectionBuffer` with real connections: how many bytes an Envoy holds for a caller, or an endpoint, that does not read.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { type Edge, startEdge } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'
import { until } from '../support/until.ts'

const KIB = 1024
const MIB = 1024 * KIB
const SMALL = 32 * KIB
/** One read of the side that sends may come on top of the limit, and one of a socket has up to as much. */
const MOST_OF_SMALL = 4 * SMALL
/** After this number of round trips to the admin without progress, no byte is on its way. */
const QUIET_ROUND_TRIPS = 50

/** Fills the buffers of both kernels and of Envoy. */
function sendForever(socket: Socket): void {
  const piece = Buffer.alloc(MIB)
  const send = () => {
    while (socket.write(piece)) {
      // The kernel still takes more.
    }
  }
  socket.on('error', () => {}).on('drain', send)
  send()
}

/** An endpoint that does one thing with each of its connections. @returns its address */
async function startEndpoint(t: Test, use: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    use(socket.on('error', () => {}))
  })
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `127.0.0.1:${(server.address() as { readonly port: number }).port}`
}

/**
 * The bytes in a buffer of Envoy when they are as many, and the bytes that it has read no longer become more. Round trips to the
 * admin pass none of its workers, so without a least number a busy machine may show the beginning.
 */
async function heldBy(
  { envoy }: Edge,
  { buffered, read }: Pick<Direction, 'buffered' | 'read'>,
  least: number,
): Promise<number> {
  const count = async (name: string) => (await envoy.admin.stats(name)).get(name) ?? 0
  await until(async () => (await count(buffered)) >= least)
  let [before, quiet] = [-1, 0]
  while (quiet < QUIET_ROUND_TRIPS) {
    const now = await count(read)
    quiet = now === before ? quiet + 1 : 0
    before = now
  }
  return await count(buffered)
}

interface Direction {
  readonly title: string
  readonly endpoint: (socket: Socket) => void
  readonly caller: (socket: Socket) => void
  readonly buffered: string
  readonly read: string
  /** The document with the limit on the side whose peer does not read, or without. */
  readonly limits: (isSmall: boolean) => { readonly fleet: object; readonly upstream: object }
}

const DIRECTIONS: readonly Direction[] = [
  {
    title: 'a caller that does not read',
    endpoint: sendForever,
    caller: (socket) => socket.pause(),
    buffered: 'tcp.main.downstream_cx_tx_bytes_buffered',
    read: 'cluster.echo.upstream_cx_rx_bytes_total',
    limits: (isSmall) => ({
      fleet: isSmall ? { connectionBuffer: SMALL } : {},
      upstream: { connectionBuffer: SMALL },
    }),
  },
  {
    title: 'an endpoint that does not read',
    endpoint: (socket) => socket.pause(),
    caller: sendForever,
    buffered: 'cluster.echo.upstream_cx_tx_bytes_buffered',
    read: 'tcp.main.downstream_cx_rx_bytes_total',
    limits: (isSmall) => ({
      fleet: { connectionBuffer: SMALL },
      upstream: isSmall ? { connectionBuffer: SMALL } : {},
    }),
  },
]

for (const { title, endpoint, caller, limits, ...counters } of DIRECTIONS) {
  t.test(`T14: of ${title}, Envoy holds no more than its buffer`, async (t) => {
    if (!requireTool(t, 'envoy')) return
    const endpoints = { e1: { address: await startEndpoint(t, endpoint) } }
    const held = async (isSmall: boolean) => {
      const { fleet, upstream } = limits(isSmall)
      // An Envoy of its own: the counters of connections that drain would be among those of the next ones.
      const edge = await startEdge(t, {
        upstreams: { echo: { endpoints, ...upstream } },
        lb: { mode: 'l4' },
        fleet,
      })
      const { hostname, port } = new URL(`http://${edge.address}`)
      const socket = connect(Number(port), hostname)
      t.teardown(() => socket.destroy())
      await once(socket, 'connect')
      caller(socket)
      return await heldBy(edge, counters, isSmall ? 1 : MIB)
    }
    const small = await held(true)
    t.ok(small <= MOST_OF_SMALL, `${small} bytes`)
    t.pass(`the twin with the default of 1 MiB: ${await held(false)} bytes`)
  })
}
