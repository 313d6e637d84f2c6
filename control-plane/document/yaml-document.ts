// A YAML text as plain values, and the offset of each in the text.

import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'

/** What keeps the text from being one document of plain values, by its place in the text. */
export interface TextProblem {
  readonly offset: number
  readonly message: string
}

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
  MULTIPLE_DOCS: 'begins a second document: a configuration is one document, so remove the line ---',
  NON_STRING_KEY: 'is not a name: keys are plain text',
}

export function parseYaml(text: string): YamlDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  const problems = findProblems(document)
  return {
    ...(problems.length > 0 ? { problems, value: undefined } : toPlain(document)),
    offsetOf: (steps) => findOffset(document, steps),
    placeOf: (offset) => {
      const { line, col } = lines.linePos(offset)
      return `${line}:${col}`
    },
  }
}

function findProblems(document: Document.Parsed): TextProblem[] {
  const problems: TextProblem[] = [...document.errors, ...document.warnings].map(
    ({ pos, code, message }) => ({
      offset: pos[0],
      message: REWORDED[code] ?? message,
    }),
  )
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return
      const message = `there is no anchor &${alias.source} before this alias`
      problems.push({ offset: alias.range?.[0] ?? 0, message })
    },
  })
  return problems
}

/** `toJS` throws if aliases of aliases expand beyond the parser's limit. */
function toPlain(document: Document.Parsed): Pick<YamlDocument, 'problems' | 'value'> {
  try {
    return { problems: [], value: document.toJS() }
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
