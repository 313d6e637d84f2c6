// Who may call which method: by what a token says, the name in a certificate, and headers. Calls that no rule allows are denied.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  type PermissionSchema,
  type PolicySchema,
  type PrincipalSchema,
  RBAC_Action,
} from '@envoy/xds-protos/envoy/config/rbac/v3/rbac_pb.js'
import { RBACSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/rbac/v3/rbac_pb.js'
import type { ValueMatcherSchema } from '@envoy/xds-protos/envoy/type/matcher/v3/value_pb.js'
import { type Static, type TSchema, Type } from 'typebox'
import type { DeepReadonly } from '../../../core/deep-readonly.ts'
import { httpFilterSwitch } from '../attach-points.ts'
import { CLAIMS_NAMESPACE, isOrHolds } from '../claim-value.ts'
import { unsupported } from '../grpc-clients.ts'
import { HeaderName } from '../header-name.ts'
import { facts } from '../schema-keywords.ts'
import { CLIENT_NAMES_MESSAGES, hasName, keepClientNames } from './client-names.ts'
import { HEADERS_NAMESPACE } from './joined-headers.ts'

const strict = { additionalProperties: false } as const

const TextMap = (
  description: string,
  name: TSchema,
  value: string,
  example: Readonly<Record<string, string>>,
) =>
  Type.Optional(
    Type.Unsafe<Record<string, string>>({
      type: 'object',
      default: {},
      description,
      propertyNames: name,
      additionalProperties: Type.String({
        description: value,
        ...facts({ example: Object.values(example)[0], weaker: { removed: true } }),
      }),
      ...facts({ envoy: 'Principal.metadata', example }),
    }),
  )

const RULE = { token: { from: 'main', claims: { role: 'admin' } } }

const RuleSchema = Type.Object(
  {
    methods: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*/([A-Za-z_]\\w*|\\*)$',
          description: 'a method such as switchyard.echo.v1.EchoService/Unary, or all of a service by /*',
          ...facts({
            envoy: 'Permission.url_path',
            example: 'switchyard.echo.v1.EchoService/*',
          }),
        }),
        {
          minItems: 1,
          uniqueItems: true,
          description: 'a list of methods; every method where it is left out',
          ...facts({
            envoy: 'Policy.permissions',
            example: ['switchyard.echo.v1.EchoService/Unary'],
            weaker: { removed: true },
          }),
        },
      ),
    ),
    token: Type.Optional(
      Type.Object(
        {
          from: Type.String({
            description: 'the name of an entry of jwt',
            ...facts({ envoy: 'Principal.metadata', example: 'main' }),
          }),
          claims: TextMap(
            'claims with the value that each must have, or hold in its list, such as { role: admin }',
            Type.String({ minLength: 1, description: 'the name of a claim' }),
            'the whole value of the claim, in quotes',
            { role: 'admin' },
          ),
        },
        {
          ...strict,
          description: 'a token such as { from: main, claims: { role: admin } }',
          ...facts({
            envoy: 'Policy.principals',
            example: { from: 'main', claims: { role: 'admin' } },
            weaker: { removed: true },
          }),
        },
      ),
    ),
    san: Type.Optional(
      Type.String({
        // Envoy joins the names of a certificate by commas.
        pattern: '^[^,*]+$',
        description:
          'the name in a client certificate, such as spiffe://switchyard/batch: a URI, a host name, an IP address or a mail address, without commas and stars',
        ...facts({
          envoy: 'Principal.filter_state',
          example: 'spiffe://switchyard/batch',
          weaker: { removed: true },
        }),
      }),
    ),
    headers: TextMap(
      'values by the names of their headers, such as { x-tenant: blue }',
      HeaderName,
      'the whole value of the header, in quotes',
      { 'x-tenant': 'blue' },
    ),
  },
  {
    ...strict,
    description: 'a rule such as { methods: [a.Service/*], token: { from: main, claims: { role: admin } } }',
    ...facts({ envoy: 'RBAC.policies', example: RULE }),
  },
)
type Rule = DeepReadonly<Static<typeof RuleSchema>>

const SettingsSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false', ...facts({ weaker: { value: false } }) }),
    shadow: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'true or false: whether calls that the rules would deny are only counted',
        ...facts({ envoy: 'RBAC.shadow_rules', weaker: { value: true } }),
      }),
    ),
    rules: Type.Unsafe<Record<string, Static<typeof RuleSchema>>>({
      type: 'object',
      description: 'rules by their names: a call passes that fits all parts of one of them',
      ...facts({ envoy: 'RBAC.rules', example: { admins: RULE } }),
      propertyNames: {
        type: 'string',
        pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$',
        description: 'a name of up to 100 letters, digits, dashes and underscores',
      },
      additionalProperties: RuleSchema,
    }),
  },
  {
    additionalProperties: false,
    description:
      'rules such as { enabled: true, rules: { admins: { token: { from: main, claims: { role: admin } } } } }',
    ...facts({ envoy: 'RBAC', example: { enabled: true, rules: { admins: RULE } } }),
  },
)

export const rbac = httpFilterSwitch({
  name: 'rbac',
  after: ['cors', 'grpc_web', 'header_mutation', 'jwt_authn', 'ext_authz', 'header_to_metadata'],
  field: 'rbac',
  schema: SettingsSchema,
  room: 'security',
  appliesTo: ['envoy', 'grpc-server'],
  protects: true,
  // https://github.com/grpc/proposal/blob/master/A41-xds-rbac.md
  unsupportedBy: ({ shadow, rules }) => [
    ...Object.entries(rules).flatMap(([rule, { token }]) =>
      token === undefined ? [] : unsupported('the check of a token', { steps: ['rules', rule, 'token'] }),
    ),
    ...(shadow === true ? unsupported('the shadow mode', { steps: ['shadow'] }) : []),
    ...unsupported('rbac', { unless: 'GRPC_XDS_EXPERIMENTAL_RBAC=true is in its environment' }, ['node']),
  ],
  messages: [RBACSchema, ...CLIENT_NAMES_MESSAGES],

  references: ({ rules }) =>
    Object.entries(rules).flatMap(([rule, { token }]) =>
      token === undefined
        ? []
        : [{ steps: ['rules', rule, 'token', 'from'], to: 'jwt' as const, name: token.from }],
    ),

  comparedHeaders: ({ rules }) => Object.values(rules).flatMap(({ headers = {} }) => Object.keys(headers)),

  toExtension({ rules, shadow }) {
    const policies = Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, toPolicy(rule)]))
    const list = { action: RBAC_Action.ALLOW, policies }
    const extension = anyPack(
      RBACSchema,
      create(RBACSchema, shadow ? { shadowRules: list } : { rules: list }),
    )
    const sans = Object.values(rules).flatMap(({ san }) => san ?? [])
    return [...keepClientNames(sans), { name: 'rbac', extension }]
  },

  // gRPC servers compare headers themselves, and join the values of one name. They compare a name with those of any type.
  toGrpcExtension({ rules }) {
    const policies = Object.fromEntries(
      Object.entries(rules).map(([name, rule]) => [name, toPolicy(rule, isGrpcHeader, hasGrpcName)]),
    )
    return anyPack(RBACSchema, create(RBACSchema, { rules: { action: RBAC_Action.ALLOW, policies } }))
  },
})

type Permission = MessageInitShape<typeof PermissionSchema>
export type Principal = MessageInitShape<typeof PrincipalSchema>

function toPolicy(
  { methods, token, san, headers = {} }: Rule,
  toHeader: typeof hasHeader = hasHeader,
  toNames: typeof hasName = hasName,
): MessageInitShape<typeof PolicySchema> {
  const conditions = [
    ...(token === undefined ? [] : tokenConditions(token)),
    ...(san === undefined ? [] : toNames(san)),
    ...Object.entries(headers).map(([name, value]) => toHeader(name, value)),
  ]
  return {
    permissions: methods?.map(calls) ?? [{ rule: { case: 'any', value: true } }],
    principals: [
      conditions.length === 0
        ? { identifier: { case: 'any', value: true } }
        : { identifier: { case: 'andIds', value: { ids: conditions } } },
    ],
  }
}

function calls(method: string): Permission {
  const everyMethod = method.endsWith('/*')
  const path = everyMethod ? `/${method.slice(0, -1)}` : `/${method}`
  const matchPattern = { case: everyMethod ? ('prefix' as const) : ('exact' as const), value: path }
  return { rule: { case: 'urlPath', value: { rule: { case: 'path', value: { matchPattern } } } } }
}

/** The entry's own claims only: what another issuer says of a role is nothing to go by. */
function tokenConditions({ from, claims = {} }: NonNullable<Rule['token']>): Principal[] {
  const issued: ValueMatcher = { matchPattern: { case: 'presentMatch', value: true } }
  return [
    claimCondition(from, 'iss', issued),
    ...Object.entries(claims).map(([name, value]) => claimCondition(from, name, isOrHolds(value))),
  ]
}

type ValueMatcher = MessageInitShape<typeof ValueMatcherSchema>

/** A claim in the token of an entry of `jwt`. */
export function claimCondition(provider: string, claim: string, value: ValueMatcher): Principal {
  return metadataCondition(CLAIMS_NAMESPACE, [provider, claim], value)
}

function hasGrpcName(san: string): readonly Principal[] {
  return [{ identifier: { case: 'authenticated', value: { principalName: isExactly(san) } } }]
}

/** The value, and no other beside it. */
function hasHeader(name: string, text: string): Principal {
  return metadataCondition(HEADERS_NAMESPACE, [name], {
    matchPattern: { case: 'stringMatch', value: isExactly(text) },
  })
}

function isGrpcHeader(name: string, text: string): Principal {
  const headerMatchSpecifier = { case: 'stringMatch' as const, value: isExactly(text) }
  return { identifier: { case: 'header', value: { name, headerMatchSpecifier } } }
}

function metadataCondition(filter: string, keys: readonly string[], value: ValueMatcher): Principal {
  const path = keys.map((key) => ({ segment: { case: 'key' as const, value: key } }))
  return { identifier: { case: 'metadata', value: { filter, path, value } } }
}

function isExactly(value: string) {
  return { matchPattern: { case: 'exact' as const, value } }
}
