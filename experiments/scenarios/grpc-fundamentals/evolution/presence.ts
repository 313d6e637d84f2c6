// What is on the wire of an order that has little in it, and how programs of two versions read the bytes of a full one.

import { type JsonObject, toBinary, toJson } from '@bufbuild/protobuf'
import { facts } from '../../../../harness/facts.ts'
import type { BytesMessage } from '../../../../harness/report/section.ts'
import type { Measured } from '../../../../harness/results.ts'
import { decodeMessage } from '../../../../protobuf/decode-message.ts'
import { messageType } from '../../../../protobuf/expected.ts'
import { piecesOf } from '../../../../protobuf/pieces.ts'
import { sampleOrder } from './sample.ts'
import { schemaOf } from './versions.ts'

/** An order with one field set, or none. */
export interface Presence {
  readonly set: string
  readonly hex: string
  readonly json: JsonObject
}

const NOTHING = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => [number, undefined]))

/** What is set, by field number. */
const ORDERS: Readonly<Record<string, Readonly<Record<number, string | number>>>> = {
  nothing: {},
  'quantity = 0': { 3: 0 },
  'quantity = 2': { 3: 2 },
  'status = ORDER_STATUS_UNSPECIFIED': { 5: 'ORDER_STATUS_UNSPECIFIED' },
  'discount_percent = 0': { 9: 0 },
  'card = "" (in a oneof)': { 7: '' },
}

/** Of the run `evolution.presence`: `texts.presence`, and `texts.read` with the viewers. */
export async function measurePresence(): Promise<Measured> {
  const newest = schemaOf('v5').order
  const presence = Object.entries(ORDERS).map(([set, values]): Presence => {
    const order = sampleOrder(newest, { ...NOTHING, ...values })
    const hex = Buffer.from(toBinary(newest, order)).toString('hex')
    return { set, hex, json: toJson(newest, order) as JsonObject }
  })
  const full = toBinary(newest, sampleOrder(newest))
  const read = ['v5', 'v1'].map((id): BytesMessage => {
    const { fields } = decodeMessage(full, messageType(schemaOf(id).order))
    const pieces = piecesOf(fields, { at: 0, length: full.length })
    return {
      label: `an order of v5, read by ${id}`,
      hex: Buffer.from(full).toString('hex'),
      pieces: [...pieces],
    }
  })
  return facts({ texts: { presence: JSON.stringify(presence), read: JSON.stringify(read) } })
}
