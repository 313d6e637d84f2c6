// The matrix for a terminal.

import { renderTable } from '../../testbed/measure/table.ts'
import { MATRIX_CLIENTS } from './matrix-client.ts'
import type { Result } from './row.ts'

export function matrixTable(results: readonly Result[]): string {
  return renderTable(
    ['row', ...MATRIX_CLIENTS, 'what the client does'].map((title) => ({ title })),
    results.map(({ row, outcomes }) => [
      row.row,
      ...MATRIX_CLIENTS.map((client) => outcomes[client]?.kind ?? ''),
      row.title,
    ]),
  )
}
