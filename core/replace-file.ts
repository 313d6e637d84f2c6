// Replaces a file as a whole: a reader, or a start after a crash, finds the old content or the new one, and nothing between.

import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface ReplaceOptions {
  /** Resolve only when the disk has the new content. Default: when the operating system has it. */
  readonly durable?: boolean
}

/** Only the owner can read the new file. One call at a time for each file. */
export async function replaceFile(
  file: string,
  text: string,
  { durable = false }: ReplaceOptions = {},
): Promise<void> {
  const next = `${file}.new`
  const handle = await open(next, 'w', 0o600)
  try {
    // A file that an earlier process left keeps its mode.
    await handle.chmod(0o600)
    await handle.writeFile(text)
    if (durable) await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(next, file)
  if (durable) await syncFolder(dirname(file))
}

/** The new name is durable when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
