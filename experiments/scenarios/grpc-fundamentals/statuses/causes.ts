// All causes, in the order of the codes.

import type { Cause } from './cause.ts'
import { CAUSES_OF_ACCESS } from './causes-of-access.ts'
import { CAUSES_OF_PROTOCOL } from './causes-of-protocol.ts'
import { CAUSES_OF_STATE } from './causes-of-state.ts'
import { CAUSES_OF_TIME } from './causes-of-time.ts'

export const CAUSES: readonly Cause[] = [
  ...CAUSES_OF_STATE,
  ...CAUSES_OF_TIME,
  ...CAUSES_OF_PROTOCOL,
  ...CAUSES_OF_ACCESS,
].toSorted((a, b) => a.code - b.code)
