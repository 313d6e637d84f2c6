// What one version sees of another's order.

import type { JsonObject } from '@bufbuild/protobuf'
import t from 'tap'
import { differences } from './differences.ts'
import { schemaOf } from './versions.ts'

const of = (version: string, json: JsonObject) => ({ desc: schemaOf(version).order, json })

t.test('O1.1: a field is the same by its number, whatever its name is', async (t) => {
  t.strictSame(differences(of('v1', { customer: 'Ada' }), of('v3', { customer: 'Ada' })), [])
  t.strictSame(differences(of('v1', { quantity: 2 }), of('v5', { quantity: 3 })), ['quantity (3): 2 → 3'])
})

t.test('O1.1: unknown and kept, lost, without a name, and nothing are distinguished', async (t) => {
  const sent = of('v5', { note: 'a', card: 'b', status: 'ORDER_STATUS_RETURNED', id: 'c' })
  t.strictSame(differences(sent, of('v1', { status: 3 }), [6]), [
    'id (1): "c" → nothing',
    'status (5): "ORDER_STATUS_RETURNED" → 3, a number without a name',
    'note (6): unknown, kept',
    'card (7): lost',
  ])
})
