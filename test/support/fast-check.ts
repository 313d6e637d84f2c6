// fast-check for tests: the same seed in each run, so that what has passed goes on to pass. A failure prints its seed. For others:
//
//   SWITCHYARD_SEED=$RANDOM npm test -- FILE

import fc from 'fast-check'

export const SEED = Number(process.env.SWITCHYARD_SEED ?? 1)

fc.configureGlobal({ seed: SEED })

export { fc }
