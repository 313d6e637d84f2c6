// The face of the library is what others build on: nothing goes from it, and nothing slips into it, unnoticed.

import t from 'tap'
import * as library from './index.ts'

t.test('the library exports these values and no others', async (t) => {
  t.strictSame(Object.keys(library).sort(), [
    'CLUSTER',
    'ENDPOINT',
    'ERROR_CODES',
    'LISTENER',
    'ROUTE',
    'SECRET',
    'SnapshotCache',
    'SwitchyardError',
    'createResources',
    'findDanglingReferences',
    'nodeGroupOf',
    'openNackLog',
    'startXdsServer',
    'typeUrlOf',
  ])
})
