// The rules of ARCHITECTURE.md that can be checked: imports, the length of files, their names.
import { posix } from 'node:path'
import { ROOMS } from './rooms.ts'

/** A file by its path from the root, with forward slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** A test may import anything. */
const isTest = (path: string) => path.endsWith('.test.ts')

const LONGEST_FILE = 400
const EMPTY_NAMES = ['util', 'utils', 'helper', 'helpers', 'manager', 'managers']

/** Every breach of a rule, as `PATH: what is wrong`. */
export function findBreaches(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    [...importBreaches(file), ...sizeBreaches(file), ...nameBreaches(file)].map(
      (breach) => `${file.path}: ${breach}`,
    ),
  )
}

function importBreaches({ path, text }: SourceFile): string[] {
  if (isTest(path)) return []
  const part = partOf(path)
  if (part === undefined) return ['belongs to no part of ARCHITECTURE.md']
  const allowed = [part, ...reachableFrom(part)]
  return importedPaths(path, text)
    .filter((imported) => !allowed.some((one) => belongsTo(imported, one)))
    .map((imported) => `may not import ${imported}`)
}

function sizeBreaches({ text }: SourceFile): string[] {
  const lines = text.split('\n').length - 1
  return lines > LONGEST_FILE ? [`has ${lines} lines, more than ${LONGEST_FILE}`] : []
}

function nameBreaches({ path }: SourceFile): string[] {
  return path
    .split(/[^a-z]/)
    .filter((word) => EMPTY_NAMES.includes(word))
    .map((word) => `"${word}" says nothing about the content`)
}

function partOf(path: string): string | undefined {
  return Object.keys(ROOMS).find((part) => belongsTo(path, part))
}

function belongsTo(path: string, part: string): boolean {
  return part.endsWith('/') ? path.startsWith(part) : path === part
}

/** Permission for a single file does not extend to its imports, unless it is a room. */
function reachableFrom(part: string): string[] {
  const direct = ROOMS[part]?.mayImport ?? []
  return [...direct, ...direct.flatMap(reachableFrom)]
}

const IMPORT_FORMS = [
  /^(?:import|export)\s[\w\s{},*$]*?from\s+'([^']+)'/gm,
  /^import\s+'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'/g,
]

/** The files of the tree that a file imports, as paths from the root. */
export function importedPaths(path: string, text: string): string[] {
  return IMPORT_FORMS.flatMap((form) => [...text.matchAll(form)])
    .map(([, specifier = '']) => specifier)
    .flatMap((specifier) => {
      if (specifier.startsWith('@envoy/xds-protos/')) return [specifier.replace('@envoy/xds-protos', 'proto')]
      if (specifier === 'switchyard') return ['xds-server/index.ts']
      if (specifier.startsWith('switchyard/protos/')) return [specifier.replace('switchyard/protos', 'proto')]
      return specifier.startsWith('.') ? [posix.join(posix.dirname(path), specifier)] : []
    })
}
