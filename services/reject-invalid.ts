// Rejects invalid requests with all their problems at once.
import { create } from '@bufbuild/protobuf'
import { BadRequestSchema } from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { status } from '@grpc/grpc-js'
import { richError } from './rpc/index.ts'

/**
 * Throws INVALID_ARGUMENT with every problem that is not `false`; each says what is wrong and how to fix it,
 * such as `page_size: 2000 is too many; give at most 1000`. Its details have a `BadRequest` with a violation for each field.
 */
export function rejectIf(problems: readonly (string | false)[]): void {
  const found = problems.filter((problem) => problem !== false)
  if (found.length === 0) return
  const fieldViolations = found.map((problem) => {
    const [field = '', ...description] = problem.split(': ')
    return { field, description: description.join(': ') }
  })
  throw richError(status.INVALID_ARGUMENT, found.join('; '), [create(BadRequestSchema, { fieldViolations })])
}
