// The calls of a test file as bytes, each with the listener that it goes to.

import type { Config } from '../../control-plane/document/model.ts'
import type { PlacedProblem } from '../../control-plane/document/problem.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { type EncodedCall, encodeCall, type MethodIndex } from '../methods/method-index.ts'
import { againstDocument, type Door, doorOf } from '../suite/check-document.ts'
import type { Suite } from '../suite/read-suite.ts'

/** By fleets and their listeners. */
export type Ports = ReadonlyMap<string, ReadonlyMap<string, number>>

export interface BoundCall extends EncodedCall, Door {}
export type BoundCalls = ReadonlyMap<string, BoundCall>

/** @throws SwitchyardError `invalid-argument` with all that does not fit the document or the protos */
export function bindCalls(suite: Suite, document: Config, index: MethodIndex): BoundCalls {
  const problems: PlacedProblem[] = [...againstDocument(suite, document)]
  const bound = new Map<string, BoundCall>()
  for (const [name, call] of Object.entries(suite.calls)) {
    const encoded = encodeCall(index, name, call)
    const door = doorOf(document, name, call)
    if ('problems' in encoded) problems.push(...encoded.problems)
    else if (!('message' in door)) bound.set(name, { ...encoded, ...door })
  }
  if (problems.length === 0) return bound
  const message = `${suite.file} does not fit its document or its protos`
  throw new SwitchyardError('invalid-argument', message, { problems: suite.toProblems(problems) })
}
