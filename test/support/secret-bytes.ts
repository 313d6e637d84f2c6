// The content of a document's secret files: placeholders for goldens, or real certificates for an Envoy.

import type { Config } from '../../control-plane/document/model.ts'
import type { SecretBytesByName } from '../../control-plane/sources/secrets/secret-bytes.ts'
import type { Authority } from '../../testbed/certificates/authority.ts'

/** The file names instead of the contents of the files. */
export function namedSecretBytes({ secrets = {} }: Config): SecretBytesByName {
  return new Map(
    Object.entries(secrets).map(([name, { certificate = '', key = '', ca = '' }]) => [
      name,
      { certificate: { chain: `(${certificate})`, key: `(${key})` }, ca: `(${ca})` },
    ]),
  )
}

/** For each secret a certificate of the authority, and the authority's own. */
export async function issuedSecretBytes(
  { secrets = {} }: Config,
  authority: Authority,
): Promise<SecretBytesByName> {
  const issued = Object.keys(secrets).map(async (name) => {
    const { certificate, key } = await authority.issue({ name, dns: ['localhost'] })
    return [name, { certificate: { chain: certificate, key }, ca: authority.issued.certificate }] as const
  })
  return new Map(await Promise.all(issued))
}
