// A YAML text as plain values, and the offset of each in the text.

import {
  Composer,
  type CST,
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
} from 'yaml'
import { SwitchyardError } from '../../core/errors.ts'
import { MAX_NESTING, TOO_DEEP } from './nesting.ts'
import { findValueProblems, MAX_ALIASES, type TextProblem, TOO_MANY_ALIASES } from './yaml-values.ts'

export interface YamlDocument {
  /** If there are any, `value` is undefined. */
  readonly problems: readonly TextProblem[]
  readonly value: unknown
  /** Offset of the key that the steps lead to; if the key is missing, of the nearest key around it. */
  offsetOf(steps: readonly string[]): number
  /** `LINE:COLUMN`, both from 1. */
  placeOf(offset: number): string
}

/** Replacements for parser messages that address programmers. */
const REWORDED: Partial<Record<ErrorCode, string>> = {
  NON_STRING_KEY: 'is not a name: keys are plain text',
}

const SECOND_DOCUMENT = 'begins a second document: a configuration is one document, so remove the line ---'

export function parseYaml(text: string): YamlDocument {
  const lines = new LineCounter()
  const placeOf = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${line}:${col}`
  }
  const { tokens, problem } = readTokens(text, lines)
  if (problem !== undefined) return { problems: [problem], value: undefined, offsetOf: () => 0, placeOf }
  // Its own check of keys compares each with all others; `yaml-values.ts` has one.
  const composer = new Composer({ prettyErrors: false, stringKeys: true, uniqueKeys: false })
  const [document, second] = composer.compose(tokens, true, text.length)
  // The composer always yields a document, also for an empty text.
  if (document === undefined) throw new SwitchyardError('internal', 'the YAML composer yields no document')
  const problems = findProblems(document)
  if (second !== undefined) problems.push({ offset: second.range[0], message: SECOND_DOCUMENT })
  return {
    ...(problems.length > 0 ? { problems, value: undefined } : toPlain(document)),
    offsetOf: (steps) => findOffset(document, steps),
    placeOf,
  }
}

/** Before a plain scalar and each line of a block scalar, which may begin with an asterisk too. */
const SCALAR = '\u{1f}'

/**
 * The tokens of a text. It stops where they are nested too deep, because the composer works by recursion, and at too many aliases,
 * because it looks for the anchor of each among all nodes.
 */
function readTokens(
  text: string,
  lines: LineCounter,
): { readonly tokens: readonly CST.Token[]; readonly problem?: TextProblem } {
  const parser = new Parser(lines.addNewLine)
  const tokens: CST.Token[] = []
  let aliases = 0
  let before = ''
  lines.addNewLine(0)
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme))
    const offset = parser.offset - lexeme.length
    const isDeep = parser.stack.length > MAX_NESTING && parser.stack.filter(isCollection).length > MAX_NESTING
    if (isDeep) return { tokens, problem: { offset, message: TOO_DEEP } }
    if (lexeme.startsWith('*') && before !== SCALAR) aliases += 1
    if (aliases > MAX_ALIASES) return { tokens, problem: { offset, message: TOO_MANY_ALIASES } }
    before = lexeme
  }
  tokens.push(...parser.end())
  return { tokens }
}

function isCollection({ type }: CST.Token): boolean {
  return type === 'block-map' || type === 'block-seq' || type === 'flow-collection'
}

function findProblems(document: Document.Parsed): TextProblem[] {
  const problems: TextProblem[] = [...document.errors, ...document.warnings].map(
    ({ pos, code, message }) => ({
      offset: pos[0],
      message: REWORDED[code] ?? message,
    }),
  )
  problems.push(...findValueProblems(document.contents))
  return problems
}

/** `toJS` throws for what `findProblems` has not seen; the limits of aliases are checked there. */
function toPlain(document: Document.Parsed): Pick<YamlDocument, 'problems' | 'value'> {
  try {
    return { problems: [], value: document.toJS({ maxAliasCount: -1 }) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { problems: [{ offset: 0, message }], value: undefined }
  }
}

type MaybeNode = Node | null | undefined

function findOffset(document: Document.Parsed, steps: readonly string[]): number {
  let node: MaybeNode = document.contents
  let offset = node?.range?.[0] ?? 0
  for (const step of steps) {
    const found = stepInto(document, node, step)
    if (found === undefined) break
    offset = found.at.range?.[0] ?? offset
    node = found.node
  }
  return offset
}

/** The node that a step leads to, and the one to point at: its key, or the item of a list itself. */
function stepInto(document: Document.Parsed, from: MaybeNode, step: string) {
  const node = isAlias(from) ? from.resolve(document) : from
  if (isSeq<Node>(node)) {
    const item = node.items[Number(step)]
    return item && { at: item, node: item }
  }
  if (!isMap<Node, MaybeNode>(node)) return undefined
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
  return pair && { at: pair.key, node: pair.value }
}
