// The switches whose examples are not turned as they are, and why.

import { NAMES } from '../documents/places.ts'
import type { OwnTurn } from './turn.ts'

/** What is known when the parts have started. */
export interface TurnParts {
  /** The port of the endpoint of `echo-v2`. */
  readonly otherPort: number
  /** Where an Envoy may write. */
  readonly folder: string
}

const UPSTREAM = ['upstreams', NAMES.upstream]
const CALLED_TOO = ['upstreams', 'echo-v2']
const RULES = ['routes', NAMES.route, 'rules']
const FLEET = ['fleets', NAMES.fleet]
const ECHO = 'switchyard.echo.v1.EchoService'

const METHODS = ['Unary', 'ServerStream', 'Bidirectional'].map((method) => `${ECHO}/${method}`)

const VERSIONS = { enabled: true, selectors: { version: { keys: ['version'] } } }

const SUBSETS = {
  on: VERSIONS,
  changed: { enabled: true, selectors: { ...VERSIONS.selectors, stage: { keys: ['stage'] } } },
  why: 'with another fallback, calls without labels would fail',
}

const ENDS_CALLS =
  'it ends calls before a service sees them, so it is turned at a rule that the load does not match'
const MANY = { maxTokens: 1_000_000_000, fillInterval: '1s' }
const TOKENS = 'the rate is one that the load does not reach'
const FEW_MS = { delay: { time: '1ms', percentage: 100 } }
const NO_ABORT = { abort: { status: 'UNAVAILABLE', percentage: 0 }, maxActive: 100 }
const FAULTS = 'aborts would end calls: they are delayed, and then 0 % of them aborted'
const OWN_FILE = 'the file of the example is in a folder that a test may not write to'
const HASHES = 'a policy hashes on one thing'

export function ownTurns({ otherPort, folder }: TurnParts): Readonly<Record<string, OwnTurn>> {
  const dns = { host: 'localhost', port: otherPort, family: 'v4' }
  const file = { path: `${folder}/calls.log` }
  const log: OwnTurn = {
    changed: {
      enabled: true,
      file,
      grpc: { upstream: 'log-service' },
      openTelemetry: { upstream: 'collector' },
    },
    why: OWN_FILE,
  }
  return {
    'upstreams.*.dns': {
      at: [...CALLED_TOO, 'dns'],
      beside: [[[...CALLED_TOO, 'endpoints'], undefined]],
      on: dns,
      changed: { ...dns, mode: 'logical', refresh: '1s' },
      why: 'it takes the place of endpoints, and its name has to lead to a service',
    },
    'upstreams.*.aggregate': {
      at: [...CALLED_TOO, 'aggregate'],
      beside: [[[...CALLED_TOO, 'endpoints'], undefined]],
      on: ['echo-backup'],
      changed: ['echo-backup', 'collector'],
      why: 'it takes the place of endpoints',
    },
    'upstreams.*.tls': {
      on: { enabled: true, ca: 'mesh', certificate: 'edge-client', sans: ['spiffe://switchyard/echo'] },
      why: 'the endpoints ask who calls',
    },
    'upstreams.*.healthCheck': {
      changed: { enabled: true, interval: '1s', eventLog: { path: `${folder}/health.log`, successes: true } },
      why: OWN_FILE,
    },
    'upstreams.*.protocol': {
      at: ['upstreams', 'issuer', 'protocol'],
      why: 'gRPC needs HTTP/2: it is turned at an upstream that the load does not call',
    },
    'upstreams.*.proxyProtocol': {
      at: ['upstreams', 'issuer', 'proxyProtocol'],
      why: 'the endpoints expect no header: it is turned at an upstream that the load does not call',
    },
    'upstreams.*.localities': {
      beside: [
        [[...UPSTREAM, 'endpoints', 'b2', 'locality'], { zone: 'europe-b' }],
        [[...UPSTREAM, 'endpoints', 'b3', 'locality'], { zone: 'asia-a' }],
      ],
      why: 'localities need endpoints in them',
    },
    'upstreams.*.lb.subset': SUBSETS,
    'fleets.*.lb.subset': SUBSETS,
    'upstreams.*.lb=ring_hash': { on: { policy: 'ring_hash', hashOn: { header: 'x-tenant' } }, why: HASHES },
    'upstreams.*.lb=maglev': { on: { policy: 'maglev', hashOn: { sourceIp: true } }, why: HASHES },
    'routes.*.rules.*.subset': {
      changed: { version: 'v1' },
      beside: [
        [[...FLEET, 'lb', 'subset'], VERSIONS],
        [[...UPSTREAM, 'endpoints', 'b2', 'labels'], { version: 'v2' }],
      ],
      why: 'a rule chooses by labels that its upstreams are divided by',
    },
    'routes.*.rules.*.redirect': {
      at: [...RULES, 'rest', 'redirect'],
      beside: [[[...RULES, 'rest'], { match: { prefix: '/docs/' } }]],
      why: ENDS_CALLS,
    },
    'routes.*.rules.*.directResponse': { at: [...RULES, 'rest', 'directResponse'], why: ENDS_CALLS },
    'routes.*.rules.*.rewrite': {
      on: { host: 'echo.internal' },
      changed: { host: 'echo-v2.internal' },
      why: 'the service has no method at another path',
    },
    'fleets.*.listeners.*.tls': {
      on: { enabled: true, certificate: 'edge-server', allowPlaintext: true },
      changed: {
        enabled: true,
        certificate: 'edge-server',
        clientCa: 'mesh',
        requireClient: false,
        allowPlaintext: true,
      },
      why: 'the callers of the load have no TLS',
    },
    'fleets.*.listeners.*.proxyProtocol': {
      on: { enabled: true, allowMissing: true },
      changed: { enabled: true, allowMissing: true, versions: ['v2'] },
      why: 'the callers of the load send no header',
    },
    'fleets.*.listeners.*.reusePort': {
      changed: true,
      outcome: 'nacked',
      why: 'Envoy cannot change it for a listener that it has: it NACKs, and goes on with the one before',
    },
    'fleets.*.listeners.*.accessLog': log,
    'fleets.*.accessLog': log,
    'fleets.*.security.jwt': {
      on: { enabled: true, anyOf: ['main'], public: METHODS },
      changed: { enabled: true, allOf: ['main', 'service'], public: METHODS },
      why: 'the callers of the load have no token: test/policies/switches-under-load.test.ts has callers with one',
    },
    'fleets.*.security.opa': {
      on: { enabled: true, upstream: 'authorizer', onFailure: 'allow' },
      changed: { enabled: true, upstream: 'authorizer', onFailure: 'allow', timeout: '500ms' },
      why: 'no authorizer answers here (test/policies/switches-under-load.test.ts has one), and maxBody holds streams back',
    },
    'fleets.*.security.rbac': {
      on: { enabled: true, rules: { all: { methods: [`${ECHO}/*`] } } },
      changed: { enabled: true, shadow: true, rules: { all: { methods: ['other.Service/*'] } } },
      why: 'the callers of the load are nobody: first their methods are allowed, then nothing is, in shadow mode',
    },
    'fleets.*.filters.fault': {
      on: { enabled: true, ...FEW_MS },
      changed: { enabled: true, ...NO_ABORT },
      why: FAULTS,
    },
    'routes.*.rules.*.filters.fault': { on: FEW_MS, changed: NO_ABORT, why: FAULTS },
    'fleets.*.filters.localRateLimit': {
      on: { enabled: true, ...MANY },
      changed: { enabled: true, ...MANY, shadow: true },
      why: TOKENS,
    },
    'routes.*.rules.*.filters.localRateLimit': {
      on: MANY,
      changed: { ...MANY, answerHeaders: true },
      why: TOKENS,
    },
    'routes.*.rules.*.filters.requestSize': {
      at: [...RULES, 'rest', 'filters', 'requestSize'],
      why: 'it holds streams back until they end: it is turned at a rule that the load does not match',
    },
    'fleets.*.filters.globalRateLimit': {
      changed: {
        enabled: true,
        upstream: 'rate-limiter',
        domain: 'shop',
        timeout: '50ms',
        onFailure: 'allow',
      },
      why: 'no service of rate limits answers here, so the calls that it cannot decide are allowed',
    },
    'fleets.*.filters.extProc': {
      on: { enabled: true, upstream: 'processor', onFailure: 'allow' },
      changed: {
        enabled: true,
        upstream: 'processor',
        onFailure: 'allow',
        processingMode: { responseHeaders: 'skip' },
      },
      why: 'no service that processes calls answers here, and buffered bodies hold streams back',
    },
    'fleets.*.filters.adaptiveConcurrency': {
      on: { enabled: true, minConcurrency: 500, maxConcurrency: 1000 },
      why: 'it would reject calls while it measures: its limit is over what the load has open',
    },
  }
}
