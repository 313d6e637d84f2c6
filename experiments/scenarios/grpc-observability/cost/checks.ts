// What must hold on any machine: what is compared was on, and the statistics find no difference between two that are the same.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { addedBy, measuredIn } from './figures.ts'
import type { ModeId } from './modes.ts'
import { COUNTED_FIGURE, callsFigure, linesFigure, madeFigure, tracesFigure } from './witness.ts'

const ROW = 'O5.13'
/** Of a sign test: a check may fail by chance in one run of a million. */
const RARE = 1e-6

export function checksOf(results: Results): readonly Check[] {
  const measured = measuredIn(results)
  const of = (find: (measured: Measured) => readonly Finding[]) =>
    measured === undefined ? [] : find(measured)
  return [
    check(
      ROW,
      'Every call succeeds, whatever is observed',
      of(({ calls, codes }) => [
        { fact: `${codes.OK ?? 0} of ${calls} calls`, holds: calls > 0 && codes.OK === calls },
      ]),
    ),
    check(ROW, 'What is compared was on: logs, counters and the collector have the calls', of(witnesses)),
    check(
      ROW,
      'Nothing, measured again in other processes, adds nothing',
      of((all) =>
        (['both', 'p50'] as const).map((measure) => {
          const { p, median } = addedBy(all, { id: 'control' }, measure)
          const name = measure === 'both' ? 'CPU time of a call' : 'p50'
          return {
            fact: `${name} ${signed(median)} µs (sign test: p = ${p.toPrecision(2)})`,
            holds: p > RARE,
          }
        }),
      ),
    ),
  ]
}

function witnesses({ figures }: Measured): readonly Finding[] {
  const of = (name: string) => figures[name] ?? Number.NaN
  // Calls of warm-ups are observed too, and not counted here.
  const atLeast = (mode: ModeId, name: string, times = 1): Finding => ({
    fact: `${of(name)} ${name} for ${of(callsFigure(mode))} calls`,
    holds: of(name) >= times * of(callsFigure(mode)),
  })
  return [
    atLeast('access-log', linesFigure('access-log')),
    atLeast('call-log', linesFigure('call-log')),
    atLeast('payload-log', linesFigure('payload-log'), 3),
    atLeast('traces-100', tracesFigure('traces-100')),
    {
      fact: `${of(tracesFigure('traces-1'))} traces of ${of(madeFigure('traces-1'))} calls at 1 %`,
      // Six standard deviations of a binomial count.
      holds: isLikely(of(tracesFigure('traces-1')), of(madeFigure('traces-1')), 0.01),
    },
    atLeast('metrics', COUNTED_FIGURE),
  ]
}

function isLikely(found: number, calls: number, share: number): boolean {
  return Math.abs(found - calls * share) <= 6 * Math.sqrt(calls * share * (1 - share))
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(0)}`
}
