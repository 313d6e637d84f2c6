// Which virtual host of VHDS serves a host: by its domains, in the order in which Envoy looks at them.
// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-virtualhost

import { BinaryReader, type WireType } from '@bufbuild/protobuf/wire'
import { VirtualHostSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { memoize } from '../../core/memo.ts'
import type { Resource } from './resource.ts'
import { ROUTE, VIRTUAL_HOST } from './resource-type.ts'
import { type SnapshotContent, typeIn } from './snapshot.ts'
import type { TypeSnapshot } from './type-snapshot.ts'

/** Whether a virtual host of another name serves a name which a call asks for. */
export function isServedByDomain(snapshot: SnapshotContent, name: string): boolean {
  return !typeIn(snapshot, VIRTUAL_HOST).resources.has(name) && virtualHostFor(snapshot, name) !== undefined
}

/**
 * The virtual host that serves a name which a call asks for, `ROUTES/HOST`: a domain that is the host, then the longest `*.example.com`,
 * then the longest `example.*`, then `*`. Undefined without one.
 */
export function virtualHostFor(snapshot: SnapshotContent, name: string): Resource | undefined {
  const [routes, host] = splitName(name)
  const domains = domainsByRoutes(typeIn(snapshot, VIRTUAL_HOST)).get(routes)
  if (domains === undefined) return undefined
  const configuration = typeIn(snapshot, ROUTE).resources.get(routes)
  const matched = configuration && ignoresPort(configuration) ? withoutPort(host) : host
  return findDomain(domains, matched.toLowerCase())
}

/** The domains of the virtual hosts of one route configuration. */
interface Domains {
  /** In lower case, as hosts have no case. */
  readonly resources: Map<string, Resource>
  /** The lengths of domains that begin with `*` without it, the longest first. */
  readonly suffixes: readonly number[]
  /** The lengths of domains that end with `*` without it, the longest first. */
  readonly prefixes: readonly number[]
}

const ANY_HOST = '*'

function findDomain({ resources, suffixes, prefixes }: Domains, host: string): Resource | undefined {
  // The asterisk stands for one character at least.
  const isShorter = (length: number) => length < host.length
  const patterns = [
    host,
    ...suffixes.filter(isShorter).map((length) => `*${host.slice(-length)}`),
    ...prefixes.filter(isShorter).map((length) => `${host.slice(0, length)}*`),
    ANY_HOST,
  ]
  for (const pattern of patterns) {
    const found = resources.get(pattern)
    if (found !== undefined) return found
  }
  return undefined
}

/** One look at all domains, for all streams and names. It is taken when a call names a host that is not the name of a virtual host. */
const domainsByRoutes = memoize((hosts: TypeSnapshot): ReadonlyMap<string, Domains> => {
  const byRoutes = new Map<string, Map<string, Resource>>()
  for (const resource of hosts.resources.unordered()) {
    const [routes] = splitName(resource.name)
    const known = byRoutes.get(routes) ?? new Map<string, Resource>()
    for (const domain of domainsOf(resource)) known.set(domain, resource)
    byRoutes.set(routes, known)
  }
  return new Map([...byRoutes].map(([routes, resources]) => [routes, withLengths(resources)]))
})

function withLengths(resources: Map<string, Resource>): Domains {
  const wildcards = [...resources.keys()].filter((domain) => domain !== ANY_HOST)
  return {
    resources,
    suffixes: lengthsOf(wildcards.filter((domain) => domain.startsWith('*'))),
    prefixes: lengthsOf(wildcards.filter((domain) => domain.endsWith('*'))),
  }
}

function lengthsOf(domains: readonly string[]): readonly number[] {
  return [...new Set(domains.map(({ length }) => length - 1))].sort((a, b) => b - a)
}

function splitName(name: string): readonly [routes: string, host: string] {
  const slash = name.lastIndexOf('/')
  return [name.slice(0, Math.max(0, slash)), name.slice(slash + 1)]
}

/** A port is what follows the last colon outside of the brackets of an IPv6 address. */
function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':')
  return colon > host.lastIndexOf(']') ? host.slice(0, colon) : host
}

const DOMAINS = VirtualHostSchema.field.domains.number
const IGNORE_PORT = RouteConfigurationSchema.field.ignorePortInHostMatching.number

const domainsOf = memoize((host: Resource): readonly string[] => {
  const domains: string[] = []
  for (const { number, wireType, reader } of fieldsOf(host.value)) {
    if (number === DOMAINS) domains.push(reader.string().toLowerCase())
    else reader.skip(wireType)
  }
  return domains
})

const ignoresPort = memoize((configuration: Resource): boolean => {
  let ignores = false
  for (const { number, wireType, reader } of fieldsOf(configuration.value)) {
    if (number === IGNORE_PORT) ignores = reader.bool()
    else reader.skip(wireType)
  }
  return ignores
})

interface Field {
  readonly number: number
  readonly wireType: WireType
  readonly reader: BinaryReader
}

/** The fields of a message, without decoding what nobody reads. Whoever iterates reads or skips each. */
function* fieldsOf(value: Uint8Array): Iterable<Field> {
  const reader = new BinaryReader(value)
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    yield { number, wireType, reader }
  }
}
