// Rejects invalid requests with all their problems at once.
import { status } from '@grpc/grpc-js'
import { RpcStatusError } from './rpc/index.ts'

/**
 * Throws INVALID_ARGUMENT with every problem that is not `false`; each says what is wrong and how to fix it,
 * such as `page_size: 2000 is too many; give at most 1000`.
 */
export function rejectIf(problems: readonly (string | false)[]): void {
  const found = problems.filter((problem) => problem !== false)
  if (found.length > 0) throw new RpcStatusError(status.INVALID_ARGUMENT, found.join('; '))
}
