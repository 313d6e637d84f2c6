// Rules about the tree as a whole: import circles between files, and how much of the code one folder holds.
import { importedPaths, type SourceFile } from './rules.ts'

const LARGEST_SHARE = 0.35

/** Every import circle between files, as the paths along it, each circle once. Imports of types count too. */
export function findCircles(files: readonly SourceFile[]): string[] {
  // A JavaScript file may refer to the types of its .d.ts by its own name.
  const others = ({ path, text }: SourceFile) => importedPaths(path, text).filter((one) => one !== path)
  const imports = new Map(files.map((file) => [file.path, others(file)]))
  const circles: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) circles.push([...trail.slice(start), path].join(' → '))
    if (start >= 0 || done.has(path)) return
    for (const imported of imports.get(path) ?? []) visit(imported, [...trail, path])
    done.add(path)
  }
  for (const path of [...imports.keys()].sort()) visit(path, [])
  return circles
}

/**
 * The top-level folders with more than 35 % of the code, as `FOLDER: SHARE %`. The code is every line of the files,
 * without tests: neither `*.test.ts` nor files in `test/` count.
 */
export function findLargeFolders(files: readonly SourceFile[]): string[] {
  const lines = new Map<string, number>()
  for (const { path, text } of files) {
    const [folder = ''] = path.split('/')
    if (folder === 'test' || path.endsWith('.test.ts')) continue
    lines.set(folder, (lines.get(folder) ?? 0) + text.split('\n').length - 1)
  }
  const total = [...lines.values()].reduce((sum, one) => sum + one, 0)
  return [...lines]
    .filter(([, one]) => one / total > LARGEST_SHARE)
    .map(([folder, one]) => `${folder}: ${Math.round((100 * one) / total)} %`)
}
