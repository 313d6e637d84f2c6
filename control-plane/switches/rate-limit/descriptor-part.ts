// One part of a rate limit's descriptor: what Envoy tells the rate limiter of a call, as a key and a value.

import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  type RateLimit_ActionSchema,
  RateLimit_Action_MetaData_Source as Source,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../../core/deep-readonly.ts'
import { CLAIMS_NAMESPACE } from '../claim-value.ts'
import { type HeaderMatch, HeaderMatchSchema, headerMatchOf } from '../header-match.ts'
import { toHeaderMatchers } from '../header-matchers.ts'
import { HeaderName } from '../header-name.ts'
import { facts } from '../schema-keywords.ts'

const ACTION = 'RateLimit.actions'

const Text = (description: string, envoy: string, example: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description,
      ...facts({ envoy: `${ACTION}.${envoy}`, example }),
    }),
  )

const V4_BITS = 24
const V6_BITS = 64

const Bits = (fallback: number, most: number, description: string, field: string, example: number) =>
  Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: most,
      default: fallback,
      description: `${description}, 0 to ${most}`,
      ...facts({ envoy: `${ACTION}.masked_remote_address.${field}`, example }),
    }),
  )

/** What a part says of a call: one of these is written. */
export const WAYS = ['header', 'path', 'address', 'network', 'token', 'headers', 'text'] as const

export const DescriptorPart = Type.Object(
  {
    header: Type.Optional(
      Type.String({ ...HeaderName, ...facts({ envoy: `${ACTION}.request_headers`, example: 'x-tenant' }) }),
    ),
    optional: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'true or false: whether the other parts still count for a call without this header or claim. Otherwise the whole descriptor is left out',
        ...facts({ envoy: `${ACTION}.request_headers.skip_if_absent` }),
      }),
    ),
    path: Type.Optional(
      Type.Literal(true, {
        description: 'true, for the path of the call, which is /SERVICE/METHOD in gRPC',
        ...facts({ envoy: `${ACTION}.request_headers` }),
      }),
    ),
    address: Type.Optional(
      Type.Literal(true, {
        description: 'true, for the address of the caller, under the key remote_address',
        ...facts({ envoy: `${ACTION}.remote_address` }),
      }),
    ),
    network: Type.Optional(
      Type.Object(
        {
          v4: Bits(V4_BITS, 32, 'bits of an IPv4 address', 'v4_prefix_mask_len', 16),
          v6: Bits(V6_BITS, 128, 'bits of an IPv6 address', 'v6_prefix_mask_len', 48),
        },
        {
          additionalProperties: false,
          description:
            'the network of the caller, such as { v4: 24, v6: 64 }, under the key masked_remote_address',
          ...facts({ envoy: `${ACTION}.masked_remote_address`, example: { v4: 24, v6: 64 } }),
        },
      ),
    ),
    token: Type.Optional(
      Type.Object(
        {
          from: Type.String({
            description: 'the name of an entry of jwt',
            ...facts({ envoy: `${ACTION}.metadata.metadata_key.path`, example: 'main' }),
          }),
          claim: Type.String({
            minLength: 1,
            description: 'the name of a claim that is a text, such as sub',
            ...facts({ envoy: `${ACTION}.metadata.metadata_key.path`, example: 'sub' }),
          }),
          otherwise: Text('a text for calls without the claim', 'metadata.default_value', 'nobody'),
        },
        {
          additionalProperties: false,
          description: 'a claim of a token that was checked, such as { from: main, claim: sub }',
          ...facts({ envoy: `${ACTION}.metadata`, example: { from: 'main', claim: 'sub' } }),
        },
      ),
    ),
    headers: Type.Optional(
      Type.Unsafe<Readonly<Record<string, string | HeaderMatch>>>({
        type: 'object',
        minProperties: 1,
        description: 'values or comparisons of headers: calls that fit all of them have the text beside it',
        propertyNames: HeaderName,
        additionalProperties: HeaderMatchSchema,
        ...facts({ envoy: `${ACTION}.header_value_match.headers`, example: { 'x-tenant': 'gold' } }),
      }),
    ),
    text: Text('a text, the same for all calls', 'generic_key.descriptor_value', 'checkout'),
    key: Text(
      'the key. Default: the name of the header or claim, path, generic_key, or header_match',
      'request_headers.descriptor_key',
      'tenant',
    ),
  },
  {
    additionalProperties: false,
    description:
      'one part such as { header: x-tenant }, { token: { from: main, claim: sub } } or { path: true }',
    ...facts({ envoy: ACTION, example: { header: 'x-tenant' } }),
  },
)
export type DescriptorPart = DeepReadonly<Static<typeof DescriptorPart>>

type Action = MessageInitShape<typeof RateLimit_ActionSchema>

export function toAction({ key, optional = false, ...part }: DescriptorPart): Action {
  const { header, path, address, network, token, headers, text = '' } = part
  if (header !== undefined) return fromHeader(header, key ?? header, optional)
  if (path) return fromHeader(':path', key ?? 'path', false)
  if (address) return { actionSpecifier: { case: 'remoteAddress', value: {} } }
  if (network) {
    const { v4 = V4_BITS, v6 = V6_BITS } = network
    const value = { v4PrefixMaskLen: v4, v6PrefixMaskLen: v6 }
    return { actionSpecifier: { case: 'maskedRemoteAddress', value } }
  }
  if (token) {
    const { from, claim, otherwise = '' } = token
    const steps = [from, claim].map((one) => ({ segment: { case: 'key' as const, value: one } }))
    const value = {
      descriptorKey: key ?? claim,
      metadataKey: { key: CLAIMS_NAMESPACE, path: steps },
      defaultValue: otherwise,
      source: Source.DYNAMIC,
      skipIfAbsent: optional,
    }
    return { actionSpecifier: { case: 'metadata', value } }
  }
  if (headers) {
    const matchers = Object.entries(headers).flatMap(([name, one]) =>
      toHeaderMatchers(name, headerMatchOf(one)),
    )
    const value = { descriptorKey: key ?? '', descriptorValue: text, expectMatch: true, headers: matchers }
    return { actionSpecifier: { case: 'headerValueMatch', value } }
  }
  return {
    actionSpecifier: { case: 'genericKey', value: { descriptorKey: key ?? '', descriptorValue: text } },
  }
}

function fromHeader(headerName: string, descriptorKey: string, skipIfAbsent: boolean): Action {
  return { actionSpecifier: { case: 'requestHeaders', value: { headerName, descriptorKey, skipIfAbsent } } }
}
