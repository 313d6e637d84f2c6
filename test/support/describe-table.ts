// The outcome of the truth table as text: one table per policy, the rows, and where the real Envoy differs.

import Table from 'cli-table3'
import type { Cell, RowOutcome } from './table-runner.ts'

const PLAIN = { head: [], border: [] }

/** One line per method, one column per caller: the status, and the expected status if it differs. */
export function describeCells(cells: readonly Cell[]): string {
  return [...Map.groupBy(cells, ({ policy }) => policy)]
    .map(([policy, ofPolicy]) => {
      const callers = [...new Set(ofPolicy.map(({ caller }) => caller))]
      const table = new Table({ head: [policy, ...callers], style: PLAIN })
      for (const [method, ofMethod] of Map.groupBy(ofPolicy, (cell) => cell.method)) {
        const texts = callers.map((caller) => {
          const cell = ofMethod.find((one) => one.caller === caller)
          if (cell === undefined) return ''
          return cell.got === cell.expected ? String(cell.got) : `${cell.got}, not ${cell.expected}`
        })
        table.push([method, ...texts])
      }
      return table.toString()
    })
    .join('\n')
}

export function describeRows(outcomes: readonly RowOutcome[]): string {
  const byNumber = outcomes.toSorted((a, b) => Number(a.row.row.slice(1)) - Number(b.row.row.slice(1)))
  const table = new Table({ head: ['row', 'what', 'status'], style: PLAIN })
  for (const { row, got, problems } of byNumber) {
    table.push([row.row, row.title, problems.length === 0 ? String(got) : problems.join('; ')])
  }
  const differences = byNumber.flatMap(({ row }) =>
    row.difference ? [`Difference, ${row.row}: ${row.difference}`] : [],
  )
  return [table.toString(), ...differences].join('\n')
}
