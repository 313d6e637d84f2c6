// The same certificates from cert-manager in a Kubernetes cluster: Issuer, Certificates, and their mounted files.

import type { Subject } from './authority.ts'

export interface ManifestOptions {
  readonly namespace: string
  /** Name of the Issuer that signs, and of its CA. */
  readonly issuer: string
}

const API_VERSION = 'cert-manager.io/v1'
/** The same validity as from the development authority. Renewed when a third of it is left. */
const LEAF = { duration: '24h', renewBefore: '8h' } as const
const AUTHORITY = { duration: '720h', renewBefore: '240h' } as const
/** A renewal creates a new key, in the same encoding as the development authority's. */
const PRIVATE_KEY = { algorithm: 'ECDSA', size: 256, encoding: 'PKCS8', rotationPolicy: 'Always' } as const

/**
 * A CA in the cluster (a self-signed Issuer, its Certificate, and the Issuer that signs with it), and a Certificate for each
 * subject, with a Secret of the subject's name. https://cert-manager.io/docs/configuration/ca/
 */
export function certManagerManifests(subjects: readonly Subject[], { namespace, issuer }: ManifestOptions) {
  const root = `${issuer}-root`
  const about = (name: string) => ({ apiVersion: API_VERSION, metadata: { name, namespace } })
  const signedBy = (name: string) => ({ issuerRef: { name, kind: 'Issuer', group: 'cert-manager.io' } })
  return [
    { ...about(root), kind: 'Issuer', spec: { selfSigned: {} } },
    {
      ...about(root),
      kind: 'Certificate',
      spec: {
        ...{ isCA: true, commonName: issuer, secretName: root, privateKey: PRIVATE_KEY },
        ...AUTHORITY,
        ...signedBy(root),
      },
    },
    { ...about(issuer), kind: 'Issuer', spec: { ca: { secretName: root } } },
    ...subjects.map(({ name, uris, dns, ips }) => ({
      ...about(name),
      kind: 'Certificate',
      spec: {
        ...{ commonName: name, secretName: name, privateKey: PRIVATE_KEY },
        usages: ['digital signature', 'server auth', 'client auth'],
        ...(uris && { uris: [...uris] }),
        ...(dns && { dnsNames: [...dns] }),
        ...(ips && { ipAddresses: [...ips] }),
        ...LEAF,
        ...signedBy(issuer),
      },
    })),
  ]
}

/**
 * An entry of the document's `secrets` for a Secret (or a volume of the CSI driver) that is mounted as `NAME/` in the secrets
 * folder, with cert-manager's file names. https://cert-manager.io/docs/usage/certificate/
 */
export function mountedFiles(name: string) {
  return { certificate: `${name}/tls.crt`, key: `${name}/tls.key`, ca: `${name}/ca.crt` }
}
