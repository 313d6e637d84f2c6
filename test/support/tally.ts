// Counts the tests in the output of test files: a test is an innermost `t.test`, or a whole file without one.
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

/** What its closing line says of a test, or its end of a process. */
type Outcome = Pick<Result, 'ok' | 'skip' | 'todo'> & { readonly diag?: unknown }

/** One test file, reported when it ends. */
export interface FileReport extends Tally {
  readonly title: string
  /** Of its process, in milliseconds. */
  readonly duration: number
}

/** A file or a test, with its own result and the results of the tests in it. */
interface Block extends Tally {
  readonly title: string
  readonly failedAssertions: FailedAssertion[]
}

/** The reason that the parser gives for a plan without tests. */
const NO_TESTS = 'no tests found'

/** How the process of a test file ended. */
export interface Ending {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly milliseconds: number
}

/**
 * Counts the tests of one file while `parser` reads what it prints.
 * A file whose process dies counts as failed at least once, whatever it printed before.
 * @returns what gives the report, once the parser is complete and the process has ended
 */
export function countFile(parser: Parser, title: string): (ending: Ending) => FileReport {
  const file = follow(parser, title)
  return ({ exitCode, signal, milliseconds }) => {
    const { ok, plan } = parser.results ?? { ok: false, plan: undefined }
    const isEmpty = plan?.skipAll === true
    // A file may say why it has no tests, and is skipped then. Without a reason it has failed.
    const reason = isEmpty && exitCode === 0 && plan.skipReason !== NO_TESTS ? plan.skipReason : undefined
    settle(file, {
      ok: ok && exitCode === 0 && (reason !== undefined || !isEmpty),
      skip: reason ?? false,
      todo: false,
      diag: { exitCode, signal },
    })
    const titled = file.failures.map((one) => ({ ...one, titles: [title, ...one.titles] }))
    return { ...file, failures: titled, duration: milliseconds }
  }
}

function follow(parser: Parser, title: string): Block {
  const block: Block = { title, ...noTests(), failedAssertions: [] }
  let inner: Block | undefined

  function close(ended: Block, result?: Result): void {
    inner = undefined
    settle(ended, result)
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

/** The sum of files. */
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
function settle(block: Block, result: Outcome | undefined): void {
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

function isSkipped({ skip, todo }: Outcome): boolean {
  return skip !== false || todo !== false
}

function countSkipped(block: Block, { skip, todo }: Outcome): void {
  block.skipped += 1
  for (const reason of [skip, todo]) if (typeof reason === 'string') block.reasonsToSkip.add(reason)
}
