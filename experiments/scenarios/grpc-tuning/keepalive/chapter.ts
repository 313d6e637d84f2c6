// Keepalive: who is allowed to ping how often, what follows from too many pings, and when a dead peer is noticed.

import type { Chapter } from '../../../../harness/chapter.ts'
import { NEEDS_ENVOY, NEEDS_GO, NEEDS_JAVA, NEEDS_PYTHON } from '../../../../harness/needs.ts'
import type { Profile } from '../../../../harness/profile.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { emulatesLink, NEEDS_LINK } from '../../http2-analysis/linked-peers.ts'
import { CALM_TIMES, type CalmName, calmId, MIN_PING_MS, measureCalm } from './calm.ts'
import { checksOf } from './checks.ts'
import { ENVOY, measureEnvoy } from './envoy.ts'
import { LANGUAGES, measureLanguages } from './languages.ts'
import { sectionsOf } from './sections.ts'
import {
  measureRetransmission,
  measureSilentLink,
  measureStoppedProcess,
  RETRIES,
  retransmissionMs,
  retriesId,
  SILENT_LINK,
  silenceId,
  WATCHED_MS,
} from './silence.ts'
import { measureStrikes, PINGED_SERVERS, type PingedServer, strikesId } from './strikes.ts'

/** Those that start within a fraction of a second. */
const QUICK_SERVERS = ['go', 'grpc-js']

export const KEEPALIVE: Chapter = {
  title: 'Keepalive',
  runs: (profile) =>
    profile.name === 'quick'
      ? [
          ...PINGED_SERVERS.filter(({ id }) => QUICK_SERVERS.includes(id)).map(strikesRun),
          calmRun('often'),
          ...silenceRuns(profile),
        ]
      : [
          ...PINGED_SERVERS.map(strikesRun),
          ...(['often', 'allowed'] as const).map(calmRun),
          ...silenceRuns(profile),
          ...RETRIES[profile.name].map(retransmissionRun),
          languagesRun,
          envoyRun(profile),
        ],
  checks: checksOf,
  sections: sectionsOf,
}

function strikesRun(server: PingedServer): Run {
  return {
    ...{ id: strikesId(server), labels: { what: 'too many pings', server: server.title } },
    ...(server.needs && { needs: server.needs }),
    ...{ rounds: 1, seconds: 2 },
    measure: (context) => measureStrikes(context, server),
  }
}

function calmRun(name: CalmName): Run {
  const labels = {
    ...{ what: 'what grpc-js does about GOAWAY', keepalive: `${CALM_TIMES[name]} ms` },
    server: `allows a ping every ${MIN_PING_MS} ms`,
  }
  return {
    ...{ id: calmId(name), labels, needs: [NEEDS_GO], rounds: 1, seconds: 3 },
    measure: (context) => measureCalm(context, name),
  }
}

const EMULATED = emulatesLink(
  `${SILENT_LINK.rttMs} ms round trip, ${SILENT_LINK.mbitPerSecond} Mbit/s, which then loses every packet`,
)

function silenceRuns({ name }: Profile): readonly Run[] {
  const common = { rounds: 2, seconds: 2 + WATCHED_MS[name] / 1_000 }
  return [
    {
      ...{ id: silenceId('process'), labels: { what: 'a peer goes silent', how: 'its process stops' } },
      ...{ ...common, measure: measureStoppedProcess },
    },
    {
      ...{ id: silenceId('link'), labels: { what: 'a peer goes silent', how: 'every packet is lost' } },
      ...{ ...common, needs: [NEEDS_LINK], emulates: EMULATED, measure: measureSilentLink },
    },
  ]
}

function retransmissionRun(retries: number): Run {
  return {
    id: retriesId(retries),
    labels: { what: 'TCP gives up', how: `tcp_retries2 = ${retries}` },
    ...{ needs: [NEEDS_LINK], emulates: EMULATED, rounds: 1 },
    seconds: 2 + retransmissionMs(retries + 1) / 1_000,
    measure: (context) => measureRetransmission(context, retries),
  }
}

const languagesRun: Run = {
  ...{ id: LANGUAGES, labels: { what: 'a peer goes silent', how: 'clients in Go, Java and Python' } },
  ...{ needs: [NEEDS_LINK, NEEDS_GO, NEEDS_JAVA, NEEDS_PYTHON], emulates: EMULATED },
  ...{ rounds: 1, seconds: 15, measure: measureLanguages },
}

const envoyRun = ({ name }: Profile): Run => ({
  ...{ id: ENVOY, labels: { what: 'a peer goes silent', how: 'Envoy, to servers and to clients' } },
  ...{ needs: [NEEDS_ENVOY], rounds: 1, seconds: 4 + (2 * WATCHED_MS[name]) / 1_000, measure: measureEnvoy },
})
