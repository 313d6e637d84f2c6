// The files of secrets: read from one folder only, and never a file of the control plane itself.

import { constants } from 'node:fs'
import { open, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'

/** Reads a file by its path in the folder of secrets: its text, or why it is not read. */
export type SecretFileReader = (file: string) => Promise<SecretFile>

export type SecretFile = { readonly text: string } | { readonly problem: string }

/** Certificates are a few KiB; a larger file is something else, and is not read into memory. */
const MAX_BYTES = 1_048_576

/** The path is resolved before: a symlink that comes in its place is not followed. A pipe must not block. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Reads files that really are in a folder, whatever symlinks lead to them. Whoever may write the document must not be able to
 * send other files of the host to a node.
 * @param ownFiles paths of the control plane's own files, which are never read, not even by a hard link in the folder
 */
export function createSecretFileReader(folder: string, ownFiles: readonly string[] = []): SecretFileReader {
  return async (file) => {
    try {
      const path = await realpath(join(folder, file))
      if (!path.startsWith(`${await realpath(folder)}${sep}`)) {
        return { problem: 'is outside the folder of secrets; put a copy of it into that folder' }
      }
      return await readOpened(path, ownFiles)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : error
      if (code === 'ENOENT') return { problem: 'is not there; write it first' }
      if (code === 'EACCES')
        return { problem: 'may not be read by the control plane; change its permissions' }
      return { problem: `cannot be read (${code})` }
    }
  }
}

async function readOpened(path: string, ownFiles: readonly string[]): Promise<SecretFile> {
  await using handle = await open(path, FLAGS)
  const { dev, ino, size } = await handle.stat()
  if ((await idsOf(ownFiles)).has(idOf({ dev, ino }))) {
    return { problem: 'is a file of the control plane itself; name a file that was issued for the nodes' }
  }
  if (size > MAX_BYTES) return { problem: `has ${size} bytes, more than the limit of ${MAX_BYTES}` }
  return { text: await handle.readFile('utf8') }
}

/** Looked up at each read, because a file that is renewed is a new one. */
async function idsOf(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.allSettled(paths.map((path) => stat(path)))
  return new Set(found.flatMap((one) => (one.status === 'fulfilled' ? idOf(one.value) : [])))
}

function idOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev} ${ino}`
}
