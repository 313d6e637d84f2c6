// Real Envoys whose streams the server ends, by age, by hand and by a graceful close: they connect again, and no call fails, though
// each time the content changes meanwhile.

import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import {
  ENDPOINT,
  SnapshotCache,
  startXdsServer,
  type XdsEvent,
  type XdsServerOptions,
} from '../../xds-server/index.ts'
import { startBackends } from '../support/echo-backends.ts'
import { nextEvent, startEnvoy, startLoad, untilSynced } from '../support/real-envoy.ts'
import { assignment, cluster, httpListener, routes } from '../support/resources.ts'
import { testFolder } from '../support/test-folder.ts'

/** Connections of each Envoy that end by their age. */
const ROUNDS = 3

async function serve(t: Test, address: string, options: Partial<XdsServerOptions>) {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const events: XdsEvent[] = []
  cache.onEvent((event) => events.push(event))
  const server = await startXdsServer({ cache, address, drainTimeMs: 3_000, ...options })
  t.teardown(() => server.close())
  const reasons = () => events.flatMap((event) => (event.kind === 'closed' ? [event.reason] : []))
  return { cache, server, events, reasons }
}

/**
 * A stream that Envoy began while a GOAWAY was on its way to it: the server has not seen it, and it begins again.
 * https://www.rfc-editor.org/rfc/rfc9113#section-6.8
 */
const CROSSED_GOAWAY = 'remote refused stream'
/** Between the end of one server and the start of the next, which takes a while on a busy machine. */
const NOBODY_LISTENS = 'Connection_refused'

/** Ends connections of one Envoy in every way. Returns what it logs, from warnings on, about other streams that ended. */
async function endConnections(
  t: Test,
  protocol: 'delta' | 'sotw',
  { backends, folder }: { readonly backends: readonly number[]; readonly folder: string },
) {
  const [xds, port] = [`127.0.0.1:${await freePort()}`, await freePort()]
  /** Each number has a cluster of its own, which the one before does not have. */
  const upstream = (number: number) => [
    cluster(`c${number}`),
    assignment(`c${number}`, backends[number % backends.length] ?? 0),
  ]
  const resourcesTo = (number: number) => [
    ...upstream(number),
    httpListener('main', port),
    routes('main', `c${number}`),
  ]
  const first = await serve(t, xds, { maxConnectionAge: { timeMs: 1_000, graceMs: 60_000 } })
  const envoy = await startEnvoy(t, xds, protocol, { nodeId: protocol, folder })
  first.cache.setSnapshot('fleet', resourcesTo(0))
  await untilSynced(first.cache)
  const load = startLoad(t, `127.0.0.1:${port}`)
  await load.further(50)

  for (let round = 1; round <= ROUNDS; round += 1) {
    await nextEvent(first.cache, ({ kind }) => kind === 'closed')
    first.cache.setSnapshot('fleet', resourcesTo(round))
    await untilSynced(first.cache)
    await load.further(50)
  }
  // Each answer is followed by a change before the server looks whether the stream may end.
  const change = (to: number) =>
    first.cache.updateSnapshot('fleet', {
      upsert: [assignment(`c${ROUNDS}`, backends[to % backends.length] ?? 0)],
    })
  let [number, answered] = [ROUNDS + 1, 0]
  const stopChanging = first.cache.onEvent((event) => {
    if (event.kind === 'opened') answered = 0
    if (event.kind !== 'acked' || event.typeUrl !== ENDPOINT) return
    answered += 1
    number += 1
    change(number)
  })
  change(number)
  // The stream of this moment may be about to end: a stream with two answers of changes was not, since the next change follows each answer.
  await nextEvent(first.cache, ({ kind }) => kind === 'closed' && answered >= 2)
  stopChanging()
  const closed = first.events.findLast(({ kind }) => kind === 'closed')
  t.match(closed, { reason: 'age', pending: [] }, `${protocol}: it ended between two responses`)
  await untilSynced(first.cache)
  t.strictSame(new Set(first.reasons()), new Set(['age']), `${protocol}: no stream ended for another reason`)

  await first.server.close({ graceMs: 30_000 })
  const second = await serve(t, xds, {})
  // In SotW, a new server does not know which clusters the Envoy has, so the old one stays served.
  second.cache.setSnapshot('fleet', [...upstream(ROUNDS), ...resourcesTo(ROUNDS + 1)])
  await untilSynced(second.cache)
  await load.further(50)
  const sent = () => second.events.filter(({ kind }) => kind === 'sent').length
  const before = sent()

  const opened = nextEvent(second.cache, ({ kind }) => kind === 'opened')
  // Envoy may have its stream of load reports again by now.
  t.ok(second.server.disconnect('fleet', protocol) >= 1)
  await opened
  await untilSynced(second.cache)
  if (protocol === 'delta') t.equal(sent(), before, 'an Envoy that has everything is sent nothing')
  second.cache.setSnapshot('fleet', resourcesTo(ROUNDS + 2))
  await untilSynced(second.cache)
  await load.further(50)
  // The first server may have closed when its last stream had just ended by its age.
  await second.server.close({ graceMs: 30_000 })
  t.equal(second.reasons().at(-1), 'shutdown')
  await load.further(50)
  t.strictSame((await load.stop()).failures, [], `${protocol}: no call failed`)
  return readFileSync(envoy.logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('config stream'))
    .filter((line) => !line.includes(CROSSED_GOAWAY) && !line.includes(NOBODY_LISTENS))
}

t.test(
  'X81, X83, X84, X89: Envoys come back without a failed call while connections end under load',
  async (t) => {
    const backends = await startBackends(t, 'b1', 'b2')
    const folder = testFolder(t)
    const logs = await Promise.all(
      (['delta', 'sotw'] as const).map((protocol) => endConnections(t, protocol, { backends, folder })),
    )
    t.strictSame(logs.flat(), [], 'Envoy takes none of it for an error')
  },
)
