// Sends a merge patch, and says in words what became of it.

import { SwitchyardError } from '../../../../../core/errors.ts'
import type { ProblemDocument, WriteProblem } from '../../store/contract.ts'
import { rest } from '../../store/rest.ts'
import type { JsonObject } from '../../store/state.ts'

export type Sending =
  | { readonly state: 'idle' }
  | { readonly state: 'sending' }
  /** Envoys have it, or will get it: the lanes show the rest. */
  | { readonly state: 'sent'; readonly revision: number; readonly words: string }
  | {
      readonly state: 'refused'
      readonly words: string
      readonly problems: ProblemDocument['problems']
      /** Of a revision that was written and then rejected. */
      readonly revision?: number
    }

/** Waits until the Envoys have answered. Never rejects. */
export async function send(patch: JsonObject, etag: string): Promise<Sending> {
  try {
    const { outcome, revision } = await rest.patchConfig(patch, { etag, wait: '30s' })
    const words = {
      synced: 'Every Envoy accepted it.',
      unverified: 'It is in force, but no Envoy is connected.',
      replaced: 'A newer revision has replaced it.',
      nacked: 'An Envoy rejected it.',
      pending: 'Some Envoys have not answered yet.',
    }[outcome]
    return { state: 'sent', revision, words }
  } catch (error) {
    return describe(error)
  }
}

function describe(error: unknown): Sending {
  if (!(error instanceof SwitchyardError)) {
    return { state: 'refused', words: (error as Error).message, problems: [] }
  }
  const document = (error.cause ?? {}) as Partial<WriteProblem>
  const { problems = [], revision, detail = error.message } = document
  if (error.code === 'pending' && revision !== undefined) {
    return { state: 'sent', revision, words: 'Some Envoys have not answered within 30 s.' }
  }
  if (error.code === 'nacked' && revision !== undefined) {
    const words = `Revision ${revision} was rejected: its red lane has Envoy's text.`
    return { state: 'refused', words, problems, revision }
  }
  const words =
    error.code === 'stale-etag'
      ? 'Somebody changed the document meanwhile. The diff is up to date now: look at it, and send it again.'
      : detail
  return { state: 'refused', words, problems }
}
