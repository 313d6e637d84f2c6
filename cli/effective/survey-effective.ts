// Asks nodes what they have, and the control plane what it serves them.

import { isDeepStrictEqual } from 'node:util'
import type { RestClient } from '../../api/client.ts'
import type { Status } from '../../api/schemas/status.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { type ComparedNode, compareNode } from './compare.ts'
import type { HeldConfig } from './held-resource.ts'
import { readCsds } from './read-csds.ts'
import { readEnvoy } from './read-envoy.ts'

/** Where nodes say what they have. */
export interface Sources {
  /** URLs of admins. */
  readonly envoys: readonly string[]
  /** Addresses of gRPC programs that serve CSDS. */
  readonly csds: readonly string[]
}

export interface EffectiveSurvey {
  readonly nodes: readonly ComparedNode[]
  /** Why a source, or the node there, could not be compared. */
  readonly problems: readonly { readonly source: string; readonly message: string }[]
}

/** What a survey asks of the control plane. */
export type Served = Pick<RestClient, 'getSnapshot' | 'getStatus'>

/** What is served may change between the two questions. Then both are asked again, this often at most. */
const ATTEMPTS = 5

export async function surveyEffective(rest: Served, sources: Sources): Promise<EffectiveSurvey> {
  const questions = [
    ...sources.envoys.map((source) => ({ source, read: async () => [await readEnvoy(source)] })),
    ...sources.csds.map((source) => ({ source, read: () => readCsds(source) })),
  ]
  const answers = await Promise.all(
    questions.map(async ({ source, read }) => {
      try {
        return await compareAt(rest, read)
      } catch (error) {
        return { nodes: [], problems: [{ source, message: SwitchyardError.from(error).message }] }
      }
    }),
  )
  return {
    nodes: answers.flatMap(({ nodes }) => nodes),
    problems: answers.flatMap(({ problems }) => problems),
  }
}

async function compareAt(rest: Served, read: () => Promise<readonly HeldConfig[]>): Promise<EffectiveSurvey> {
  const configs = await read()
  if (configs.length === 0) {
    throw new SwitchyardError(
      'not-found',
      'this program has no xDS client: it makes one when it dials a target such as xds:///echo',
    )
  }
  return { nodes: await Promise.all(configs.map((first) => compareInStep(rest, first, read))), problems: [] }
}

/** Compares an answer that came while the control plane served the same before and after. */
async function compareInStep(
  rest: Served,
  first: HeldConfig,
  read: () => Promise<readonly HeldConfig[]>,
): Promise<ComparedNode> {
  const { node, fleet, scope } = first
  const served = () => rest.getSnapshot(fleet, { node })
  for (let attempt = 1; ; attempt += 1) {
    const before = await served()
    const held = (await read()).find((one) => one.node === node && one.scope === scope) ?? first
    const status = await rest.getStatus()
    const after = await served()
    if (attempt === ATTEMPTS || isDeepStrictEqual(before, after)) {
      return compareNode(held, after, statusOf(status, held))
    }
  }
}

function statusOf({ nodes }: Status, { node, fleet }: HeldConfig) {
  return nodes.find((one) => one.id === node && one.fleet === fleet)
}
