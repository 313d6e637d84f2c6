// What the report shows of the latency budget.

import { percent, significant } from '../../../../harness/report/content/number-text.ts'
import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { payloadText } from '../matrix/cells.ts'
import { LAYER_NAMES, LAYERS } from './layers.ts'
import { costsOf, type LayerCost, type MeasuredBudget, measuredBudgets } from './measured.ts'

const nameOf = ({ transport, payload }: MeasuredBudget) => `${transport.title}, ${payloadText(payload)}`
const micros = (ms: number) => `${significant(ms * 1_000)} µs`

export function sectionsOf(results: Results): readonly Section[] {
  const budgets = measuredBudgets(results)
  if (budgets.length === 0) return []
  return [
    {
      kind: 'heatmap',
      title: 'What each layer takes of a call',
      says: `${budgets.map(sentenceOf).filter(Boolean).join(' ')} A layer is what it adds to the median of the layers below it, turn by turn; a dash is a layer whose part cannot be told from nothing.`,
      ...{ unit: 'µs', scale: 'linear' },
      columns: LAYER_NAMES.map((layer) => LAYERS[layer].adds),
      rows: budgets.map((budget) => ({
        label: nameOf(budget),
        cells: costsOf(budget).map(({ added, p50 }) => {
          if (added === undefined) return { value: p50 * 1_000 }
          return added.outcome === 'more' ? { value: added.median * 1_000 } : undefined
        }),
      })),
    },
    {
      kind: 'table',
      title: 'The layers, by subtraction',
      says: `One call at a time, all layers in one client and one server in Node, in turns. ${LAYER_NAMES.map((layer) => `**${LAYERS[layer].title}**: ${LAYERS[layer].says}`).join('; ')}. Intervals of all differences of a budget hold together with 95 %; a difference that may be nothing, or is negative by chance, is not distinguishable.`,
      columns: [
        { title: 'budget' },
        { title: 'layer' },
        { title: 'p50', unit: 'µs' },
        { title: 'adds' },
        { title: 'share of the call' },
        { title: 'reads' },
      ],
      rows: budgets.flatMap((budget) =>
        costsOf(budget).map((cost) => [
          nameOf(budget),
          LAYERS[cost.layer].title,
          cost.p50 * 1_000,
          addsText(cost),
          cost.share === undefined ? undefined : percent(cost.share, 2),
          readsText(cost),
        ]),
      ),
    },
  ]
}

function addsText({ added, p50 }: LayerCost): string {
  if (added === undefined) return micros(p50)
  return `${micros(added.median)} (${significant(added.low * 1_000)} to ${significant(added.high * 1_000)})`
}

function readsText({ added, layer }: LayerCost): string {
  if (added === undefined) return LAYERS[layer].adds
  if (added.outcome === 'more') return `${LAYERS[layer].adds} adds to it`
  return added.outcome === 'less' ? 'less than the layer below' : added.outcome
}

function sentenceOf(budget: MeasuredBudget): string {
  const costs = costsOf(budget)
  const [transport] = costs
  const whole = costs.at(-1)
  if (transport?.share === undefined || whole === undefined) return ''
  return `Over ${nameOf(budget)}, the transport is ${percent(transport.share, 2)} of a call of ${micros(whole.p50)}.`
}
