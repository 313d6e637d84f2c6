// A process in which a node NACKs a revision. Before the nth write to its store it copies the folder of the store to `COPIES/n`,
// which is what a crash would leave there. It kills itself with SIGKILL before write number `crashAt`, or when it is done.

import { cpSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { Revisions } from '../../control-plane/rollout/revisions.ts'
import { openSqliteStore } from '../../control-plane/store/sqlite-store.ts'
import { LISTENER, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { AnsweringNode } from './answering-node.ts'
import { sampleWith } from './sample-config.ts'

const [path = '', copies = '', crashAt] = process.argv.slice(2)
const ROLLBACK = { 'fleets.edge.onNack': 'rollback' }
const NEVER = new AbortController().signal

const store = openSqliteStore(path)
const cache = new SnapshotCache({ consistency: 'enforce' })
const revisions = await Revisions.open({ store, cache, initial: sampleWith(ROLLBACK) })
const xds = await startXdsServer({ cache, address: '127.0.0.1:0' })
const node = new AnsweringNode({ teardown: () => {} }, xds.address, { id: 'node-1', cluster: 'edge' })
for await (const { number, status } of store.watch(1)) if (number === 1 && status === 'accepted') break

let writes = 0
for (const [prototype, name] of [
  [DatabaseSync.prototype, 'exec'],
  [StatementSync.prototype, 'run'],
] as const) {
  const write = Reflect.get(prototype, name)
  Reflect.set(prototype, name, function (this: unknown, ...parameters: unknown[]) {
    writes += 1
    if (writes === Number(crashAt)) process.kill(process.pid, 'SIGKILL')
    cpSync(dirname(path), join(copies, String(writes)), { recursive: true })
    return Reflect.apply(write, this, parameters)
  })
}
node.answer = ({ typeUrl }) => (typeUrl === LISTENER ? { nack: 'no such filter' } : 'ack')
await revisions.write(() => sampleWith({ ...ROLLBACK, 'fleets.edge.lb.mode': 'l7' }), { author: 'rest' })
await revisions.progress(2, NEVER)
process.kill(process.pid, 'SIGKILL')
