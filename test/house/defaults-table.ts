// The defaults that a gRPC service wants, as a Markdown table: values from the declarations, reasons from here.

import { describeSchema } from '../../control-plane/document/describe-schema.ts'
import { ConfigSchema } from '../../control-plane/document/model.ts'

export interface DefaultRow {
  /** As `describeSchema` has it. */
  readonly path: string
  /** What an Envoy does that is not configured. */
  readonly ofEnvoy: string
  readonly why: string
  /** Keys one in the other, somewhere in the config dump of an Envoy whose document says nothing, and the value there. */
  readonly dump: { readonly keys: readonly string[]; readonly value: unknown }
}

export const DEFAULT_ROWS: readonly DefaultRow[] = [
  {
    path: 'upstreams.*.protocol',
    ofEnvoy: 'HTTP/1.1',
    why: 'gRPC needs HTTP/2',
    dump: { keys: ['http2_protocol_options', 'max_concurrent_streams'], value: 100 },
  },
  {
    path: 'upstreams.*.http2.keepalive',
    ofEnvoy: 'off',
    why: 'an endpoint that vanished without closing its connections is noticed, and calls there end, instead of waiting for TCP or forever',
    dump: { keys: ['connection_keepalive', 'timeout'], value: '10s' },
  },
  {
    path: 'upstreams.*.http2.keepalive.interval',
    ofEnvoy: 'none',
    why: 'gRPC servers end connections that send PINGs more often',
    dump: { keys: ['connection_keepalive', 'interval'], value: '300s' },
  },
  {
    path: 'upstreams.*.circuitBreaker.retries',
    ofEnvoy: '3',
    why: 'more than three calls cross the GOAWAY of a backend that drains, and nobody has processed them',
    dump: { keys: ['max_retries'], value: 1024 },
  },
  {
    path: 'routes.*.rules.*.retry',
    ofEnvoy: 'off',
    why: 'with "on" as in the next line: a retry that cannot run a call twice',
    dump: { keys: ['retry_policy', 'num_retries'], value: 3 },
  },
  {
    path: 'routes.*.rules.*.retry.on',
    ofEnvoy: 'nothing',
    why: 'a stream that the backend refused has not been processed',
    dump: { keys: ['retry_policy', 'retry_on'], value: 'refused-stream' },
  },
  {
    path: 'routes.*.rules.*.timeout',
    ofEnvoy: '15s',
    why: 'a gRPC stream may last for days, and its caller sets a deadline',
    dump: { keys: ['route', 'timeout'], value: '0s' },
  },
  {
    path: 'fleets.*.timeouts.streamIdle',
    ofEnvoy: '5m',
    why: 'a watch may have nothing to say for longer',
    dump: { keys: ['stream_idle_timeout'], value: '3600s' },
  },
  {
    path: 'fleets.*.timeouts.requestHeaders',
    ofEnvoy: 'none',
    why: 'a client that never ends its headers only keeps a connection busy',
    dump: { keys: ['request_headers_timeout'], value: '10s' },
  },
  {
    path: 'fleets.*.lb.panicThreshold',
    ofEnvoy: '50',
    why: 'no call goes to an endpoint that is known to be unhealthy',
    dump: { keys: ['healthy_panic_threshold'], value: {} },
  },
  {
    path: 'fleets.*.lb.updateMergeWindow',
    ofEnvoy: '1s',
    why: 'an endpoint that died or drains gets no calls for another second',
    dump: { keys: ['update_merge_window'], value: '0s' },
  },
  {
    path: 'fleets.*.listeners.*.reusePort',
    ofEnvoy: 'true',
    why: 'a second Envoy on a port is an error, and not a silent share of the connections',
    dump: { keys: ['enable_reuse_port'], value: false },
  },
]

export function defaultsTable(): string {
  const fields = new Map(describeSchema(ConfigSchema).map((field) => [field.path, field]))
  const rows = DEFAULT_ROWS.map(({ path, ofEnvoy, why }) => {
    const { default: fallback, envoyField } = fields.get(path) ?? {}
    if (fallback === undefined) throw new Error(`${path} has no default`)
    const value = typeof fallback === 'string' ? fallback : JSON.stringify(fallback)
    return `| \`${path}\` | \`${value}\` | ${ofEnvoy} | ${why} | ${envoyField === undefined ? '' : `\`${envoyField}\``} |`
  })
  return [
    '| field | default | Envoy by itself | why | field of Envoy |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}
