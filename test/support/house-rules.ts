// The rules of ARCHITECTURE.md that a machine can see: who imports whom, how long files are, what they are called.
import { posix } from 'node:path'

/** A file by its path from the root, with forward slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

const ERRORS = 'control-plane/errors.ts'

/**
 * What each part may import, besides itself. A part is a folder, which ends in a slash, or a file.
 * Whatever a part may import, those that may import the part may import too: the directions are an order.
 */
export const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  'proto/': [],
  [ERRORS]: [],
  'control-plane/switches/': [ERRORS, 'proto/'],
  'control-plane/config/': ['control-plane/switches/'],
  'control-plane/secrets/': ['control-plane/config/'],
  'control-plane/translate/': ['control-plane/secrets/'],
  'control-plane/snapshot/': [ERRORS, 'proto/'],
  'control-plane/xds/': ['control-plane/snapshot/'],
  'control-plane/index.ts': ['control-plane/xds/'],
  'control-plane/store/': [ERRORS],
  'control-plane/access/': [ERRORS, 'certificates/names.ts'],
  'control-plane/revisions/': ['control-plane/index.ts', 'control-plane/store/', 'control-plane/translate/'],
  'control-plane/admin/': [
    'control-plane/config/',
    'control-plane/store/revision.ts',
    'control-plane/snapshot/status.ts',
    'control-plane/snapshot/events.ts',
    'control-plane/access/',
  ],
  'control-plane/control-plane.ts': [
    'control-plane/revisions/',
    'control-plane/admin/',
    'control-plane/access/',
  ],
  'control-plane/main.ts': ['control-plane/control-plane.ts'],
  'certificates/': [ERRORS],
  'services/': [ERRORS, 'proto/'],
  'policies/': [],
  'processes/': [ERRORS],
  'envoy-bootstrap/': [ERRORS, 'proto/', 'processes/', 'certificates/names.ts'],
  'cli/': ['certificates/', 'services/', 'envoy-bootstrap/'],
  'experiments/': ['cli/'],
  'bench/': ['cli/', 'control-plane/control-plane.ts'],
  'test/': ['experiments/', 'bench/', 'control-plane/main.ts'],
}

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
    .map((word) => `"${word}" says nothing about what it holds`)
}

function partOf(path: string): string | undefined {
  return Object.keys(IMPORTS).find((part) => belongsTo(path, part))
}

function belongsTo(path: string, part: string): boolean {
  return part.endsWith('/') ? path.startsWith(part) : path === part
}

/** A single file of a folder opens what the folder may import, not the folder. */
function reachableFrom(part: string): string[] {
  const direct = IMPORTS[part] ?? IMPORTS[partOf(part) ?? ''] ?? []
  return [...direct, ...direct.flatMap(reachableFrom)]
}

const IMPORT_FORMS = [
  /^(?:import|export)\s[\w\s{},*$]*?from\s+'([^']+)'/gm,
  /^import\s+'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'/g,
]

/** What a file imports of our own, as paths from the root. */
function importedPaths(path: string, text: string): string[] {
  return IMPORT_FORMS.flatMap((form) => [...text.matchAll(form)])
    .map(([, specifier = '']) => specifier)
    .flatMap((specifier) => {
      if (specifier.startsWith('@envoy/xds-protos/')) return [specifier.replace('@envoy/xds-protos', 'proto')]
      return specifier.startsWith('.') ? [posix.join(posix.dirname(path), specifier)] : []
    })
}
