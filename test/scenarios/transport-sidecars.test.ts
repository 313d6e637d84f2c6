// Checks and recommendations about sidecars, on results that are made up.

import t from 'tap'
import { checksOf } from '../../experiments/scenarios/grpc-transport-benchmark/sidecars/checks.ts'
import { findingsOf } from '../../experiments/scenarios/grpc-transport-benchmark/sidecars/findings.ts'
import { PASSED } from '../../experiments/scenarios/grpc-transport-benchmark/sidecars/measure.ts'
import {
  type SidecarWayId,
  sidecarRun,
} from '../../experiments/scenarios/grpc-transport-benchmark/sidecars/ways.ts'
import { CALLS, OK } from '../../experiments/scenarios/grpc-transport-benchmark/turns/turn-results.ts'
import { madeUpResults, madeUpRun } from '../support/made-up-turns.ts'

const passing = (client: number, server: number, mtls = 0, ok = 10) => ({
  figures: { [CALLS]: 10, [OK]: ok, [PASSED.client]: client, [PASSED.server]: server, [PASSED.mtls]: mtls },
})

const RIGHT: Readonly<Partial<Record<SidecarWayId, ReturnType<typeof passing>>>> = {
  none: passing(0, 0),
  client: passing(12, 0),
  server: passing(0, 12),
  both: passing(12, 12),
  mtls: passing(12, 12, 12),
}

const outcomesWith = (ways: typeof RIGHT) =>
  Object.fromEntries(
    checksOf(madeUpResults(madeUpRun(sidecarRun('veth'), { ...RIGHT, ...ways }))).map(({ row, outcome }) => [
      row,
      outcome,
    ]),
  )

t.test('O8.23: a call that misses an Envoy of its way, or passes another one, fails a check', async (t) => {
  const holds = { 'O8.5': 'holds', 'O8.23': 'holds', 'O8.29': 'holds' }
  t.strictSame(outcomesWith({}), holds)
  t.strictSame(outcomesWith({ none: passing(1, 0) }), { ...holds, 'O8.23': 'fails' })
  t.strictSame(outcomesWith({ both: passing(12, 9) }), { ...holds, 'O8.23': 'fails' })
  t.strictSame(outcomesWith({ server: passing(0, 12, 0, 9) }), { ...holds, 'O8.5': 'fails' })
  t.strictSame(outcomesWith({ mtls: passing(12, 12, 9) }), { ...holds, 'O8.29': 'fails' })
  t.strictSame(outcomesWith({ both: passing(12, 12, 1) }), { ...holds, 'O8.29': 'fails' })
})

/** p50 in milliseconds. */
function findingsWith(p50: Readonly<Partial<Record<SidecarWayId, number>>>, turns?: number, id = 'veth') {
  const ways = Object.entries(p50).map(([way, level]) => [way, { levels: { p50: level, proxy: 100 } }])
  return findingsOf(madeUpResults(madeUpRun(sidecarRun(id), Object.fromEntries(ways), turns))).join('\n')
}

t.test('O8.29: a hop is dear where it takes a tenth of a call or more, and cheap below', async (t) => {
  const dear = findingsWith({ none: 1, both: 1.5, mtls: 1.6 })
  t.match(
    dear,
    /Where the network is near.*veth pair \+0\.5\d ms \(50 %\)\. CPU of the Envoys: 104 µs a call/,
  )
  t.match(dear, /1 of 1 transports took longer by mutual TLS/)
  const cheap = findingsWith({ none: 20, both: 21 })
  t.match(cheap, /Where the network takes most of a call, take the sidecars.*\(5 %\)/)
  t.notMatch(cheap, /network is near/)
})

t.test('O8.29: two turns claim nothing', async (t) => {
  const few = findingsWith({ none: 1, both: 1.5, mtls: 1.6, 'server-unix': 1, server: 2 }, 2, 'loopback')
  t.match(few, /^These turns cannot tell what sidecars add.*loopback/)
  t.notMatch(few, /mutual TLS|Unix socket/)
})

t.test('O8.1: a Unix socket beside the server is recommended for speed only if it is faster', async (t) => {
  t.match(
    findingsWith({ none: 1, server: 2, 'server-unix': 1.8 }, 8, 'loopback'),
    /it is faster than loopback/,
  )
  t.match(
    findingsWith({ none: 1, server: 2, 'server-unix': 2.2 }, 8, 'loopback'),
    /the socket was slower here/,
  )
})
