// The settings of TLS, of listeners towards clients and of upstreams towards endpoints: they name secrets, whose content is in files.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import type { SettingReference } from './attach-points.ts'
import { type FieldFacts, facts } from './schema-keywords.ts'

const strict = { additionalProperties: false } as const
const enabled = Type.Boolean({ description: 'true or false', ...facts({ weaker: { value: false } }) })

function SecretWith(what: string, shown: FieldFacts) {
  return Type.String({
    description: `the name of an entry of secrets with ${what}`,
    ...facts(shown),
  })
}

const CERTIFICATE = 'certificate and key'
const OWN_CERTIFICATE = 'CommonTlsContext.tls_certificate_sds_secret_configs'
const CA = 'ca'
const AUTHORITIES = 'CommonTlsContext.combined_validation_context.validation_context_sds_secret_config'

/** Without `weaker`: callers of `yard test` speak the newest version of TLS, and would not notice that an older one is accepted. */
const minVersion = Type.Optional(
  Type.Enum(['1.2', '1.3'], {
    default: '1.2',
    description: '"1.2" or "1.3", in quotes',
    ...facts({ envoy: 'CommonTlsContext.tls_params.tls_minimum_protocol_version' }),
  }),
)

const San = Type.String({
  pattern: '^(\\*\\.)?[^*]+\\*?$',
  description:
    'a URI, a host name, an IP address or a mail address; a * at its end matches any rest, and *. at its beginning is part of the name of a wildcard certificate',
  ...facts({ example: 'spiffe://switchyard/*' }),
})
const SANS_FACTS = {
  envoy: 'CertificateValidationContext.match_typed_subject_alt_names',
  example: ['spiffe://switchyard/echo'],
} as const

const ClientSans = Type.Optional(
  Type.Array(San, {
    default: [],
    uniqueItems: true,
    description:
      'a list of names; a client\'s certificate must have one of them, such as ["spiffe://switchyard/echo"]; [] for any',
    ...facts({ ...SANS_FACTS, weaker: { value: [] } }),
  }),
)

export const ANY_SAN = 'any'

/** A union as one schema, for the sake of errors: the pattern is of texts, and the items are of lists. */
const EndpointSans = Type.Optional(
  Type.Unsafe<readonly string[] | typeof ANY_SAN>({
    type: ['string', 'array'],
    pattern: `^${ANY_SAN}$`,
    items: San,
    minItems: 1,
    uniqueItems: true,
    description:
      'a list of names; an endpoint\'s certificate must have one of them, such as ["spiffe://switchyard/echo"]; any for every certificate of the ca',
    ...facts({ ...SANS_FACTS, weaker: { value: ANY_SAN } }),
  }),
)

/** `tls` of a listener. */
export const ListenerTlsSchema = Type.Object(
  {
    enabled,
    certificate: SecretWith(CERTIFICATE, { envoy: OWN_CERTIFICATE, example: 'edge-server' }),
    clientCa: Type.Optional(
      SecretWith(CA, { envoy: AUTHORITIES, example: 'mesh', weaker: { removed: true } }),
    ),
    requireClient: Type.Optional(
      Type.Boolean({
        default: true,
        description: 'true or false: whether clients must show a certificate, where clientCa is written',
        ...facts({ envoy: 'DownstreamTlsContext.require_client_certificate', weaker: { value: false } }),
      }),
    ),
    sans: ClientSans,
    minVersion,
    allowPlaintext: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'true or false: whether clients without TLS are served too, while they move',
        ...facts({
          envoy: 'Listener.filter_chains.filter_chain_match.transport_protocol',
          weaker: { value: true },
        }),
      }),
    ),
  },
  {
    ...strict,
    description: 'TLS such as { enabled: true, certificate: edge-server }',
    ...facts({
      envoy: 'DownstreamTlsContext',
      example: { enabled: true, certificate: 'edge-server', clientCa: 'mesh' },
    }),
  },
)
export type ListenerTls = DeepReadonly<Static<typeof ListenerTlsSchema>>

/**
 * `tls` of an upstream. Whoever answers is always checked: without a `ca`, anybody could. Without `sans`, so could everybody who has
 * any certificate of it, so that must be written.
 */
export const UpstreamTlsSchema = Type.Object(
  {
    enabled,
    ca: SecretWith(CA, { envoy: AUTHORITIES, example: 'mesh' }),
    certificate: Type.Optional(SecretWith(CERTIFICATE, { envoy: OWN_CERTIFICATE, example: 'edge-client' })),
    sans: EndpointSans,
    minVersion,
  },
  {
    ...strict,
    description: 'TLS such as { enabled: true, ca: mesh, sans: ["spiffe://switchyard/echo"] }',
    ...facts({
      envoy: 'UpstreamTlsContext',
      example: { enabled: true, ca: 'mesh', sans: ['spiffe://switchyard/echo'] },
    }),
  },
)
export type UpstreamTls = DeepReadonly<Static<typeof UpstreamTlsSchema>>

/** An endpoint must have one of these names; empty for any. */
export function namesOf({ sans = [] }: UpstreamTls): readonly string[] {
  return sans === ANY_SAN ? [] : sans
}

/** Relative and without `..`: whoever may write the document may not look around on the host. */
function FileOf(what: string, envoy: string | undefined, example: string) {
  return Type.String({
    pattern: '^(?!/)(?!(.*/)?\\.\\.(/|$)).+$',
    description: `the file of ${what}, as a path in the folder of secrets without .., such as certs/edge.pem`,
    ...facts({ ...(envoy !== undefined && { envoy }), example }),
  })
}

/** An entry of `secrets`: where files are, never what is in them. */
export const SecretSchema = Type.Object(
  {
    certificate: Type.Optional(
      FileOf(
        'a certificate, with those of its issuers behind it',
        'Secret.tls_certificate.certificate_chain',
        'certs/edge.pem',
      ),
    ),
    key: Type.Optional(
      FileOf("the certificate's key", 'Secret.tls_certificate.private_key', 'certs/edge.key'),
    ),
    passphrase: Type.Optional(
      FileOf('the passphrase by which the control plane opens the key', undefined, 'certs/edge.pass'),
    ),
    ca: Type.Optional(
      FileOf('the authorities that are trusted', 'Secret.validation_context.trusted_ca', 'certs/ca.pem'),
    ),
    crl: Type.Optional(
      FileOf(
        'lists of the certificates that these authorities have revoked, one list of each',
        'Secret.validation_context.crl',
        'certs/ca.crl',
      ),
    ),
  },
  {
    ...strict,
    description: 'files such as { certificate: certs/edge.pem, key: certs/edge.key }',
    ...facts({ envoy: 'Secret', example: { certificate: 'certs/edge.pem', key: 'certs/edge.key' } }),
  },
)
export type SecretFiles = DeepReadonly<Static<typeof SecretSchema>>

/** What of a secret is meant: Envoy takes both as secrets of their own. */
export type SecretPart = 'certificate' | 'ca'

/** What `tls` of a listener or an upstream names, on or off. */
export function secretReferences(tls: ListenerTls | UpstreamTls): readonly SettingReference[] {
  const { certificate, ca, clientCa } = { ca: undefined, clientCa: undefined, ...tls }
  const parts = [
    ['certificate', certificate, 'certificate'],
    ['ca', ca, 'ca'],
    ['clientCa', clientCa, 'ca'],
  ] as const
  return parts.flatMap(([field, name, part]) =>
    name === undefined ? [] : [{ steps: [field], to: 'secrets' as const, name, part }],
  )
}
