// What must hold of servers that share a port, on any machine: which of them can get calls.

import { check } from '../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { acceptedBy } from './crews.ts'
import { measuredCrews } from './measured-crews.ts'

const ROW = 'O7.8'

export function crewChecks(results: Results): readonly Check[] {
  const crews = measuredCrews(results)
  return [
    check(
      ROW,
      'Every call to servers behind one port is answered',
      crews.map(({ name, rounds }) => {
        const calls = rounds.reduce((sum, round) => sum + round.calls, 0)
        const answered = rounds.reduce((sum, { codes }) => sum + (codes.OK ?? 0), 0)
        return { fact: `${name}: ${answered} of ${calls}`, holds: calls > 0 && answered === calls }
      }),
    ),
    check(
      ROW,
      'One connection reaches one server process, however many there are',
      crews
        .filter(({ connections }) => connections === 1)
        .flatMap(({ name, rounds }) =>
          rounds.map(({ shares = {} }) => {
            const reached = reachedOf(shares)
            return { fact: `${name}: ${reached} of ${Object.keys(shares).length}`, holds: reached === 1 }
          }),
        ),
    ),
    check(
      ROW,
      'Each connection belongs to one of the processes: together they accept as many as the client opened',
      crews.flatMap(({ name, connections, rounds }) =>
        rounds.map((round) => {
          const accepted = acceptedOf(round)
          return {
            fact: `${name}: ${accepted.join(' and ')}`,
            holds: accepted.reduce((sum, one) => sum + one, 0) === connections,
          }
        }),
      ),
    ),
    check(
      ROW,
      'node:cluster hands a connection to the process that has been free for the longest time: as many connections as processes reach all of them',
      crews
        .filter(({ crew, connections, processes }) => crew === 'cluster' && connections >= processes)
        .flatMap(({ name, rounds }) =>
          rounds.map((round) => {
            const accepted = acceptedOf(round)
            return { fact: `${name}: ${accepted.join(' and ')}`, holds: accepted.every((one) => one > 0) }
          }),
        ),
    ),
  ]
}

/** New connections by process. */
const acceptedOf = ({ shares = {}, figures }: Measured): readonly number[] =>
  Object.keys(shares).map((id) => figures[acceptedBy(id)] ?? Number.NaN)

export const reachedOf = (shares: Readonly<Record<string, number>>): number =>
  Object.values(shares).filter((calls) => calls > 0).length
