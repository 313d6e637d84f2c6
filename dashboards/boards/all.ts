// All dashboards, in the order of lists.

import type { Board } from './board.ts'
import { CONTROL_PLANE } from './control-plane.ts'
import { PER_METHOD } from './per-method.ts'
import { POOLS } from './pools.ts'
import { RED } from './red.ts'
import { STREAMS_BOARD } from './streams.ts'
import { TRANSPORTS } from './transports.ts'

/** About services, proxies and the control plane: what runs all the time. */
export const BOARDS: readonly Board[] = [RED, PER_METHOD, STREAMS_BOARD, POOLS, CONTROL_PLANE]

/** The same and those of benchmarks, which have values only while one runs. */
export const ALL_BOARDS: readonly Board[] = [...BOARDS, TRANSPORTS]
