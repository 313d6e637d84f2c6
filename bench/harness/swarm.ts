// Many clients in one process, which make a server change something and tell how long it took until all had ACKed it.

import type { ProcessGroup } from '../../processes/process-group.ts'
import type { GoTools } from './go-tools.ts'
import type { RunningServer } from './servers.ts'

export type Mode = 'sotw' | 'delta'

/** Times are in milliseconds from the request for the change, or from the dialling, to the last client's last ACK. */
export interface Round {
  readonly all_acked_ms: number
  readonly clients_got: number
  readonly converged: boolean
  readonly timed_out: boolean
  readonly wire_in_bytes: number
}

export interface SwarmOptions {
  readonly streams: number
  readonly mode: Mode
  /** Rounds that will be asked for at most. */
  readonly rounds: number
  /** Default: all four, as an Envoy asks for them. */
  readonly types?: string
  /** A round is over when nothing has come for so long. */
  readonly settleMs: number
}

export interface Swarm {
  readonly firstSync: Round
  /** One change, until all have ACKed it. */
  readonly push: () => Promise<Round>
  /** All streams are closed, something changes, and all come back at once. */
  readonly storm: () => Promise<Round>
  readonly stop: () => Promise<void>
}

/** The peer takes minutes to bring its largest snapshot to a thousand streams. */
const ROUND_TIMEOUT_MS = 600_000

/** Connects and subscribes all clients, and resolves when all hold the same. @throws SwitchyardError `process-failed` */
export async function startSwarm(
  group: ProcessGroup,
  { swarm }: GoTools,
  { xds, bumpUrl }: Pick<RunningServer, 'xds' | 'bumpUrl'>,
  { streams, mode, rounds, types = 'cds,eds,lds,rds', settleMs }: SwarmOptions,
): Promise<Swarm> {
  const running = group.start({
    name: `swarm of ${streams} ${mode} streams`,
    command: swarm,
    args: [
      '-stepped',
      ...['-target', xds, '-bump-url', bumpUrl, '-m', String(streams), '-mode', mode, '-types', types],
      ...['-rounds', String(rounds), '-settle', `${settleMs}ms`, '-timeout', `${ROUND_TIMEOUT_MS}ms`],
    ],
    timeoutMs: ROUND_TIMEOUT_MS,
    ready: parseRound,
  })
  const firstSync = await running.ready
  const ask = (command: string) => running.ask(command, parseRound, ROUND_TIMEOUT_MS)
  return {
    firstSync: checked(firstSync),
    push: async () => checked(await ask('push')),
    storm: async () => checked(await ask('storm')),
    stop: async () => void (await running.stop()),
  }
}

function parseRound(line: string): Round | undefined {
  return line.startsWith('{"round"') ? (JSON.parse(line) as Round) : undefined
}

function checked(round: Round): Round {
  if (round.converged && !round.timed_out) return round
  const { clients_got: clients, all_acked_ms: ms } = round
  throw new Error(
    `${clients} clients got the change within ${Math.round(ms)} ms, the others lost their streams or waited in vain`,
  )
}
