// The rows of docs/reference/switches.md: what a person can turn, and where its proof is. Feature tests name their rows in their
// titles, such as "T7, T8: …", and are not repeated here.

export interface SwitchRow {
  readonly what: string
  /** Paths of the document, as `describeSchema` has them. Each stands for all fields in it. */
  readonly fields: readonly string[]
  /** Names of goldens: each of them writes one of the fields. */
  readonly goldens: readonly string[]
  /**
   * Parts of the titles of tests, or of the names of assertions, that show the same calls with the switch off or with another
   * value. A run must have passed them.
   */
  readonly twins: readonly string[]
  /** A page of the docs that says when and how to use it, with the heading. */
  readonly guide?: string
  /** What is not built or not shown, and why. */
  readonly missing?: string
}

const UPSTREAM = 'upstreams.*'
const RULE = 'routes.*.rules.*'
const FLEET = 'fleets.*'
const LISTENER = 'fleets.*.listeners.*'
const REFERENCE = 'docs/reference/document.md'

export const SWITCH_ROWS: Readonly<Record<string, SwitchRow>> = {
  T1: {
    what: 'load-balancing policies',
    fields: [
      ...['policy', 'choices', 'minimumRingSize', 'tableSize', 'shuffle'],
      ...['blackout', 'expiration', 'updatePeriod', 'errorPenalty', 'metrics', 'outOfBand'],
      ...['name', 'config'],
      ...['updateMergeWindow', 'activeRequestBias', 'overrideHost'],
    ]
      .map((field) => `${FLEET}.lb.${field}`)
      .concat(`${FLEET}.lb.mode`, `${UPSTREAM}.endpoints.*.weight`, `${UPSTREAM}.loadMetrics`),
    goldens: [
      ...['lb-least-request', 'lb-random', 'lb-ring-hash', 'lb-maglev', 'lb-orca'],
      ...['lb-grpc-only', 'lb-options', 'load-metrics', 'mode-l4', 'mode-l7'],
      ...['lb-least-request-choices', 'lb-override-host'],
    ],
    twins: ['equal shares if they report none', 'in mode l4 a connection has one backend'],
    guide: 'docs/guides/load-balancing.md#choose-a-policy',
  },
  T2: {
    what: 'what a hash is made from',
    fields: [`${FLEET}.lb.hashOn`, `${FLEET}.filters.filterState`],
    goldens: ['lb-hash-kinds', 'lb-hash-list'],
    twins: ['Envoy sets it for callers without', 'the twin: both are hashed'],
    guide: 'docs/guides/load-balancing.md#choose-the-key',
  },
  T3: {
    what: 'slow start of new endpoints',
    fields: [`${FLEET}.lb.slowStart`],
    goldens: ['lb-slow-start'],
    twins: ['without slow start half'],
    guide: 'docs/guides/load-balancing.md#warm-up-new-backends',
  },
  T4: {
    what: 'panic threshold, and subsets by labels',
    fields: [
      `${FLEET}.lb.panicThreshold`,
      `${FLEET}.lb.subset`,
      `${RULE}.subset`,
      `${UPSTREAM}.endpoints.*.labels`,
    ],
    goldens: ['lb-subset', 'lb-options'],
    twins: ['all of them without subsets', 'a third in a panic'],
    guide: 'docs/guides/load-balancing.md#call-some-of-the-endpoints',
  },
  T5: {
    what: 'localities, priorities and failover',
    fields: [
      `${UPSTREAM}.endpoints.*.locality`,
      `${UPSTREAM}.endpoints.*.priority`,
      `${UPSTREAM}.localities`,
      `${UPSTREAM}.failover`,
      `${UPSTREAM}.aggregate`,
      `${FLEET}.lb.zoneAware`,
      `${FLEET}.localities`,
    ],
    goldens: ['localities', 'zone-aware'],
    twins: ['without weights by their endpoints', 'without the switch it does not'],
    guide: 'docs/guides/survive-a-failing-backend.md#the-whole-group-is-gone',
  },
  T6: {
    what: 'active health checks',
    fields: [`${UPSTREAM}.healthCheck`],
    goldens: ['health-check', 'health-check-settings', 'health-check-kinds', 'health-check-off'],
    twins: ['without health checks a killed backend keeps failing calls', 'without checks it gets its share'],
    guide: 'docs/guides/survive-a-failing-backend.md#it-is-gone',
  },
  T7: {
    what: 'ejection of endpoints that fail calls',
    fields: [`${UPSTREAM}.outlierDetection`],
    goldens: ['outlier-detection'],
    twins: ['without it every third call fails'],
    guide: 'docs/guides/survive-a-failing-backend.md#it-answers-with-errors',
  },
  T8: {
    what: 'circuit breaker',
    fields: [`${UPSTREAM}.circuitBreaker`, `${RULE}.priority`],
    goldens: ['circuit-breaker'],
    twins: [
      'without the switch they pass',
      'they wait and pass',
      'both are open',
      'the twin: not counted',
      'a rule without it',
    ],
    guide: 'docs/guides/protect-a-slow-service.md#bound-the-open-calls',
  },
  T9: {
    what: 'retries',
    fields: [`${RULE}.retry`, `${FLEET}.retry`],
    goldens: ['retry', 'retry-how', 'retry-off'],
    twins: ['rescued by two retries only'],
    guide: 'docs/guides/survive-a-failing-backend.md#it-answers-with-errors',
  },
  T10: {
    what: 'hedging',
    fields: [`${RULE}.hedging`, `${FLEET}.hedging`],
    goldens: ['hedging'],
    twins: ['a call waits for its slow attempt'],
    guide: 'docs/guides/survive-a-failing-backend.md#it-is-slow',
  },
  T11: {
    what: 'time limits',
    fields: [
      ...[`${RULE}.timeout`, `${RULE}.maxStreamDuration`, `${RULE}.grpcTimeout`],
      ...[`${FLEET}.maxStreamDuration`, `${FLEET}.grpcTimeout`, `${FLEET}.timeouts`],
      `${UPSTREAM}.connections.connectTimeout`,
    ],
    goldens: ['fleet-timeouts', 'stream-duration', 'connections'],
    twins: ['with the defaults, slow calls, streams and headers pass'],
    guide: 'docs/guides/protect-a-slow-service.md#end-what-takes-too-long',
  },
  T12: {
    what: 'age, number and preconnect of connections',
    fields: [`${UPSTREAM}.connections`, `${FLEET}.connections`],
    goldens: ['connections'],
    twins: ['by default they stay', 'twin: one connection for each call'],
    guide: 'docs/guides/connections.md#end-connections-without-failing-calls',
  },
  T13: {
    what: 'HTTP/2: keepalive, streams and windows',
    fields: [...[`${UPSTREAM}.http2`, `${FLEET}.http2`, `${UPSTREAM}.headerLimits`], `${UPSTREAM}.protocol`],
    goldens: ['http2-keepalive', 'http2-limits', 'header-limits'],
    twins: ['is cancelled only with `keepalive`', 'ends only with `keepalive`'],
    guide: 'docs/guides/connections.md#notice-a-dead-peer',
  },
  T14: {
    what: 'limits of connections, headers and messages',
    fields: [
      ...[`${FLEET}.connectionLimit`, `${LISTENER}.connectionLimit`],
      ...[`${FLEET}.connectionBuffer`, `${LISTENER}.connectionBuffer`, `${UPSTREAM}.connectionBuffer`],
      ...[`${FLEET}.headerLimits`, `${FLEET}.filters.requestSize`, `${RULE}.filters.requestSize`],
      `${FLEET}.filters.binaryMetadata`,
    ],
    goldens: ['connection-limits', 'request-size', 'header-limits', 'binary-metadata'],
    twins: ['passes under a wider one', 'the twin with the default'],
    guide: 'docs/guides/protect-a-slow-service.md#bound-the-connections',
  },
  T15: {
    what: 'local rate limit',
    fields: [`${FLEET}.filters.localRateLimit`, `${RULE}.filters.localRateLimit`],
    goldens: ['local-rate-limit'],
    twins: ['in shadow mode are only counted'],
    guide: 'docs/guides/limit-who-takes-how-much.md#calls-in-a-time',
  },
  T16: {
    what: 'global rate limit',
    fields: [`${FLEET}.filters.globalRateLimit`, `${RULE}.filters.globalRateLimit`],
    goldens: ['global-rate-limit'],
    twins: ['the twin: off', 'the twin: it answers', 'of a rule of the limiter'],
    guide: 'docs/guides/limit-who-takes-how-much.md#calls-in-a-time-of-all-envoys-together',
  },
  T17: {
    what: 'admission control and adaptive concurrency',
    fields: [
      ...['admissionControl', 'adaptiveConcurrency'].map((filter) => `${FLEET}.filters.${filter}`),
      ...['admissionControl', 'adaptiveConcurrency'].map((filter) => `${RULE}.filters.${filter}`),
    ],
    goldens: ['admission-control'],
    twins: ['all of them without admission control', 'none without adaptive concurrency'],
    guide: 'docs/guides/protect-a-slow-service.md#let-the-latency-decide',
  },
  T18: {
    what: 'what a rule matches',
    fields: [`${RULE}.match`, 'routes.*.hosts'],
    goldens: ['route-matches', 'route-match-kinds', 'route-query-token', 'virtual-hosts'],
    twins: ['leaves the others to the next rule', 'a header that a caller writes does not'],
    guide: 'docs/guides/change-calls-on-their-way.md#choose-calls',
  },
  T19: {
    what: 'weighted split, canary and sticky users',
    fields: [`${RULE}.to`, `${RULE}.sticky`],
    goldens: ['route-weights', 'route-weights-hashed', 'sticky'],
    twins: ['by chance without it'],
    guide: 'docs/guides/roll-out-a-canary.md#a-share-of-the-calls',
  },
  T20: {
    what: 'mirrors',
    fields: [`${RULE}.mirror`],
    goldens: ['mirror'],
    twins: ['the caller the answers of the upstream'],
    guide: 'docs/guides/roll-out-a-canary.md#copies-of-real-calls',
  },
  T21: {
    what: 'header changes, rewrites, redirects and direct responses',
    fields: [
      ...[`${RULE}.requestHeaders`, `${RULE}.responseHeaders`, `${FLEET}.requestHeaders`],
      ...[`${FLEET}.responseHeaders`, `${RULE}.rewrite`, `${RULE}.redirect`, `${RULE}.directResponse`],
    ],
    goldens: ['header-changes', 'rewrite', 'answers'],
    twins: ['the old ones while nothing is rewritten'],
    guide: 'docs/guides/change-calls-on-their-way.md#change-headers-and-names',
  },
  T22: {
    what: 'faults on purpose',
    fields: [`${FLEET}.filters.fault`, `${RULE}.filters.fault`],
    goldens: ['fault'],
    twins: ['none of them if it is off'],
    guide: 'docs/guides/roll-out-a-canary.md#prove-that-you-would-notice',
  },
  T23: {
    what: 'gRPC-Web and CORS',
    fields: ['grpcWeb', 'cors'].flatMap((filter) => [
      `${FLEET}.filters.${filter}`,
      `${RULE}.filters.${filter}`,
    ]),
    goldens: ['grpc-web'],
    twins: ['off with none that a page sees', 'others may not'],
    guide: 'docs/guides/grpc-web.md#set-it-up',
  },
  T24: {
    what: 'gRPC-JSON transcoding',
    fields: [`${FLEET}.filters.grpcJsonTranscoder`, `${RULE}.filters.grpcJsonTranscoder`],
    goldens: ['grpc-json-transcoder'],
    twins: ['without the switch it is refused', 'called by JSON only with autoMapping'],
    guide: 'docs/guides/browsers-and-json.md#turn-on-all-three',
  },
  T25: {
    what: 'HTTP/1.1 bridge and compression',
    fields: [
      ...['grpcHttp1Bridge', 'compression'].flatMap((filter) => [
        `${FLEET}.filters.${filter}`,
        `${RULE}.filters.${filter}`,
      ]),
      `${FLEET}.http1`,
      `${LISTENER}.http1`,
    ],
    goldens: ['grpc-http1', 'compression'],
    twins: ['and none without'],
    guide: 'docs/guides/tuning.md#compression',
  },
  T26: {
    what: 'access logs',
    fields: [`${FLEET}.accessLog`, `${LISTENER}.accessLog`],
    goldens: ['access-log'],
    twins: [
      'one line a call with gRPC status, and none if it is off',
      'a line for each call with its status',
    ],
    guide: 'docs/guides/see-every-call.md#log-the-calls-of-all-envoys-in-one-place',
  },
  T27: {
    what: 'traces, and statistics of methods',
    fields: [`${FLEET}.tracing`, `${FLEET}.filters.grpcStats`],
    goldens: ['tracing', 'grpc-stats'],
    twins: ['and their messages; off, none', 'if the switch is on'],
    guide: 'docs/guides/observability.md#traces',
  },
  T28: {
    what: 'TCP: listeners of bytes',
    fields: [`${LISTENER}.l4`, `${LISTENER}.proxyProtocol`, `${UPSTREAM}.proxyProtocol`],
    goldens: ['l4-alone', 'tcp', 'proxy-protocol'],
    twins: [
      'connections are shared by weight',
      'leads to a backend, which ends TLS itself',
      'takes the caller from the header, and endpoints get it on',
    ],
    guide: 'docs/guides/connections.md#pass-tls-through',
  },
  T29: {
    what: 'logic of your own',
    fields: ['extProc', 'lua', 'wasm'].flatMap((filter) => [
      `${FLEET}.filters.${filter}`,
      `${RULE}.filters.${filter}`,
    ]),
    goldens: ['ext-proc', 'lua-and-wasm'],
    twins: [
      'off it does neither',
      'a Lua script adds a header, and off',
      'a WebAssembly module adds a header, and off',
    ],
    guide: 'docs/guides/change-calls-on-their-way.md#run-code-of-your-own',
  },
  T30: {
    what: 'any field of Envoy',
    fields: [`${FLEET}.patches`],
    goldens: ['patches'],
    twins: ['is in effect while its patch is on', 'NACK of a patched resource names the patch'],
    guide: 'docs/guides/patches.md#reach-any-field-of-envoy',
  },
  T31: {
    what: 'endpoints that are found outside of the document',
    fields: [`${UPSTREAM}.dns`, `${UPSTREAM}.endpointsFrom`],
    goldens: ['upstream-sources', 'endpoints-from'],
    twins: [
      'a name without an address has no endpoint',
      'twin: nobody has registered',
      'twin: a broken file changes nothing',
      'twin: an API that fails changes nothing',
    ],
    guide: 'docs/guides/endpoints.md#endpoints-from-elsewhere',
  },
  T32: {
    what: 'draining',
    fields: [
      ...[`${UPSTREAM}.endpoints.*.state`, `${UPSTREAM}.drain`],
      ...[`${LISTENER}.drain`, `${FLEET}.drain`],
    ],
    goldens: ['endpoints', 'drain'],
    twins: [
      ...['is killed without draining fails calls', 'without an age they stay'],
      ...['by default they drain', 'one backend gets all', 'all end together', 'the connection stays'],
      ...['by default it gets none', 'they share it'],
    ],
    guide: 'docs/guides/connections.md#take-a-backend-out',
  },
}

/** What is no traffic switch, and where it is described. */
export const OTHER_FIELDS: Readonly<Record<string, string>> = {
  'fleets.*.security': 'docs/security/calls.md',
  'upstreams.*.tls': 'docs/security/tls.md',
  'fleets.*.listeners.*.tls': 'docs/security/tls.md',
  'fleets.*.onNack': REFERENCE,
  'fleets.*.listeners.*.reusePort': REFERENCE,
}
