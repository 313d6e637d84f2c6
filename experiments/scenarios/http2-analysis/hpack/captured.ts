// The captured blocks of each run.

import type { Results } from '../../../../harness/results.ts'
import { measuredOf } from '../measured-of.ts'
import type { CallBlocks } from './blocks.ts'
import { type GRPC, hpackId, type VariantName } from './variants.ts'

/** By call; empty if the run was not measured. */
export function capturedOf(results: Results, name: VariantName | typeof GRPC): readonly CallBlocks[] {
  return JSON.parse(measuredOf(results, hpackId(name))?.texts?.blocks ?? '[]')
}
