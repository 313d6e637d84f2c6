// The files of a bundle: a gzipped tar, read into memory and never onto a disk.

import { posix } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gunzip, gzipSync } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import { SwitchyardError } from '../../../core/errors.ts'

/** Contents by their paths from the root of the bundle, such as `roles/data.json`. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>

/** A policy has about 100 KiB. The limit keeps a small archive from unpacking to more memory than the process has. */
export const MAX_UNPACKED_BYTES = 64 * 1024 * 1024

/** A policy has a few files. Nobody has verified the archive yet, so its reader must not work for long. */
export const MAX_FILES = 1_000

/** Off the main thread: decisions go on while an archive is unpacked. */
const unpack = promisify(gunzip)

/** @throws SwitchyardError `bad-bundle` if it is not a gzipped tar, is too large, has too many files, or has a path twice */
export async function readArchive(archive: Uint8Array): Promise<BundleFiles> {
  try {
    return await readTar(await unpack(archive, { maxOutputLength: MAX_UNPACKED_BYTES }))
  } catch (cause) {
    if (cause instanceof SwitchyardError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError('bad-bundle', `the bundle is not a gzipped tar: ${reason}`, { cause })
  }
}

async function readTar(tar: Buffer): Promise<BundleFiles> {
  const files = new Map<string, Uint8Array>()
  let count = 0
  const entries = extract()
  entries.end(tar)
  for await (const entry of entries) {
    const { name, type } = entry.header
    count += 1
    if (count > MAX_FILES) {
      throw new SwitchyardError('bad-bundle', `the bundle has more than ${MAX_FILES} files`)
    }
    const content = await buffer(entry)
    if (type !== 'file') continue
    const path = posix.join('/', name).slice(1)
    // With two files of one path, the signed file might not be the used one.
    if (files.has(path)) throw new SwitchyardError('bad-bundle', `the bundle has ${path} twice`)
    files.set(path, content)
  }
  return files
}

/** Writes no times and no owners, so the same files give the same bytes. */
export async function writeArchive(files: BundleFiles): Promise<Buffer> {
  const tar = pack()
  for (const [path, content] of files) {
    tar.entry({ name: `/${path}`, mtime: new Date(0) }, Buffer.from(content))
  }
  tar.finalize()
  return gzipSync(await buffer(tar))
}
