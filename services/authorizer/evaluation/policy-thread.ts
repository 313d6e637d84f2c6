// A thread that evaluates a policy, one input at a time. Its parent ends it if an evaluation takes too long.

import { parentPort, workerData } from 'node:worker_threads'
import { SwitchyardError } from '../../../core/errors.ts'
import { compilePolicy, type PolicySource } from '../policy.ts'
import { type InputMemory, markFinished, takeInput } from './input-memory.ts'
import type { ThreadMessage } from './thread-message.ts'

const { source, memory } = workerData as { readonly source: PolicySource; readonly memory: InputMemory }

function answer(message: ThreadMessage): void {
  parentPort?.postMessage(message)
}

async function load() {
  try {
    return await compilePolicy(source)
  } catch (thrown) {
    answer({ failure: SwitchyardError.from(thrown).message })
    return undefined
  }
}

const policy = await load()
if (policy !== undefined) {
  answer({ ready: true })
  for (;;) {
    const decision = policy.decide(takeInput(memory))
    markFinished(memory)
    answer({ decision })
  }
}
