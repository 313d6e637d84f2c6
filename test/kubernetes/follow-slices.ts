// Endpoints from EndpointSlices of a real API server: allowed by the manifest of examples/run-it/, ready, starting and ending.

import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { RestClient } from '../../api/client.ts'
import type { UpstreamEndpoint } from '../../api/schemas/endpoints.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import type { Manifest } from '../../harness/cluster/kinds.ts'
import { sourcedConfig } from '../support/sourced-config.ts'
import { type ApiServer, until } from './api-server.ts'

const READER = new URL('../../examples/run-it/endpoint-reader.yaml', import.meta.url)
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices'
const PORT = 10_000

type Conditions = Readonly<Record<'ready' | 'serving' | 'terminating', boolean>>
const READY = { ready: true, serving: true, terminating: false }
const STARTING = { ready: false, serving: false, terminating: false }
const ENDING = { ready: false, serving: true, terminating: true }
const ENDED = { ready: false, serving: false, terminating: true }

/** @param create creates an object of any kind */
export async function followSlices(
  api: ApiServer,
  create: (object: object) => Promise<{ readonly status: number }>,
  expect: (holds: boolean, what: string) => void,
): Promise<void> {
  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  const kubernetes = { namespace: 'shop', service: 'echo', port: 'grpc' }
  const control = await startControlPlane({
    config: sourcedConfig(PORT, { endpointsFrom: { kubernetes } }),
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
    kubeconfig: api.kubeconfig,
  })
  try {
    await follow(api, new RestClient({ url: control.adminUrl }), create, expect)
  } finally {
    await control.close()
  }
}

async function follow(
  api: ApiServer,
  rest: RestClient,
  create: (object: object) => Promise<{ readonly status: number }>,
  expect: (holds: boolean, what: string) => void,
): Promise<void> {
  const problemsOf = async () => (await rest.getStatus()).endpoints.echo?.problems ?? []
  await until(async () => (await problemsOf()).length > 0, 'the status shows no problem')
  const [denied] = await problemsOf()
  expect(/\(403\): allow get, list and watch/.test(denied?.message ?? ''), `not allowed: ${denied?.message}`)

  for (const document of parseAllDocuments(readFileSync(READER, 'utf8'))) {
    const manifest: Manifest = document.toJS()
    const { status } = await create(manifest)
    expect(status === 201, `${manifest.kind} ${manifest.metadata.name} is accepted`)
  }
  const shows = async (what: string, wanted: Readonly<Record<string, Partial<UpstreamEndpoint>>>) => {
    const read = async () => {
      const { endpoints } = await rest.listEndpoints('echo')
      return Object.fromEntries(
        endpoints.map(({ id, address, state, locality }) => [
          id,
          { address, ...(state && { state }), ...(locality && { locality }) },
        ]),
      )
    }
    await until(
      async () => isDeepStrictEqual(await read(), wanted),
      `${what}: ${JSON.stringify(await read())}`,
    )
    expect(true, what)
  }
  const [a, b] = [
    { address: '10.1.0.1:7101', locality: { zone: 'a' } },
    { address: '10.1.0.2:7101', locality: { zone: 'a' } },
  ]
  const put = (first: Conditions, second: Conditions) =>
    api.ask('PUT', `${SLICES}/echo-1`, sliceOf([first, second]))
  const { status } = await create(sliceOf([READY, STARTING]))
  expect(status === 201, 'an EndpointSlice is accepted')
  await shows('a ready Pod is an endpoint, and one that starts is not', { 'echo-0': a })
  await put(READY, READY)
  await shows('it is an endpoint when it is ready', { 'echo-0': a, 'echo-1': b })
  await put(ENDING, READY)
  await shows('a Pod that ends and still serves drains', {
    'echo-0': { ...a, state: 'draining' },
    'echo-1': b,
  })
  await put(ENDED, READY)
  await shows('it is gone when it serves no more', { 'echo-1': b })
  await api.ask('DELETE', `${SLICES}/echo-1`)
  await shows('without slices there are no endpoints', {})
  expect((await rest.getStatus()).revision.revision === 1, 'all of it without a revision')
}

function sliceOf(conditions: readonly Conditions[]) {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'echo-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'echo' } },
    addressType: 'IPv4',
    ports: [{ name: 'grpc', port: 7101, protocol: 'TCP' }],
    endpoints: conditions.map((one, index) => ({
      addresses: [`10.1.0.${index + 1}`],
      conditions: one,
      targetRef: { kind: 'Pod', name: `echo-${index}`, namespace: 'shop' },
      zone: 'a',
    })),
  }
}
