// Every REST operation: its method, its path, and what the API document says about it.

import type { DescribedCode } from './problem-descriptions.ts'

export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With parameters in braces, as in OpenAPI. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  /** Which problems it answers with, beside `nacked` and `pending` of writes. */
  readonly problems: readonly DescribedCode[]
  /** Its answers have the ETag of the document in force. */
  readonly etag?: true
}

const ANY: readonly DescribedCode[] = [
  'invalid-argument',
  'request-timeout',
  'misdirected-request',
  'headers-too-large',
  'internal',
]
const GUARDED: readonly DescribedCode[] = [...ANY, 'unauthenticated', 'forbidden', 'too-many-attempts']
const WRITE: readonly DescribedCode[] = [
  ...GUARDED,
  'stale-etag',
  'payload-too-large',
  'unsupported-media-type',
  'invalid-config',
  'inconsistent-snapshot',
  'storage-full',
]

/** Of a small body that is no document. */
const SMALL_WRITE: readonly DescribedCode[] = [...GUARDED, 'payload-too-large', 'unsupported-media-type']

const WAIT =
  'With `?wait=30s` the answer comes when every node of the changed fleets has ACKed (200), when a node has NACKed (409), when no node is connected or a newer revision is in force (202), or when the wait ends (504). Without `wait` the answer is 202 at once.'

/** By operation ID. The client has a method of the same name for each. */
export const OPERATIONS = {
  getConfig: {
    method: 'GET',
    path: '/v1/config',
    summary: 'Get the desired state.',
    description:
      'Returns JSON, or YAML if `Accept` asks for it. The ETag is the one that writes need in `If-Match`.',
    problems: GUARDED,
    etag: true,
  },
  putConfig: {
    method: 'PUT',
    path: '/v1/config',
    summary: 'Replace the desired state.',
    description: `Needs \`If-Match\`: 428 without it, 412 if the document has changed meanwhile. ${WAIT}`,
    problems: [...WRITE, 'etag-missing'],
    etag: true,
  },
  patchConfig: {
    method: 'PATCH',
    path: '/v1/config',
    summary: 'Change parts of the desired state with a merge patch (RFC 7396).',
    description: `Needs \`If-Match\`: 428 without it, 412 if the document has changed meanwhile. ${WAIT}`,
    problems: [...WRITE, 'etag-missing'],
    etag: true,
  },
  getLb: {
    method: 'GET',
    path: '/v1/fleets/{fleet}/lb',
    summary: 'Get how a fleet balances load, defaults included.',
    problems: [...GUARDED, 'not-found'],
    etag: true,
  },
  putLb: {
    method: 'PUT',
    path: '/v1/fleets/{fleet}/lb',
    summary: 'Switch how a fleet balances load.',
    description: `Keeps the current policy and its options if the body has no \`policy\`. Listeners with a \`mode\` of their own keep it. \`If-Match\` is optional. ${WAIT}`,
    problems: [...WRITE, 'not-found'],
    etag: true,
  },
  listEndpoints: {
    method: 'GET',
    path: '/v1/upstreams/{upstream}/endpoints',
    summary: 'List the endpoints of an upstream, and where each comes from.',
    description: 'Those of the document, and those of its source (`endpointsFrom`).',
    problems: [...GUARDED, 'not-found'],
  },
  putEndpoint: {
    method: 'PUT',
    path: '/v1/upstreams/{upstream}/endpoints/{endpoint}',
    summary: 'Register an endpoint, or renew its lease.',
    description:
      'Only for upstreams with `endpointsFrom: { registration: … }`; others are 404. The endpoint goes when its lease ends: repeat the request before, each third of the lease. Answers when the endpoint is served. It is no new revision.',
    problems: [...SMALL_WRITE, 'not-found', 'limit-reached', 'invalid-config'],
  },
  deleteEndpoint: {
    method: 'DELETE',
    path: '/v1/upstreams/{upstream}/endpoints/{endpoint}',
    summary: 'Remove a registered endpoint.',
    description: 'Answers when it is no longer served. Its open calls go on.',
    problems: [...GUARDED, 'not-found', 'invalid-config'],
  },
  listRevisions: {
    method: 'GET',
    path: '/v1/revisions',
    summary: 'List revisions, newest first.',
    description: 'Returns a page. Its `next` is the `before` of the next page; the last page has none.',
    problems: GUARDED,
  },
  getRevision: {
    method: 'GET',
    path: '/v1/revisions/{number}',
    summary: 'Get a revision with its document, or wait for its outcome.',
    description: `Without \`wait\`, returns the revision with its document. With \`wait\`, answers like the write of this revision while it is in force, and with the outcome \`replaced\` (202) once a newer one is.`,
    problems: [...GUARDED, 'not-found'],
  },
  getProgress: {
    method: 'GET',
    path: '/v1/revisions/{number}/progress',
    summary: 'Get how far a revision has come on each node.',
    description:
      'A lane for each node: sent, ACKed or NACKed, first call by the new policy, last old connection gone. Kept for the last 50 revisions since the control plane started; others are 404.',
    problems: [...GUARDED, 'not-found'],
  },
  getEvents: {
    method: 'GET',
    path: '/v1/events',
    summary: 'Follow what happens, as server-sent events.',
    description:
      'Events: `hello` (first), `revision`, `node`, `nodes`, `endpoints`, `flip`, `traffic`, `load`, `connections` and `testbed`. With `Last-Event-ID`, the events since that one come first if they are among the last 2,000; `hello` says whether they do. A reader that leaves more than 1 MiB unread is disconnected.',
    problems: [...GUARDED, 'unreachable'],
  },
  getStatus: {
    method: 'GET',
    path: '/v1/status',
    summary: 'Get the status of fleets, nodes and the revision in force.',
    problems: GUARDED,
  },
  getLoad: {
    method: 'GET',
    path: '/v1/load',
    summary: 'Get the calls to each backend, as the nodes report them (LRS).',
    description:
      'Counts begin when the control plane starts. `fleet`, `upstream` and `node` are filters; an unknown name gives empty lists.',
    problems: GUARDED,
  },
  getTestbedLoad: {
    method: 'GET',
    path: '/v1/testbed/load',
    summary: 'Get the load that the testbed makes.',
    description: 'Only where a testbed started the control plane; elsewhere 404.',
    problems: [...GUARDED, 'not-found', 'unreachable'],
  },
  putTestbedLoad: {
    method: 'PUT',
    path: '/v1/testbed/load',
    summary: 'Start, change or stop the load that the testbed makes.',
    description: 'Only where a testbed started the control plane; elsewhere 404.',
    problems: [...GUARDED, 'not-found', 'payload-too-large', 'unsupported-media-type', 'unreachable'],
  },
  getTraffic: {
    method: 'GET',
    path: '/v1/traffic',
    summary:
      'Get calls, errors, latency and connections of fleets over the last minutes, from the stats that Envoys push.',
    description:
      'An Envoy counts calls at L7 only. `errors` are by gRPC status with the switch `filters.grpcStats`; without it they are the calls that no backend answered, that Envoy denied, or whose HTTP status is 5xx. `fleet` is a filter; an unknown name gives empty lists. The event `traffic` of `GET /v1/events` has each new sample.',
    problems: GUARDED,
  },
  listDashboards: {
    method: 'GET',
    path: '/v1/dashboards',
    summary: 'List the dashboards and their panels.',
    description:
      'Only where the control plane knows a Prometheus (`yard serve --prometheus URL`); elsewhere 404.',
    problems: [...GUARDED, 'not-found'],
  },
  getPanel: {
    method: 'GET',
    path: '/v1/dashboards/{dashboard}/panels/{panel}',
    summary: 'Get the values of a panel over the last minutes, from Prometheus.',
    description:
      'Prometheus is sent the queries of this panel and no others. `minutes` is 15 if it is missing. 503 if Prometheus does not answer, with its reason.',
    problems: [...GUARDED, 'not-found', 'unreachable'],
  },
  getSnapshot: {
    method: 'GET',
    path: '/v1/snapshots/{fleet}',
    summary: 'Get the resources that a fleet is served, as proto JSON by type URL and name.',
    description:
      'With `?node=ID`, as this node is served them: with its address in listeners that have none, and the last accepted content while a revision is pending.',
    problems: [...GUARDED, 'not-found'],
  },
  deleteStreams: {
    method: 'DELETE',
    path: '/v1/fleets/{fleet}/nodes/{node}/streams',
    summary: 'End the streams of a node, so that it connects again.',
    description:
      'Streams of xDS, load reports and telemetry. The node connects again at once, is authorized anew, and gets what it lacks. 404 if it has no stream.',
    problems: [...GUARDED, 'not-found'],
  },
  createLoginLink: {
    method: 'POST',
    path: '/v1/login-links',
    summary: 'Make a link that logs a browser in to the page, once and within five minutes.',
    problems: SMALL_WRITE,
  },
  createSession: {
    method: 'POST',
    path: '/v1/sessions',
    summary: 'Log in with the code of a login link.',
    description:
      'Sets the cookie `switchyard-session-PORT`. Ends the session that the browser had. Needs no token.',
    problems: SMALL_WRITE,
  },
  getSession: {
    method: 'GET',
    path: '/v1/session',
    summary: 'Get the name and the role of the caller.',
    problems: GUARDED,
  },
  deleteSession: {
    method: 'DELETE',
    path: '/v1/session',
    summary: 'Log out: end the session of the cookie.',
    problems: GUARDED,
  },
  listTokens: {
    method: 'GET',
    path: '/v1/tokens',
    summary: 'List the tokens of REST, without the tokens themselves.',
    description:
      'By name, expired ones included. Needs the role admin. 404 where the control plane asks for no tokens.',
    problems: [...GUARDED, 'not-found'],
  },
  createToken: {
    method: 'POST',
    path: '/v1/tokens',
    summary: 'Make a token for REST, valid at once.',
    description:
      'The answer has the token, once: the control plane keeps its digest only. Replaces an expired token of this name. Needs the role admin. 404 where the control plane asks for no tokens.',
    problems: [...SMALL_WRITE, 'not-found', 'already-exists', 'limit-reached'],
  },
  deleteToken: {
    method: 'DELETE',
    path: '/v1/tokens/{token}',
    summary: 'Revoke a token, effective at once.',
    description:
      'Also ends the sessions and streams of events that it began. Needs the role admin. The last admin cannot be revoked.',
    problems: [...GUARDED, 'not-found'],
  },
  getHealth: {
    method: 'GET',
    path: '/healthz',
    summary: 'Check that the process answers.',
    problems: ANY,
  },
  getReadiness: {
    method: 'GET',
    path: '/readyz',
    summary:
      'Check that a revision is served, revisions can be written, and the process is not shutting down.',
    problems: [...ANY, 'unreachable', 'storage-full'],
  },
} as const satisfies Readonly<Record<string, Operation>>

export type OperationId = keyof typeof OPERATIONS
