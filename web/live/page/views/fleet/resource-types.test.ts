// The names and the order of resource types, against the library's own table.

import t from 'tap'
import * as types from '../../../../../xds-server/snapshot/resource-type.ts'
import { CLUSTER, ENDPOINT, LISTENER, nameOfType, ROUTE, sortTypes } from './resource-types.ts'

const OWN = 'type.googleapis.com/example.Own'

t.test('the type URLs are those of the library', async (t) => {
  t.same([CLUSTER, ENDPOINT, LISTENER, ROUTE], [types.CLUSTER, types.ENDPOINT, types.LISTENER, types.ROUTE])
  t.same(
    [types.SECRET, types.EXTENSION_CONFIG, types.SCOPED_ROUTE].map((typeUrl) => nameOfType(typeUrl).short),
    ['SDS', 'ECDS', 'SRDS'],
  )
})

t.test('types are in push order, each once, and unknown ones come last', async (t) => {
  const sorted = sortTypes([OWN, types.ROUTE, types.LISTENER, types.ENDPOINT, types.CLUSTER, types.ROUTE])
  t.same(
    sorted.map((typeUrl) => nameOfType(typeUrl).short),
    ['CDS', 'EDS', 'LDS', 'RDS', 'Own'],
  )
  const orders = sorted.slice(0, -1).map((typeUrl) => types.resourceTypeOf(typeUrl).order)
  t.same(orders, [...orders].sort())
})
