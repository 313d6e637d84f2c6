// Tokens that are denied before their end: by their id or their subject, in the document and in a file.

import { type Static, Type } from 'typebox'
import { isScalar, LineCounter, parseDocument } from 'yaml'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { memoize } from '../../core/memo.ts'
import { isMap } from '../../core/plain-map.ts'
import { NamedMap } from './named-map.ts'
import type { PlacedProblem } from './placed-problem.ts'
import { facts } from './schema-keywords.ts'
import { contentOf, type FileContents, FilePath, type SettingFile } from './setting-file.ts'

/**
 * Of one issuer, in the document and in its file together. Envoy compares a claim with them one by one, at every call with a token of
 * that issuer, and each Envoy gets all of them again when one changes: with ids of 36 letters that is half a megabyte. Tokens
 * end by themselves after `maxLifetime`, so an id has to stay for no longer than that.
 */
export const MOST_DENIED = 10_000
const MAX_BYTES = 4 * 1024 * 1024
const MAX_LENGTH = 256

const LISTS = { ids: 'jti', subjects: 'sub' } as const
type List = keyof typeof LISTS

function Denied(what: string, claim: string, example: string) {
  return Type.Optional(
    Type.Array(
      Type.String({
        minLength: 1,
        maxLength: MAX_LENGTH,
        description: `the whole ${claim} of tokens, of up to ${MAX_LENGTH} letters`,
        ...facts({ envoy: 'MetadataMatcher.value', example }),
      }),
      {
        maxItems: MOST_DENIED,
        uniqueItems: true,
        default: [],
        description: `a list of up to 10000 ${what}, such as ["${example}"]`,
        ...facts({
          envoy: 'RouteConfiguration.typed_per_filter_config',
          example: [example],
          weaker: { value: [] },
        }),
      },
    ),
  )
}

const DeniedOfIssuerSchema = Type.Object(
  {
    ids: Denied('ids of tokens (jti)', 'jti', 'b6f1a0de'),
    subjects: Denied('subjects (sub), all of whose tokens are denied', 'sub', 'mallory'),
    file: Type.Optional(
      FilePath('a watched file in YAML with ids and subjects in addition, of at most 4 MiB', {
        envoy: 'RouteConfiguration.typed_per_filter_config',
        example: 'denied-tokens.yaml',
        weaker: { removed: true },
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'denied tokens such as { ids: [b6f1a0de], subjects: [mallory], file: denied-tokens.yaml }',
    ...facts({ example: { ids: ['b6f1a0de'] } }),
  },
)
type DeniedOfIssuer = DeepReadonly<Static<typeof DeniedOfIssuerSchema>>

/**
 * `denied` of `security.jwt`, by the entries of `jwt`: an id or a subject says something only together with its issuer.
 * https://www.rfc-editor.org/rfc/rfc7519#section-4.1.2
 */
export const DeniedSchema = NamedMap(
  DeniedOfIssuerSchema,
  'tokens that are denied before their end, by the entries of jwt that issue them, such as { main: { subjects: [mallory] } }',
  {
    default: {},
    envoy: 'RouteConfiguration.typed_per_filter_config',
    example: { main: { ids: ['b6f1a0de'] } },
  },
)
export type Denied = Readonly<Record<string, DeniedOfIssuer>>

/** What is denied of one issuer. `everything` where the file says nothing that can be read: so it fails closed. */
export interface DeniedClaims {
  readonly jti: readonly string[]
  readonly sub: readonly string[]
  readonly everything: boolean
}

/** @param files with the content of each file that is named */
export function deniedClaimsOf(denied: DeniedOfIssuer, files: FileContents): DeniedClaims {
  const inFile = denied.file === undefined ? NOTHING : readDenied(contentOf(files, denied.file))
  const all = (list: List) => [...new Set([...(denied[list] ?? []), ...inFile[list]])].toSorted()
  return { jti: all('ids'), sub: all('subjects'), everything: inFile.problems.length > 0 }
}

/** The files of `denied`, from the settings of `jwt` on. */
export function deniedFiles(denied: Denied): readonly SettingFile[] {
  return Object.entries(denied).flatMap(([issuer, one]) => {
    if (one.file === undefined) return []
    const steps = ['denied', issuer, 'file']
    const check = (bytes: Uint8Array) => checkDenied(bytes, one).map((message) => ({ steps, message }))
    return [{ steps, file: one.file, maxBytes: MAX_BYTES, check }]
  })
}

export function* deniedProblems(denied: Denied, demanded: readonly string[]): Iterable<PlacedProblem> {
  for (const [issuer, { ids = [], subjects = [] }] of Object.entries(denied)) {
    const steps = ['denied', issuer]
    if (!demanded.includes(issuer)) {
      const message = `is not in anyOf or allOf, so no token of it is accepted anyway: write one of ${demanded.join(', ')}`
      yield { steps, message }
    }
    const count = ids.length + subjects.length
    if (count > MOST_DENIED) yield { steps, message: tooMany(count) }
  }
}

function checkDenied(bytes: Uint8Array, { ids = [], subjects = [] }: DeniedOfIssuer): readonly string[] {
  const found = readDenied(bytes)
  if (found.problems.length > 0) return found.problems
  const count = ids.length + subjects.length + found.ids.length + found.subjects.length
  return count > MOST_DENIED ? [tooMany(count)] : []
}

function tooMany(count: number): string {
  return `makes ${count} denied ids and subjects of this issuer, and the limit is ${MOST_DENIED}: remove tokens that have expired, or deny a subject instead of its tokens`
}

interface FoundDenied {
  readonly ids: readonly string[]
  readonly subjects: readonly string[]
  readonly problems: readonly string[]
}

const NOTHING: FoundDenied = { ids: [], subjects: [], problems: [] }
const SHAPE = 'write { ids: [...], subjects: [...] }, each a list of texts'

/** A file is checked at every write of a document. */
const readDenied = memoize((bytes: Uint8Array): FoundDenied => {
  try {
    return readText(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return { ...NOTHING, problems: [`is not text in UTF-8, or is nested too deep: ${SHAPE}`] }
  }
})

function readText(text: string): FoundDenied {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset = 0) => {
    const { line, col } = lines.linePos(offset)
    return `line ${line}, column ${col}`
  }
  const malformed = [...document.errors, ...document.warnings]
  if (malformed.length > 0) {
    return { ...NOTHING, problems: malformed.map(({ pos, message }) => `${at(pos[0])}: ${message}`) }
  }
  // It throws where aliases expand too far.
  const value: unknown = document.toJS()
  if (!isMap(value)) return { ...NOTHING, problems: [`is not a map: ${SHAPE}`] }
  const unknown = Object.keys(value).filter((key) => !(key in LISTS))
  const problems = unknown.map((key) => `has the unknown field ${JSON.stringify(key)}: ${SHAPE}`)
  const listOf = (list: List): readonly string[] => {
    const items = value[list] ?? []
    if (!Array.isArray(items)) {
      problems.push(`${list} is not a list: ${SHAPE}`)
      return []
    }
    for (const [index, item] of items.entries()) {
      if (typeof item === 'string' && item !== '' && item.length <= MAX_LENGTH) continue
      const node = document.getIn([list, index], true)
      const place = isScalar(node) ? at(node.range?.[0]) : at()
      problems.push(
        `${place}: ${list}.${index} must be a text of 1 to ${MAX_LENGTH} letters, in quotes if it looks like a number`,
      )
    }
    return items
  }
  const [ids, subjects] = [listOf('ids'), listOf('subjects')]
  return problems.length > 0 ? { ...NOTHING, problems } : { ids, subjects, problems }
}
