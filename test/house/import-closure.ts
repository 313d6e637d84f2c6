// Which files a test loads: what it imports, what those import, and so on. Types are not loaded, so imports of types do not count.
import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Sources by their path from the root, with forward slashes. */
export type Sources = ReadonlyMap<string, string>

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every source file of the tree, generated ones excepted. */
export function readSources(): Sources {
  const isForeign = (name: string) => name.startsWith('.') || name === 'node_modules' || name === 'gen'
  const paths = globSync('**/*.{ts,js}', {
    cwd: root,
    exclude: (path) => path.split('/').some(isForeign),
  })
  return new Map(paths.sort().map((path) => [path, readFileSync(root + path, 'utf8')]))
}

const IMPORT_FORMS = [
  /^(?:import|export)\s(?!type\s)[\w\s{},*$]*?from\s+'([^']+)'/gm,
  /^import\s+'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'/g,
]

/** What a file imports: files of ours by their path from the root, packages by their name. */
function importedBy(path: string, text: string): string[] {
  return IMPORT_FORMS.flatMap((form) => [...text.matchAll(form)]).map(([, specifier = '']) =>
    specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier,
  )
}

/** The file itself and all that it loads. */
export function importClosure(sources: Sources, entry: string): ReadonlySet<string> {
  const closure = new Set([entry])
  // What is added while a set is walked is walked, too.
  for (const path of closure) {
    for (const imported of importedBy(path, sources.get(path) ?? '')) closure.add(imported)
  }
  return closure
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}
