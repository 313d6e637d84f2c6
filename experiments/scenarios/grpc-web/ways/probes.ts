// All probes, in the order of the table.

import { CALL_PROBES } from './call-probes.ts'
import type { Probe } from './probe.ts'

export const PROBES: readonly Probe[] = [...CALL_PROBES]
