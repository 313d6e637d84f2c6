// Every REST operation: its method, its path, and what the API document says about it.

export interface Operation {
  readonly method: 'GET' | 'PUT' | 'PATCH'
  /** With parameters in braces, as in OpenAPI. */
  readonly path: string
  readonly summary: string
  readonly description?: string
}

const WAIT =
  'With `?wait=30s` the answer comes when every node of the changed fleets has ACKed (200), when a node has NACKed (409), when no node is connected (202), or when the wait ends (504). Without `wait` the answer is 202 at once.'

/** By operation ID. The client has a method of the same name for each. */
export const OPERATIONS = {
  getConfig: {
    method: 'GET',
    path: '/v1/config',
    summary: 'Get the desired state.',
    description:
      'Returns JSON, or YAML if `Accept` asks for it. The ETag is the one that writes need in `If-Match`.',
  },
  putConfig: {
    method: 'PUT',
    path: '/v1/config',
    summary: 'Replace the desired state.',
    description: `Needs \`If-Match\`. ${WAIT}`,
  },
  patchConfig: {
    method: 'PATCH',
    path: '/v1/config',
    summary: 'Change parts of the desired state with a merge patch (RFC 7396).',
    description: `Needs \`If-Match\`. ${WAIT}`,
  },
  getLb: {
    method: 'GET',
    path: '/v1/fleets/{fleet}/lb',
    summary: 'Get how a fleet balances load, defaults included.',
  },
  putLb: {
    method: 'PUT',
    path: '/v1/fleets/{fleet}/lb',
    summary: 'Switch how a fleet balances load.',
    description: `Keeps the current policy and its options if the body has no \`policy\`. Listeners with a \`mode\` of their own keep it. \`If-Match\` is optional. ${WAIT}`,
  },
  listRevisions: {
    method: 'GET',
    path: '/v1/revisions',
    summary: 'List all revisions, newest first.',
  },
  getRevision: {
    method: 'GET',
    path: '/v1/revisions/{number}',
    summary: 'Get a revision with its document, or wait for its outcome.',
    description: `Without \`wait\`, returns the revision with its document. With \`wait\`, answers like the write of this revision.`,
  },
  getStatus: {
    method: 'GET',
    path: '/v1/status',
    summary: 'Get the status of fleets, nodes and the revision in force.',
  },
  getSnapshot: {
    method: 'GET',
    path: '/v1/snapshots/{fleet}',
    summary: 'Get the resources that a fleet is served, as proto JSON by type URL and name.',
  },
  getHealth: {
    method: 'GET',
    path: '/healthz',
    summary: 'Check that the process answers.',
  },
  getReadiness: {
    method: 'GET',
    path: '/readyz',
    summary: 'Check that a revision is served and the process is not shutting down.',
  },
} as const satisfies Readonly<Record<string, Operation>>

export type OperationId = keyof typeof OPERATIONS
