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

  /** Runs every test without a mutant, and notes which mutants it reaches. */
  async dryRun(): Promise<DryRunResult> {
    const mutantCoverage = { static: {}, perTest: {} }
    instrumentation.mutantCoverage = mutantCoverage
    const tests: TestResult[] = []
    for (const file of new Set(Object.values(this.#filesOf).flat())) {
      this.#loaded.renew()
      for (const test of await this.#record(file)) {
        instrumentation.currentTestId = test.id
        tests.push(await this.#run(file, test))
        instrumentation.currentTestId = undefined
      }
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage }
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
    let isFirst = true
    this.#loaded.renew()
    for (const file of this.#byKills(source, files, (file) => file)) {
      const tests = await recordFile(file)
      for (const test of this.#byKills(source, tests, ({ id }) => id)) {
        if (chosen?.has(test.id) === false) continue
        const result = await this.#run(file, test)
        done.push(result)
        const timeout = determineHitLimitReached(instrumentation.hitCount, hitLimit)
        if (timeout) return toMutantRunResult(timeout)
        if (result.status !== TestStatus.Failed) continue
        // What earlier files left in the modules may make a test fail, such as one of the first server of a process.
        if (!isFirst) {
          this.#loaded.renew()
          const alone = (await recordFile(file)).find(({ id }) => id === test.id)
          if (alone && (await this.#run(file, alone)).status !== TestStatus.Failed) {
            done[done.length - 1] = { ...result, status: TestStatus.Success }
            continue
          }
        }
        this.#noteKill(source, file, test.id)
        return toMutantRunResult(complete(done))
      }
      isFirst = false
    }
    return toMutantRunResult(complete(done))
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
      return [{ id: `${file}#0`, title: 'loads', run: async () => String(error) }]
    }
  }

  async #run(fileName: string, { id, title, run }: RecordedTest): Promise<TestResult> {
    this.#uncaught = undefined
    const begun = performance.now()
    const outcome = await whileBusy(run().catch(String))
    const failureMessage = outcome === WAITS_IN_VAIN ? 'it waits in vain' : (outcome ?? this.#uncaught)
    // Its hooks and teardowns have not run.
    if (outcome === WAITS_IN_VAIN) mock.timers.reset()
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
