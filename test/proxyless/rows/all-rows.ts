// Every row of the matrix, in the order of its table.

import type { Row } from '../row.ts'
import { CALLS } from './calls.ts'
import { CHURN } from './churn.ts'
import { CONTROL_PLANE_AWAY } from './control-plane-away.ts'
import { CONTROL_PLANE_TLS } from './control-plane-tls.ts'
import { CROWD } from './crowd.ts'
import { FAILING_CALLS } from './failing-calls.ts'
import { FEDERATION } from './federation.ts'
import { LOCALITIES } from './localities.ts'
import { POLICIES } from './policies.ts'
import { REPORTS } from './reports.ts'
import { RESOURCES } from './resources.ts'
import { ROUTES } from './routes.ts'
import { SERVERS } from './servers.ts'
import { SOURCES } from './sources.ts'
import { START_AND_BALANCE } from './start-and-balance.ts'

const GROUPS = [
  START_AND_BALANCE,
  LOCALITIES,
  ROUTES,
  CALLS,
  FAILING_CALLS,
  RESOURCES,
  CONTROL_PLANE_AWAY,
  CROWD,
  CHURN,
  POLICIES,
  SOURCES,
  SERVERS,
  FEDERATION,
  REPORTS,
  CONTROL_PLANE_TLS,
]

export const ROWS: readonly Row[] = GROUPS.flat().toSorted(
  (one, other) => Number(one.row.slice(1)) - Number(other.row.slice(1)),
)
