// Every row of the matrix, in the order of its table.

import type { Row } from '../row.ts'
import { CALLS } from './calls.ts'
import { FAULTS } from './faults.ts'
import { ROUTES } from './routes.ts'
import { START_AND_BALANCE } from './start-and-balance.ts'

export const ROWS: readonly Row[] = [...START_AND_BALANCE, ...ROUTES, ...CALLS, ...FAULTS].toSorted(
  (one, other) => Number(one.row.slice(1)) - Number(other.row.slice(1)),
)
