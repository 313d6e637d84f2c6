// Development certificates in two folders: secrets, which may be sent to Envoys, and identities, which never are.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import { nodeAddress } from '../../envoy-bootstrap/node-address.ts'
import { Authority, type Issued, type Subject, type Validity } from './authority.ts'

/** Below the root: what a document may name, the leaf certificates of the data plane and the certificate of their CA. */
export const SECRETS = 'secrets'

/** Below the root: the CA's key, and the certificates of the control plane and of nodes. */
export const IDENTITIES = 'identities'

const LOCAL = { dns: ['localhost'], ips: ['127.0.0.1', '::1'] } as const

/** The listeners of up to 254 Envoys on one host, which `nodeAddress` numbers. */
const NODE_ADDRESSES = Array.from({ length: 254 }, (_, index) => nodeAddress(index, 'linux'))

/** The parts of the data plane, by the names of their files, `NAME.pem` and `NAME.key`. */
const DATA_PLANE: readonly Subject[] = [
  { name: 'edge', uris: ['spiffe://switchyard/edge'], ...LOCAL },
  { name: 'client', uris: ['spiffe://switchyard/client'] },
  { name: 'echo', uris: ['spiffe://switchyard/echo'], ...LOCAL },
]

const CONTROL_PLANE: Subject = {
  name: 'control-plane',
  uris: ['spiffe://switchyard/control-plane'],
  ...LOCAL,
}

/** Each part that gets a certificate, without the addresses of one host. */
export const PARTS: readonly Subject[] = [...DATA_PLANE, CONTROL_PLANE]

const AUTHORITY = 'ca'

export interface CertificateFolderOptions extends Validity {
  /** Additional identities. */
  readonly subjects?: readonly Subject[]
  /** Further names of every server: host names and IP addresses. */
  readonly serverNames?: { readonly dns: readonly string[]; readonly ips: readonly string[] }
}

/**
 * Writes `ROOT/secrets` with `ca.pem` and both files of each part of the data plane, and `ROOT/identities` as
 * `writeIdentities` does, signed by the same CA.
 * @returns the written files
 * @throws SwitchyardError `invalid-argument` if a folder is not writable, or if its CA is unreadable
 */
export async function writeCertificates(
  root: string,
  options: CertificateFolderOptions = {},
): Promise<readonly string[]> {
  return await explained(root, async () => {
    const { authority, files } = await openIdentities(join(root, IDENTITIES), options)
    const secrets = join(root, SECRETS)
    await mkdir(secrets, { recursive: true, mode: 0o700 })
    const ca = join(secrets, `${AUTHORITY}.pem`)
    await replaceFile(ca, authority.issued.certificate, 0o644)
    const parts = DATA_PLANE.map((part) => withServerNames(part, options))
    return [...files, ca, ...(await issueInto(secrets, authority, parts, options))]
  })
}

/**
 * Writes `ca.pem`, `ca.key`, and both files of the control plane and of `subjects`. Keeps an existing CA, so that its
 * certificates stay trusted. Replaces each file atomically. Only their owner can read keys.
 * @returns the written files
 * @throws SwitchyardError `invalid-argument` if the folder is not writable, or if its CA is unreadable
 */
export async function writeIdentities(
  folder: string,
  options: CertificateFolderOptions = {},
): Promise<readonly string[]> {
  return await explained(folder, async () => (await openIdentities(folder, options)).files)
}

/** A part with `dns` is a server. The edge listens on the addresses of its nodes too. */
function withServerNames(part: Subject, { serverNames }: CertificateFolderOptions): Subject {
  const { name, dns, ips = [] } = part
  if (dns === undefined) return part
  return {
    ...part,
    dns: [...dns, ...(serverNames?.dns ?? [])],
    ips: [...ips, ...(name === 'edge' ? NODE_ADDRESSES : []), ...(serverNames?.ips ?? [])],
  }
}

async function openIdentities(folder: string, options: CertificateFolderOptions) {
  const { subjects = [], ...validity } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { authority, files } = await openAuthority(folder)
  const issued = await issueInto(
    folder,
    authority,
    [withServerNames(CONTROL_PLANE, options), ...subjects],
    validity,
  )
  return { authority, files: [...files, ...issued] }
}

async function issueInto(
  folder: string,
  authority: Authority,
  subjects: readonly Subject[],
  { notBefore, notAfter }: Validity,
): Promise<string[]> {
  const validity = { ...(notBefore && { notBefore }), ...(notAfter && { notAfter }) }
  const files: string[] = []
  for (const subject of subjects) {
    files.push(...(await writeIssued(folder, subject.name, await authority.issue(subject, validity))))
  }
  return files
}

async function explained<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
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
