// The content of a document's secret files: placeholders for goldens, or real certificates for an Envoy.

import type { Config } from '../../control-plane/document/model.ts'
import type { SecretBytesByName } from '../../control-plane/sources/secrets/secret-bytes.ts'
import type { Authority } from '../../testbed/certificates/authority.ts'

/** The file names instead of the contents of the files. */
export function namedSecretBytes({ secrets = {} }: Config): SecretBytesByName {
  return new Map(
    Object.entries(secrets).map(([name, { certificate = '', key = '', ca = '', crl }]) => [
      name,
      {
        certificate: { chain: `(${certificate})`, key: `(${key})` },
        ca: `(${ca})`,
        ...(crl !== undefined && { crl: `(${crl})` }),
      },
    ]),
  )
}

/** For each secret a certificate of the authority, and the authority's own. */
export async function issuedSecretBytes(
  { secrets = {} }: Config,
  authority: Authority,
): Promise<SecretBytesByName> {
  const issued = Object.entries(secrets).map(async ([name, files]) => {
    const { certificate, key } = await authority.issue({ name, dns: ['localhost'] })
    const crl = files.crl === undefined ? undefined : await authority.revoke([])
    return [
      name,
      {
        certificate: { chain: certificate, key },
        ca: authority.issued.certificate,
        ...(crl !== undefined && { crl }),
      },
    ] as const
  })
  return new Map(await Promise.all(issued))
}
