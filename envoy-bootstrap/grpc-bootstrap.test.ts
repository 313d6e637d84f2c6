// The bootstrap of each gRPC client, and options that are rejected beside their accepted twins.

import t from 'tap'
import { SwitchyardError } from '../core/errors.ts'
import { GRPC_CLIENTS, type GrpcClient } from '../core/grpc-clients.ts'
import { createGrpcBootstrap } from './grpc-bootstrap.ts'
import type { GrpcBootstrapOptions } from './grpc-bootstrap-options.ts'
import { SERVER_FEATURES } from './grpc-support.ts'

const FILES = { certificate: '/c.pem', key: '/c.key', ca: '/ca.pem' }

const options: GrpcBootstrapOptions = {
  client: 'go',
  nodeId: 'client-1',
  cluster: 'clients',
  xds: [{ address: '127.0.0.1:18000' }],
}

function configWith(changed: Partial<GrpcBootstrapOptions> = {}) {
  return createGrpcBootstrap({ ...options, ...changed }).config
}

/** The problems of options, as `path: message`. */
function problemsOf(changed: Partial<GrpcBootstrapOptions>): readonly string[] {
  try {
    createGrpcBootstrap({ ...options, ...changed })
    return []
  } catch (error) {
    if (!(error instanceof SwitchyardError)) throw error
    return error.problems.map(({ path, message }) => `${path}: ${message}`)
  }
}

t.test('the least that a client needs is the same for each', async (t) => {
  for (const client of GRPC_CLIENTS) {
    t.strictSame(
      createGrpcBootstrap({ ...options, client }),
      {
        config: {
          xds_servers: [
            {
              server_uri: '127.0.0.1:18000',
              channel_creds: [{ type: 'insecure' }],
              server_features: ['xds_v3'],
            },
          ],
          node: { id: 'client-1', cluster: 'clients', locality: {} },
          server_listener_resource_name_template: 'grpc/server?xds.resource.listening_address=%s',
        },
        environment: {},
      },
      client,
    )
  }
})

t.test('locality and metadata are those of the node', async (t) => {
  const { node } = configWith({
    locality: { region: 'eu', zone: 'eu-1', subZone: 'a' },
    metadata: { team: 'blue' },
  })
  t.strictSame(node, {
    id: 'client-1',
    cluster: 'clients',
    locality: { region: 'eu', zone: 'eu-1', sub_zone: 'a' },
    metadata: { team: 'blue' },
  })
})

t.test(
  'P27: TLS to the control plane names the files, with a certificate of the node or without',
  async (t) => {
    const [mutual] = configWith({ xds: [{ address: 'localhost:1', tls: FILES }] }).xds_servers as object[]
    t.match(mutual, {
      channel_creds: [
        {
          type: 'tls',
          config: { certificate_file: '/c.pem', private_key_file: '/c.key', ca_certificate_file: '/ca.pem' },
        },
      ],
    })
    const [oneSided] = configWith({ xds: [{ address: 'localhost:1', tls: { ca: '/ca.pem' } }] })
      .xds_servers as { channel_creds: object[] }[]
    t.strictSame(oneSided?.channel_creds, [{ type: 'tls', config: { ca_certificate_file: '/ca.pem' } }])
  },
)

t.test('certificate providers watch files', async (t) => {
  t.strictSame(
    configWith({ certificateProviders: { default: FILES, roots: { ca: '/ca.pem', refreshSeconds: 5 } } })
      .certificate_providers,
    {
      default: {
        plugin_name: 'file_watcher',
        config: {
          certificate_file: '/c.pem',
          private_key_file: '/c.key',
          ca_certificate_file: '/ca.pem',
          refresh_interval: '600s',
        },
      },
      roots: {
        plugin_name: 'file_watcher',
        config: { ca_certificate_file: '/ca.pem', refresh_interval: '5s' },
      },
    },
  )
})

t.test('authorities have control planes and templates of their own, or those of the bootstrap', async (t) => {
  const authorities = {
    'other.example': {
      xds: [{ address: 'other:1' }],
      listenerTemplate: 'xdstp://other.example/envoy.config.listener.v3.Listener/x/%s',
    },
    'same.example': {},
  }
  t.strictSame(configWith({ authorities }).authorities, {
    'other.example': {
      client_listener_resource_name_template: 'xdstp://other.example/envoy.config.listener.v3.Listener/x/%s',
      xds_servers: [
        { server_uri: 'other:1', channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] },
      ],
    },
    'same.example': {},
  })
})

const DATA_ERRORS = 'GRPC_EXPERIMENTAL_XDS_DATA_ERROR_HANDLING'
const CALL_CREDS = 'GRPC_EXPERIMENTAL_XDS_BOOTSTRAP_CALL_CREDS'

/** By feature, or another ability: the clients that have it, and the variable that they need for it. */
const KNOWN_BY: readonly (readonly [Partial<GrpcBootstrapOptions>, Partial<Record<GrpcClient, string>>])[] = [
  [{ features: ['xds_v3'] }, { cpp: '', go: '', java: '', node: '', python: '' }],
  [{ features: ['ignore_resource_deletion'] }, { cpp: '', go: '', java: '', node: '', python: '' }],
  [
    { features: ['trusted_xds_server'] },
    { cpp: '', python: '', go: 'GRPC_EXPERIMENTAL_XDS_AUTHORITY_REWRITE', java: '' },
  ],
  [{ features: ['fail_on_data_errors'] }, { cpp: DATA_ERRORS, python: DATA_ERRORS, java: DATA_ERRORS }],
  [
    { features: ['resource_timer_is_transient_error'] },
    { cpp: DATA_ERRORS, python: DATA_ERRORS, java: DATA_ERRORS },
  ],
  [{ xds: [{ address: 'a:1', tls: FILES }] }, { cpp: '', go: '', python: '' }],
  [{ xds: [{ address: 'a:1' }, { address: 'b:1' }] }, { cpp: '', go: '', java: '', python: '' }],
  [
    { xds: [{ address: 'a:1', tls: FILES }], tokenFile: '/token' },
    { cpp: CALL_CREDS, python: CALL_CREDS, go: CALL_CREDS },
  ],
]

t.test('a client gets what it understands, with its flag; what it would ignore is an error', async (t) => {
  for (const [changed, clients] of KNOWN_BY) {
    for (const client of GRPC_CLIENTS) {
      const flag = clients[client]
      const what = `${client} ${JSON.stringify(changed)}`
      if (flag === undefined) {
        const [problem = 'accepted'] = problemsOf({ ...changed, client })
        t.match(problem, /does not understand .* leave it out, or use one of: /, what)
        continue
      }
      const { environment } = createGrpcBootstrap({ ...options, ...changed, client })
      t.strictSame(environment, flag === '' ? {} : { [flag]: 'true' }, what)
    }
  }
})

t.test('a feature is sent to the control plane entry once', async (t) => {
  const [server] = configWith({ client: 'cpp', features: ['xds_v3', 'trusted_xds_server'] })
    .xds_servers as object[]
  t.match(server, { server_features: ['xds_v3', 'trusted_xds_server'] })
  t.ok(SERVER_FEATURES.includes('xds_v3'))
})

t.test('every problem is said at once', async (t) => {
  t.strictSame(
    problemsOf({
      client: 'node',
      nodeId: '',
      cluster: '',
      xds: [{ address: 'nowhere', tls: { ca: '/ca.pem', key: '/c.key' } }],
      certificateProviders: { a: {}, b: { certificate: '/c.pem', refreshSeconds: 0 } },
      authorities: { x: { listenerTemplate: 'xdstp://y/%s' } },
    }),
    [
      'nodeId: is empty; give an id that no other node has',
      'cluster: is empty; give the name of the fleet of this node',
      'xds[0].address: is "nowhere"; write HOST:PORT, [IPv6]:PORT, or unix: and an absolute path',
      'xds[0].tls: gRPC Node does not understand TLS to the control plane (gRFC A65): leave it out, or use one of: cpp, go, python',
      'xds[0].tls: has only one of certificate and key: give both or none',
      'certificateProviders.a: has no file: give a certificate with its key, a CA, or both',
      'certificateProviders.b: has only one of certificate and key: give both or none',
      'certificateProviders.b.refreshSeconds: is 0; give a whole number of seconds above 0',
      'authorities.x.listenerTemplate: is "xdstp://y/%s"; it must start with xdstp://x/',
    ],
  )
})

/** Invalid options, each beside a valid one that differs in one thing. */
const TWINS: readonly (readonly [string, Partial<GrpcBootstrapOptions>, Partial<GrpcBootstrapOptions>])[] = [
  ['no control plane', { xds: [] }, {}],
  [
    'an address without a port',
    { xds: [{ address: 'xds.example' }] },
    { xds: [{ address: 'xds.example:1' }] },
  ],
  ['port 0', { xds: [{ address: '127.0.0.1:0' }] }, { xds: [{ address: '127.0.0.1:1' }] }],
  ['IPv6 without brackets', { xds: [{ address: '::1:1' }] }, { xds: [{ address: '[::1]:1' }] }],
  ['a relative socket', { xds: [{ address: 'unix:xds' }] }, { xds: [{ address: 'unix:/run/xds' }] }],
  [
    'a token over plaintext',
    { tokenFile: '/token' },
    { tokenFile: '/token', xds: [{ address: 'a:1', tls: { ca: '/ca.pem' } }] },
  ],
  [
    'features that contradict each other',
    { client: 'cpp', features: ['ignore_resource_deletion', 'fail_on_data_errors'] },
    { client: 'cpp', features: ['fail_on_data_errors'] },
  ],
]

t.test('an invalid option is rejected, and its valid twin accepted', async (t) => {
  for (const [what, invalid, valid] of TWINS) {
    t.equal(problemsOf(invalid).length, 1, what)
    t.same(problemsOf(valid), [], `the twin of: ${what}`)
  }
})
