// Endpoints that come from a source beside the document: a file, registrations over REST, DNS or Kubernetes.

import { Type } from 'typebox'
import { type SettingsOf, upstreamSwitch } from './attach-points.ts'
import { PositiveDuration } from './duration.ts'
import { facts } from './schema-keywords.ts'

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

const SettingsSchema = Type.Object(
  {
    registration: Type.Optional(RegistrationSchema),
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
export type EndpointsFrom = SettingsOf<typeof SettingsSchema>

/** The sources, by the names of their fields. */
export const SOURCE_KINDS = ['registration'] as const
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
