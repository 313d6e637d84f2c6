// What every way is measured with, and compared by.

import type { Cell } from './cell.ts'

export type Shape = Omit<Cell, 'way'>

export const BASE: Shape = { workload: 'unary', loop: 'open', connections: 4, backends: 3 }
