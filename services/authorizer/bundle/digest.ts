// The digest of a file in a bundle, as OPA computes it: https://www.openpolicyagent.org/docs/management-bundles#signature-format

import { createHash } from 'node:crypto'
import { posix } from 'node:path'

/** These files are parsed as JSON and hashed in a canonical form: whitespace and the order of keys do not matter. */
const STRUCTURED = new Set(['data.json', '.manifest'])

/** SHA-256 in hex. @throws SyntaxError if a file of `STRUCTURED` is not JSON */
export function digestOf(path: string, content: Uint8Array): string {
  const hash = createHash('sha256')
  if (STRUCTURED.has(posix.basename(path)))
    hash.update(canonicalJson(JSON.parse(Buffer.from(content).toString())))
  else hash.update(content)
  return hash.digest('hex')
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return encode(value)
  const entries = Object.entries(value).toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return `{${entries.map(([key, item]) => `${encode(key)}:${canonicalJson(item)}`).join(',')}}`
}

/** Go's JSON encoder escapes two line separators that JavaScript does not. */
function encode(primitive: unknown): string {
  return JSON.stringify(primitive).replace(
    /[\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16)}`,
  )
}

/** A short name for content without a revision. */
export function digestOfAll(contents: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const content of contents) hash.update(content)
  return hash.digest('hex').slice(0, 12)
}
