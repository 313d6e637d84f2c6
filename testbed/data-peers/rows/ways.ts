// The ways to send rows: how many a message has, how many calls run at a time, and when a row is acknowledged.

export interface RowWay {
  readonly title: string
  /** Rows of a message. */
  readonly unit: number
  /** Messages that may wait for their acknowledgment. */
  readonly atOnce: number
  readonly method: 'write' | 'writeBatch' | 'writeStream' | 'writeAcknowledged'
}

const PARALLEL = 64
const MANY = Number.MAX_SAFE_INTEGER
const batchOf = (unit: number): RowWay => ({
  ...{ title: `batches of ${unit.toLocaleString('en-US')}`, unit, atOnce: 1, method: 'writeBatch' },
})

export const WAYS = {
  unary: { title: 'unary, one at a time', unit: 1, atOnce: 1, method: 'write' },
  'unary-64': { title: `unary, ${PARALLEL} at a time`, unit: 1, atOnce: PARALLEL, method: 'write' },
  'batch-1': { ...batchOf(1), title: 'batches of 1' },
  'batch-10': batchOf(10),
  'batch-100': batchOf(100),
  'batch-1000': batchOf(1_000),
  'client-stream': { title: 'client streaming', unit: 1, atOnce: MANY, method: 'writeStream' },
  bidirectional: {
    title: 'bidirectional, an answer a row',
    ...{ unit: 1, atOnce: MANY, method: 'writeAcknowledged' },
  },
} as const satisfies Readonly<Record<string, RowWay>>

export type WayName = keyof typeof WAYS
export const WAY_NAMES = Object.keys(WAYS) as readonly WayName[]
