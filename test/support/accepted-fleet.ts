// A fleet of one node that has accepted revision 1, for tests of sources that change without a new revision.

import type { Test } from 'tap'
import type { Config } from '../../control-plane/document/model.ts'
import { Revisions, type RevisionsOptions } from '../../control-plane/rollout/revisions.ts'
import { openSqliteStore } from '../../control-plane/store/sqlite-store.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { AnsweringNode } from './answering-node.ts'

type Sources = Pick<RevisionsOptions, 'files' | 'secrets' | 'endpoints'>

/** @param address of the xDS server */
export async function serveAccepted(t: Test, initial: Config, sources: Sources, address = '127.0.0.1:0') {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const store = openSqliteStore(':memory:')
  let fault = Promise.withResolvers<unknown>()
  const revisions = await Revisions.open({
    ...{ store, cache, initial },
    ...sources,
    onFault: (error) => fault.resolve(error),
  })
  t.teardown(() => revisions.close())
  const xds = await startXdsServer({ cache, address })
  t.teardown(() => xds.close())
  const node = new AnsweringNode(t, xds.address, { id: 'node-1', cluster: 'edge' })
  const untilAccepted = async (number: number) => {
    for await (const { status } of store.watch(number)) if (status === 'accepted') break
  }
  await untilAccepted(1)
  const nextFault = async () => {
    const reported = await fault.promise
    fault = Promise.withResolvers()
    return reported
  }
  return { cache, nextFault, node, revisions, store, untilAccepted }
}
