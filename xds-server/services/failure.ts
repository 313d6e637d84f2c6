// How a call ends that failed: the event that says it, and the status that the client gets.

import { status as grpcStatus, type StatusObject } from '@grpc/grpc-js'
import { messageOf, OptionFault } from '../cache/option.ts'
import type { Serving } from '../cache/serving.ts'
import { BadRequest } from './check-request.ts'

/** What failed, in the words of the event and of the status. */
export interface FailedWork {
  /** @param isOption whether an option of the library threw; otherwise the server's own code did */
  readonly describe: (peer: string, cause: string, isOption: boolean) => string
  readonly details: string
}

/** @param name such as `the stream` */
export function failedStream(name: string): FailedWork {
  return {
    describe: (peer, cause, isOption) =>
      `${name} of ${peer} ended, because ${isOption ? cause : `the server failed: ${cause}`}`,
    details: 'the xDS server failed to serve this stream: see its "fault" event',
  }
}

/** Emits the event. A bad request is the client's fault. All else is the server's, and what exactly it is does not concern the client. */
export function reportFailure(
  { events }: Pick<Serving, 'events'>,
  peer: string,
  error: unknown,
  { describe, details }: FailedWork,
): Pick<StatusObject, 'code' | 'details'> {
  if (error instanceof BadRequest) {
    const { code, message } = error
    events.emit({ kind: 'rejected', peer, code, message })
    return { code, details: message }
  }
  const isOption = error instanceof OptionFault
  events.emit({
    kind: 'fault',
    source: isOption ? error.source : 'stream',
    message: describe(peer, messageOf(error), isOption),
    error: isOption ? error.cause : error,
    peer,
  })
  return { code: grpcStatus.INTERNAL, details }
}
