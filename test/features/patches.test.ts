// `patches` with real calls: a filter and a field that no switch has are in effect, in both modes, and a twin without the patch has
// neither. Envoy's NACK of a patched resource names the patch.

import { once } from 'node:events'
import { connect } from 'node:http2'
import t, { type Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { freePort } from '../../processes/free-port.ts'
import { callEcho } from '../support/call-echo.ts'
import { connectEcho, startEndpoints } from '../support/edge.ts'
import { startEnvoy } from '../support/real-envoy.ts'
import { requireTool } from '../support/requirements.ts'
import { sampleWith } from '../support/sample-config.ts'

const CHAIN = '/filterChains/0/filters/0'

/** Envoy adds a header to each answer. */
const MUTATION = {
  name: 'envoy.filters.http.header_mutation',
  typedConfig: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
    mutations: { responseMutations: [{ append: { header: { key: 'x-patched', value: 'yes' } } }] },
  },
}

async function start(t: Test, mode: 'l4' | 'l7' = 'l7') {
  const endpoints = await startEndpoints(t, 'b1')
  const port = await freePort()
  const controlPlane = await startControlPlane({
    config: sampleWith({
      'upstreams.echo': { endpoints },
      'upstreams.echo-v2': undefined,
      'routes.public.rules': { echo: { match: {}, to: { echo: 1 } } },
      'fleets.edge': undefined,
      'fleets.fleet': {
        kind: 'envoy',
        onNack: 'rollback',
        lb: { mode, policy: 'round_robin' },
        listeners: { main: { port, l4: { upstream: 'echo' }, l7: { routes: 'public' } } },
      },
    }),
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
  })
  t.teardown(() => controlPlane.close())
  const rest = new RestClient({ url: controlPlane.adminUrl })
  const envoy = await startEnvoy(t, controlPlane.xdsAddress, 'delta')
  await envoy.admin.waitUntilLive()
  const patch = (fleet: object) => rest.patchConfig({ fleets: { fleet } }, { wait: '30s' })
  return { rest, patch, envoy, address: `127.0.0.1:${port}` }
}

/** The header of an answer on a new connection, which meets the newest listener. */
async function patchedHeader(t: Test, address: string) {
  const session = connect(`http://${address}`)
  t.teardown(() => session.destroy())
  const stream = session.request({ ':path': '/', ':method': 'GET' }, { endStream: true })
  const [headers] = (await once(stream, 'response')) as [Record<string, string>]
  session.destroy()
  return headers['x-patched']
}

const listenerPatch = (more: object = {}) => ({
  patches: {
    header: {
      enabled: true,
      type: 'listener',
      resource: 'main',
      operations: [{ op: 'add', path: `${CHAIN}/typedConfig/httpFilters/0`, value: MUTATION }],
      ...more,
    },
  },
})

t.test('T30: a filter that no switch has is in effect while its patch is on', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { patch, address, rest } = await start(t)
  t.equal(await patchedHeader(t, address), undefined, 'the twin without the patch')
  t.match(await patch(listenerPatch()), { outcome: 'synced' })
  t.equal(await patchedHeader(t, address), 'yes')

  const { 'type.googleapis.com/envoy.config.listener.v3.Listener': listeners } =
    await rest.getSnapshot('fleet')
  t.match(listeners, {
    patched: {
      main: [{ path: 'fleets.fleet.patches.header', pointers: [`${CHAIN}/typedConfig/httpFilters/0`] }],
    },
    resources: { main: { filterChains: [{ filters: [{ typedConfig: { httpFilters: [MUTATION] } }] }] } },
  })

  t.match(await patch({ patches: { header: { enabled: false } } }), { outcome: 'synced' })
  t.equal(await patchedHeader(t, address), undefined, 'turned off')
})

t.test(
  'T30: a patch that no longer applies rejects the change that breaks it, and nothing is changed',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { patch, address, rest } = await start(t)
    t.match(await patch(listenerPatch()), { outcome: 'synced' })
    await t.rejects(patch({ lb: { mode: 'l4' } }), {
      code: 'invalid-config',
      problems: [{ path: 'fleets.fleet.patches.header.operations[0]', message: /its parent is missing/ }],
    })
    const gone = { listeners: { main: null, other: { port: await freePort(), l7: { routes: 'public' } } } }
    await t.rejects(patch(gone), {
      code: 'invalid-config',
      problems: [
        {
          path: 'fleets.fleet.patches.header.resource',
          message: /unknown listener "main". Use one of: other/,
        },
      ],
    })
    t.equal(await patchedHeader(t, address), 'yes', 'as before')

    // The twin: a patch that says for which mode it is waits while the other one is on.
    t.match(await patch({ patches: { header: { mode: 'l7' } } }), { outcome: 'synced' })
    t.match(await patch({ lb: { mode: 'l4' } }), { outcome: 'synced' })
    t.equal(await patchedHeader(t, address), undefined, 'in l4, the backend answers itself')
    t.match(await patch({ lb: { mode: 'l7' } }), { outcome: 'synced' })
    t.equal(await patchedHeader(t, address), 'yes', 'back in l7')
    t.equal((await rest.getStatus()).nacks.length, 0)
  },
)

t.test('T30: the NACK of a patched resource names the patch, and is rolled back', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { patch, address, rest } = await start(t)
  const timeout = (value: string) => ({
    patches: {
      timeout: {
        enabled: true,
        type: 'cluster',
        resource: 'echo',
        operations: [{ op: 'add', path: '/connectTimeout', value }],
      },
    },
  })
  await t.rejects(patch(timeout('0s')), {
    code: 'nacked',
    problems: [
      {
        path: 'fleets.fleet.patches.timeout',
        message:
          /NACKed Cluster "echo", which upstreams\.echo makes and this patch changes: .*ConnectTimeout/s,
      },
    ],
  })
  const { config } = await rest.getConfig()
  t.notMatch(config, { fleets: { fleet: { patches: {} } } }, 'rolled back')
  t.match(await patch(timeout('3s')), { outcome: 'synced' }, 'the accepted twin')
  await callEcho(connectEcho(t, address), { count: 1 })
})
