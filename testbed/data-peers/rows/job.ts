// Sends rows for a while by one way: as fast as it goes, or as they become ready at a fixed rate.

import { create } from '@bufbuild/protobuf'
import { EntrySchema } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { Client, credentials } from '@grpc/grpc-js'
import { encodeHistogram, newHistogram, record } from '../../measure/histogram.ts'
import { usageNow } from '../usage.ts'
import { openSender } from './row-sender.ts'
import { WAYS, type WayName } from './ways.ts'

export interface RowOptions {
  readonly target: string
  readonly way: WayName
  readonly rowBytes: number
  readonly seconds: number
  /** Rows that become ready each second. Absent: a row is always ready. */
  readonly rowsPerSecond?: number
}

export interface SentRows {
  /** That were sent, and that the server says that it has taken. */
  readonly rows: number
  readonly acknowledged: number
  readonly calls: number
  readonly seconds: number
  readonly cpuMs: number
  /** Of rows, from ready to acknowledged. */
  readonly latency: string
  readonly meanMs: number
}

const POOL = 1_000
const TICK_MS = 1

export async function sendRows(options: RowOptions): Promise<SentRows> {
  const { target, way: name, rowBytes, seconds, rowsPerSecond } = options
  const way = WAYS[name]
  const client = new Client(target, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
  // All rows are as long, so that bytes of ways can be compared.
  const pool = Array.from({ length: POOL }, (_, at) =>
    create(EntrySchema, {
      ...{ key: `row-${String(at).padStart(4, '0')}`, value: new Uint8Array(rowBytes), version: 1n },
    }),
  )
  const paced = rowsPerSecond !== undefined
  const perMs = (rowsPerSecond ?? 0) / 1_000
  // Only whole messages: the last row waits for nobody.
  const total = paced ? Math.ceil((rowsPerSecond * seconds) / way.unit) * way.unit : Number.MAX_SAFE_INTEGER
  const latency = newHistogram()
  const finished = Promise.withResolvers<void>()
  let [rows, acknowledged, open, sumMs, isEnded] = [0, 0, 0, 0, false]
  await connect(client)
  const sender = openSender(client, way, { onWritable: pump, onError: finished.reject })
  const [begun, cpuBefore] = [performance.now(), usageNow().cpuMs]
  const readyMs = (row: number) => (paced ? begun + row / perMs : performance.now())
  const timer = paced ? setInterval(pump, TICK_MS) : undefined
  pump()
  try {
    await finished.promise
    const tookMs = performance.now() - begun
    return {
      ...{ rows, acknowledged, calls: sender.calls(), seconds: tookMs / 1_000 },
      ...{ cpuMs: usageNow().cpuMs - cpuBefore, latency: encodeHistogram(latency), meanMs: sumMs / rows },
    }
  } finally {
    clearInterval(timer)
    client.close()
  }

  function isReady(): boolean {
    if (rows >= total) return false
    const now = performance.now()
    return paced ? readyMs(rows + way.unit - 1) <= now : now - begun < 1_000 * seconds
  }

  function pump(): void {
    while (open < way.atOnce && sender.isWritable() && isReady()) {
      const first = rows
      const unit = Array.from({ length: way.unit }, (_, at) => pool[(first + at) % POOL] ?? EMPTY)
      rows += way.unit
      open += 1
      const takenMs = readyMs(first)
      sender.send(unit, (count) => {
        acknowledged += count
        open -= 1
        note(first, takenMs)
        pump()
      })
    }
    const isDone = paced ? rows >= total : performance.now() - begun >= 1_000 * seconds
    if (isDone && !isEnded) {
      isEnded = true
      clearInterval(timer)
      sender.end()
    }
    if (isEnded && open === 0) finished.resolve()
  }

  /** Of rows that were always ready, those of a message have one latency. */
  function note(first: number, takenMs: number): void {
    const now = performance.now()
    if (paced) {
      for (let row = first; row < first + way.unit; row += 1) {
        sumMs += now - readyMs(row)
        record(latency, now - readyMs(row))
      }
    } else {
      sumMs += way.unit * (now - takenMs)
      latency.recordValueWithCount(Math.max(1, Math.round(1_000 * (now - takenMs))), way.unit)
    }
  }
}

const EMPTY = create(EntrySchema)

function connect(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    client.waitForReady(Number.POSITIVE_INFINITY, (error) => (error ? reject(error) : resolve()))
  })
}
