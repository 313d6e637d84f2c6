// The starting document of `yard init`: a valid YAML text with comments, and settings that can be uncommented.

export interface StartingValues {
  readonly fleet: string
  readonly port: number
  /** Addresses of the backends. */
  readonly endpoints: readonly string[]
}

export const DEFAULT_VALUES: StartingValues = {
  fleet: 'edge',
  port: 10_000,
  endpoints: ['127.0.0.1:7101', '127.0.0.1:7102', '127.0.0.1:7103'],
}

/** A line such as `# timeout: 5s` is a setting: without its "# " it is valid too. */
export function startingDocument({ fleet, port, endpoints }: StartingValues): string {
  return `# The desired state: where the backends are, which calls go to them, and what the Envoys of each fleet do.
# "yard explain PATH" describes a field, such as fleets.edge.lb.policy. "yard lint FILE" checks this file.
version: 1

# Backends that serve the same, by name.
upstreams:
  backend:
    endpoints:
${endpoints.map((address, index) => `      b${index + 1}: { address: ${JSON.stringify(address)} }`).join('\n')}
    # Ask each backend for its health by gRPC (grpc.health.v1), and call only healthy ones:
    # healthCheck: { enabled: true, interval: 5s }
    # Talk to the backends over TLS. The secrets below are needed too:
    # tls: { enabled: true, ca: mesh }

# Which calls go to which upstream, in l7 mode.
routes:
  public:
    # The host names of the calls (:authority).
    hosts: ["*"]
    rules:
      all:
        # Such as { service: shop.v1.Orders }; {} matches every call.
        match: {}
        # Weights by upstream. For a canary, add an upstream and write { backend: 90, canary: 10 }.
        to: { backend: 100 }
        # timeout: 5s

# Files of certificates, below the folder "secrets" beside this file. "yard certs --out ." creates these. They are sent to
# Envoys over mutual TLS or a Unix socket only: "yard up --mtls".
# secrets: { edge: { certificate: edge.pem, key: edge.key }, mesh: { ca: ca.pem } }

# An Envoy belongs to the fleet that its bootstrap names: "yard bootstrap ${fleet} NODE".
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
        l4: { upstream: backend }
        l7: { routes: public }
        # Serve clients over TLS. The secrets above are needed too:
        # tls: { enabled: true, certificate: edge }
`
}

/** YAML reads some plain words as other values than text. */
function quoteName(name: string): string {
  return /^(?!(true|false|null|yes|no|on|off|y|n)$)[a-z][\w-]*$/i.test(name) ? name : JSON.stringify(name)
}
