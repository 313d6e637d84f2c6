// Secrets as Envoy takes them by SDS: a certificate with its key, or the authorities that are trusted, with what they revoked.

import { create } from '@bufbuild/protobuf'
import {
  type Secret,
  SecretSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import type { SecretBytes } from '../sources/secrets/secret-bytes.ts'
import { secretName } from '../switches/secret-name.ts'
import type { SecretPart } from '../switches/tls.ts'

/** The name in the document of the secret that a resource is made of. */
export function secretOf(resourceName: string): string {
  return resourceName.slice(resourceName.indexOf('/') + 1)
}

/** @throws SwitchyardError `internal` if the bytes lack the part, which reading the files rules out */
export function toSecret(
  secret: string,
  part: SecretPart,
  { certificate, ca, crl }: SecretBytes = {},
): Secret {
  const name = secretName(secret, part)
  if (part === 'certificate' && certificate !== undefined) {
    const value = { certificateChain: inline(certificate.chain), privateKey: inline(certificate.key) }
    return create(SecretSchema, { name, type: { case: 'tlsCertificate', value } })
  }
  if (part === 'ca' && ca !== undefined) {
    return create(SecretSchema, {
      name,
      type: {
        case: 'validationContext',
        value: { trustedCa: inline(ca), ...(crl !== undefined && { crl: inline(crl) }) },
      },
    })
  }
  throw new SwitchyardError('internal', `the secret "${secret}" was not read before it was to be served`)
}

function inline(value: string) {
  return { specifier: { case: 'inlineString' as const, value } }
}
