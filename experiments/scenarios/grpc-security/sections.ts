// The report of the scenario: one table of all steps, and one of the attacks.

import type { Cell, Section } from '../../../harness/report/section.ts'
import type { Measured, Results } from '../../../harness/results.ts'
import { failedOf } from '../../../harness/statistics/round.ts'
import { decodeHistogram, quantileMs } from '../../../testbed/measure/histogram.ts'
import { ackedMsOf, attacksOf, SHADOW_DENIED, statusesOf } from './figures.ts'
import { STEPS } from './steps.ts'

const CALLERS = Object.keys(STEPS[0]?.expected ?? {})

export function sectionsOf(results: Results): readonly Section[] {
  const runs = results.runs.flatMap(({ id, round, measured }) => (measured ? [{ id, round, measured }] : []))
  const isRepeated = results.plan.rounds > 1
  const titleOf = (id: string, round: number) => {
    const title = STEPS.find((step) => step.id === id)?.title ?? id
    return isRepeated ? `${title}, round ${round}` : title
  }
  const calls = runs.reduce((sum, { measured }) => sum + measured.calls, 0)
  const failed = runs.reduce((sum, { measured }) => sum + failedOf(measured), 0)
  return [
    {
      kind: 'table',
      title: 'Steps',
      says: `**${calls} authorized calls** while switches changed, ${failed} failed. A cell has the gRPC statuses of \`Echo/Unary\`, \`Echo/Bidirectional\` and \`KeyValue/Put\` in this order, or the one that all three have: 0 OK, 7 PERMISSION_DENIED, 14 UNAVAILABLE (no handshake), 16 UNAUTHENTICATED.`,
      columns: [
        { title: 'step' },
        ...CALLERS.map((title) => ({ title })),
        { title: 'REST to ACK', unit: 'ms' },
        { title: 'authorized calls', decimals: 0 },
        { title: 'failed', decimals: 0 },
        { title: 'longest call', unit: 'ms', decimals: 0 },
        { title: 'attacks that got in' },
        { title: 'denied in shadow', decimals: 0 },
      ],
      rows: runs.map(({ id, round, measured }): readonly Cell[] => {
        const attacks = attacksOf(measured)
        const acked = ackedMsOf(measured)
        return [
          titleOf(id, round),
          ...CALLERS.map((caller) => inShort(statusesOf(measured, caller))),
          acked.length === 0 ? undefined : acked.map((ms) => ms.toFixed(0)).join(', '),
          measured.calls,
          failedOf(measured),
          longestMsOf(measured),
          `${attacks.filter(({ status }) => status === 0).length} of ${attacks.length}`,
          measured.figures[SHADOW_DENIED],
        ]
      }),
    },
    {
      kind: 'curves',
      title: 'Latency of authorized calls',
      says: 'A step contains its change, the calls of everybody else from the same process, and the drain time. Steps that need TLS, a token or a decision of the authorizer do more for each call.',
      curves: STEPS.map(({ id, title }) => ({ label: title, histograms: histogramsOf(runs, id) })).filter(
        ({ histograms }) => histograms.length > 0,
      ),
    },
    {
      kind: 'table',
      title: 'Attacks',
      says: 'The gRPC status of each attack after each step. Where a step is open, an attack is an ordinary call: it shows that the switch denies it later, not a mistake in the attack.',
      columns: [
        { title: 'attack' },
        ...runs.map(({ id, round }) => ({ title: titleOf(id, round), decimals: 0 })),
      ],
      rows: [...new Set(runs.flatMap(({ measured }) => attacksOf(measured).map(({ name }) => name)))].map(
        (attack): readonly Cell[] => [
          attack,
          ...runs.map(({ measured }) => attacksOf(measured).find(({ name }) => name === attack)?.status),
        ],
      ),
    },
  ]
}

interface MeasuredStep {
  readonly id: string
  readonly measured: Measured
}

function histogramsOf(runs: readonly MeasuredStep[], step: string): readonly string[] {
  return runs.flatMap(({ id, measured }) => (id === step ? (measured.histograms.service ?? []) : []))
}

function longestMsOf({ histograms: { service } }: Measured): number | undefined {
  return service === undefined ? undefined : quantileMs(decodeHistogram(service), 1)
}

function inShort(statuses: readonly (number | undefined)[]): string {
  return [...(new Set(statuses).size === 1 ? statuses.slice(0, 1) : statuses)].join(' ')
}
