// A gRPC status as an error: handlers throw it on the server, and clients get it.
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
   * Turns anything thrown into a status: ours stays as it is, grpc-js's `ServiceError` keeps code, message and trailers.
   * Anything else becomes INTERNAL with a fixed message, because its text may reveal too much to a client. It stays as
   * `cause`, and `onUnexpected` gets it.
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

/** A numeric `code` is not enough: DOMException has one too. */
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
