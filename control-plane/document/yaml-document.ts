// A YAML text as plain values, and where in the text each of them stands.

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

/** Something that keeps the text from being one document of plain values. */
export interface Fault {
  readonly offset: number
  readonly message: string
}

export interface YamlDocument {
  /** Where there are any, `value` is undefined. */
  readonly faults: readonly Fault[]
  readonly value: unknown
  /** Offset of the key that the steps lead to; where it is missing, of the nearest one around it. */
  offsetOf(steps: readonly string[]): number
  /** `LINE:COLUMN`, both from 1. */
  placeOf(offset: number): string
}

/** Where the parser's own words speak to programmers. */
const REWORDED: Partial<Record<ErrorCode, string>> = {
  MULTIPLE_DOCS: 'begins a second document: a configuration is one document, so drop the line ---',
  NON_STRING_KEY: 'is not a name: keys are plain text',
}

export function parseYaml(text: string): YamlDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  const faults = findFaults(document)
  return {
    ...(faults.length > 0 ? { faults, value: undefined } : toPlain(document)),
    offsetOf: (steps) => findOffset(document, steps),
    placeOf: (offset) => {
      const { line, col } = lines.linePos(offset)
      return `${line}:${col}`
    },
  }
}

function findFaults(document: Document.Parsed): Fault[] {
  const faults: Fault[] = [...document.errors, ...document.warnings].map(({ pos, code, message }) => ({
    offset: pos[0],
    message: REWORDED[code] ?? message,
  }))
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return
      const message = `there is no anchor &${alias.source} before this alias`
      faults.push({ offset: alias.range?.[0] ?? 0, message })
    },
  })
  return faults
}

/** Aliases of aliases can blow up beyond measure: the parser counts them, and gives up. */
function toPlain(document: Document.Parsed): Pick<YamlDocument, 'faults' | 'value'> {
  try {
    return { faults: [], value: document.toJS() }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { faults: [{ offset: 0, message }], value: undefined }
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
