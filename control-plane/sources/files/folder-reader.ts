// Reads files of one folder only, and never a file of the control plane itself.

import { constants } from 'node:fs'
import { open, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'

export interface FolderReaderOptions {
  /** What the folder holds, for error texts: `the folder of secrets`. */
  readonly title: string
  /** Paths of the control plane's own files, which are never read, not even by a hard link in the folder. Default: none. */
  readonly ownFiles?: readonly string[]
}

/** The bytes, or why they are not read: a phrase that follows the name of the file. */
export type FoundFile = { readonly bytes: Uint8Array } | { readonly problem: string }

/** Reads a file by its path in the folder, if it has at most that many bytes. */
export type FolderReader = (file: string, maxBytes: number) => Promise<FoundFile>

/** The path is resolved before: a symlink that comes in its place is not followed. A pipe must not block. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Reads files that really are in a folder, whatever symlinks lead to them. Whoever may write the document must not be able to
 * send other files of the host to a node.
 */
export function createFolderReader(
  folder: string,
  { title, ownFiles = [] }: FolderReaderOptions,
): FolderReader {
  return async (file, maxBytes) => {
    try {
      const path = await realpath(join(folder, file))
      if (!path.startsWith(`${await realpath(folder)}${sep}`)) {
        return { problem: `is outside ${title}; put a copy of it into that folder` }
      }
      return await readOpened(path, maxBytes, ownFiles)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : error
      if (code === 'ENOENT') return { problem: 'is not there; write it first' }
      if (code === 'EACCES')
        return { problem: 'may not be read by the control plane; change its permissions' }
      return { problem: `cannot be read (${code})` }
    }
  }
}

async function readOpened(path: string, maxBytes: number, ownFiles: readonly string[]): Promise<FoundFile> {
  await using handle = await open(path, FLAGS)
  const { dev, ino, size } = await handle.stat()
  if ((await idsOf(ownFiles)).has(idOf({ dev, ino }))) {
    return { problem: 'is a file of the control plane itself; name a file that was issued for the nodes' }
  }
  if (size > maxBytes) return { problem: `has ${size} bytes, more than the limit of ${maxBytes}` }
  return { bytes: await handle.readFile() }
}

/** Looked up at each read, because a file that is renewed is a new one. */
async function idsOf(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.allSettled(paths.map((path) => stat(path)))
  return new Set(found.flatMap((one) => (one.status === 'fulfilled' ? idOf(one.value) : [])))
}

function idOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev} ${ino}`
}
