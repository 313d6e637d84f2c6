// What the patches of a document change in the resources that Envoys get, for `yard diff`.

import { formatSteps } from '../../control-plane/document/problem.ts'
import { checkConfig } from '../../control-plane/document/validate.ts'
import { translate, unreadFiles } from '../../control-plane/translate/translate.ts'
import { type Difference, isSameJson } from '../../core/differences.ts'
import { SwitchyardError } from '../../core/errors.ts'

export interface PatchEffects {
  readonly effects: readonly Difference[]
  /** Why there are none, in a document whose patches do not apply. */
  readonly problem?: string
}

/** Each with a path such as `fleets.edge.patches.buffer on Listener main at /perConnectionBufferLimitBytes`. */
export function readEffects(document: unknown): PatchEffects {
  const checked = checkConfig(document)
  if (!('config' in checked)) return { effects: [], problem: 'the document is not valid; see "yard lint"' }
  const { config } = checked
  const files = unreadFiles(config)
  try {
    const effects = Object.keys(config.fleets).flatMap((fleet) =>
      [...translate(config, fleet, undefined, files).patches].flatMap(([key, applied]) =>
        applied.flatMap(({ steps, changes }) =>
          changes.map(({ pointer, ...change }) => ({
            path: `${formatSteps(steps)} on ${key.slice(key.lastIndexOf('.', key.indexOf(' ')) + 1)} at ${pointer}`,
            ...change,
          })),
        ),
      ),
    )
    return { effects }
  } catch (error) {
    const [first] = SwitchyardError.from(error).problems
    return { effects: [], problem: first ? `${first.path}: ${first.message}` : String(error) }
  }
}

/** What the patches of one document no longer do, and what those of the other do. */
export function differencesOfEffects(before: PatchEffects, after: PatchEffects): readonly Difference[] {
  const isIn = (effects: readonly Difference[], one: Difference) =>
    effects.some((other) => isSameJson(other, one))
  const undone = before.effects.filter((one) => !isIn(after.effects, one))
  const done = after.effects.filter((one) => !isIn(before.effects, one))
  const isReplaced = ({ path }: Difference) => done.some((one) => one.path === path)
  return [
    ...undone
      .filter((one) => !isReplaced(one))
      .map(({ path, before, after }) => ({
        path,
        ...(after !== undefined && { before: after }),
        ...(before !== undefined && { after: before }),
      })),
    ...done,
  ]
}
