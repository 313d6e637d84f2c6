// An admin whose page is in a folder of the test.

import { createAdmin } from '../../control-plane/admin/admin.ts'
import { nodesIn, startLoadTally } from '../../control-plane/control-plane.ts'
import { Revisions } from '../../control-plane/rollout/revisions.ts'
import { openSqliteStore } from '../../control-plane/store/sqlite-store.ts'
import { SnapshotCache } from '../../xds-server/index.ts'
import { NO_EVENTS } from './no-events.ts'
import { sampleWith } from './sample-config.ts'
import type { Teardown } from './xds-client.ts'

export async function servePage(t: Teardown, pageFolder: string) {
  const cache = new SnapshotCache()
  const state = await Revisions.open({ store: openSqliteStore(':memory:'), cache, initial: sampleWith({}) })
  const admin = await createAdmin({
    state,
    nodes: nodesIn(cache),
    ...startLoadTally(state),
    ...NO_EVENTS,
    pageFolder,
  })
  t.teardown(() => admin.close())
  return admin
}
