// From a write that changes one upstream of many to its push, and how that time grows with their number.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { ProcessGroup } from '../../processes/process-group.ts'
import { startControlPlane } from '../../testbed/control-plane.ts'
import { median } from '../../testbed/measure/statistics.ts'
import { readToken } from '../../testbed/token-file.ts'
import { ENDPOINT } from '../../xds-server/index.ts'

export interface Growth {
  readonly upstreams: number
  /** A merge patch of one endpoint: from the request until a client receives the endpoint, in milliseconds. */
  readonly patchMs: number
  /** The same with a PUT of the full document. */
  readonly putMs: number
}

const FLEET = 'edge'
const ROUNDS = 7
const METHOD = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources'

/** Starts a control plane for each size, with one client that subscribes to all assignments. */
export async function measureGrowth(folder: string, sizes: readonly number[]): Promise<readonly Growth[]> {
  const growth: Growth[] = []
  for (const upstreams of sizes) growth.push(await measureSize(folder, upstreams))
  return growth
}

async function measureSize(folder: string, upstreams: number): Promise<Growth> {
  const group = new ProcessGroup()
  try {
    const document = manyUpstreams(upstreams)
    const configFile = join(folder, `upstreams-${upstreams}.yaml`)
    // As YAML, a large document would take long to parse: REST gets it as JSON.
    await writeFile(configFile, JSON.stringify(manyUpstreams(1)))
    const anywhere = '127.0.0.1:0'
    const state = join(folder, `state-${upstreams}`)
    const options = { configFile, admin: anywhere, xds: anywhere, state }
    const { adminUrl, tokensFile, xdsAddress } = await startControlPlane(group, folder, options)
    const token = await readToken(tokensFile, 'operator')
    const send = (method: 'PATCH' | 'PUT', body: string) =>
      write(`${adminUrl}/v1/config`, token, method, body)
    await send('PUT', JSON.stringify(document))
    const client = new AssignmentClient(xdsAddress)
    await client.next()
    const measure = async (method: 'PATCH' | 'PUT', bodyOf: (port: number) => unknown) => {
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round += 1) {
        const body = JSON.stringify(bodyOf(20_000 + round + (method === 'PUT' ? 1_000 : 0)))
        const pushed = client.next()
        const begun = performance.now()
        const answered = send(method, body)
        await Promise.race([pushed, answered.then(() => pushed)])
        times.push(performance.now() - begun)
        await answered
      }
      return median(times)
    }
    const patchMs = await measure('PATCH', (port) => ({ upstreams: { 'u-0': upstreamAt(port) } }))
    const putMs = await measure('PUT', (port) => ({
      ...document,
      upstreams: { ...document.upstreams, 'u-0': upstreamAt(port) },
    }))
    client.close()
    return { upstreams, patchMs, putMs }
  } finally {
    await group.stop()
  }
}

/** Times must not include the serialization of the body, so it is given. */
async function write(url: string, token: string, method: 'PATCH' | 'PUT', body: string): Promise<void> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    'if-match': '*',
  }
  const response = await fetch(url, { method, body, headers })
  if (!response.ok) throw new Error(await response.text())
  await response.body?.cancel()
}

function manyUpstreams(count: number) {
  const names = Array.from({ length: count }, (_, index) => `u-${index}`)
  const rules = names.map((name) => [name, { match: { prefix: `/${name}/` }, to: { [name]: 100 } }])
  const listeners = { main: { port: 10_000, l7: { routes: 'all' } } }
  return {
    version: 1,
    upstreams: Object.fromEntries(names.map((name, index) => [name, upstreamAt(10_000 + (index % 10_000))])),
    routes: { all: { hosts: ['*'], rules: Object.fromEntries(rules) } },
    fleets: { [FLEET]: { kind: 'envoy', lb: { mode: 'l7', policy: 'round_robin' }, listeners } },
  }
}

function upstreamAt(port: number) {
  return { endpoints: { only: { address: `127.0.0.1:${port}` } } }
}

/** Subscribes to all assignments, and ACKs every response at once. */
class AssignmentClient {
  readonly #client: Client
  #taker: (() => void) | undefined

  constructor(address: string) {
    const same = (bytes: Buffer) => bytes
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
    })
    const call = this.#client.makeBidiStreamRequest(METHOD, same, same, new Metadata())
    const write = (request: MessageInitShape<typeof DeltaDiscoveryRequestSchema>) => {
      const message = create(DeltaDiscoveryRequestSchema, { typeUrl: ENDPOINT, ...request })
      call.write(Buffer.from(toBinary(DeltaDiscoveryRequestSchema, message)))
    }
    call.on('error', () => {})
    call.on('data', (bytes: Buffer) => {
      this.#taker?.()
      write({ responseNonce: fromBinary(DeltaDiscoveryResponseSchema, bytes).nonce })
    })
    write({ node: { id: 'measuring', cluster: FLEET }, resourceNamesSubscribe: ['*'] })
  }

  /** Resolves with the next response. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#taker = resolve
    })
  }

  close(): void {
    this.#client.close()
  }
}
