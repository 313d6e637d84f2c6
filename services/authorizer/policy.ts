// A policy that OPA has compiled to WebAssembly, with its data, ready to decide.

import type { JsonObject } from '@bufbuild/protobuf'
import { loadPolicy } from '@open-policy-agent/opa-wasm'
import { SwitchyardError } from '../../core/errors.ts'
import { type Decision, deny, readDecision } from './decision.ts'
import type { PolicyInput } from './policy-input.ts'

/** The rule that is evaluated for each call; every policy must have it. */
export const ENTRYPOINT = 'switchyard/authz/decision'

export interface PolicySource {
  /** The output of `opa build -t wasm -e switchyard/authz/decision`. */
  readonly wasm: Uint8Array
  /** The documents below `data`. */
  readonly data: JsonObject
  /** Identifies this version of the policy in logs. */
  readonly revision: string
}

export interface Policy {
  readonly revision: string
  /** Never throws or rejects: a policy that fails denies the call. */
  decide(input: PolicyInput): Decision | Promise<Decision>
}

/** A policy that decides in the thread that calls it, for as long as it takes. */
export interface CompiledPolicy extends Policy {
  /** @param input also as JSON */
  decide(input: PolicyInput | ArrayBuffer): Decision
}

/** 64 MiB of data and what an evaluation makes of them. A policy that wants more fails, and denies the call. */
const MEMORY = { initial: 5, maximum: 8_192 }

/** @throws SwitchyardError `bad-bundle` if OPA did not compile the module, or it has no entry point */
export async function compilePolicy({ wasm, data, revision }: PolicySource): Promise<CompiledPolicy> {
  const loaded = await loadPolicy(wasm, MEMORY).catch(throwUncompiled)
  const entrypoint: unknown = loaded.entrypoints[ENTRYPOINT]
  if (typeof entrypoint !== 'number') {
    const found = Object.keys(loaded.entrypoints).join(', ')
    const message = `policy.wasm has no entry point ${ENTRYPOINT}, only ${found}; build it with -e ${ENTRYPOINT}`
    throw new SwitchyardError('bad-bundle', message)
  }
  loaded.setData(data)
  return {
    revision,
    decide(input) {
      try {
        return readDecision(loaded.evaluate(input, entrypoint))
      } catch (thrown) {
        return deny(`the policy failed: ${messageOf(thrown)}`)
      }
    },
  }
}

function throwUncompiled(cause: unknown): never {
  const message = `policy.wasm is not a policy that OPA compiled: ${messageOf(cause)}`
  throw new SwitchyardError('bad-bundle', message, { cause })
}

/** opa-wasm throws plain strings. */
function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
