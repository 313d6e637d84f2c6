// What the files of a document's secrets would hold: words for goldens, or real certificates where an Envoy is to take them.

import type { Config } from '../../control-plane/document/model.ts'
import type { SecretBytesByName } from '../../control-plane/sources/secrets/secret-bytes.ts'
import type { Authority } from '../../testbed/certificates/authority.ts'

/** The names of files in the place of what is in them. */
export function namedSecretBytes({ secrets = {} }: Config): SecretBytesByName {
  return new Map(
    Object.entries(secrets).map(([name, { certificate = '', key = '', ca = '' }]) => [
      name,
      { certificate: { chain: `(${certificate})`, key: `(${key})` }, ca: `(${ca})` },
    ]),
  )
}

/** A certificate of the authority for each secret, and the authority itself. */
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
