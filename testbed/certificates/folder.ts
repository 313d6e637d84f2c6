// A folder of development certificates: a CA that stays, and a certificate for each part of a testbed.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import { Authority, type Issued, type Subject, type Validity } from './authority.ts'

const LOCAL = { dns: ['localhost'], ips: ['127.0.0.1', '::1'] } as const

/** The parts, with the names of their files `NAME.pem` and `NAME.key`. */
export const PARTS: readonly Subject[] = [
  { name: 'edge', uris: ['spiffe://switchyard/edge'], ...LOCAL },
  { name: 'client', uris: ['spiffe://switchyard/client'] },
  { name: 'echo', uris: ['spiffe://switchyard/echo'], ...LOCAL },
  { name: 'control-plane', uris: ['spiffe://switchyard/control-plane'], ...LOCAL },
]

const AUTHORITY = 'ca'

export interface CertificateFolderOptions extends Validity {
  /** In addition to `PARTS`. */
  readonly subjects?: readonly Subject[]
}

/**
 * Writes `ca.pem`, `ca.key` and both files of each part. Keeps an existing CA, so that its certificates stay trusted. Replaces
 * each file atomically. Only their owner can read keys.
 * @returns the written files
 * @throws SwitchyardError `invalid-argument` if the folder is not writable, or if its CA is unreadable
 */
export async function writeCertificates(
  folder: string,
  { subjects = [], ...validity }: CertificateFolderOptions = {},
): Promise<readonly string[]> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { authority, files } = await openAuthority(folder)
    for (const subject of [...PARTS, ...subjects]) {
      files.push(...(await writeIssued(folder, subject.name, await authority.issue(subject, validity))))
    }
    return files
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SwitchyardError('invalid-argument', `cannot create certificates in ${folder}: ${reason}`, {
      cause: error,
    })
  }
}

async function openAuthority(folder: string): Promise<{ authority: Authority; files: string[] }> {
  const [certificate, key] = await Promise.all(
    ['pem', 'key'].map((end) => readIfThere(join(folder, `${AUTHORITY}.${end}`))),
  )
  if (certificate !== undefined && key !== undefined) {
    return { authority: await Authority.load({ certificate, key }), files: [] }
  }
  const authority = await Authority.create('switchyard development')
  return { authority, files: await writeIssued(folder, AUTHORITY, authority.issued) }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** The key first: a program that watches the certificate finds its key there already. */
async function writeIssued(folder: string, name: string, { certificate, key }: Issued): Promise<string[]> {
  const files = [join(folder, `${name}.key`), join(folder, `${name}.pem`)] as const
  await replaceFile(files[0], key, 0o600)
  await replaceFile(files[1], certificate, 0o644)
  return [...files]
}

/** Replaces a file atomically: readers see the old content or the new. */
export async function replaceFile(file: string, text: string, mode = 0o600): Promise<void> {
  const next = `${file}.next`
  await writeFile(next, text, { mode })
  await rename(next, file)
}
