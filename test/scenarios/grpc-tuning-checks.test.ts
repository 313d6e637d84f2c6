// The checks of keepalive, streams, size limits and Nagle: each holds of results as they should be, and fails of others.

import t from 'tap'
import { KEEPALIVE } from '../../experiments/scenarios/grpc-tuning/keepalive/chapter.ts'
import { LIMITS } from '../../experiments/scenarios/grpc-tuning/limits/chapter.ts'
import { NODELAY } from '../../experiments/scenarios/grpc-tuning/nodelay/chapter.ts'
import { STREAMS } from '../../experiments/scenarios/grpc-tuning/streams/chapter.ts'
import { facts } from '../../harness/facts.ts'
import type { Check, Measured, Results } from '../../harness/results.ts'

type Found = Pick<Measured, 'figures'> & Partial<Measured>

/** @param runs what was found, by the ids of runs */
const resultsOf = (runs: Readonly<Record<string, Found>>) =>
  ({
    profile: { name: 'quick' },
    runs: Object.entries(runs).map(([id, found]) => ({
      ...{ id, labels: {}, round: 1, state: 'measured', measured: facts(found) },
    })),
  }) as unknown as Results

/** The outcome of the check whose title has this part. */
function outcomeOf(
  { checks }: { readonly checks: (results: Results) => readonly Check[] },
  part: string,
  runs: Readonly<Record<string, Found>>,
) {
  return checks(resultsOf(runs)).find(({ title }) => title.includes(part))?.outcome
}

t.test('O7.1: a server that counts pings must end the connection, and only for too many pings', async (t) => {
  const go = (answered: number, goAway: string) => ({
    'keepalive.pings.go': {
      figures: { 'pings answered, busy': answered, 'pings answered, idle': answered },
      texts: { 'GOAWAY, busy': goAway, 'GOAWAY, idle': goAway },
    },
  })
  const part = 'A server that counts pings'
  t.equal(outcomeOf(KEEPALIVE, part, go(4, 'ENHANCE_YOUR_CALM, "too_many_pings"')), 'holds')
  t.equal(outcomeOf(KEEPALIVE, part, go(30, 'none')), 'fails')
  t.equal(outcomeOf(KEEPALIVE, part, go(4, 'NO_ERROR, ""')), 'fails')
  t.equal(outcomeOf(KEEPALIVE, part, {}), 'not measured')
})

t.test('O7.1: grpc-js must pause twice as long on each next connection', async (t) => {
  const calm = (pauses: readonly number[]) => ({
    'keepalive.calm.often': {
      figures: { 'calls lost': pauses.length - 1, 'GOAWAYs with too_many_pings': pauses.length - 1 },
      texts: {
        connections: JSON.stringify(
          pauses.map((leastPauseMs, at) => ({
            ...{ pings: 4, leastPauseMs, steps: [] },
            ...(at < pauses.length - 1 && { goAway: 'GOAWAY' }),
          })),
        ),
      },
    },
  })
  t.equal(outcomeOf(KEEPALIVE, 'doubles its keepalive time', calm([101, 204, 450])), 'holds')
  t.equal(outcomeOf(KEEPALIVE, 'doubles its keepalive time', calm([101, 102, 450])), 'fails')
})

t.test('O7.1: a silent peer is noticed by a keepalive, not too early, and by nothing else', async (t) => {
  const all = { 'call.200+600': 700, 'call.800+600': 1_300, 'idle.permitted': 650, server: 700 }
  const silent = (
    noticed: Readonly<Record<string, number>>,
    after: object = { DEADLINE_EXCEEDED: 8, OK: 1 },
  ) => ({
    'keepalive.silent.link': {
      figures: {
        'watched (ms)': 1_800,
        ...Object.fromEntries(Object.entries(noticed).map(([id, ms]) => [`${id}: noticed (ms)`, ms])),
      },
      texts: { 'calls after': JSON.stringify(after) },
    },
  })
  const [noticed, unnoticed, deadlines] = [
    'not before the settings allow',
    'Without one nobody',
    'Deadlines end',
  ]
  t.equal(outcomeOf(KEEPALIVE, noticed, silent(all)), 'holds')
  t.equal(outcomeOf(KEEPALIVE, noticed, silent({ ...all, 'idle.permitted': 300 })), 'fails')
  const { server: _, ...withoutServer } = all
  t.equal(outcomeOf(KEEPALIVE, noticed, silent(withoutServer)), 'fails')
  t.equal(outcomeOf(KEEPALIVE, unnoticed, silent(all)), 'holds')
  t.equal(outcomeOf(KEEPALIVE, unnoticed, silent({ ...all, 'call.none': 900 })), 'fails')
  t.equal(outcomeOf(KEEPALIVE, deadlines, silent(all)), 'holds')
  t.equal(outcomeOf(KEEPALIVE, deadlines, silent(all, { OK: 8 })), 'fails')
})

t.test('O7.2: a connection must take as many calls as its limit says, and no call may fail', async (t) => {
  const full = (most: number, ok = 12, connections = 1) => ({
    'streams.full.grpc-js': {
      codes: { OK: ok },
      figures: { 'calls at once at the server': most, 'connections of the server': connections },
    },
  })
  t.equal(outcomeOf(STREAMS, 'Past the limit', full(4)), 'holds')
  t.equal(outcomeOf(STREAMS, 'Past the limit', full(5)), 'fails')
  t.equal(outcomeOf(STREAMS, 'Past the limit', full(4, 11)), 'fails')
  t.equal(outcomeOf(STREAMS, 'opens one connection', full(4)), 'holds')
  t.equal(outcomeOf(STREAMS, 'opens one connection', full(4, 12, 2)), 'fails')
})

t.test('O7.5: sizes must be exact to the byte', async (t) => {
  const go = (passes: number, fails?: number) => ({
    'limits.go': {
      figures: {
        ...{ 'server: passes (bytes)': passes, 'client: passes (bytes)': 4_194_304 },
        ...{ 'client: fails (bytes)': 4_194_305, ...(fails && { 'server: fails (bytes)': fails }) },
      },
    },
  })
  const part = 'Each receiver of messages'
  t.equal(outcomeOf(LIMITS, part, go(4_194_304, 4_194_305)), 'holds')
  t.equal(outcomeOf(LIMITS, part, go(4_194_303, 4_194_304)), 'fails')
  t.equal(outcomeOf(LIMITS, part, go(4_194_304)), 'fails')
})

t.test('O7.8: every program must set TCP_NODELAY at both ends', async (t) => {
  const sockets = (server: number) => ({
    'nodelay.sockets.go': { figures: { 'TCP_NODELAY, client': 1, 'TCP_NODELAY, server': server } },
  })
  t.equal(outcomeOf(NODELAY, 'sets TCP_NODELAY', sockets(1)), 'holds')
  t.equal(outcomeOf(NODELAY, 'sets TCP_NODELAY', sockets(0)), 'fails')
})
