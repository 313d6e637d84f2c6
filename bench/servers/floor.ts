// What the floors write: the first responses of each type, and the changed endpoints, without any xDS logic. They differ in the
// transport below.

import { shareList } from '../../core/memo.ts'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE } from '../../xds-server/index.ts'
import { createResources, type Resource } from '../../xds-server/snapshot/resource.ts'
import { encodeDeltaResponse, encodeSotwResponse } from '../../xds-server/streams/encode.ts'
import { createAssignment, createBenchmarkResources } from './resources.ts'

export const SERVICE = '/envoy.service.discovery.v3.AggregatedDiscoveryService'

const ENCODERS = {
  StreamAggregatedResources: encodeSotwResponse,
  DeltaAggregatedResources: encodeDeltaResponse,
}
export const METHODS: readonly string[] = Object.keys(ENCODERS)

/** A stream of one of the methods. */
export interface FloorStream {
  readonly write: (response: Buffer) => void
}

export interface Floor {
  /** Begins a stream. The returned function gets its requests. */
  readonly open: (method: string, stream: FloorStream) => (request: Buffer) => void
  readonly close: (stream: FloorStream) => void
  /** Writes changed endpoints to all streams. */
  readonly bump: () => void
}

/** @param frame what the transport writes for a response; called once for each, whatever the number of streams */
export function createFloor(size: number, frame: (response: Buffer) => Buffer): Floor {
  const byType = Map.groupBy(createResources(createBenchmarkResources(size)), ({ typeUrl }) => typeUrl)
  const encodersOf = new Map(
    Object.entries(ENCODERS).map(([method, encode]) => [
      method,
      (typeUrl: string, list: readonly Resource[]) => {
        const resources = shareList(list)
        const content = { resources, changedResources: resources, removed: [] }
        return frame(encode({ ...content, typeUrl, nonce: '1', version: '1' }))
      },
    ]),
  )
  const firstOf = new Map(
    [...encodersOf].map(([method, encode]) => [
      method,
      new Map([...byType].map(([typeUrl, resources]) => [typeUrl, encode(typeUrl, resources)])),
    ]),
  )
  const streams = new Map<FloorStream, string>()
  let generation = 0
  return {
    open: (method, stream) => {
      const waiting = new Set([CLUSTER, ENDPOINT, LISTENER, ROUTE])
      streams.set(stream, method)
      return (request) => {
        for (const typeUrl of waiting) {
          if (!request.includes(typeUrl)) continue
          waiting.delete(typeUrl)
          const response = firstOf.get(method)?.get(typeUrl)
          if (response !== undefined) stream.write(response)
        }
      }
    },
    close: (stream) => streams.delete(stream),
    bump: () => {
      generation += 1
      const changed = createResources([createAssignment(generation % size, generation)])
      const responses = new Map(
        [...encodersOf].map(([method, encode]) => [method, encode(ENDPOINT, changed)]),
      )
      for (const [stream, method] of streams) {
        const response = responses.get(method)
        if (response !== undefined) stream.write(response)
      }
    },
  }
}
