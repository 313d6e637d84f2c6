// How listeners and clusters name a secret, which comes by SDS.

import { create } from '@bufbuild/protobuf'
import {
  type SdsSecretConfig,
  SdsSecretConfigSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { fromAds } from './config-source.ts'
import type { SecretPart } from './tls.ts'

/** The name of a resource. No name of the document has a slash, so that no two secrets share a name. */
export function secretName(secret: string, part: SecretPart): string {
  return `${part}/${secret}`
}

/**
 * The reference in a listener or a cluster. It names the secret without its content: a renewal is a new secret, and neither a new
 * listener nor a new cluster.
 */
export function toSdsConfig(secret: string, part: SecretPart): SdsSecretConfig {
  return create(SdsSecretConfigSchema, { name: secretName(secret, part), sdsConfig: fromAds() })
}
