// The starting document of `yard init`: a valid YAML text, with comments and with settings that can be uncommented.

import { parse } from 'yaml'
import { SCHEMA_FILE } from '../../../control-plane/document/published-schema.ts'
import { KEY_SET_PATH } from '../../../services/issuer/issuer-server.ts'
import { ISSUER } from '../../../testbed/issuer.ts'
import { AUDIENCE } from '../../../testbed/security.ts'
import { unwrittenAt } from './unwritten.ts'

export const CLIENTS = ['envoy', 'proxyless'] as const
export const SECURITY = ['none', 'tokens', 'mtls'] as const

export interface StartingValues {
  readonly clients: (typeof CLIENTS)[number]
  readonly security: (typeof SECURITY)[number]
  /** The name of the upstream. */
  readonly upstream: string
  /** Default: `edge` for Envoys, `clients` for gRPC clients. */
  readonly fleet?: string
  /** Of the listener of Envoys. */
  readonly port: number
  /** Addresses of the backends. */
  readonly endpoints: readonly string[]
}

export const DEFAULT_VALUES: StartingValues = {
  clients: 'envoy',
  security: 'none',
  upstream: 'backend',
  port: 10_000,
  endpoints: ['127.0.0.1:7101', '127.0.0.1:7102', '127.0.0.1:7103'],
}

export const ISSUER_UPSTREAM = 'issuer'
/** Where `yard up --security` starts its issuer. */
const ISSUER_ADDRESS = '127.0.0.1:7300'

/** A line that stands for the settings that nobody wrote at a place: `«PATH»`, or `«PATH in filters»` for those of a part that is not there. */
const PLACE = /^( *)«([^ »]+)(?: in (\w+))?»\n/gm

/** A line such as `# timeout: 5s` is a setting: without its "# " it is valid too. */
export function startingDocument(values: StartingValues): string {
  const text = [HEAD, upstreams(values), routes(values), secrets(values), fleets(values)].join('\n')
  const document = parse(text.replace(PLACE, ''))
  const names = [values.upstream, fleetOf(values)]
  return text.replace(PLACE, (_, indent: string, path: string, part?: string) => {
    const place = path
      .split('.')
      .map((step) => (step === 'U' ? names[0] : step === 'F' ? names[1] : step) ?? '')
    const steps = part === undefined ? place : [...place, part]
    const lines = unwrittenAt(document, steps, values.clients)
    const shown = part === undefined ? lines : [`${part}:`, ...lines.map((line) => `  ${line}`)]
    return lines.length === 0 ? '' : shown.map((line) => `${indent}# ${line}\n`).join('')
  })
}

const HEAD = `# yaml-language-server: $schema=${SCHEMA_FILE}
# The desired state: where the backends are, which calls go to them, and what the clients of each fleet do.
# "yard explain PATH" describes a field, such as fleets.edge.lb.policy, with its default. "yard lint FILE" checks this file.
# "yard schema > ${SCHEMA_FILE}" gives editors completion. Lines that begin with "# name:" are settings that are off: uncomment one.
version: 1
`

function upstreams({ upstream, endpoints, clients, security }: StartingValues): string {
  const lines = endpoints.map(
    (address, index) => `      b${index + 1}: { address: ${JSON.stringify(address)} }`,
  )
  return `# Backends that serve the same, by name.
upstreams:
  ${quoteName(upstream)}:
    endpoints:
${lines.join('\n')}
${upstreamTls(clients, security)}    «upstreams.U»
${security === 'tokens' ? ISSUER_ENTRY : ''}`
}

function upstreamTls(clients: StartingValues['clients'], security: StartingValues['security']): string {
  if (clients === 'envoy') {
    return `    # Talk to the backends over TLS. The secrets below are needed too:
    # tls: { enabled: true, ca: mesh, sans: ["spiffe://switchyard/echo"] }
`
  }
  return security === 'mtls'
    ? `    # The backends serve TLS and want a certificate. Clients take theirs from the provider in their bootstrap.
    tls: { enabled: true, ca: mesh, certificate: client, sans: ["spiffe://switchyard/echo"] }
`
    : ''
}

const ISSUER_ENTRY = `  # Serves the public keys of tokens. "yard up --security" starts one here, for development.
  ${ISSUER_UPSTREAM}:
    protocol: http1
    endpoints: { i1: { address: "${ISSUER_ADDRESS}" } }
`

function routes({ upstream }: StartingValues): string {
  return `# Which calls go to which upstream.
routes:
  public:
    # The host names of the calls (:authority).
    hosts: ["*"]
    rules:
      all:
        # Such as { service: shop.v1.Orders }; {} matches every call.
        match: {}
        # Weights by upstream. For a canary, add an upstream and write { ${upstream}: 90, canary: 10 }.
        to: { ${quoteName(upstream)}: 100 }
        # The time that a call may take; streams count too:
        # timeout: 5s
        «routes.public.rules.all»
`
}

function secrets({ clients, security }: StartingValues): string {
  const about = `# Files of certificates, below the folder "secrets" beside this file. "yard certs --out ." creates these.`
  const sent = '# They are sent to Envoys over mutual TLS or a Unix socket only: "yard up --mtls".'
  if (security === 'mtls') {
    return clients === 'envoy'
      ? `${about}
${sent}
secrets:
  edge: { certificate: edge.pem, key: edge.key }
  mesh: { ca: ca.pem }
`
      : `# Whom clients trust, and who they are. gRPC clients take the files from their bootstrap: "yard bootstrap --help".
secrets:
  client: { certificate: client.pem, key: client.key }
  mesh: { ca: ca.pem }
`
  }
  if (clients === 'proxyless') return ''
  const tokens = `# Who may issue tokens, and where Envoys get the keys.
jwt:
  main:
    issuer: ${ISSUER}
    audiences: [${AUDIENCE}]
    jwks: { upstream: ${ISSUER_UPSTREAM}, path: ${KEY_SET_PATH} }

`
  return `${security === 'tokens' ? tokens : ''}${about}
${sent}
# secrets: { edge: { certificate: edge.pem, key: edge.key }, mesh: { ca: ca.pem } }
`
}

function fleets(values: StartingValues): string {
  return values.clients === 'envoy' ? envoyFleet(values) : proxylessFleet(values)
}

function envoyFleet(values: StartingValues): string {
  const { upstream, port, security } = values
  const fleet = fleetOf(values)
  const tls =
    security === 'mtls'
      ? `        # Callers need a certificate of the same CA. "yard call" finds one in the folder "secrets".
        tls: { enabled: true, certificate: edge, clientCa: mesh, requireClient: true }
`
      : `        # Serve clients over TLS. The secrets above are needed too:
        # tls: { enabled: true, certificate: edge }
`
  const jwt = `    security:
      # Calls need a token. "yard issue --role user" prints one of the issuer of "yard up --security".
      jwt: { enabled: true, anyOf: [main], public: [grpc.health.v1.Health/Check] }
`
  return `# An Envoy belongs to the fleet that its bootstrap names: "yard bootstrap ${fleet} NODE".
fleets:
  ${quoteName(fleet)}:
    kind: envoy
    lb:
      # l4 balances connections, l7 calls. Switch with "yard lb ${fleet} l4".
      mode: l7
      # round_robin, least_request, random, ring_hash or maglev.
      policy: round_robin
    listeners:
      main:
        port: ${port}
        l4: { upstream: ${quoteName(upstream)} }
        l7: { routes: public }
${tls}        «fleets.F.listeners.main»
${security === 'tokens' ? jwt : ''}    «fleets.F»
    «fleets.F in filters»
`
}

function proxylessFleet(values: StartingValues): string {
  const fleet = fleetOf(values)
  const name = quoteName(values.upstream)
  return `# A gRPC client belongs to the fleet that its bootstrap names: "yard bootstrap ${fleet} NODE --client node".
fleets:
  ${quoteName(fleet)}:
    kind: proxyless
    # The implementations of gRPC that the fleet has: what one of them lacks is then a warning.
    clients: [node]
    lb:
      # round_robin, ring_hash or pick_first; Go and Java also have least_request.
      policy: round_robin
    listeners:
      # Clients call xds:///${values.upstream}.
      ${name}: { l7: { routes: public } }
    «fleets.F»
    «fleets.F in filters»
`
}

export function fleetOf({ fleet, clients }: StartingValues): string {
  return fleet ?? (clients === 'envoy' ? 'edge' : 'clients')
}

/** YAML reads some plain words as other values than text. */
function quoteName(name: string): string {
  return /^(?!(true|false|null|yes|no|on|off|y|n)$)[a-z][\w-]*$/i.test(name) ? name : JSON.stringify(name)
}
