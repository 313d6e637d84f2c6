// Tables of rejected documents, with an accepted twin for each.

import type { Test } from 'tap'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { sampleWith } from './sample-config.ts'
import { thrownBy } from './thrown.ts'

/** Changes of the sample document, as `sampleWith` takes them. */
export type Refusal = readonly [
  title: string,
  rejected: Record<string, unknown>,
  problem: readonly [path: string, message: RegExp],
  accepted: Record<string, unknown>,
]

/** A test for each. @param titled the title of a test, by that of its row */
export function testRefusals(
  t: Pick<Test, 'test'>,
  refusals: readonly Refusal[],
  titled: (title: string) => string,
): void {
  for (const [title, rejected, [path, message], accepted] of refusals) {
    t.test(titled(title), async (t) => {
      t.match(
        thrownBy(() => validateConfig(sampleWith(rejected))),
        { problems: [{ path, message }] },
      )
      t.ok(validateConfig(sampleWith(accepted)), 'the twin')
    })
  }
}
