// Which files a test loads: its imports, their imports, and so on. Type imports do not count, because they load nothing.
import { posix } from 'node:path'
import { readTree } from './read-tree.ts'

/** Sources by their path from the root, with forward slashes. */
export type Sources = ReadonlyMap<string, string>

/** Every source file of the tree except generated ones. */
export function readSources(): Sources {
  return new Map(readTree(['ts', 'js']).map(({ path, text }) => [path, text]))
}

const IMPORT_FORMS = [
  /^(?:import|export)\s(?!type\s)[\w\s{},*$]*?from\s+'([^']+)'/gm,
  /^import\s+'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'/g,
]

/** The imports of a file: files of the tree by their path from the root, packages by their name. */
export function importedBy(path: string, text: string): string[] {
  return IMPORT_FORMS.flatMap((form) => [...text.matchAll(form)]).map(([, specifier = '']) =>
    specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier,
  )
}

/** The file itself and all files it loads. */
export function importClosure(sources: Sources, entry: string): ReadonlySet<string> {
  const closure = new Set([entry])
  // Iteration over a set includes entries that are added meanwhile.
  for (const path of closure) {
    for (const imported of importedBy(path, sources.get(path) ?? '')) closure.add(imported)
  }
  return closure
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}
