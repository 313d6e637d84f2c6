// A test runner for Stryker that runs tap's tests in its own process. A process for each test file, as the runner for tap
// starts them, takes a second to load packages, and a mutant is reached by many files.
// https://stryker-mutator.io/docs/stryker-js/plugins/

import { join } from 'node:path'
import { mock } from 'node:test'
import { pathToFileURL } from 'node:url'
import { INSTRUMENTER_CONSTANTS, type StrykerOptions } from '@stryker-mutator/api/core'
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin'
import {
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type FailedTestResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner'
import { createFreshModules, type FreshModules } from './fresh-modules.ts'
import { type RecordedTest, TestRecorder } from './recorded-tests.ts'
import { WAITS_IN_VAIN, whileBusy } from './while-busy.ts'

/** What the instrumented code reads and writes. https://github.com/stryker-mutator/stryker-js/blob/master/packages/api/src/core/instrument.ts */
interface Instrumentation {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> }
  hitCount?: number | undefined
  hitLimit?: number | undefined
}

const instrumentation: Instrumentation = {}
Object.assign(globalThis, { [INSTRUMENTER_CONSTANTS.NAMESPACE]: instrumentation })

/** About the time that it takes to load a file with modules of its own. */
const LOADING_MS = 100

/** Stryker has an option `testFiles` of its own, with which it never activates a mutant while modules are loaded. */
export interface InProcessOptions {
  /** For each mutated file its tests, those nearest to it first. Paths from the root. */
  readonly inProcess: { readonly testFilesOf: Readonly<Record<string, readonly string[]>> }
}

export class InProcessRunner implements TestRunner {
  static readonly inject = tokens(commonTokens.options)
  readonly #filesOf: Readonly<Record<string, readonly string[]>>
  readonly #recorder = new TestRecorder()
  /** Mutants of a mutated file that a test or its file has found, and how long a test took the last time. */
  readonly #kills = new Map<string, number>()
  readonly #ms = new Map<string, number>()
  #modules: FreshModules | undefined
  #uncaught: string | undefined
  /** A test that waited in vain has left in this process what it waited for: servers, sockets and timers, whose errors come late. */
  #isWorn = false

  constructor(options: StrykerOptions) {
    this.#filesOf = (options as StrykerOptions & InProcessOptions).inProcess.testFilesOf
    // A server that a mutant has left behind must not keep this process.
    process.on('disconnect', () => process.exit())
    // Without a listener, an error in a callback of a mutant would end the process.
    process.on('uncaughtException', (error) => {
      this.#uncaught = String(error)
    })
  }

  capabilities() {
    return { reloadEnvironment: true }
  }

  async init(): Promise<void> {
    // tap names the folders of tests by the script of the process, and several runners have one script.
    process.env.TAP_CWD = join(process.cwd(), '.tap', String(process.pid))
    this.#modules = createFreshModules(pathToFileURL(`${process.cwd()}/`).href, this.#recorder)
  }

  /**
   * Runs every test without a mutant, and notes which mutants it reaches. Then it runs the tests of each file backwards, since a
   * mutant's tests are chosen and sorted anew: one that needs another test would fail for any mutant.
   */
  async dryRun(): Promise<DryRunResult> {
    const mutantCoverage = { static: {}, perTest: {} }
    instrumentation.mutantCoverage = mutantCoverage
    const tests: TestResult[] = []
    for (const file of this.#files) {
      this.#loaded.renew()
      tests.push(...(await this.#runFile(file, (recorded) => recorded)))
    }
    if (!tests.some(isFailure)) tests.push(...(await this.#runBackwards()))
    // Without any, Stryker would not report the mutants, which all survive.
    return { status: DryRunStatus.Complete, tests: tests.length > 0 ? tests : [NO_TEST], mutantCoverage }
  }

  /** @returns what fails with modules of its own. Files share modules before, as those of a mutant do, which takes a small part of the time. */
  async #runBackwards(): Promise<readonly TestResult[]> {
    // What the modules that are loaded from now on reach is not needed.
    instrumentation.mutantCoverage = { static: {}, perTest: {} }
    this.#loaded.renew()
    const failed: TestResult[] = []
    for (const file of this.#files) {
      const runFile = () => this.#runFile(file, (recorded) => recorded.toReversed())
      if (!(await runFile()).some(isFailure)) continue
      this.#loaded.renew()
      failed.push(...(await runFile()).filter(isFailure).map(needingOthers))
    }
    return failed
  }

  async #runFile(
    file: string,
    sort: (tests: readonly RecordedTest[]) => readonly RecordedTest[],
  ): Promise<readonly TestResult[]> {
    const results: TestResult[] = []
    for (const test of sort(await this.#record(file))) {
      instrumentation.currentTestId = test.id
      results.push(await this.#run(file, test))
      instrumentation.currentTestId = undefined
    }
    return results
  }

  /**
   * Runs the chosen tests until one fails; files and tests that found many mutants come first. The files of one mutant share
   * modules, which take longer to load than most tests to run.
   */
  async mutantRun({
    activeMutant,
    sandboxFileName,
    testFilter,
    hitLimit,
    mutantActivation,
  }: MutantRunOptions): Promise<MutantRunResult> {
    // Stryker starts another process for a runner that fails, and gives it the same mutant.
    if (this.#isWorn) throw new Error('a test has waited in vain in this process')
    const chosen = testFilter && new Set(testFilter)
    const chosenFiles = testFilter && new Set(testFilter.map(fileOf))
    // Not by the working directory: a test may have changed it.
    const source = Object.keys(this.#filesOf).find((path) => sandboxFileName.endsWith(`/${path}`))
    if (source === undefined) throw new Error(`${sandboxFileName} was not chosen`)
    const files = (this.#filesOf[source] ?? []).filter((file) => chosenFiles?.has(file) ?? true)
    instrumentation.hitCount = hitLimit === undefined ? undefined : 0
    instrumentation.hitLimit = hitLimit
    const activate = (isLoading: boolean) => {
      instrumentation.activeMutant = mutantActivation === 'static' || !isLoading ? activeMutant.id : undefined
    }
    const recordFile = async (file: string) => {
      activate(true)
      const tests = await this.#record(file)
      activate(false)
      return tests
    }
    const done: TestResult[] = []
    const isOutOfHits = () => determineHitLimitReached(instrumentation.hitCount, hitLimit)
    /** What a test comes to with modules of its own. What a mutant keeps from loading may load now, and the other way round. */
    const runAlone = async (file: string, id: string) => {
      this.#loaded.renew()
      const recorded = await recordFile(file)
      const same = recorded.filter((test) => test.id === id)
      const results: TestResult[] = []
      for (const test of same.length > 0 ? same : recorded) {
        if (isLoadingFailure(id) && chosen?.has(test.id) === false) continue
        results.push(await this.#run(file, test))
        if (results.some(isFailure) || isOutOfHits()) break
      }
      return results
    }
    let isFirst = true
    this.#loaded.renew()
    for (const file of this.#byKills(source, files, (file) => file)) {
      const tests = await recordFile(file)
      for (const test of this.#byKills(source, tests, ({ id }) => id)) {
        if (chosen?.has(test.id) === false && !isLoadingFailure(test.id)) continue
        const result = await this.#run(file, test)
        const timeout = isOutOfHits()
        if (timeout) return toMutantRunResult(timeout)
        if (!isFailure(result)) {
          done.push(result)
          continue
        }
        // What earlier files left in the modules may make a test fail, such as one of the first server of a process. What an
        // earlier mutant left in the process may throw an error only now.
        const results = isFirst && !mayBeOfOthers(result) ? [result] : await runAlone(file, test.id)
        const timeoutAlone = isOutOfHits()
        if (timeoutAlone) return toMutantRunResult(timeoutAlone)
        done.push(...results)
        const failed = results.find(isFailure)
        if (failed === undefined) continue
        this.#noteKill(source, file, failed.id)
        return toMutantRunResult(complete(done))
      }
      isFirst = false
    }
    return toMutantRunResult(complete(done))
  }

  get #files(): ReadonlySet<string> {
    return new Set(Object.values(this.#filesOf).flat())
  }

  get #loaded(): FreshModules {
    if (this.#modules === undefined) throw new Error('init has not been called')
    return this.#modules
  }

  /** A file that a mutant keeps from loading has one test, which fails. */
  async #record(file: string): Promise<readonly RecordedTest[]> {
    try {
      return await this.#recorder.record(file, () => this.#loaded.load(file))
    } catch (error) {
      if (instrumentation.activeMutant === undefined) throw error
      return [{ id: `${file}${LOADING}`, title: 'loads', run: async () => String(error) }]
    }
  }

  async #run(fileName: string, { id, title, run }: RecordedTest): Promise<TestResult> {
    this.#uncaught = undefined
    const begun = performance.now()
    const outcome = await whileBusy(run().catch(String))
    const uncaught = this.#uncaught === undefined ? undefined : `${UNCAUGHT}${this.#uncaught}`
    const failureMessage = outcome === WAITS_IN_VAIN ? IN_VAIN : (uncaught ?? outcome)
    if (outcome === WAITS_IN_VAIN) {
      // Its hooks and teardowns have not run.
      mock.timers.reset()
      this.#isWorn = true
    }
    this.#ms.set(id, performance.now() - begun)
    const about = { id, name: title, fileName, timeSpentMs: Math.round(performance.now() - begun) }
    if (failureMessage === undefined) return { ...about, status: TestStatus.Success }
    return { ...about, status: TestStatus.Failed, failureMessage }
  }

  /** First those that found the most mutants for their time. */
  #byKills<T>(source: string, items: readonly T[], keyOf: (item: T) => string): readonly T[] {
    const worthOf = (item: T) => {
      const key = keyOf(item)
      return (this.#kills.get(`${source} ${key}`) ?? 0) / (LOADING_MS + (this.#ms.get(key) ?? 0))
    }
    return items.toSorted((one, other) => worthOf(other) - worthOf(one))
  }

  #noteKill(source: string, ...keys: readonly string[]): void {
    for (const key of keys.map((one) => `${source} ${one}`))
      this.#kills.set(key, (this.#kills.get(key) ?? 0) + 1)
  }
}

/** The end of the id of the test that a file can be loaded. */
const LOADING = '#0'

function isLoadingFailure(id: string): boolean {
  return id.endsWith(LOADING)
}

const IN_VAIN = 'it waits in vain'
const UNCAUGHT = 'uncaught: '

function isFailure(result: TestResult): result is FailedTestResult {
  return result.status === TestStatus.Failed
}

/** Whether the failure may be due to the machine, or to leftovers of an earlier mutant in the process. */
function mayBeOfOthers({ failureMessage }: FailedTestResult): boolean {
  return failureMessage === IN_VAIN || failureMessage.startsWith(UNCAUGHT)
}

function needingOthers(result: FailedTestResult): FailedTestResult {
  const { id, name, failureMessage } = result
  const title = `${name}, when the tests of the file run backwards`
  return { ...result, id: `${id}, backwards`, name: title, failureMessage: `${title}: ${failureMessage}` }
}

const NO_TEST: TestResult = {
  id: 'no test',
  name: 'no test loads these files',
  timeSpentMs: 0,
  status: TestStatus.Success,
}

function fileOf(id: string): string {
  return id.slice(0, id.indexOf('#'))
}

function complete(tests: TestResult[]): DryRunResult {
  return { status: DryRunStatus.Complete, tests }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner)]

/** Without this, Stryker warns of an unknown option. */
export const strykerValidationSchema = {
  type: 'object',
  properties: { inProcess: { type: 'object' } },
}
