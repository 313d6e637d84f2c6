// The rooms of the tree as data: the content of each and the rooms it may import. ARCHITECTURE.md's table is generated from it.

export interface Room {
  readonly holds: string
  /** In addition to itself. The room may also import everything that these may import. */
  readonly mayImport: readonly string[]
}

/** By path from the root: a folder, which ends in a slash, or a file. The lowest layer comes first. */
export const ROOMS: Readonly<Record<string, Room>> = {
  'core/': {
    holds:
      'shared by all rooms: error codes, memo tables, the serial queue, SPIFFE IDs, paths and differences of documents',
    mayImport: [],
  },
  'proto/': {
    holds: 'our `.proto` files and the generator of the workspace `@envoy/xds-protos`',
    mayImport: [],
  },
  'xds-server/snapshot/': {
    holds: 'resources, their versions and references; snapshots and what differs between two of them',
    mayImport: ['core/', 'proto/'],
  },
  'xds-server/nodes/': {
    holds: 'which nodes are connected, what each has ACKed or NACKed, and who waits for them',
    mayImport: ['xds-server/snapshot/'],
  },
  'xds-server/cache/': {
    holds: 'the snapshot cache: what each group of nodes is served, and the watches of streams',
    mayImport: ['xds-server/nodes/'],
  },
  'xds-server/load-reports/': {
    holds: 'load reports (LRS): what nodes are asked for, and what they report, bounded and as plain data',
    mayImport: ['xds-server/nodes/'],
  },
  'xds-server/type-state/': {
    holds:
      'the state of one resource type on one stream: subscription, what the client has, un-ACKed responses, and the plan of a push',
    mayImport: ['xds-server/snapshot/'],
  },
  'xds-server/streams/': {
    holds: 'pure stream machines for SotW and delta, make-before-break order, decoding and encoding',
    mayImport: [
      'xds-server/type-state/',
      'xds-server/nodes/name-list.ts',
      'xds-server/nodes/status.ts',
      'xds-server/nodes/resource-view.ts',
    ],
  },
  'xds-server/services/': {
    holds: 'the gRPC services: sockets, flow control, node identity',
    mayImport: ['xds-server/streams/', 'xds-server/cache/', 'xds-server/load-reports/'],
  },
  'xds-server/index.ts': { holds: "the library's public interface", mayImport: ['xds-server/services/'] },
  'api/': {
    holds: 'REST: every operation, schema and status once, and the typed client',
    mayImport: ['core/'],
  },
  'control-plane/switches/': {
    holds: 'the switches, one file each',
    mayImport: ['core/', 'proto/'],
  },
  'control-plane/document/': {
    holds: 'model and validation of the desired state',
    mayImport: ['control-plane/switches/'],
  },
  'control-plane/sources/': {
    holds: 'sources that change without a new revision: files, secrets from watched files, and endpoints',
    mayImport: ['control-plane/document/', 'api/'],
  },
  'control-plane/translate/': {
    holds: 'desired state to Envoy resources: pure functions',
    mayImport: ['control-plane/sources/', 'xds-server/snapshot/'],
  },
  'control-plane/store/': {
    holds: 'revisions of the desired state in SQLite, durable before they are served',
    mayImport: ['core/', 'api/'],
  },
  'control-plane/access/': {
    holds: 'who may be which node, and who may do what over REST',
    mayImport: ['core/'],
  },
  'control-plane/load-reports/': {
    holds: 'adds up what nodes report about their calls, for each fleet, upstream, locality and endpoint',
    mayImport: ['api/', 'xds-server/index.ts', 'control-plane/document/'],
  },
  'control-plane/traffic/': {
    holds: 'the calls, errors and latency of fleets over the last minutes, from the stats that Envoys push',
    mayImport: ['api/', 'xds-server/index.ts'],
  },
  'dashboards/boards/': {
    holds: 'dashboards as data: their panels and the queries of them',
    mayImport: ['core/'],
  },
  'control-plane/dashboards/': {
    holds: 'asks a Prometheus for the values of the panels',
    mayImport: ['api/', 'control-plane/document/', 'dashboards/boards/'],
  },
  'control-plane/rollout/': {
    holds: 'which revision is in force: accepted, rejected or rolled back by what the nodes answer',
    mayImport: ['xds-server/index.ts', 'control-plane/store/', 'control-plane/translate/'],
  },
  'control-plane/access-logs/': {
    holds: 'reads the access logs that Envoys stream: calls by connection, and what they say of a change',
    mayImport: ['xds-server/index.ts', 'control-plane/translate/'],
  },
  'control-plane/events/': {
    holds: 'what happens, for readers that follow it: a ring of events, and how far each revision has come',
    mayImport: [
      'api/',
      'control-plane/rollout/',
      'control-plane/load-reports/',
      'control-plane/access-logs/',
    ],
  },
  'control-plane/admin/': {
    holds: 'the REST server',
    mayImport: [
      'api/',
      'control-plane/document/',
      'control-plane/store/revision.ts',
      'control-plane/access/',
      'xds-server/nodes/status.ts',
      'xds-server/nodes/events.ts',
      'xds-server/snapshot/resource-type.ts',
    ],
  },
  'control-plane/control-plane.ts': {
    holds: 'the composition root',
    mayImport: [
      'control-plane/rollout/',
      'control-plane/load-reports/',
      'control-plane/access-logs/',
      'control-plane/traffic/',
      'control-plane/events/',
      'control-plane/dashboards/',
      'control-plane/admin/',
      'control-plane/access/',
    ],
  },
  'control-plane/flags/': {
    holds: 'flags of `yard serve` that become settings',
    mayImport: ['xds-server/index.ts'],
  },
  'control-plane/main.ts': {
    holds: "the control plane's process",
    mayImport: ['control-plane/control-plane.ts', 'control-plane/flags/'],
  },
  'services/': {
    holds:
      'the echo and key-value services, the authorizer, the token issuer, the rate limiter, the log service, the typed gRPC adapter; example gRPC clients in several languages',
    mayImport: ['core/', 'proto/'],
  },
  'policies/': {
    holds: "the authorizer's Rego policy with its tests and data, and the WebAssembly it compiles to",
    mayImport: [],
  },
  'dashboards/': {
    holds: 'the dashboards as Grafana reads them, and alert rules as Prometheus does',
    mayImport: ['dashboards/boards/'],
  },
  'processes/': {
    holds: 'child processes that end with their parent; programs of the system; free ports',
    mayImport: ['core/'],
  },
  'protobuf/': {
    holds: "protobuf's wire format taken apart, and descriptors at run time by buf",
    mayImport: ['core/'],
  },
  'envoy-bootstrap/': {
    holds:
      'bootstraps of Envoys and of gRPC without a proxy; finds Envoy, runs it, reads its admin interface',
    mayImport: ['processes/', 'proto/'],
  },
  'testbed/': {
    holds: 'starts the parts as processes; development certificates; load, flips and measurements',
    mayImport: ['api/', 'services/', 'envoy-bootstrap/'],
  },
  'web/grpc-web-example/page/': {
    holds:
      'a page that calls by gRPC-Web, with two clients, and its ways around the limits; runs in browsers',
    mayImport: ['proto/'],
  },
  'web/grpc-web-example/': {
    holds: 'builds and serves that page, with the testbed it calls; a WebSocket bridge',
    mayImport: ['web/grpc-web-example/page/', 'testbed/'],
  },
  'web/live/page/': {
    holds:
      'the live page: switches as controls, lanes of a flip, distribution, time strips; runs in browsers',
    mayImport: ['api/'],
  },
  'web/live/': {
    holds: 'builds the live page, which the control plane serves at `/ui/`',
    mayImport: ['web/live/page/'],
  },
  'harness/': {
    holds: 'runs a scenario: its matrix of runs, load, statistics, results and report',
    mayImport: ['testbed/'],
  },
  'experiments/scenarios/': {
    holds: 'scenarios over REST and real calls, each with a README and its results',
    mayImport: ['dashboards/', 'examples/grpc-patterns/', 'harness/', 'protobuf/', 'web/grpc-web-example/'],
  },
  'policy-tests/': {
    holds:
      'unit tests of policies, `yard test`: real Envoys with the document of a user, stand-ins for its upstreams, and callers with tokens and certificates made for the run',
    mayImport: [
      'control-plane/translate/',
      'xds-server/index.ts',
      'protobuf/',
      'testbed/',
      'control-plane/admin/merge-patch.ts',
      'harness/report/html/html.ts',
    ],
  },
  'cli/': {
    holds: 'the command `yard`, its launcher, the demonstration; it speaks REST, and checks files itself',
    mayImport: [
      'dashboards/',
      'experiments/scenarios/',
      'policy-tests/',
      'control-plane/document/',
      'control-plane/access/verify-audit.ts',
      'control-plane/access/audit-chain.ts',
      'xds-server/snapshot/snapshot-json.ts',
      'xds-server/snapshot/message-registry.ts',
      'control-plane/switches/',
      'control-plane/translate/',
    ],
  },
  'docs/pictures/': { holds: 'the pictures of the README, drawn from recorded runs', mayImport: ['cli/'] },
  'packaging/': {
    holds:
      'builds the package of the library that users install, its API reference and the report of its exports',
    mayImport: ['core/', 'control-plane/document/'],
  },
  'examples/grpc-patterns/': {
    holds: 'small programs of gRPC itself, which a scenario runs too',
    mayImport: ['services/'],
  },
  'examples/': {
    holds: 'small programs that use the library by its public name, each with a README and a test',
    mayImport: ['xds-server/index.ts'],
  },
  'bench/': {
    holds: 'benchmarks next to other servers in the same run; `gcp-peer/` and `xds-swarm/` are in Go',
    mayImport: ['testbed/', 'control-plane/control-plane.ts', 'examples/'],
  },
  'test/': {
    holds: 'tests of several parts together, and shared fixtures',
    mayImport: ['cli/', 'docs/pictures/', 'packaging/', 'bench/', 'control-plane/main.ts'],
  },
}

/** The rooms as a Markdown table. */
export function roomsTable(): string {
  const rows = Object.entries(ROOMS).map(([path, { holds, mayImport }]) => {
    const imports = mayImport.map((one) => `\`${one}\``).join(', ')
    return `| \`${path}\` | ${holds} | ${imports || 'nothing'} |`
  })
  return ['| room | what it holds | may import |', '| --- | --- | --- |', ...rows].join('\n')
}
