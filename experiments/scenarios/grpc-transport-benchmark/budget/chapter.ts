// The latency budget of a call: what the transport, HTTP/2, gRPC, protobuf and the handler take of it, by subtraction.

import type { Chapter } from '../../../../harness/chapter.ts'
import { check } from '../../../../harness/check.ts'
import { needsOf } from '../ends.ts'
import { payloadText } from '../matrix/cells.ts'
import { figureOver } from '../turns/turn-results.ts'
import { LAYER_NAMES, LAYERS } from './layers.ts'
import { measureBudget, WRONG } from './measure.ts'
import { measuredBudgets } from './measured.ts'
import { BUDGET_TURNS, budgetId, budgetsOf } from './plan.ts'
import { sectionsOf } from './sections.ts'

/** To start the servers and the client. */
const START_SECONDS = 1.2

export const BUDGET: Chapter = {
  title: 'The latency budget',
  runs: ({ name }) => {
    const { turns, seconds, warmUpSeconds } = BUDGET_TURNS[name]
    return budgetsOf(name).map((budget) => ({
      id: budgetId(budget),
      labels: { transport: budget.transport.title, payload: payloadText(budget.payload) },
      needs: needsOf(budget.transport),
      ...(budget.transport.emulates !== undefined && { emulates: budget.transport.emulates }),
      // The turns are the rounds.
      rounds: 1,
      seconds: START_SECONDS + LAYER_NAMES.length * (warmUpSeconds + turns * seconds),
      measure: (context) => measureBudget(context, budget),
    }))
  },
  checks: (results) => [
    check(
      'O8.25',
      'Each layer is answered with the bytes or the payload that it was sent',
      measuredBudgets(results).flatMap(({ transport, payload, rounds }) =>
        LAYER_NAMES.map((layer) => {
          const wrong = figureOver(rounds, layer, WRONG)
          const fact = `${transport.title}, ${payloadText(payload)}, ${LAYERS[layer].title}: ${wrong} answers of another length`
          return { fact, holds: wrong === 0 }
        }),
      ),
    ),
  ],
  sections: sectionsOf,
}
