// What the status says of gRPC clients: nothing is NOT_SENT that they never ask for, and what they are and lack is shown.

import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import { renderStatus } from '../../cli/verbs/status.ts'
import { LISTENER } from '../../xds-server/index.ts'
import {
  connectProxyless,
  proxylessDocument,
  startEndpoints,
  startWithDocument,
} from '../support/proxyless.ts'
import { connectTo, nodeOf, SotwClient } from '../support/xds-client.ts'

t.test(
  'P22: weights of 0, other hosts and other listeners are never asked for, and the client is SYNCED',
  async (t) => {
    const { b1, b2, b3 } = await startEndpoints(t, 'b1', 'b2', 'b3')
    const to = (more: object) => ({ all: { match: {}, to: { echo: 1, ...more } } })
    const { control, rest } = await startWithDocument(
      t,
      proxylessDocument(
        { b1 },
        {
          upstreams: {
            echo: { endpoints: { b1 } },
            spare: { endpoints: { b2 } },
            other: { endpoints: { b3 } },
          },
          routes: {
            public: { hosts: ['*'], rules: to({ spare: 0 }) },
            internal: { hosts: ['internal'], rules: { all: { match: {}, to: { other: 1 } } } },
          },
          fleets: {
            clients: {
              kind: 'proxyless',
              lb: { policy: 'round_robin' },
              listeners: {
                echo: { l7: { routes: ['public', 'internal'] } },
                internal: { l7: { routes: 'internal' } },
              },
            },
          },
        },
      ),
    )
    const client = connectProxyless(t, control.xdsAddress, 'caller-1')
    await client.unary({})
    // Without its last endpoint, a priority lives on in the client for 15 minutes, and keeps the process alive (seen with 1.14).
    const answer = await rest.patchConfig({ upstreams: { spare: { endpoints: { b4: b3 } } } })
    t.match(answer, { outcome: 'synced' })
    const { nodes } = await rest.getStatus()
    t.match(nodes, [{ id: 'caller-1', state: 'SYNCED' }])
  },
)

t.test('the status has the name and version of a client, and what it lacks', async (t) => {
  const { b1 } = await startEndpoints(t, 'b1')
  const { control, rest } = await startWithDocument(
    t,
    proxylessDocument(
      { b1 },
      {
        fleets: {
          clients: {
            kind: 'proxyless',
            lb: { policy: 'least_request' },
            listeners: { echo: { l7: { routes: 'public' } } },
          },
        },
      },
    ),
  )
  await connectProxyless(t, control.xdsAddress, 'caller-1').unary({})
  const status = await rest.getStatus()
  t.match(status.fleets, { clients: { kind: 'proxyless', lb: { mode: 'l7', policy: 'least_request' } } })
  t.match(status.nodes, [
    {
      client: { name: 'gRPC Node Pure JS', version: /^\d+\.\d+\.\d+$/ },
      lacks: [
        {
          path: 'fleets.clients.lb.policy',
          message: 'the policy least_request, and uses round_robin instead',
        },
      ],
    },
  ])
  const printed = stripVTControlCharacters(renderStatus(status))
  t.match(printed, /caller-1 +clients +gRPC Node Pure JS \d/)
  t.match(
    printed,
    'caller-1 (gRPC Node Pure JS) does not support the policy least_request, and uses round_robin instead (fleets.clients.lb.policy)',
  )
  await rest.putLb('clients', { mode: 'l7', policy: 'round_robin' })
  t.notOk((await rest.getStatus()).nodes[0]?.lacks, 'nothing is lacking')
})

t.test('X46, X75: the status says what a client waits for, why, and what it subscribes to', async (t) => {
  const { b1 } = await startEndpoints(t, 'b1')
  const { control, rest } = await startWithDocument(t, proxylessDocument({ b1 }))
  const caller = new SotwClient(connectTo(t, control.xdsAddress))
  caller.send({
    node: { ...nodeOf('caller-1', 'clients'), userAgentName: 'gRPC Go' },
    typeUrl: LISTENER,
    resourceNames: ['ehco'],
  })
  await caller.next()
  const status = await rest.getStatus()
  const message = 'fleet "clients" has no listener "ehco": it has "echo"'
  t.same(status.nodes[0]?.types[LISTENER]?.missing, {
    count: 1,
    names: ['ehco'],
    errors: [{ name: 'ehco', code: 5, message }],
  })
  t.match(
    stripVTControlCharacters(renderStatus(status)),
    [
      '  caller-1 waits for Listener ehco: not in its fleet',
      `    ehco: NOT_FOUND, ${message}`,
      '    subscribes to 1 name: ehco',
    ].join('\n'),
  )
})
