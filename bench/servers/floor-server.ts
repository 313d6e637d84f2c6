// The floor: plain gRPC streams that write the changed resources, without any xDS logic. The cost of the library is what it takes
// beyond this.

import { Server, ServerCredentials } from '@grpc/grpc-js'
import { shareList } from '../../core/memo.ts'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE } from '../../xds-server/index.ts'
import { byteMethod } from '../../xds-server/services/byte-method.ts'
import type { ByteStream as Stream } from '../../xds-server/services/xds-stream.ts'
import { createResources, type Resource } from '../../xds-server/snapshot/resource.ts'
import { encodeDeltaResponse, encodeSotwResponse } from '../../xds-server/streams/encode.ts'
import { serveBenchmark } from './control-socket.ts'
import { createAssignment, createBenchmarkResources } from './resources.ts'

const nothing = Buffer.alloc(0)

type Encode = (typeUrl: string, resources: readonly Resource[]) => Buffer

const SERVICE = '/envoy.service.discovery.v3.AggregatedDiscoveryService'
const METHODS: Readonly<Record<string, Encode>> = {
  StreamAggregatedResources: (typeUrl, resources) =>
    encodeSotwResponse({ ...content(resources), typeUrl, nonce: '1', version: '1' }),
  DeltaAggregatedResources: (typeUrl, resources) =>
    encodeDeltaResponse({ ...content(resources), typeUrl, nonce: '1', version: '1' }),
}

function content(list: readonly Resource[]) {
  const resources = shareList(list)
  return { resources, changedResources: resources, removed: [] }
}

await serveBenchmark(async (size) => {
  const byType = Map.groupBy(createResources(createBenchmarkResources(size)), ({ typeUrl }) => typeUrl)
  const streams = new Map<Stream, Encode>()
  const server = new Server({ 'grpc.max_receive_message_length': -1 })
  const handlers = Object.entries(METHODS).map(([name, encode]) => {
    const first = new Map([...byType].map(([typeUrl, resources]) => [typeUrl, encode(typeUrl, resources)]))
    return [name, (stream: Stream) => serve(stream, first, () => streams.set(stream, encode))] as const
  })
  server.addService(
    Object.fromEntries(Object.keys(METHODS).map((name) => [name, byteMethod(`${SERVICE}/${name}`)])),
    Object.fromEntries(handlers),
  )
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    ),
  )
  let generation = 0

  function serve(stream: Stream, first: ReadonlyMap<string, Buffer>, open: () => void): void {
    const waiting = new Set([CLUSTER, ENDPOINT, LISTENER, ROUTE])
    open()
    stream.on('data', (request: Buffer) => {
      for (const typeUrl of waiting) {
        if (!request.includes(typeUrl)) continue
        waiting.delete(typeUrl)
        stream.write(first.get(typeUrl) ?? nothing)
      }
    })
    stream.on('end', () => stream.end())
    for (const ending of ['close', 'cancelled', 'error']) stream.on(ending, () => streams.delete(stream))
  }

  return {
    address: `127.0.0.1:${port}`,
    bump: () => {
      generation += 1
      const changed = createResources([createAssignment(generation % size, generation)])
      const encoded = new Map(Object.values(METHODS).map((encode) => [encode, encode(ENDPOINT, changed)]))
      for (const [stream, encode] of streams) stream.write(encoded.get(encode) ?? nothing)
    },
  }
})
