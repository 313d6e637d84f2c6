// Nagle's algorithm: what small writes wait for with it, who turns it off, and what a middleman costs that does not.

import type { Chapter } from '../../../../harness/chapter.ts'
import type { Profile } from '../../../../harness/profile.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { emulatesLink, NEEDS_LINK } from '../../http2-analysis/linked-peers.ts'
import { checksOf } from './checks.ts'
import { EXCHANGE_LINK, EXCHANGES, type Exchange, exchangeId, measureExchange } from './exchange.ts'
import { measureSockets, SOCKET_PROGRAMS, type SocketProgram, socketsId } from './programs.ts'
import { NEEDS_SOCKETS } from './read-sockets.ts'
import { measureRelay, RELAYED_CALLS, relayId } from './relay.ts'
import { sectionsOf } from './sections.ts'

/** Those that start within a fraction of a second. */
const QUICK_PROGRAMS = ['grpc-js', 'go']
const BOTH = [false, true]
/** What a delayed acknowledgement costs, in seconds. */
const DELAYED = 0.045

export const NODELAY: Chapter = {
  title: 'Nagle’s algorithm',
  runs: (profile) => {
    const isQuick = profile.name === 'quick'
    return [
      ...BOTH.map((noDelay) => exchangeRun(profile, { noDelay, over: 'loopback' })),
      ...(isQuick ? [] : BOTH.map((noDelay) => exchangeRun(profile, { noDelay, over: 'link' }))),
      ...BOTH.map((noDelay) => relayRun(profile, noDelay)),
      ...SOCKET_PROGRAMS.filter(({ id }) => !isQuick || QUICK_PROGRAMS.includes(id)).map(socketsRun),
    ]
  },
  checks: checksOf,
  sections: sectionsOf,
}

const settingOf = (noDelay: boolean) => (noDelay ? 'TCP_NODELAY' : 'Nagle’s algorithm')

function exchangeRun({ name }: Profile, exchange: Exchange): Run {
  const { noDelay, over } = exchange
  const link = `${EXCHANGE_LINK.rttMs} ms round trip, ${EXCHANGE_LINK.mbitPerSecond} Mbit/s`
  return {
    id: exchangeId(exchange),
    labels: {
      what: 'requests in two parts',
      over: over === 'link' ? link : 'loopback',
      socket: settingOf(noDelay),
    },
    ...(over === 'link'
      ? { needs: [NEEDS_LINK, NEEDS_SOCKETS], emulates: emulatesLink(link) }
      : { needs: [NEEDS_SOCKETS] }),
    ...{ rounds: 1, seconds: 0.5 + EXCHANGES[name] * (noDelay ? 0 : DELAYED) },
    measure: (context) => measureExchange(context, exchange),
  }
}

const relayRun = ({ name }: Profile, noDelay: boolean): Run => ({
  id: relayId(noDelay),
  labels: { what: 'gRPC calls through a TCP relay', relay: settingOf(noDelay) },
  ...{ rounds: 1, seconds: 0.5 + RELAYED_CALLS[name] * (noDelay ? 0 : DELAYED) },
  measure: (context) => measureRelay(context, noDelay),
})

const socketsRun = (program: SocketProgram): Run => ({
  ...{ id: socketsId(program), labels: { what: 'sockets', program: program.title } },
  ...{ needs: [NEEDS_SOCKETS, ...(program.needs ?? [])], rounds: 1, seconds: 2 },
  measure: (context) => measureSockets(context, program),
})
