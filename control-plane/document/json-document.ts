// A JSON text as plain values. Unlike `JSON.parse` alone, it finds what would be lost or would overflow later.

import { MAX_NESTING, TOO_DEEP } from './nesting.ts'
import { type PlacedProblem, shorten } from './problem.ts'

export interface JsonDocument {
  /** If there are any, `value` is undefined. */
  readonly problems: readonly PlacedProblem[]
  readonly value: unknown
}

/** An object or a list whose end is still to come. */
interface Open {
  /** Keys so far; undefined for a list. */
  readonly keys: Set<string> | undefined
  /** The key or the index of the next value. */
  step: string
}

/** The tokens of a text that is valid JSON. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g

/** @throws SyntaxError of `JSON.parse`, with the position of the mistake */
export function parseJsonDocument(text: string): JsonDocument {
  const value: unknown = JSON.parse(text)
  const problems = findProblems(text)
  return problems.length > 0 ? { problems, value: undefined } : { problems, value }
}

/** Duplicate keys, numbers that become infinite, and too many levels: https://www.rfc-editor.org/rfc/rfc8259#section-4 */
function findProblems(text: string): PlacedProblem[] {
  const problems: PlacedProblem[] = []
  const open: Open[] = []
  let expectsKey = false
  for (const [token] of text.matchAll(TOKEN)) {
    const innermost = open.at(-1)
    let message: string | undefined
    if (token === '{' || token === '[') {
      // Only the first step: the path of all levels would say no more.
      if (open.length === MAX_NESTING) return [{ steps: stepsOf(open).slice(0, 1), message: TOO_DEEP }]
      open.push(token === '{' ? { keys: new Set(), step: '' } : { keys: undefined, step: '0' })
      expectsKey = token === '{'
    } else if (token === '}' || token === ']') {
      open.pop()
    } else if (token === ',') {
      expectsKey = innermost?.keys !== undefined
      if (innermost?.keys === undefined) stepOn(innermost)
    } else if (expectsKey && innermost?.keys !== undefined && token !== ':') {
      expectsKey = false
      innermost.step = JSON.parse(token)
      if (innermost.keys.has(innermost.step)) message = 'is here twice: remove one of the two'
      innermost.keys.add(innermost.step)
    } else if (isInfinite(token)) {
      message = `${shorten(token)} is beyond the largest number, which is about 1.8e308`
    }
    if (message !== undefined) problems.push({ steps: stepsOf(open), message })
  }
  return problems
}

function stepsOf(open: readonly Open[]): string[] {
  return open.map(({ step }) => step)
}

function stepOn(list: Open | undefined): void {
  if (list !== undefined) list.step = String(Number(list.step) + 1)
}

function isInfinite(token: string): boolean {
  return /^-?\d/.test(token) && !Number.isFinite(Number(token))
}
