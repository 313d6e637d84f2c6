// Tokens: every call needs a token from a known issuer, except calls of public methods.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  JwtAuthenticationSchema,
  type JwtRequirementSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js'
import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../../core/deep-readonly.ts'
import { httpFilterSwitch } from '../attach-points.ts'
import { DeniedSchema, deniedClaimsOf, deniedFiles, deniedProblems } from '../denied-tokens.ts'
import { claimHeadersOf, toJwtProvider } from '../jwt-provider.ts'
import { type FieldFacts, facts } from '../schema-keywords.ts'
import { LISTED_TOKENS_MESSAGES, listedTokens, tokensOfLists } from './listed-tokens.ts'
import { TOKEN_DENIAL_MESSAGES, TOKEN_DENIAL_TEXT, tokenDenial } from './token-denial.ts'

const Names = (description: string, envoy: string, example: readonly string[], item: FieldFacts = {}) =>
  Type.Optional(
    Type.Array(
      Type.String({ description: 'the name of an entry of jwt', ...facts({ example: 'main', ...item }) }),
      {
        minItems: 1,
        uniqueItems: true,
        description,
        ...facts({ envoy, example }),
      },
    ),
  )

const SettingsSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false', ...facts({ weaker: { value: false } }) }),
    anyOf: Names(
      'a list of entries of jwt; a token of any one is enough, such as [main]',
      'JwtRequirement.requires_any',
      ['main'],
    ),
    allOf: Names(
      'a list of entries of jwt whose tokens are all needed, such as [main, service]',
      'JwtRequirement.requires_all',
      ['main', 'service'],
      { weaker: { removed: true } },
    ),
    public: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*/[A-Za-z_]\\w*$',
          description: 'a method such as grpc.health.v1.Health/Check',
          ...facts({ envoy: 'RequirementRule.match.path', example: 'grpc.health.v1.Health/Check' }),
        }),
        {
          uniqueItems: true,
          default: [],
          description: 'a list of methods that need no token, such as [grpc.health.v1.Health/Check]',
          ...facts({
            envoy: 'JwtAuthentication.rules',
            example: ['grpc.health.v1.Health/Check'],
            weaker: { added: 'methods' },
          }),
        },
      ),
    ),
    denied: Type.Optional(DeniedSchema),
  },
  {
    additionalProperties: false,
    description: 'a requirement for tokens such as { enabled: true, anyOf: [main], public: [] }',
    ...facts({ envoy: 'JwtAuthentication', example: { enabled: true, anyOf: ['main'] } }),
  },
)
type JwtSettings = DeepReadonly<Static<typeof SettingsSchema>>

export const jwtAuthn = httpFilterSwitch({
  name: 'jwt_authn',
  after: ['cors', 'grpc_web', 'header_mutation'],
  names: ['jwt_authn'],
  field: 'jwt',
  schema: SettingsSchema,
  room: 'security',
  appliesTo: ['envoy'],
  messages: [JwtAuthenticationSchema, ...TOKEN_DENIAL_MESSAGES, ...LISTED_TOKENS_MESSAGES],

  references: (settings: JwtSettings) =>
    (['anyOf', 'allOf'] as const).flatMap((list) =>
      (settings[list] ?? []).map((name, index) => ({
        steps: [list, String(index)],
        to: 'jwt' as const,
        name,
      })),
    ),
  files: ({ denied = {} }: JwtSettings) => deniedFiles(denied),

  *problems({ anyOf, allOf, denied = {} }: JwtSettings, { jwt }) {
    yield* deniedProblems(denied, [...(anyOf ?? []), ...(allOf ?? [])])
    if ((anyOf === undefined) === (allOf === undefined)) {
      yield {
        steps: ['anyOf'],
        message: 'cannot be combined with allOf, and one of the two is needed: write exactly one',
      }
    }
    const headers = (allOf ?? []).map((name) => jwt[name]?.header ?? 'authorization')
    const twice = headers.find((header, index) => headers.indexOf(header) !== index)
    if (twice !== undefined) {
      const message = `takes two tokens from ${twice}, which holds one: give each entry of jwt a header of its own`
      yield { steps: ['allOf'], message }
    }
  },

  ownedHeaders: (settings, { jwt }) =>
    providersOf(settings).flatMap((name) => (jwt[name] ? claimHeadersOf(jwt[name]) : [])),

  toExtension(settings: JwtSettings, { jwt }) {
    const names = providersOf(settings)
    const providers = Object.entries(jwt).filter(([name]) => names.includes(name))
    const demand = toRequirement(settings)
    const authentication = anyPack(
      JwtAuthenticationSchema,
      create(JwtAuthenticationSchema, {
        providers: Object.fromEntries(
          providers.map(([name, provider]) => [name, toJwtProvider(name, provider)]),
        ),
        // The first that matches counts. The last matches whatever a path looks like, so that none is left without a rule.
        rules: [
          ...(settings.public ?? []).map((method) =>
            rule({ case: 'path', value: `/${method}` }, orNone(demand)),
          ),
          rule({ case: 'prefix', value: '' }, demand),
        ],
      }),
    )
    return [{ name: 'jwt_authn', extension: authentication }, tokenDenial(names), listedTokens()]
  },
  toRoutes(settings: JwtSettings, { files }) {
    const denied = Object.entries(settings.denied ?? {}).map(
      ([name, list]) => [name, deniedClaimsOf(list, files)] as const,
    )
    return tokensOfLists(Object.fromEntries(denied))
  },
  toHttpConnectionManager: () => TOKEN_DENIAL_TEXT,
})

type Requirement = MessageInitShape<typeof JwtRequirementSchema>

function rule(pathSpecifier: { case: 'path' | 'prefix'; value: string }, requires: Requirement) {
  return { match: { pathSpecifier }, requirementType: { case: 'requires' as const, value: requires } }
}

function providersOf({ anyOf = [], allOf = [] }: JwtSettings): readonly string[] {
  return [...anyOf, ...allOf]
}

function toRequirement({ anyOf, allOf = [] }: JwtSettings): Requirement {
  const requirements = (anyOf ?? allOf).map(
    (name): Requirement => ({ requiresType: { case: 'providerName', value: name } }),
  )
  const [only] = requirements
  if (only !== undefined && requirements.length === 1) return only
  return anyOf === undefined
    ? { requiresType: { case: 'requiresAll', value: { requirements } } }
    : { requiresType: { case: 'requiresAny', value: { requirements } } }
}

/** A public method may be called without a token. A token that is sent must be valid all the same. */
function orNone(demand: Requirement): Requirement {
  const none: Requirement = { requiresType: { case: 'allowMissing', value: {} } }
  return { requiresType: { case: 'requiresAny', value: { requirements: [demand, none] } } }
}
