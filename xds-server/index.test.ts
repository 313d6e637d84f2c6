// The public interface of the library: no export appears or disappears unnoticed.

import t from 'tap'
import * as library from './index.ts'

t.test('the library exports these values and no others', async (t) => {
  t.strictSame(Object.keys(library).sort(), [
    'CLUSTER',
    'ENDPOINT',
    'ERROR_CODES',
    'LISTENER',
    'LoadReports',
    'ROUTE',
    'SECRET',
    'SYNC_STATES',
    'SnapshotCache',
    'SwitchyardError',
    'createMessageRegistry',
    'createResources',
    'findDanglingReferences',
    'nodeGroupOf',
    'openNackLog',
    'startXdsServer',
    'typeUrlOf',
  ])
})
