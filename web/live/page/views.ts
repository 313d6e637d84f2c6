// The views of the page, in the order of the navigation. A new view is one line here.

import type { ComponentType } from 'preact'
import { Distribution } from './views/distribution/distribution.tsx'
import { Fleet } from './views/fleet/fleet.tsx'
import { Flip } from './views/flip/flip.tsx'
import { History } from './views/history/history.tsx'
import { LoadView } from './views/load/load.tsx'
import { Metrics } from './views/metrics/metrics.tsx'
import { Time } from './views/time/time.tsx'

export interface View {
  /** In the address: `#/ID`. */
  readonly id: string
  readonly title: string
  readonly component: ComponentType
  /** Whether it shows one fleet, so that the header lets a person choose which. */
  readonly ofFleet: boolean
}

export const VIEWS: readonly View[] = [
  { id: 'flip', title: 'Flip', component: Flip, ofFleet: true },
  { id: 'distribution', title: 'Distribution', component: Distribution, ofFleet: true },
  { id: 'time', title: 'Time', component: Time, ofFleet: true },
  { id: 'fleet', title: 'Fleet', component: Fleet, ofFleet: false },
  { id: 'history', title: 'History', component: History, ofFleet: false },
  { id: 'metrics', title: 'Metrics', component: Metrics, ofFleet: true },
  { id: 'load', title: 'Load', component: LoadView, ofFleet: false },
]
