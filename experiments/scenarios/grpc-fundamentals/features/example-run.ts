// Runs that are examples: the programs of `examples/grpc-patterns/`, with what they print and what they saw.

import type { Print } from '../../../../examples/grpc-patterns/echo.ts'
import { facts } from '../../../../harness/facts.ts'
import type { Results } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'

const SEEN = 'seen'
const PRINTED = 'printed'

export interface ExampleRun<T> {
  readonly run: Run
  /** What was seen in the first round; undefined if it was not measured. */
  readonly seenIn: (results: Results) => T | undefined
}

/** @param name of the run, after `features.` */
export function exampleRun<T>(
  name: string,
  labels: Run['labels'],
  show: (print: Print, context: RunContext) => Promise<T>,
  more: Pick<Run, 'needs' | 'seconds'> = {},
): ExampleRun<T> {
  const id = `features.${name}`
  return {
    run: {
      id,
      labels,
      // They print the same in each round.
      rounds: 1,
      seconds: 1,
      ...more,
      async measure(context) {
        const lines: string[] = []
        const seen = await show((line) => lines.push(line), context)
        return facts({ texts: { [SEEN]: JSON.stringify(seen), [PRINTED]: lines.join('\n') } })
      },
    },
    seenIn(results) {
      const text = roundsOf(results, id)[0]?.texts?.[SEEN]
      return text === undefined ? undefined : (JSON.parse(text) as T)
    },
  }
}
