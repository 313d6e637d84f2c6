// A process with many nodes that report their load, a stream each. It prints a line of JSON when all have introduced themselves, is
// silent for a time, and then reports until it is stopped.

import { parseArgs } from 'node:util'
import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js'
import { requestOf } from './documents.ts'

const LRS = '/envoy.service.load_stats.v3.LoadReportingService/StreamLoadStats'
/** Streams of one connection. */
const PER_CONNECTION = 50

const { values } = parseArgs({
  options: {
    xds: { type: 'string', default: '' },
    nodes: { type: 'string', default: '1' },
    upstreams: { type: 'string', default: '1' },
    endpoints: { type: 'string', default: '1' },
    'interval-ms': { type: 'string', default: '10000' },
    'silent-ms': { type: 'string', default: '0' },
  },
})
const [nodes, intervalMs] = [Number(values.nodes), Number(values['interval-ms'])]
const sizes = { upstreams: Number(values.upstreams), endpoints: Number(values.endpoints) }

const same = (bytes: Buffer) => bytes
const streams: ClientDuplexStream<Buffer, Buffer>[] = []
let client: Client | undefined
for (let index = 0; index < nodes; index += 1) {
  if (client === undefined || index % PER_CONNECTION === 0) {
    client = new Client(values.xds, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
  }
  streams.push(client.makeBidiStreamRequest(LRS, same, same))
}
const settled = streams.map((stream, index) => {
  stream.on('error', (error) => process.stderr.write(`${error.message}\n`))
  stream.write(requestOf(`edge-${index}`))
  return new Promise((resolve) => stream.once('data', resolve))
})
await Promise.all(settled)
for (const stream of streams) stream.resume()
process.stdin.resume().on('close', () => process.exit())
const report = requestOf('edge-0', sizes)
process.stdout.write(`${JSON.stringify({ streams: streams.length, reportBytes: report.length })}\n`)

// Nodes start at different times, so their reports are spread over the interval.
for (const [index, stream] of streams.entries()) {
  setTimeout(
    () => {
      stream.write(report)
      setInterval(() => stream.write(report), intervalMs)
    },
    Number(values['silent-ms']) + (index / nodes) * intervalMs,
  )
}
