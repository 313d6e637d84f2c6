// Packs a built package into the file that npm would publish.

import { join } from 'node:path'
import { run } from './run.ts'

export interface PackedLibrary {
  /** The path of the tarball. */
  readonly file: string
  /** The size of the tarball. */
  readonly bytes: number
  /** The paths of its files inside the package. */
  readonly paths: readonly string[]
}

/** Packs the package in a folder, and leaves the tarball there. */
export async function packLibrary(folder: string): Promise<PackedLibrary> {
  const output = await run('npm', ['pack', '--json', '--ignore-scripts', '--loglevel=error'], { cwd: folder })
  const [packed] = JSON.parse(output)
  return {
    file: join(folder, packed.filename),
    bytes: packed.size,
    paths: packed.files.map(({ path }: { readonly path: string }) => path),
  }
}
