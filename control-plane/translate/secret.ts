// Secrets as Envoy takes them by SDS: a certificate with its key, or the authorities that are trusted.

import { create } from '@bufbuild/protobuf'
import {
  type SdsSecretConfig,
  SdsSecretConfigSchema,
  type Secret,
  SecretSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import type { SecretBytes } from '../sources/secrets/secret-bytes.ts'
import type { SecretPart } from '../switches/tls.ts'
import { fromAds } from './config-source.ts'

/** The name of a resource; no name of the document has a slash, so that no two can be one. */
export function secretName(secret: string, part: SecretPart): string {
  return `${part}/${secret}`
}

/** The name in the document of the secret that a resource is made of. */
export function secretOf(resourceName: string): string {
  return resourceName.slice(resourceName.indexOf('/') + 1)
}

/**
 * What stands in a listener or a cluster. It names the secret and says nothing of its content: a renewal is a new secret,
 * and neither a new listener nor a new cluster.
 */
export function toSdsConfig(secret: string, part: SecretPart): SdsSecretConfig {
  return create(SdsSecretConfigSchema, { name: secretName(secret, part), sdsConfig: fromAds() })
}

/** @throws SwitchyardError `internal` if the bytes lack the part, which reading the files rules out */
export function toSecret(secret: string, part: SecretPart, { certificate, ca }: SecretBytes = {}): Secret {
  const name = secretName(secret, part)
  if (part === 'certificate' && certificate !== undefined) {
    const value = { certificateChain: inline(certificate.chain), privateKey: inline(certificate.key) }
    return create(SecretSchema, { name, type: { case: 'tlsCertificate', value } })
  }
  if (part === 'ca' && ca !== undefined) {
    return create(SecretSchema, {
      name,
      type: { case: 'validationContext', value: { trustedCa: inline(ca) } },
    })
  }
  throw new SwitchyardError('internal', `the secret "${secret}" was not read before it was to be served`)
}

function inline(value: string) {
  return { specifier: { case: 'inlineString' as const, value } }
}
