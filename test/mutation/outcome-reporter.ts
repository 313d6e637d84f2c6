// A reporter for Stryker that hands over the results of a file when the last of its mutants has run, so that an interrupted run keeps
// the files that it was through with.
// https://stryker-mutator.io/docs/stryker-js/plugins/

import type { MutantResult } from '@stryker-mutator/api/core'
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import type { MutationTestingPlanReadyEvent, Reporter } from '@stryker-mutator/api/report'

type Listener = (path: string, results: readonly MutantResult[]) => void

// Stryker makes the reporter itself, by the name of the plugin.
let listener: Listener = () => {}

/** From now on, the results of each file of a run go here. The path is absolute. */
export function listenToFiles(next: Listener): void {
  listener = next
}

export class OutcomeReporter implements Reporter {
  readonly #resultsOf = new Map<string, MutantResult[]>()
  #planned = new Map<string, number>()

  onMutationTestingPlanReady({ mutantPlans }: MutationTestingPlanReadyEvent): void {
    const byFile = Map.groupBy(mutantPlans, ({ mutant }) => mutant.fileName)
    this.#planned = new Map([...byFile].map(([path, plans]) => [path, plans.length]))
  }

  onMutantTested(result: Readonly<MutantResult>): void {
    const { fileName } = result
    const results = this.#resultsOf.get(fileName) ?? []
    this.#resultsOf.set(fileName, results)
    results.push(result)
    if (results.length === this.#planned.get(fileName)) listener(fileName, results)
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Reporter, 'outcomes', OutcomeReporter)]
