// Counts the tests in tap's output: a test is an innermost `t.test`, or a whole file without one.
import type { Parser, Result } from 'tap-parser'

/** A failed test: the titles that lead to it, and its failed assertions. */
export interface Failure {
  readonly titles: readonly string[]
  /** Never empty: without a failed assertion it has one for the process that died or the test that did not end. */
  readonly assertions: readonly FailedAssertion[]
}

export interface FailedAssertion {
  readonly name: string
  /** tap's diagnostics: `diff`, `at`, `exitCode` and others. */
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

/** One test file, reported when it ends. */
export interface FileReport extends Tally {
  readonly title: string
  /** Milliseconds, if tap reports them. */
  readonly duration: number | null
}

/** A file or a test, with its own result and the results of the tests in it. */
interface Block extends Tally {
  readonly title: string
  readonly failedAssertions: FailedAssertion[]
}

/**
 * Counts the tests of a tap run while `parser` reads it. The tally is complete when the parser is.
 * A file whose process dies counts as failed at least once, whatever it printed before.
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
    const titled = ended.failures.map(({ titles, assertions }) => ({
      titles: [ended.title, ...titles],
      assertions,
    }))
    add(block, { ...ended, failures: titled })
  }

  parser.on('child', (child: Parser) => {
    inner = follow(child, child.name)
  })
  parser.on('assert', (result: Result) => {
    if (inner) close(inner, result)
    // A test that is skipped by its options prints only a line, no block.
    else if (isSkipped(result)) countSkipped(block, result)
    else if (!result.ok)
      block.failedAssertions.push({ name: result.name || result.fullname, diagnostics: result.diag })
  })
  parser.on('complete', () => {
    if (inner) close(inner)
  })
  return block
}

/** The sum of runs, such as those of two lanes. */
export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = noTests()
  for (const tally of tallies) add(sum, tally)
  return sum
}

function add(sum: Tally, { passed, failed, skipped, failures, reasonsToSkip }: Tally): void {
  sum.passed += passed
  sum.failed += failed
  sum.skipped += skipped
  sum.failures.push(...failures)
  for (const reason of reasonsToSkip) sum.reasonsToSkip.add(reason)
}

function noTests(): Tally {
  return { passed: 0, failed: 0, skipped: 0, failures: [], reasonsToSkip: new Set() }
}

/**
 * Counts a block that has ended, unless its inner tests already explain its result. `result` is its closing line,
 * which is missing if the process died.
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
