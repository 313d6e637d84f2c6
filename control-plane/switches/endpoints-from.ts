// Endpoints that come from a source beside the document: a file, registrations over REST, DNS or Kubernetes.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { upstreamSwitch } from './attach-points.ts'
import { dnsFields } from './dns-fields.ts'
import { Interval, PositiveDuration } from './duration.ts'
import { facts } from './schema-keywords.ts'
import { FilePath } from './setting-file.ts'

const strict = { additionalProperties: false } as const

/** The most endpoints that the sources of one upstream may have. */
const MOST_ENDPOINTS = 10_000

export const DEFAULT_LEASE = '30s'
export const DEFAULT_MAX = 1_000

/** How long an endpoint stays that nobody registers again. */
export const LEASE = PositiveDuration(
  DEFAULT_LEASE,
  'how long an endpoint stays without being registered again, where its registration says nothing else',
  { example: '10s' },
)

const RegistrationSchema = Type.Object(
  { lease: LEASE },
  {
    ...strict,
    description: 'settings of registrations, such as { lease: 30s }',
    ...facts({ example: { lease: '10s' } }),
  },
)

const FIELDS = dnsFields(false)

const DnsSchema = Type.Object(
  {
    host: FIELDS.host,
    port: FIELDS.port,
    refresh: Interval('5s', 'the time between two resolutions, where the TTL of an answer does not count', {
      example: '30s',
    }),
    honorTtl: Type.Optional(
      Type.Boolean({
        default: true,
        description: 'true or false: whether the TTL of an answer, at least 1s, takes the place of refresh',
      }),
    ),
    jitter: PositiveDuration('1ms', 'the longest random delay of a resolution', { example: '500ms' }),
    family: FIELDS.family,
    resolvers: FIELDS.resolvers,
  },
  {
    ...strict,
    description: 'a name that the control plane resolves, such as { host: echo.internal, port: 7101 }',
    ...facts({ example: { host: 'echo.internal', port: 7101 } }),
  },
)
export type DnsSettings = DeepReadonly<Static<typeof DnsSchema>>

/** RFC 1123, as Kubernetes has it. */
function KubernetesName(what: string, example: string) {
  return Type.String({
    pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$',
    maxLength: 63,
    description: `the name of ${what}, in lower case`,
    ...facts({ example }),
  })
}

const KubernetesSchema = Type.Object(
  {
    namespace: KubernetesName('a namespace', 'shop'),
    service: KubernetesName('a Service', 'echo'),
    port: Type.Optional(
      Type.Unsafe<string | number>({
        type: ['string', 'integer'],
        minimum: 1,
        maximum: 65_535,
        minLength: 1,
        description:
          "the name of a port of the Service, or the number of the Pods' port; may be missing if there is one",
        ...facts({ example: 'grpc' }),
      }),
    ),
  },
  {
    ...strict,
    description: 'a Service of Kubernetes, such as { namespace: shop, service: echo, port: grpc }',
    ...facts({ example: { namespace: 'shop', service: 'echo', port: 'grpc' } }),
  },
)
export type KubernetesSettings = DeepReadonly<Static<typeof KubernetesSchema>>

const SettingsSchema = Type.Object(
  {
    file: Type.Optional(
      FilePath('the path of a file with endpoints by their names', { example: 'endpoints/echo.yaml' }),
    ),
    registration: Type.Optional(RegistrationSchema),
    dns: Type.Optional(DnsSchema),
    kubernetes: Type.Optional(KubernetesSchema),
    max: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MOST_ENDPOINTS,
        default: DEFAULT_MAX,
        description: `the most endpoints that the source may give, from 1 to ${MOST_ENDPOINTS}`,
        ...facts({ example: 200 }),
      }),
    ),
  },
  {
    ...strict,
    description: 'one source of endpoints, such as { registration: { lease: 30s } }',
    ...facts({
      envoy: 'ClusterLoadAssignment.endpoints',
      example: { registration: { lease: '10s' } },
    }),
  },
)
export type EndpointsFrom = DeepReadonly<Static<typeof SettingsSchema>>

/** The sources, by the names of their fields. */
export const SOURCE_KINDS = ['file', 'registration', 'dns', 'kubernetes'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

/** The source that is written: validation sees to it that there is exactly one. */
export function sourceKindOf(settings: Partial<Record<SourceKind, unknown>>): SourceKind {
  return SOURCE_KINDS.find((kind) => settings[kind] !== undefined) ?? SOURCE_KINDS[0]
}

/**
 * `endpointsFrom` of an upstream, with or without `endpoints` beside it. What the source says changes the assignment of the upstream
 * (EDS) alone, without a revision: `control-plane/sources/endpoints/` follows the sources.
 */
export const endpointsFrom = upstreamSwitch({
  field: 'endpointsFrom',
  schema: SettingsSchema,
  appliesTo: ['envoy', 'proxyless'],
  *problems(written) {
    const [source, ...others] = SOURCE_KINDS.filter((kind) => written[kind] !== undefined)
    if (source === undefined) {
      yield { steps: [], message: `names no source: write one of ${SOURCE_KINDS.join(', ')}` }
    }
    for (const other of others) {
      yield { steps: [other], message: `cannot be combined with ${source}: remove one` }
    }
  },
})
