// What is kept of the reports: for each fleet and each of its nodes.

import type { Config } from '../document/model.ts'
import type { LastReport } from './latest-load.ts'
import type { LoadTotals } from './load-totals.ts'

/** What counts are kept of. */
export type LoadDocument = Pick<Config, 'upstreams' | 'fleets'>

export interface NodeLoad {
  readonly id: string
  readonly totals: LoadTotals
  /** By the id of the stream. Undefined until its first report. */
  readonly streams: Map<number, LastReport | undefined>
  lastReportAt?: number
}

export interface FleetLoad {
  readonly totals: LoadTotals
  /** By id, the longest gone first. */
  readonly nodes: Map<string, NodeLoad>
}
