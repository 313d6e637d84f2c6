// The error that becomes a gRPC status on the server, and that a status becomes at the client.
import { Metadata, status } from '@grpc/grpc-js'

/** A gRPC status other than OK. Handlers throw it; clients reject with it. */
export class RpcStatusError extends Error {
  /** One of grpc-js's `status` numbers, 1 to 16. */
  readonly code: status
  /** Trailers that travel with the status. */
  readonly metadata: Metadata

  constructor(
    code: status,
    message: string,
    options: { readonly metadata?: Metadata; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'RpcStatusError'
    this.code = code
    this.metadata = options.metadata ?? new Metadata()
  }

  /**
   * Makes any throw a status: ours stays as it is, grpc-js's `ServiceError` keeps code, text and trailers.
   * All else is INTERNAL with a fixed text, since an unforeseen error may tell a stranger too much; it stays as `cause`,
   * and `onUnexpected` gets it.
   */
  static from(thrown: unknown, onUnexpected: (thrown: unknown) => void = () => {}): RpcStatusError {
    if (thrown instanceof RpcStatusError) return thrown
    if (isServiceError(thrown)) {
      return new RpcStatusError(thrown.code, thrown.details, { metadata: thrown.metadata, cause: thrown })
    }
    onUnexpected(thrown)
    return new RpcStatusError(status.INTERNAL, 'internal error', { cause: thrown })
  }
}

interface ServiceErrorLike extends Error {
  readonly code: status
  readonly details: string
  readonly metadata: Metadata
}

/** A number as code is not enough: DOMException has one too. */
function isServiceError(thrown: unknown): thrown is ServiceErrorLike {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    typeof thrown.code === 'number' &&
    'details' in thrown &&
    typeof thrown.details === 'string' &&
    'metadata' in thrown &&
    thrown.metadata instanceof Metadata
  )
}
