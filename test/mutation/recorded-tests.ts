// The tests of a file, recorded while it is loaded instead of run, so that each can be run alone.

// The class alone: tap's own index makes a test of the whole process, which sends messages to the parent process, here Stryker.
// The first import breaks a circle between these two.
import '@tapjs/core'
import { Test } from '@tapjs/test'
import type { Test as TapTest } from 'tap'

type Hook = (t: TapTest) => unknown
type TestArguments = Parameters<TapTest['test']>

export interface RecordedTest {
  /** Differs for all tests of all files, and is the same each time the file is loaded. */
  readonly id: string
  readonly title: string
  /** @returns what failed; undefined if nothing did */
  readonly run: () => Promise<string | undefined>
}

/** Stands in for the default export of tap. A method that it lacks is an error: no test of the library calls others outside a test. */
export class TestRecorder {
  #file = ''
  #tests: RecordedTest[] = []
  #before: Hook[] = []
  #after: Hook[] = []

  /** Records what `load` registers. */
  async record(file: string, load: () => Promise<unknown>): Promise<readonly RecordedTest[]> {
    this.#file = file
    this.#tests = []
    this.#before = []
    this.#after = []
    await load()
    return this.#tests
  }

  readonly test = (...args: TestArguments): void => {
    const [title] = args
    const [file, before, after] = [this.#file, this.#before, this.#after]
    this.#tests.push({
      id: `${file}#${this.#tests.length + 1} ${title}`,
      title: String(title),
      run: () => runTest(file, args, before, after),
    })
  }

  readonly beforeEach = (hook: Hook): void => void this.#before.push(hook)
  readonly afterEach = (hook: Hook): void => void this.#after.push(hook)
  readonly comment = (): void => {}
}

async function runTest(
  file: string,
  args: TestArguments,
  before: readonly Hook[],
  after: readonly Hook[],
): Promise<string | undefined> {
  const parent = new Test({ name: file })
  // Its output is not needed, and would stop it when nobody reads it.
  parent.resume()
  for (const hook of before) parent.beforeEach(hook)
  for (const hook of after) parent.afterEach(hook)
  const result = await parent.test(...(args as Parameters<typeof parent.test>))
  parent.end()
  if (parent.passing()) return undefined
  const { failures = [] } = result ?? {}
  return failures.map(({ fullname, name }) => fullname ?? name).join(', ') || 'it failed'
}
