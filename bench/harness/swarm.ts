// Many clients in one process: they make a server change a cluster, and report when all had ACKed.

import type { ProcessGroup } from '../../processes/process-group.ts'
import type { GoTools } from './go-tools.ts'
import type { RunningServer } from './servers.ts'

export type Mode = 'sotw' | 'delta'

/** Times in milliseconds, from the request for the change (or the dial) to the last client's last ACK. */
export interface Round {
  readonly all_acked_ms: number
  readonly clients_got: number
  readonly converged: boolean
  readonly timed_out: boolean
  readonly wire_in_bytes: number
  /** Streams and connections that ended, and were opened again with pauses as Envoy makes them, since the round before. */
  readonly reopened: number
  /** Why the first of them all ended. */
  readonly first_lost?: string
}

export interface SwarmOptions {
  readonly streams: number
  readonly mode: Mode
  /** The maximum number of rounds. */
  readonly rounds: number
  /** Default: all four, as an Envoy subscribes to them. */
  readonly types?: string
  /** Listeners to ask for as gRPC clients do: by name, and then for what the answers name. Default: as Envoys, for all. */
  readonly listeners?: readonly string[]
  /** Local IP address of the connections. Default: the system's choice. */
  readonly source?: string
  /** A round ends when no response has arrived for this long. */
  readonly settleMs: number
  /** Changes are measured although streams end and are opened again meanwhile; their number is in the round. Default: an error. */
  readonly mayReopen?: boolean
}

export interface Swarm {
  readonly firstSync: Round
  /** Changes a cluster; resolves when all clients have ACKed. */
  readonly push: () => Promise<Round>
  /** Closes all streams, changes a cluster, and reconnects all clients at once. */
  readonly storm: () => Promise<Round>
  /** Waits for a change that another swarm makes once this has resolved. The result is a function that waits for its end. */
  readonly watch: () => Promise<() => Promise<Round>>
  readonly stop: () => Promise<void>
}

/** The peer takes minutes to send its largest snapshot to a thousand streams. */
const ROUND_TIMEOUT_MS = 600_000

/** Connects and subscribes all clients; resolves when all are in sync. @throws SwitchyardError `process-failed` */
export async function startSwarm(
  group: ProcessGroup,
  { swarm }: Pick<GoTools, 'swarm'>,
  { xds, bumpUrl }: Pick<RunningServer, 'xds' | 'bumpUrl'>,
  {
    streams,
    mode,
    rounds,
    types = 'cds,eds,lds,rds',
    listeners = [],
    source = '',
    settleMs,
    mayReopen = false,
  }: SwarmOptions,
): Promise<Swarm> {
  const running = group.start({
    name: `swarm of ${streams} ${mode} streams`,
    command: swarm,
    args: [
      '-stepped',
      ...['-target', xds, '-bump-url', bumpUrl, '-m', String(streams), '-mode', mode, '-types', types],
      ...['-by-name', listeners.join(), '-source', source],
      ...['-rounds', String(rounds), '-settle', `${settleMs}ms`, '-timeout', `${ROUND_TIMEOUT_MS}ms`],
    ],
    timeoutMs: ROUND_TIMEOUT_MS,
    ready: parseRound,
  })
  const firstSync = await running.ready
  const ask = (command: string) => running.ask(command, parseRound, ROUND_TIMEOUT_MS)
  return {
    firstSync: checked(firstSync),
    push: async () => unbroken(checked(await ask('push')), mayReopen),
    storm: async () => checked(await ask('storm')),
    watch: async () => {
      const isWatching = (line: string) => line.startsWith('{"watching"') || undefined
      await running.ask('watch', isWatching, ROUND_TIMEOUT_MS)
      return async () => unbroken(checked(await ask('wait')), mayReopen)
    },
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
    `only ${clients} clients received the change within ${Math.round(ms)} ms; the others lost their streams or timed out${lost(round)}`,
  )
}

/** A change that waited for streams to come back is no measurement of a push. */
function unbroken(round: Round, mayReopen: boolean): Round {
  if (mayReopen || round.reopened === 0) return round
  throw new Error(`${round.reopened} streams ended and were opened again${lost(round)}`)
}

function lost({ first_lost: reason }: Round): string {
  return reason === undefined ? '' : `: ${reason}`
}
