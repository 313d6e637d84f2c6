// How a call ended, as its client sees it.

import { status } from '@grpc/grpc-js'
import { RpcStatusError } from '../../../../services/rpc/index.ts'
import type { RawAnswer } from './raw-call.ts'

export interface Outcome {
  readonly code: status
  /** What the client says; empty for OK. */
  readonly text: string
}

/** @throws what is no status: a mistake in the scenario */
export async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  try {
    await call
    return { code: status.OK, text: '' }
  } catch (error) {
    if (error instanceof RpcStatusError) return { code: error.code, text: error.message }
    throw error
  }
}

/** @throws RangeError for an answer without a gRPC status */
export function outcomeOfRaw({ grpcStatus, grpcMessage = '', httpStatus }: RawAnswer): Outcome {
  if (grpcStatus === undefined) throw new RangeError(`HTTP ${httpStatus} without grpc-status`)
  return { code: grpcStatus, text: grpcMessage }
}
