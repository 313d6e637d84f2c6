// Sends units of rows by one of the ways, and says when the server has acknowledged them.

import { create } from '@bufbuild/protobuf'
import {
  type Entry,
  ListResponseSchema,
  type SealResponse,
} from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { type Client, Metadata } from '@grpc/grpc-js'
import { ROW_METHODS } from './row-service.ts'
import type { RowWay } from './ways.ts'

/** Called with the rows that the server says that it has. */
type Acknowledged = (rows: number) => void

export interface RowSender {
  /** Whether it takes a unit now; `onWritable` is called when it does again. */
  readonly isWritable: () => boolean
  readonly send: (rows: readonly Entry[], acknowledged: Acknowledged) => void
  /** No more rows come. */
  readonly end: () => void
  /** Calls that it has made. */
  readonly calls: () => number
}

export interface SenderEvents {
  readonly onWritable: () => void
  readonly onError: (error: Error) => void
}

export function openSender(client: Client, { method }: RowWay, events: SenderEvents): RowSender {
  if (method === 'writeStream') return clientStream(client, events)
  if (method === 'writeAcknowledged') return bidirectional(client, events)
  return method === 'write' ? unary(client, events) : batches(client, events)
}

type Done = (error: Error | null, answer?: SealResponse) => void

const settle =
  ({ onError }: SenderEvents, acknowledged: Acknowledged): Done =>
  (error, answer) =>
    error ? onError(error) : acknowledged(answer?.keys ?? 0)

function unary(client: Client, events: SenderEvents): RowSender {
  const { path, requestSerialize, responseDeserialize } = ROW_METHODS.write
  return eachCall(([row], acknowledged) => {
    if (row === undefined) return
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, row, settle(events, acknowledged))
  })
}

function batches(client: Client, events: SenderEvents): RowSender {
  const { path, requestSerialize, responseDeserialize } = ROW_METHODS.writeBatch
  return eachCall((rows, acknowledged) => {
    const batch = create(ListResponseSchema, { entries: [...rows] })
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, batch, settle(events, acknowledged))
  })
}

function eachCall(send: RowSender['send']): RowSender {
  let calls = 0
  return {
    isWritable: () => true,
    send(rows, acknowledged) {
      calls += 1
      send(rows, acknowledged)
    },
    end: () => {},
    calls: () => calls,
  }
}

/** Rows are acknowledged when the stream has ended, all at once. */
function clientStream(client: Client, events: SenderEvents): RowSender {
  const { path, requestSerialize, responseDeserialize } = ROW_METHODS.writeStream
  const waiting: Acknowledged[] = []
  const done = settle(events, (rows) => {
    for (const [at, acknowledged] of waiting.entries()) acknowledged(at < rows ? 1 : 0)
  })
  const metadata = new Metadata()
  const call = client.makeClientStreamRequest(path, requestSerialize, responseDeserialize, metadata, done)
  return streamOf(call, waiting, events)
}

/** Answers come in the order of rows. */
function bidirectional(client: Client, events: SenderEvents): RowSender {
  const { path, requestSerialize, responseDeserialize } = ROW_METHODS.writeAcknowledged
  const waiting: Acknowledged[] = []
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize)
  let next = 0
  call.on('data', ({ keys }: SealResponse) => {
    waiting[next]?.(keys)
    // Forgotten once many have been answered: to shift each would cost more than the row.
    next += 1
    if (next === FORGOTTEN) next = waiting.splice(0, FORGOTTEN).length - FORGOTTEN
  })
  call.on('error', events.onError)
  return streamOf(call, waiting, events)
}

const FORGOTTEN = 1_000

interface Writes {
  readonly writableNeedDrain: boolean
  write(row: Entry): boolean
  end(): unknown
  on(event: 'drain', listener: () => void): unknown
}

function streamOf(call: Writes, waiting: Acknowledged[], { onWritable }: SenderEvents): RowSender {
  call.on('drain', onWritable)
  return {
    isWritable: () => !call.writableNeedDrain,
    send(rows, acknowledged) {
      for (const row of rows) {
        waiting.push(acknowledged)
        call.write(row)
      }
    },
    end: () => void call.end(),
    calls: () => 1,
  }
}
