// What spans say of a call beside Envoy's own attributes: texts, headers, variables of the environment, dynamic metadata.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type { CustomTagSchema } from '@envoy/xds-protos/envoy/type/tracing/v3/custom_tag_pb.js'
import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { HeaderName } from './header-name.ts'
import { NamedMap } from './named-map.ts'
import type { PlacedProblem } from './placed-problem.ts'
import { facts } from './schema-keywords.ts'

/** Whoever reads traces could make calls in the name of those who sent them. */
const CREDENTIALS: readonly string[] = ['authorization', 'cookie', 'proxy-authorization']

const ONE_OF = ['value', 'header', 'environment', 'metadata'] as const

const TagSchema = Type.Object(
  {
    value: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1000,
        description: 'a text of 1 to 1000 characters',
        ...facts({ envoy: 'CustomTag.literal.value', example: 'berlin' }),
      }),
    ),
    header: Type.Optional(
      Type.String({
        ...HeaderName,
        ...facts({ envoy: 'CustomTag.request_header.name', example: 'x-tenant' }),
      }),
    ),
    environment: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$',
        description: "the name of a variable in the Envoy's environment, such as HOSTNAME",
        ...facts({ envoy: 'CustomTag.environment.name', example: 'HOSTNAME' }),
      }),
    ),
    metadata: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 1,
          maxLength: 200,
          description: 'a key of 1 to 200 characters',
          ...facts({ example: 'sub' }),
        }),
        {
          minItems: 2,
          maxItems: 10,
          description: 'the keys that lead to a value that a filter has set, the name of the filter first',
          ...facts({
            envoy: 'CustomTag.metadata.metadata_key',
            example: ['envoy.filters.http.jwt_authn', 'main', 'sub'],
          }),
        },
      ),
    ),
    default: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1000,
        description: 'the text for calls without it; if it is not written, their spans lack the tag',
        ...facts({ envoy: 'CustomTag.request_header.default_value', example: 'none' }),
      }),
    ),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description: 'one of value, header, environment and metadata, such as { header: x-tenant }',
    ...facts({
      envoy: 'HttpConnectionManager.tracing.custom_tags',
      example: { header: 'x-tenant', default: 'none' },
    }),
  },
)
type Tag = DeepReadonly<Static<typeof TagSchema>>

/** `tracing.tags` of a fleet. https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/tracing/v3/custom_tag.proto */
export const TagsSchema = Type.Optional(
  NamedMap(TagSchema, 'attributes of spans by their names, such as { tenant: { header: x-tenant } }', {
    envoy: 'HttpConnectionManager.tracing.custom_tags',
    example: { tenant: { header: 'x-tenant', default: 'none' } },
  }),
)

/** What the schema cannot say. @param tags as written, by their names */
export function* tagProblems(tags: Readonly<Record<string, Tag>>): Iterable<PlacedProblem> {
  for (const [name, tag] of Object.entries(tags)) {
    const written = ONE_OF.filter((kind) => tag[kind] !== undefined)
    if (written.length !== 1) {
      const found = written.length === 0 ? 'none of them' : written.join(' and ')
      yield {
        steps: [name],
        message: `must have one of ${ONE_OF.join(', ')}, but has ${found}: write one`,
      }
    }
    if (tag.value !== undefined && tag.default !== undefined) {
      yield { steps: [name, 'default'], message: 'has no effect beside value: remove it' }
    }
    if (tag.header !== undefined && CREDENTIALS.includes(tag.header)) {
      yield {
        steps: [name, 'header'],
        message: `must not be ${tag.header}: everyone who reads traces would get the credentials of the callers. Use a header without them, or metadata of a verified token`,
      }
    }
  }
}

/** In the order of their names, because each difference replaces the listener. */
export function toCustomTags(
  tags: Readonly<Record<string, Tag>>,
): MessageInitShape<typeof CustomTagSchema>[] {
  return Object.entries(tags)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, settings]) => ({ tag, type: toType(settings) }))
}

function toType({ value, header, environment, metadata, default: defaultValue = '' }: Tag) {
  if (header !== undefined) return { case: 'requestHeader' as const, value: { name: header, defaultValue } }
  if (environment !== undefined) {
    return { case: 'environment' as const, value: { name: environment, defaultValue } }
  }
  if (metadata !== undefined) {
    const [key = '', ...path] = metadata
    return {
      case: 'metadata' as const,
      value: {
        kind: { kind: { case: 'request' as const, value: {} } },
        metadataKey: {
          key,
          path: path.map((step) => ({ segment: { case: 'key' as const, value: step } })),
        },
        defaultValue,
      },
    }
  }
  return { case: 'literal' as const, value: { value: value ?? '' } }
}
