// What the runs recommend about processes, workers and connections, with their figures.

import type { TextSection } from '../../../../harness/report/section.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import { sharesOver, throughputOver } from '../../../../harness/statistics/rounds.ts'
import { compareRounds, describeVerdict } from '../../../../harness/statistics/verdict.ts'
import { busyOf, cpuOf } from '../cpu.ts'
import { busiestPercent } from './crew-sections.ts'
import { busiestWorkerPercent } from './envoy-sections.ts'
import { SERVERS } from './envoys.ts'
import { measuredCrews } from './measured-crews.ts'
import { measuredEnvoys } from './measured-envoys.ts'

/** Enough for all processes and workers to get some. */
const MANY = 8
/** One for each process. */
const FEW = 2

export function adviceSection(results: Results): readonly TextSection[] {
  const paragraphs = [...serverAdvice(results), ...envoyAdvice(results)]
  if (paragraphs.length === 0) return []
  return [
    {
      kind: 'text',
      title: 'How many processes, workers and connections',
      says: 'Client, Envoy and servers share the cores of this machine. Where all cores are busy, a further process or worker takes its time from the others: then throughput says what a call costs, and which process answers says how calls would spread on a larger machine.',
      paragraphs,
    },
  ]
}

function serverAdvice(results: Results): readonly string[] {
  const crews = measuredCrews(results)
  const roundsOf = (crew: string, connections: number) =>
    crews.find((one) => one.crew === crew && one.connections === connections)?.rounds
  const [one, single, many] = [roundsOf('one', MANY), roundsOf('cluster', 1), roundsOf('cluster', MANY)]
  const hashed = roundsOf('reuse-port', MANY)
  const spreads = [FEW, MANY].flatMap((connections) => {
    const [handed, chosen] = [roundsOf('cluster', connections), roundsOf('reuse-port', connections)]
    return handed && chosen
      ? [
          `With ${connections}, the busiest process got ${busiestPercent(handed).toFixed(0)} % of the calls by node:cluster and ${busiestPercent(chosen).toFixed(0)} % by SO_REUSEPORT.`,
        ]
      : []
  })
  return [
    ...(single && many
      ? [
          `**Open at least as many connections as the server has processes.** Two processes answer ${perSecond(single)} over one connection, all in one process, and ${perSecond(many)} over ${MANY}: ${verdict(single, many)}.`,
        ]
      : []),
    ...(one && many
      ? [
          `**A second server process pays where the first one has no time left and a core is free.** With ${MANY} connections, one process answers ${perSecond(one)} and is busy for ${busyOf(one, 'server').toFixed(0)} % of a core, and the client for ${busyOf(one, 'client').toFixed(0)} %; two answer ${perSecond(many)}: ${verdict(one, many)}.`,
        ]
      : []),
    ...(hashed && many
      ? [
          `**Open several connections for each process, whoever spreads them.** node:cluster hands a connection to a process that is free; with SO_REUSEPORT the kernel chooses by a hash that knows nothing of load, and with few connections any choice is a draw. ${spreads.join(' ')}`,
        ]
      : []),
  ]
}

function envoyAdvice(results: Results): readonly string[] {
  const envoys = measuredEnvoys(results)
  const roundsOf = (envoy: string) =>
    envoys.find((one) => one.envoy === envoy && one.connections === MANY)?.rounds
  const [one, two, apart] = [roundsOf('one-worker'), roundsOf('two-workers'), roundsOf('two-sockets')]
  if (one === undefined || two === undefined) return []
  return [
    `**Give an Envoy a second worker where its first one is busy, not before.** With ${MANY} connections, one worker takes ${busyOf(one, 'proxy').toFixed(0)} % of a core and ${cpuOf(one, 'proxy').toFixed(0)} µs a call at ${perSecond(one)}; two take ${cpuOf(two, 'proxy').toFixed(0)} µs at ${perSecond(two)}: ${verdict(one, two)}. A worker has one connection to a server address: with one worker, ${reachedOf(one)} of ${SERVERS} processes behind that address answered. Give the Envoy an endpoint for each process instead of one for all.`,
    ...(apart ? [socketAdvice(busiestWorkerPercent(two), busiestWorkerPercent(apart))] : []),
  ]
}

/** @param shared the share of the busiest worker with one socket, in percent @param apart with a socket each */
export function socketAdvice(shared: number, apart: number): string {
  const figures = `Of ${MANY} connections, the busiest of two workers takes ${shared.toFixed(0)} % from one socket, and ${apart.toFixed(0)} % with a socket each (\`reusePort\` of the listener)`
  return apart < shared
    ? `**With several workers, give each a socket of its own.** ${figures}. The switch must not change while Envoy runs, and two Envoys could share the port by mistake.`
    : `**Leave the workers of an Envoy at one socket, unless yours are uneven.** ${figures}: with so few connections both are a draw.`
}

/** Processes that answered in any round. */
const reachedOf = (rounds: readonly Measured[]): number =>
  Object.values(sharesOver(rounds)).filter((calls) => calls > 0).length

const perSecond = (rounds: readonly Measured[]): string =>
  `${Math.round(throughputOver(rounds).median).toLocaleString('en-US')} calls/s`

const verdict = (a: readonly Measured[], b: readonly Measured[]): string =>
  describeVerdict(compareRounds(throughputOver(a).values, throughputOver(b).values))
