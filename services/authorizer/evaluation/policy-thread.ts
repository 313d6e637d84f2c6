// A thread that evaluates a policy, one input at a time. Its parent ends it if an evaluation takes too long.

import { parentPort, workerData } from 'node:worker_threads'
import { SwitchyardError } from '../../../core/errors.ts'
import { compilePolicy, type PolicySource } from '../policy.ts'
import type { PolicyInput } from '../policy-input.ts'
import type { ThreadMessage } from './thread-message.ts'

const { source, startedAt } = workerData as {
  readonly source: PolicySource
  /** When the evaluation in progress began, in nanoseconds of `process.hrtime`; 0 between evaluations. */
  readonly startedAt: BigInt64Array
}

function answer(message: ThreadMessage): void {
  parentPort?.postMessage(message)
}

try {
  const policy = await compilePolicy(source)
  parentPort?.on('message', (input: PolicyInput) => {
    Atomics.store(startedAt, 0, process.hrtime.bigint())
    const decision = policy.decide(input)
    Atomics.store(startedAt, 0, 0n)
    answer({ decision })
  })
  answer({ ready: true })
} catch (thrown) {
  answer({ failure: SwitchyardError.from(thrown).message })
}
