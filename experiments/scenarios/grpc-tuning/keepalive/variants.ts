// Channels whose peer goes silent, by their keepalive, and when each of them must notice it.

import type { ChannelOptions, ServerOptions } from '@grpc/grpc-js'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { WatchedChannel } from './watcher/channels.ts'

export interface Variant extends Pick<WatchedChannel, 'id' | 'use'> {
  readonly title: string
  /** In milliseconds. Absent: no keepalive. */
  readonly keepalive?: Keepalive
  /** Which keepalive counts: that of the client, or that of the server. Default: the client's. */
  readonly of?: 'server'
  /** Whether idle connections are pinged. Default: yes. */
  readonly withoutCalls?: boolean
  /** Whether it notices at all: without keepalive, what is silent looks idle. */
  readonly notices: boolean
}

export interface Keepalive {
  readonly timeMs: number
  readonly timeoutMs: number
}

/** On a busy machine, an answer may take half a second. */
const SHORTEST: Keepalive = { timeMs: 200, timeoutMs: 600 }

const KEEPALIVES: Readonly<Record<ProfileName, readonly Keepalive[]>> = {
  quick: [SHORTEST, { timeMs: 800, timeoutMs: 600 }],
  standard: [
    SHORTEST,
    { timeMs: 1_000, timeoutMs: 600 },
    { timeMs: 2_000, timeoutMs: 1_000 },
    { timeMs: 5_000, timeoutMs: 2_000 },
  ],
  full: [
    SHORTEST,
    { timeMs: 1_000, timeoutMs: 600 },
    { timeMs: 5_000, timeoutMs: 2_000 },
    { timeMs: 10_000, timeoutMs: 5_000 },
    { timeMs: 30_000, timeoutMs: 10_000 },
  ],
}

const textOf = ({ timeMs, timeoutMs }: Keepalive) => `${timeMs} ms + ${timeoutMs} ms`

/** All variants of a profile; those of the server need a server with this keepalive. */
export function variantsOf(profile: ProfileName): readonly Variant[] {
  const [shortest = SHORTEST] = KEEPALIVES[profile]
  return [
    ...KEEPALIVES[profile].map(
      (keepalive): Variant => ({
        ...{ id: `call.${keepalive.timeMs}+${keepalive.timeoutMs}`, use: 'call', keepalive, notices: true },
        title: `a call in flight, keepalive ${textOf(keepalive)}`,
      }),
    ),
    {
      ...{ id: 'idle.permitted', use: 'idle', keepalive: shortest, notices: true },
      title: `an idle channel, keepalive ${textOf(shortest)} also without calls`,
    },
    {
      ...{ id: 'idle.not-permitted', use: 'idle', keepalive: shortest, withoutCalls: false, notices: false },
      title: `an idle channel, keepalive ${textOf(shortest)} only with calls`,
    },
    { id: 'call.none', use: 'call', notices: false, title: 'a call in flight, no keepalive' },
    { id: 'idle.none', use: 'idle', notices: false, title: 'an idle channel, no keepalive' },
    {
      ...{ id: 'new-calls.none', use: 'new calls', notices: false },
      title: 'new calls with deadlines, no keepalive',
    },
    {
      ...{ id: 'server', use: 'call', keepalive: shortest, of: 'server', notices: true },
      title: `the server, its keepalive ${textOf(shortest)}`,
    },
  ]
}

/** Of the channel. */
export function optionsOf({ keepalive, of, withoutCalls = true }: Variant): ChannelOptions {
  if (keepalive === undefined || of === 'server') return {}
  return {
    'grpc.keepalive_time_ms': keepalive.timeMs,
    'grpc.keepalive_timeout_ms': keepalive.timeoutMs,
    'grpc.keepalive_permit_without_calls': withoutCalls ? 1 : 0,
  }
}

/** The server's, for the variants that need it. */
export function serverOptionsOf(variants: readonly Variant[]): ServerOptions {
  const { keepalive } = variants.find(({ of }) => of === 'server') ?? {}
  if (keepalive === undefined) return {}
  return { 'grpc.keepalive_time_ms': keepalive.timeMs, 'grpc.keepalive_timeout_ms': keepalive.timeoutMs }
}

/** From when to when it notices, in milliseconds: at once when a ping was on its way, at last when one had just been answered. */
export function predictedOf({ keepalive, notices }: Variant): readonly [number, number] | undefined {
  if (keepalive === undefined || !notices) return undefined
  const { timeMs, timeoutMs } = keepalive
  return [timeoutMs, timeMs + timeoutMs]
}
