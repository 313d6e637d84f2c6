// Counts tests in what tap prints: a test is an innermost `t.test`, or a whole file that has none.
import type { Parser, Result } from 'tap-parser'

/** A test that failed, by the titles that lead to it, with the assertions that failed in it. */
export interface Failure {
  readonly titles: readonly string[]
  /** Never empty: where none failed, one stands for the process that died or the test that did not end. */
  readonly assertions: readonly FailedAssertion[]
}

export interface FailedAssertion {
  readonly name: string
  /** What tap found out: `diff`, `at`, `exitCode` and the like. */
  readonly diagnostics: unknown
}

export interface Tally {
  passed: number
  failed: number
  skipped: number
  readonly failures: Failure[]
  /** Why tests were skipped, each reason once. */
  readonly reasonsToSkip: Set<string>
}

/** One test file, told as soon as it has ended. */
export interface FileReport extends Tally {
  readonly title: string
  /** Milliseconds, where tap gives them. */
  readonly duration: number | null
}

/** The lines of a file or a test, with what they say of it alone and of the tests in it. */
interface Block extends Tally {
  readonly title: string
  readonly failedAssertions: FailedAssertion[]
}

/**
 * Counts the tests of a tap run while `parser` reads it. The tally is complete once the parser is.
 * A file whose process dies counts as failed at least once, whatever it had printed before.
 */
export function countTests(parser: Parser, onFile: (file: FileReport) => void): Tally {
  return follow(parser, 'run', (file, result) => onFile({ ...file, duration: result?.time ?? null }))
}

function follow(parser: Parser, title: string, onBlock?: (block: Block, result?: Result) => void): Block {
  const block: Block = { title, ...noTests(), failedAssertions: [] }
  let inner: Block | undefined

  function close(ended: Block, result?: Result): void {
    inner = undefined
    settle(ended, result)
    onBlock?.(ended, result)
    block.passed += ended.passed
    block.failed += ended.failed
    block.skipped += ended.skipped
    for (const { titles, assertions } of ended.failures)
      block.failures.push({ titles: [ended.title, ...titles], assertions })
    for (const reason of ended.reasonsToSkip) block.reasonsToSkip.add(reason)
  }

  parser.on('child', (child: Parser) => {
    inner = follow(child, child.name)
  })
  parser.on('assert', (result: Result) => {
    if (inner) close(inner, result)
    // A test that is skipped by its options prints no block, only its line.
    else if (isSkipped(result)) countSkipped(block, result)
    else if (!result.ok)
      block.failedAssertions.push({ name: result.name || result.fullname, diagnostics: result.diag })
  })
  parser.on('complete', () => {
    if (inner) close(inner)
  })
  return block
}

function noTests(): Tally {
  return { passed: 0, failed: 0, skipped: 0, failures: [], reasonsToSkip: new Set() }
}

/**
 * Counts a block that has ended, unless its inner tests say all there is to say. `result` is its closing line,
 * which is missing where the process died.
 */
function settle(block: Block, result: Result | undefined): void {
  const hasInnerTests = block.passed + block.failed + block.skipped > 0
  if (result && isSkipped(result)) {
    countSkipped(block, result)
  } else if (result?.ok) {
    if (!hasInnerTests) block.passed += 1
  } else if (block.failed === 0) {
    block.failed += 1
    const name = result ? 'failed outside its assertions' : 'did not end'
    const outside = { name, diagnostics: result?.diag }
    const assertions = block.failedAssertions.length > 0 ? block.failedAssertions : [outside]
    block.failures.push({ titles: [], assertions })
  }
}

function isSkipped({ skip, todo }: Result): boolean {
  return skip !== false || todo !== false
}

function countSkipped(block: Block, { skip, todo }: Result): void {
  block.skipped += 1
  for (const reason of [skip, todo]) if (typeof reason === 'string') block.reasonsToSkip.add(reason)
}
