// One call as the log sees it, on either side: its messages while it runs, and one line when it ends.

import type { Metadata, status } from '@grpc/grpc-js'
import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'
import type { LogLine } from '../../core/log-line.ts'
import type { CallLog } from './call-log.ts'
import { activeTrace, type CallTrace, callerTrace } from './call-trace.ts'
import { errorFieldsOf } from './error-fields.ts'
import { levelOf } from './level-of-status.ts'
import { loggableMessage } from './loggable-message.ts'
import { isSampled } from './payload-sampling.ts'

/** How a call ended. */
export interface CallEnd {
  readonly code: status
  readonly details: string
  readonly metadata?: Metadata | null | undefined
  /** What the handler threw, if that says more than the status. */
  readonly cause?: unknown
  /** Of a client: `host:port` that it called. */
  readonly endpoint?: string
}

type Direction = 'request' | 'response'
type Fields = Partial<LogLine>

export class CallRecord {
  readonly #log: CallLog
  readonly #side: 'client' | 'server'
  readonly #path: string
  readonly #counts = { request: 0, response: 0 }
  #begun = performance.now()
  #caller: Fields = {}
  #trace: CallTrace | undefined
  #isSampled = false
  /** Lines of messages that came before the span of this side was known. */
  #waiting: Fields[] = []
  #hasEnded = false

  constructor(log: CallLog, side: 'client' | 'server', path: string) {
    this.#log = log
    this.#side = side
    this.#path = path
  }

  /**
   * @param metadata of the request. Only what identifies the call is logged of it: the rest may have tokens
   * @param ends of the connection, as far as they are known
   */
  begin(metadata: Metadata, ends: Pick<LogLine, 'caller' | 'authority'> = {}): void {
    this.#begun = performance.now()
    const [requestId, userAgent] = [textIn(metadata, 'x-request-id'), textIn(metadata, 'user-agent')]
    this.#caller = { ...(requestId && { requestId }), ...(userAgent && { userAgent }), ...ends }
    // The span of a server begins behind its interceptors.
    this.#trace = (this.#side === 'client' ? activeTrace() : undefined) ?? callerTrace(metadata)
    this.#isSampled = isSampled(this.#log.share, this.#trace?.traceId)
  }

  message(direction: Direction, message: unknown): void {
    const sequence = this.#counts[direction]
    this.#counts[direction] += 1
    if (direction === 'response') this.#release()
    if (!this.#isSampled || sequence >= this.#log.messages) return
    const { requestId } = this.#caller
    const line: Fields = {
      event: direction,
      time: new Date().toISOString(),
      path: this.#path,
      ...(requestId && { requestId }),
      sequence,
      ...this.#show(direction, message),
    }
    if (direction === 'request') this.#waiting.push(line)
    else this.#log.logger.info({ ...line, ...this.#trace })
  }

  /** Only the first end counts: a call that was cancelled may still get a status from its handler. */
  end({ code, details, metadata, cause, endpoint }: CallEnd): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#release()
    const level = levelOf(code)
    this.#log.logger[level]({
      event: 'call',
      time: new Date().toISOString(),
      ...this.#trace,
      ...this.#caller,
      ...(endpoint !== undefined && { endpoint }),
      path: this.#path,
      grpcStatus: GRPC_STATUS_NAMES[code] ?? 'UNKNOWN',
      ...(details !== '' && code !== 0 && { grpcMessage: details }),
      durationMs: Math.round((performance.now() - this.#begun) * 1000) / 1000,
      requests: this.#counts.request,
      responses: this.#counts.response,
      ...(code !== 0 && errorFieldsOf(metadata, cause)),
    } satisfies Fields)
  }

  /** Writes the lines that waited. What a handler sends, it sends within the span of the server. */
  #release(): void {
    if (this.#side === 'server') this.#trace = activeTrace() ?? this.#trace
    for (const line of this.#waiting) this.#log.logger.info({ ...line, ...this.#trace })
    this.#waiting = []
  }

  #show(direction: Direction, message: unknown): Fields {
    const desc = this.#log.methods.get(this.#path)?.[direction]
    if (desc === undefined) return {}
    try {
      const { payload, redacted, truncated } = loggableMessage(
        desc,
        message as Record<string, unknown>,
        this.#log.selectionOf(desc),
      )
      return {
        payload,
        ...(redacted.length > 0 && { redacted: [...redacted] }),
        ...(truncated.length > 0 && { truncated: [...truncated] }),
      }
    } catch (error) {
      // A log must not break a call; whoever sends a message that is invalid gets an error of its own.
      return { message: `the message cannot be shown: ${(error as Error).message}` }
    }
  }
}

function textIn(metadata: Metadata, header: string): string | undefined {
  return metadata.get(header)[0]?.toString()
}
