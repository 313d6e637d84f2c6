// Resources with a TTL at a real Envoy, in delta and SotW: heartbeats keep them, and Envoy drops them when the server falls silent.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { wrapToDieWithParent } from '../../processes/die-with-parent.ts'
import { freePort } from '../../processes/free-port.ts'
import { startEnvoy } from '../support/real-envoy.ts'
import { until } from '../support/until.ts'

const PROGRAM = fileURLToPath(new URL('../support/expiring-server.ts', import.meta.url))
/** A heartbeat may be late by two thirds of it on a busy machine. */
const TTL_MS = 6_000
/** Of three in the time of a TTL: without them, everything would have expired before. */
const HEARTBEATS = 4
const FEATURES = ['xds.config.supports-resource-ttl', 'xds.config.resource-in-sotw']

/** A control plane that can be frozen, as one that hangs. */
async function startServer(t: Test) {
  const given = [PROGRAM, `${TTL_MS}`, `${await freePort()}`]
  const { command, args } = wrapToDieWithParent(process.execPath, given)
  const program = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(() => program.kill('SIGKILL'))
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]()
  const nextLine = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the control plane ended')
    return value
  }
  const address = (await nextLine()).replace('listens ', '')
  return { address, nextLine, signal: (name: NodeJS.Signals) => program.kill(name) }
}

t.jobs = 2
for (const protocol of ['delta', 'sotw'] as const) {
  t.test(
    `X32, X58, X59: Envoy drops what expires when the server is frozen, and has it again after that (${protocol})`,
    async (t) => {
      const server = await startServer(t)
      const { admin } = await startEnvoy(t, server.address, protocol, { clientFeatures: FEATURES })
      const held = async () => {
        const clusters = await admin.dynamicClusters()
        const listeners = await admin.dynamicListeners()
        const names = listeners
          .filter(({ state }) => state === 'active')
          .map(({ name }) => `listener ${name}`)
        return [...clusters.map(({ name }) => name), ...names].join(', ')
      }
      const untilHeld = (expected: string) => until(async () => (await held()) === expected)
      const ALL = 'expiring, kept, listener expiring'
      await untilHeld(ALL)

      const lines = [await server.nextLine()]
      while (lines.length < HEARTBEATS) lines.push(await server.nextLine())
      t.match(lines[0], /^heartbeat \S+ SYNCED$/)
      t.equal(
        new Set(lines).size,
        1,
        'heartbeats change neither the version nor the status, and none is NACKed',
      )
      const stats = await admin.stats(
        '(cluster_manager.cluster|listener_manager.listener)_(removed|modified)',
      )
      t.same([...new Set(stats.values())], [0], 'they kept everything, and changed nothing')

      server.signal('SIGSTOP')
      await untilHeld('kept')
      const members = 'cluster.kept.membership_total'
      t.equal((await admin.stats(members)).get(members), 1, 'the endpoints stay')

      server.signal('SIGCONT')
      await untilHeld(ALL)
      t.equal((await admin.stats(members)).get(members), 1)
      t.match(await server.nextLine(), /^heartbeat \S+ SYNCED$/, 'nothing is NACKed')
    },
  )
}
