// Certificates made for a test, and good for nothing else.

import { webcrypto } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export interface Certificate {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly key: string
}

/** What a certificate is for. */
export interface Names {
  readonly uri?: string
  /** Default: localhost and 127.0.0.1. */
  readonly hosts?: readonly string[]
}

export interface Authority {
  /** PEM. */
  readonly certificate: string
  readonly issue: (names: Names) => Promise<Certificate>
}

/** A certificate for "localhost" that is its own authority. */
export async function selfSignedCertificate(): Promise<Certificate> {
  const keys = await createKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [namesExtension({})],
  })
  return { certificate: certificate.toString('pem'), key: await toPem(keys) }
}

/** A certificate authority that lives as long as the test. */
export async function createAuthority(): Promise<Authority> {
  const keys = await createKeys()
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=test authority',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  return {
    certificate: root.toString('pem'),
    issue: async (names) => {
      const own = await createKeys()
      const certificate = await x509.X509CertificateGenerator.create({
        subject: 'CN=test',
        issuer: root.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [namesExtension(names)],
      })
      return { certificate: certificate.toString('pem'), key: await toPem(own) }
    },
  }
}

/** Writes NAME.pem and NAME.key into a folder; their paths. */
export async function writeCertificate(folder: string, name: string, { certificate, key }: Certificate) {
  const paths = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
  await writeFile(paths.certificate, certificate)
  await writeFile(paths.key, key, { mode: 0o600 })
  return paths
}

function createKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

function namesExtension({ uri, hosts = ['localhost', '127.0.0.1'] }: Names) {
  return new x509.SubjectAlternativeNameExtension([
    ...(uri === undefined ? [] : [{ type: 'url' as const, value: uri }]),
    ...hosts.map((value) => ({ type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const), value })),
  ])
}

async function toPem({ privateKey }: { readonly privateKey: webcrypto.CryptoKey }): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY')
}
