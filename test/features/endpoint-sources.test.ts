// T31: endpoints from a file and from DNS, with a real Envoy, gRPC clients without a proxy, and a restart of the control plane.

import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readToken } from '../../testbed/token-file.ts'
import { callEcho } from '../support/call-echo.ts'
import { startDnsServer } from '../support/dns-server.ts'
import { startFakeKubernetes } from '../support/fake-kubernetes.ts'
import { ownFolder } from '../support/own-folder.ts'
import {
  connectProxyless,
  proxylessDocument,
  startEndpoints,
  startWithDocument,
} from '../support/proxyless.ts'
import { requireTool } from '../support/requirements.ts'
import { startSourced } from '../support/sourced-edge.ts'
import { untilAnsweredBy } from '../support/until-answered.ts'

t.test(
  'T31: a file that is renamed over or written in place changes who is called, without a revision',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
    const filesFolder = await ownFolder(t)
    const file = join(filesFolder, 'echo.yaml')
    await writeFile(file, JSON.stringify({ b1 }))
    const { rest, client } = await startSourced(t, { endpointsFrom: { file: 'echo.yaml' } }, { filesFolder })
    await untilAnsweredBy(client, ['b1'])

    await writeFile(join(filesFolder, 'next.yaml'), JSON.stringify({ b1, b2 }))
    await rename(join(filesFolder, 'next.yaml'), file)
    await untilAnsweredBy(client, ['b1', 'b2'])
    await writeFile(file, JSON.stringify({ b2 }))
    await untilAnsweredBy(client, ['b2'])

    await writeFile(file, 'b1: { adress: here }')
    let problems: readonly { readonly path: string }[] = []
    while (problems.length === 0) problems = (await rest.getStatus()).endpoints.echo?.problems ?? []
    t.match(problems, [{ path: 'echo.yaml:1:1 b1.address' }, { path: 'echo.yaml:1:7 b1.adress' }])
    t.same(await callEcho(client, { count: 2 }), ['b2', 'b2'], 'twin: a broken file changes nothing')
    t.equal((await rest.getStatus()).revision.revision, 1)
  },
)

t.test(
  'T31: after a restart, registered endpoints are called before anybody has registered again',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
    const stateFolder = await ownFolder(t)
    const { client, restart, rest } = await startSourced(
      t,
      { endpoints: { b1 }, endpointsFrom: { registration: { lease: '1h' } } },
      { stateFolder },
    )
    const token = await readToken(join(stateFolder, 'tokens.json'), 'operator')
    await rest.putEndpoint('echo', 'b2', b2, { token })
    await untilAnsweredBy(client, ['b1', 'b2'])
    const again = await restart()
    t.match((await again.listEndpoints('echo', { token })).endpoints, [
      { id: 'b1' },
      { id: 'b2', served: true },
    ])
    await untilAnsweredBy(client, ['b1', 'b2'])
  },
)

t.test(
  'T31: gRPC clients without a proxy get registered endpoints, and those of a name, by EDS',
  async (t) => {
    const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
    const port = Number(b1?.address.split(':').at(-1))
    const server = await startDnsServer(t, ['127.0.0.1'])
    const document = proxylessDocument(
      {},
      { upstreams: { echo: { endpoints: {}, endpointsFrom: { registration: {} } } } },
    )
    const { control, rest } = await startWithDocument(t, document)
    await rest.putEndpoint('echo', 'b2', { ...b2, priority: 3 })
    const client = connectProxyless(t, control.xdsAddress, 'client-1')
    await untilAnsweredBy(client, ['b2'])
    await rest.putEndpoint('echo', 'b1', b1)
    await untilAnsweredBy(client, ['b1'])
    t.match(await rest.getStatus(), { nacks: [] }, 'the gap of priorities is closed')

    const dns = { host: 'echo.test', port, refresh: '20ms', honorTtl: false, resolvers: [server.address] }
    await rest.patchConfig({ upstreams: { echo: { endpointsFrom: { registration: null, dns } } } })
    await untilAnsweredBy(client, ['b1'])
    t.match((await rest.listEndpoints('echo')).endpoints, [{ id: '127.0.0.1', from: 'dns', served: true }])
  },
)

t.test('T31: ready Pods of a Service are called, and those that start or end are not', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
  const api = await startFakeKubernetes(t)
  const put = (id: string, { address }: { readonly address: string }, conditions: object) =>
    api.put({
      ...{ metadata: { name: `echo-${id}` }, addressType: 'IPv4' },
      ports: [{ name: 'grpc', port: Number(address.split(':').at(-1)) }],
      endpoints: [{ addresses: ['127.0.0.1'], conditions, targetRef: { name: id } }],
    })
  put('b1', b1, { ready: true })
  put('b2', b2, { ready: false })
  const kubernetes = { namespace: 'shop', service: 'echo', port: 'grpc' }
  const { kubeconfig } = api
  const { rest, client } = await startSourced(t, { endpointsFrom: { kubernetes } }, { kubeconfig })
  await untilAnsweredBy(client, ['b1'])
  put('b2', b2, { ready: true })
  await untilAnsweredBy(client, ['b1', 'b2'])
  put('b1', b1, { ready: false, serving: true, terminating: true })
  await untilAnsweredBy(client, ['b2'])
  t.match((await rest.listEndpoints('echo')).endpoints, [{ id: 'b1', state: 'draining' }, { id: 'b2' }])
  api.remove('echo-b1')
  api.rejectWith(503)
  while ((await rest.getStatus()).endpoints.echo?.problems.length === 0) await rest.getHealth()
  t.same(await callEcho(client, { count: 2 }), ['b2', 'b2'], 'twin: an API that fails changes nothing')
  t.equal((await rest.getStatus()).revision.revision, 1)
})
