// Keeps files of runs beside the results.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const FILES = 'files'

/** @param folder of the results @returns a function that writes a file and resolves with its path below that folder */
export function keepIn(folder: string): (name: string, content: Uint8Array) => Promise<string> {
  return async (name, content) => {
    await mkdir(join(folder, FILES), { recursive: true })
    await writeFile(join(folder, FILES, name), content)
    return `${FILES}/${name}`
  }
}
