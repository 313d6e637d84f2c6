// All probes, in the order of the table.

import { CALL_PROBES } from './call-probes.ts'
import { CONTEXT_PROBES } from './context-probes.ts'
import { CORS_PROBES } from './cors-probes.ts'
import type { Probe } from './probe.ts'
import { STATUS_PROBES } from './status-probes.ts'

export const PROBES: readonly Probe[] = [...CALL_PROBES, ...STATUS_PROBES, ...CONTEXT_PROBES, ...CORS_PROBES]
