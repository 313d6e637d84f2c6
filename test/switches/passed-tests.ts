// What passed in a test file, by its titles: read from the output of tap.

import type { Parser, Result } from 'tap-parser'

export interface PassedTest {
  /** From the outermost test to this one. */
  readonly titles: readonly string[]
  /** The names of its own passed assertions. */
  readonly assertions: readonly string[]
}

/**
 * Follows a parser while it reads the output of a file.
 * @returns what gives the tests that passed, each once its parser is complete. Tests that were skipped are not among them.
 */
export function followPassed(parser: Parser): () => readonly PassedTest[] {
  const passed: PassedTest[] = []
  follow(parser, [], passed)
  return () => passed
}

/** @returns the names of the passed assertions of this block, which grow while it runs */
function follow(parser: Parser, titles: readonly string[], passed: PassedTest[]): readonly string[] {
  const assertions: string[] = []
  let inner: { readonly title: string; readonly assertions: readonly string[] } | undefined
  parser.on('child', (child: Parser) => {
    inner = { title: child.name, assertions: follow(child, [...titles, child.name], passed) }
  })
  parser.on('assert', (result: Result) => {
    const closed = inner
    inner = undefined
    if (!result.ok || result.skip !== false || result.todo !== false) return
    if (closed === undefined) assertions.push(result.name)
    // A test whose parts were all skipped has shown nothing.
    else if (closed.assertions.length > 0) passed.push({ ...closed, titles: [...titles, closed.title] })
  })
  return assertions
}
