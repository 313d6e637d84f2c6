// The table of error codes, the error class that carries them, and the problems that an error lists.

/**
 * Each code with its HTTP status in REST answers. A test compares docs/errors.md with this table.
 *
 * @example
 * ```ts
 * import { ERROR_CODES } from 'switchyard'
 *
 * console.log(ERROR_CODES['inconsistent-snapshot']) // 422
 * ```
 */
export const ERROR_CODES = {
  'invalid-argument': 400,
  'not-found': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  'duplicate-resource': 409,
  'version-reused': 409,
  'already-exists': 409,
  'inconsistent-snapshot': 422,
  'invalid-config': 422,
  'stale-etag': 412,
  'etag-missing': 428,
  unauthenticated: 401,
  forbidden: 403,
  'too-many-attempts': 429,
  nacked: 409,
  pending: 504,
  'limit-reached': 409,
  'payload-too-large': 413,
  'unsupported-media-type': 415,
  'misdirected-request': 421,
  'headers-too-large': 431,
  'address-in-use': 500,
  'envoy-not-found': 500,
  'process-failed': 500,
  'state-in-use': 500,
  'state-damaged': 500,
  'state-unusable': 500,
  'storage-full': 507,
  'bad-bundle': 422,
  unreachable: 503,
  internal: 500,
} as const

/**
 * A code of the table: programs compare codes, and people read messages.
 *
 * @example
 * ```ts
 * import type { ErrorCode } from 'switchyard'
 *
 * const expected: ErrorCode = 'inconsistent-snapshot'
 * ```
 */
export type ErrorCode = keyof typeof ERROR_CODES

/**
 * One thing that is wrong: where (a path such as `resources[3].name`), and what, with how to fix it.
 *
 * @example
 * ```ts
 * import { type Problem, SwitchyardError } from 'switchyard'
 *
 * const line = ({ path, message }: Problem) => `${path}: ${message}`
 * try {
 *   cache.setSnapshot('edge', [listener])
 * } catch (error) {
 *   if (!(error instanceof SwitchyardError)) throw error
 *   console.error(error.problems.map(line))
 * }
 * ```
 */
export interface Problem {
  readonly path: string
  readonly message: string
}

/**
 * The class of every error that Switchyard throws. For invalid input, it lists all problems at once.
 *
 * @example
 * ```ts
 * import { SwitchyardError } from 'switchyard'
 *
 * try {
 *   cache.setSnapshot('edge', [cluster, cluster])
 * } catch (error) {
 *   if (!(error instanceof SwitchyardError) || error.code !== 'duplicate-resource') throw error
 *   console.error(error.message) // lists every problem
 * }
 * ```
 */
export class SwitchyardError extends Error {
  readonly code: ErrorCode
  readonly problems: readonly Problem[]

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly problems?: readonly Problem[] } = {},
  ) {
    const { cause, problems = [] } = options
    super([message, ...problems.map(({ path, message: what }) => `  ${path}: ${what}`)].join('\n'), { cause })
    this.name = 'SwitchyardError'
    this.code = code
    this.problems = problems
  }

  /** The HTTP status of this error's code. */
  get statusCode(): number {
    return ERROR_CODES[this.code]
  }

  /** Wraps an unknown error. For the edges of the program only. */
  static from(thrown: unknown): SwitchyardError {
    if (thrown instanceof SwitchyardError) return thrown
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    return new SwitchyardError('internal', message, { cause: thrown })
  }
}
