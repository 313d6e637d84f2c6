// How serious the end of a call is for those who run the service, by its status.

import { status } from '@grpc/grpc-js'
import type { LogLine } from '../../core/log-line.ts'

/**
 * As the interceptors of Go's gRPC ecosystem have it: what the caller did wrong is `info`, what may need attention `warn`, what
 * only the service can have done wrong `error`.
 * https://github.com/grpc-ecosystem/go-grpc-middleware/blob/main/interceptors/logging/options.go
 */
const LEVELS: Readonly<Record<status, LogLine['level']>> = {
  [status.OK]: 'info',
  [status.CANCELLED]: 'info',
  [status.INVALID_ARGUMENT]: 'info',
  [status.NOT_FOUND]: 'info',
  [status.ALREADY_EXISTS]: 'info',
  [status.UNAUTHENTICATED]: 'info',
  [status.DEADLINE_EXCEEDED]: 'warn',
  [status.PERMISSION_DENIED]: 'warn',
  [status.RESOURCE_EXHAUSTED]: 'warn',
  [status.FAILED_PRECONDITION]: 'warn',
  [status.ABORTED]: 'warn',
  [status.OUT_OF_RANGE]: 'warn',
  [status.UNAVAILABLE]: 'warn',
  [status.UNKNOWN]: 'error',
  [status.UNIMPLEMENTED]: 'error',
  [status.INTERNAL]: 'error',
  [status.DATA_LOSS]: 'error',
}

export function levelOf(code: status): LogLine['level'] {
  return LEVELS[code] ?? 'error'
}
