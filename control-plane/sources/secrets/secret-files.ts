// The files of secrets: text of a limited size, read from one folder only.

import { createFolderReader } from '../files/folder-reader.ts'

/** Reads a file by its path in the folder of secrets: its text, or why it is not read. */
export type SecretFileReader = (file: string) => Promise<SecretFile>

export type SecretFile = { readonly text: string } | { readonly problem: string }

/** Certificates are a few KiB; a larger file is something else, and is not read into memory. */
const MAX_BYTES = 1_048_576

/** @param ownFiles paths of the control plane's own files, which are never read */
export function createSecretFileReader(folder: string, ownFiles: readonly string[] = []): SecretFileReader {
  const read = createFolderReader(folder, { title: 'the folder of secrets', ownFiles })
  return async (file) => {
    const found = await read(file, MAX_BYTES)
    return 'bytes' in found ? { text: Buffer.from(found.bytes).toString('utf8') } : found
  }
}
