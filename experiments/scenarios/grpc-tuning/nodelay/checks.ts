// What must hold of Nagle's algorithm on any machine: who turns it off, and what cannot be faster with it.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { DELAYED_MS, EXCHANGE_FIGURES, EXCHANGE_LINK } from './exchange.ts'
import { ENDS, nodelayFigure } from './programs.ts'
import { type ExchangeRow, exchangeRows, socketRows } from './rows.ts'

const ROW = 'O7.8'

export function checksOf(results: Results): readonly Check[] {
  const exchanges = exchangeRows(results)
  const rounds = (isWanted: boolean, finding: (row: ExchangeRow, round: Measured) => Finding) =>
    exchanges
      .filter(({ noDelay }) => noDelay === isWanted)
      .flatMap((row) => row.rounds.map((round) => finding(row, round)))
  return [
    check(
      ROW,
      'A socket of Node has Nagle’s algorithm on until it is asked otherwise, and most requests in two parts wait for a delayed acknowledgement',
      rounds(false, ({ title }, { figures, calls }) => {
        const { [EXCHANGE_FIGURES.delayed]: delayed = 0, [EXCHANGE_FIGURES.nodelay]: nodelay } = figures
        return { fact: `${title}: ${delayed} of ${calls}`, holds: nodelay === 0 && delayed > calls / 2 }
      }),
    ),
    check(
      ROW,
      'With TCP_NODELAY none has to: the fastest takes less than the delay',
      rounds(true, ({ title, over }, { figures }) => {
        const { [EXCHANGE_FIGURES.least]: least = Number.NaN, [EXCHANGE_FIGURES.nodelay]: nodelay } = figures
        const most = DELAYED_MS + (over === 'link' ? EXCHANGE_LINK.rttMs : 0)
        return {
          fact: `${title}: ${least.toFixed(2)} ms of ${most} ms`,
          holds: nodelay === 1 && least < most,
        }
      }),
    ),
    check(
      ROW,
      'Every client, server and proxy of gRPC sets TCP_NODELAY',
      socketRows(results).flatMap(({ program, figures }) =>
        ENDS.map((end) => ({
          fact: `${program.title}, ${end}: ${figures[nodelayFigure(end)]}`,
          holds: figures[nodelayFigure(end)] === 1,
        })),
      ),
    ),
  ]
}
