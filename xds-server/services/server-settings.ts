// What the options of a server come to, with their defaults.

import { type ChannelOptions, ServerCredentials } from '@grpc/grpc-js'
import { LONGEST_TIMER_MS } from '../../core/timer.ts'
import type { Authorize } from './authorize.ts'
import type { XdsServerOptions } from './server-options.ts'
import type { StreamContext } from './xds-stream.ts'

const DEFAULT_KEEPALIVE = { timeMs: 30_000, timeoutMs: 10_000 }

const DEFAULT_DRAIN_TIME_MS = 600_000

const DEFAULT_HEARTBEATS_PER_TTL = 3

const DEFAULT_START_TIME_MS = 15_000

/** A second less than Envoy's call waits for a cluster. */
const DEFAULT_ON_DEMAND_TIMEOUT_MS = 4_000

const DEFAULT_INTRODUCTION_TIMEOUT_MS = 7_000

const DEFAULT_AGE_GRACE_MS = 30_000

const DEFAULT_MAX_REQUEST_BYTES = 64 * 1024 * 1024

export interface ServerSettings {
  readonly credentials: ServerCredentials
  /** Of grpc-js. */
  readonly channel: ChannelOptions
  /** For the handshake of TLS, and again for the preface of HTTP/2. */
  readonly patienceMs: number
  /** For the first request of a stream. */
  readonly requestPatienceMs: number
  /** The silence after which a connection ends. Undefined: it never does. */
  readonly silenceMs: number | undefined
  /** Undefined: connections do not age. */
  readonly maxAge: { readonly ageMs: number; readonly graceMs: number } | undefined
  readonly streams: Omit<StreamContext, 'serving' | 'budget' | 'place' | 'id' | 'typeUrl'>
  /** Who may see the clients over CSDS. Undefined: it is not served. */
  readonly clientStatus: Authorize | undefined
}

export function settingsOf(options: XdsServerOptions): ServerSettings {
  const { address, keepalive = DEFAULT_KEEPALIVE, authorize = () => undefined } = options
  const { credentials = ServerCredentials.createInsecure(), maxConnectionAge, clientStatus } = options
  const { introductionTimeoutMs: patienceMs = DEFAULT_INTRODUCTION_TIMEOUT_MS } = options
  return {
    credentials,
    channel: {
      ...options.channelOptions,
      'grpc.max_receive_message_length': options.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES,
      'grpc.max_send_message_length': -1,
      'grpc.keepalive_time_ms': keepalive.timeMs,
      // The listener waits for answers: the timer of grpc-js may end before its ping is on the wire, if the event loop is late.
      'grpc.keepalive_timeout_ms': LONGEST_TIMER_MS,
    },
    patienceMs,
    requestPatienceMs: 2 * patienceMs,
    silenceMs: sendsPings(keepalive) ? keepalive.timeMs + keepalive.timeoutMs : undefined,
    maxAge: maxConnectionAge && {
      ageMs: maxConnectionAge.timeMs,
      graceMs: maxConnectionAge.graceMs ?? DEFAULT_AGE_GRACE_MS,
    },
    streams: {
      isPrivate: address.startsWith('unix:') || credentials._isSecure(),
      authorize,
      drainTimeMs: options.drainTimeMs ?? DEFAULT_DRAIN_TIME_MS,
      startTimeMs: options.startTimeMs ?? DEFAULT_START_TIME_MS,
      ...(options.onDemand && {
        lookup: {
          onDemand: options.onDemand,
          timeoutMs: options.onDemandTimeoutMs ?? DEFAULT_ON_DEMAND_TIMEOUT_MS,
        },
      }),
      heartbeatsPerTtl: options.heartbeatsPerTtl ?? DEFAULT_HEARTBEATS_PER_TTL,
      resourceErrors: options.resourceErrors ?? 'grpc',
      ...(options.answerTimeoutMs !== undefined && { answerTimeoutMs: options.answerTimeoutMs }),
    },
    clientStatus: clientStatus === true ? authorize : clientStatus?.authorize,
  }
}

/** As grpc-js decides it. */
function sendsPings({ timeMs }: { readonly timeMs: number }): boolean {
  return timeMs > 0 && timeMs < LONGEST_TIMER_MS
}
