// Signs and verifies bundles: one JWT over the digests of all files, in .signatures.json.

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { CompactSign, compactVerify } from 'jose'
import { SwitchyardError } from '../../../core/errors.ts'
import type { BundleFiles } from './archive.ts'
import { digestOf } from './digest.ts'

export const SIGNATURES = '.signatures.json'
const HASH = 'SHA-256'
/** Problems that an error lists: nobody has verified who named the files. */
const MOST_PROBLEMS = 10

interface SignedFile {
  readonly name: string
  readonly hash: string
  readonly algorithm: string
}

/** A key and its one algorithm. The algorithm that a signature names for itself is ignored. */
export interface BundleKey {
  readonly key: KeyObject
  readonly algorithm: 'ES256' | 'RS256'
}

/** @param pem a public key: P-256 or RSA. @throws SwitchyardError `invalid-argument` */
export function readVerificationKey(pem: string): BundleKey {
  return keyOf(() => createPublicKey(pem), 'a public key')
}

/** @param pem a private key: P-256 or RSA. @throws SwitchyardError `invalid-argument` */
export function readSigningKey(pem: string): BundleKey {
  return keyOf(() => createPrivateKey(pem), 'a private key')
}

function keyOf(read: () => KeyObject, what: string): BundleKey {
  const fix = `give ${what} in PEM, P-256 or RSA of 2048 bits or more`
  let key: KeyObject
  try {
    key = read()
  } catch (cause) {
    throw new SwitchyardError('invalid-argument', `the key of the bundle cannot be read; ${fix}`, { cause })
  }
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  if (namedCurve === 'prime256v1') return { key, algorithm: 'ES256' }
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= 2048) return { key, algorithm: 'RS256' }
  throw new SwitchyardError('invalid-argument', `the key of the bundle has an unsupported type; ${fix}`)
}

/** The files and their signature. */
export async function signFiles(files: BundleFiles, { key, algorithm }: BundleKey): Promise<BundleFiles> {
  const signed = [...files].map(
    ([name, content]): SignedFile => ({ name, hash: digestOf(name, content), algorithm: HASH }),
  )
  const token = await new CompactSign(Buffer.from(JSON.stringify({ files: signed })))
    .setProtectedHeader({ alg: algorithm })
    .sign(key)
  return new Map([...files, [SIGNATURES, Buffer.from(JSON.stringify({ signatures: [token] }))]])
}

/**
 * Resolves if the owner of the key has signed exactly these files.
 * @throws SwitchyardError `bad-bundle` that names every file that was added, changed or removed
 */
export async function verifyFiles(files: BundleFiles, key: BundleKey): Promise<void> {
  const expected = new Map((await readSignature(files, key)).map((file) => [file.name, file]))
  const problems = [...files]
    .filter(([name]) => name !== SIGNATURES)
    .flatMap(([name, content]) => {
      const file = expected.get(name)
      expected.delete(name)
      if (file === undefined) return [{ path: name, message: 'was not signed' }]
      if (file.algorithm !== HASH) return [{ path: name, message: `has a digest that is not ${HASH}` }]
      return hasDigest(file.hash, name, content) ? [] : [{ path: name, message: 'was changed after signing' }]
    })
  const missing = [...expected.keys()].map((name) => ({ path: name, message: 'was signed, but is missing' }))
  const all = [...problems, ...missing]
  if (all.length === 0) return
  const more = all.length > MOST_PROBLEMS ? ` (the first ${MOST_PROBLEMS} of ${all.length} files)` : ''
  throw new SwitchyardError('bad-bundle', `the bundle differs from what was signed${more}:`, {
    problems: all.slice(0, MOST_PROBLEMS),
  })
}

/** A file that should be JSON and cannot be parsed is not the signed one. */
function hasDigest(expected: string, name: string, content: Uint8Array): boolean {
  try {
    return digestOf(name, content) === expected
  } catch {
    return false
  }
}

async function readSignature(
  files: BundleFiles,
  { key, algorithm }: BundleKey,
): Promise<readonly SignedFile[]> {
  const content = files.get(SIGNATURES)
  if (content === undefined) {
    throw new SwitchyardError('bad-bundle', `the bundle is not signed: it has no ${SIGNATURES}`)
  }
  try {
    const { signatures } = JSON.parse(Buffer.from(content).toString()) as { signatures: readonly string[] }
    const [token, ...more] = signatures
    if (token === undefined || more.length > 0) throw new Error(`${SIGNATURES} needs exactly one signature`)
    const { payload } = await compactVerify(token, key, { algorithms: [algorithm] })
    const { files: signed } = JSON.parse(Buffer.from(payload).toString()) as { files?: unknown }
    if (!Array.isArray(signed)) throw new Error('it lists no files')
    return signed as readonly SignedFile[]
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError('bad-bundle', `the signature of the bundle is invalid: ${reason}`, { cause })
  }
}
