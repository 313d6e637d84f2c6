// Reads the files of the tree that are ours: neither packages nor generated code nor hidden folders.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { SourceFile } from './rules.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every file with one of these extensions, such as `['ts', 'js']`, sorted by its path from the root. */
export function readTree(extensions: readonly string[]): SourceFile[] {
  const isForeign = (name: string) =>
    name.startsWith('.') || ['node_modules', 'gen', 'dist', 'reports'].includes(name)
  const paths = globSync(
    extensions.map((one) => `**/*.${one}`),
    { cwd: root, exclude: (path) => path.split('/').some(isForeign) },
  )
  return paths.sort().map((path) => ({ path, text: readFileSync(root + path, 'utf8') }))
}
