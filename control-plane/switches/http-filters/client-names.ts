// The names in the certificate of a caller by their types, for rules. Envoy's own principal compares a name with those of any type.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import type { PrincipalSchema } from '@envoy/xds-protos/envoy/config/rbac/v3/rbac_pb.js'
import { ConfigSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/set_filter_state/v3/set_filter_state_pb.js'
import { escapeRegex } from '../../../core/escape-regex.ts'
import type { NamedExtension } from '../attach-points.ts'
import { type SanType, sanTypeOf } from '../san-type.ts'

type Principal = MessageInitShape<typeof PrincipalSchema>

/** All names of a type, with commas between them. https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter */
const NAMES: Readonly<Record<SanType, string>> = {
  uri: '%DOWNSTREAM_PEER_URI_SAN%',
  dns: '%DOWNSTREAM_PEER_DNS_SAN%',
  ip: '%DOWNSTREAM_PEER_IP_SAN%',
  email: '%DOWNSTREAM_PEER_EMAIL_SAN%',
}
const CERTIFICATE = 'switchyard.client.certificate'

/** The filter that keeps what `hasName` reads. */
export function keepClientNames(sans: readonly string[]): readonly NamedExtension[] {
  if (sans.length === 0) return []
  const types = [...new Set(sans.map(sanTypeOf))].toSorted()
  const values = [
    ...types.map((type) => ({ key: keyOf(type), format: NAMES[type] })),
    { key: CERTIFICATE, format: '%DOWNSTREAM_PEER_CERT%' },
  ]
  const onRequestHeaders = values.map(({ key, format }) => ({
    key: { case: 'objectKey' as const, value: key },
    factoryKey: 'envoy.string',
    value: {
      case: 'formatString' as const,
      value: {
        format: {
          case: 'textFormatSource' as const,
          value: { specifier: { case: 'inlineString' as const, value: format } },
        },
        omitEmptyValues: true,
      },
    },
    skipIfEmpty: true,
    readOnly: true,
  }))
  const extension = anyPack(ConfigSchema, create(ConfigSchema, { onRequestHeaders }))
  return [{ name: 'client_names', extension }]
}

export const CLIENT_NAMES_MESSAGES = [ConfigSchema]

/**
 * A certificate with this name, whose issuer did not sign it with SHA-1: others can make a second certificate for such a
 * signature. A URI must be the only one: https://github.com/spiffe/spiffe/blob/main/standards/X509-SVID.md#2-spiffe-id
 */
export function hasName(san: string): readonly Principal[] {
  const type = sanTypeOf(san)
  const isSame =
    type === 'uri'
      ? matches(keyOf(type), { case: 'exact', value: san })
      : matches(keyOf(type), regex(`(.*,)?(?i:${escapeRegex(san)})(,.*)?`))
  return [isSame, { identifier: { case: 'notId', value: matches(CERTIFICATE, regex(WEAKLY_SIGNED)) } }]
}

function keyOf(type: SanType): string {
  return `switchyard.client.${type}`
}

type Pattern = { readonly case: 'exact'; readonly value: string } | ReturnType<typeof regex>

function matches(key: string, matchPattern: Pattern): Principal {
  const matcher = { case: 'stringMatch' as const, value: { matchPattern } }
  return { identifier: { case: 'filterState', value: { key, matcher } } }
}

function regex(text: string) {
  return { case: 'safeRegex' as const, value: { regex: text } }
}

/** Algorithms in DER: sha1WithRSAEncryption with its NULL, RSASSA-PSS without parameters (which is SHA-1), ecdsa-with-SHA1. */
const WEAK_SIGNATURES = ['06092a864886f70d0101050500', '06092a864886f70d01010a3000', '06072a8648ce3d0401']

/** In a certificate as Envoy gives it: PEM, in the encoding of URLs. */
const WEAKLY_SIGNED = `.*(${WEAK_SIGNATURES.flatMap(inBase64).join('|')}).*`

/** The characters that bytes become, for each of the three places where they may begin. Lines end anywhere between them. */
function inBase64(hex: string): readonly string[] {
  const bytes = Buffer.from(hex, 'hex')
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '')
    const whole = text.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3))
    return [...whole].map((character) => escapeRegex(encodeURIComponent(character))).join('(%0A)?')
  })
}
