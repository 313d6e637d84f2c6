// The chapter of features around calls: interceptors, metadata, compression, wait-for-ready and keepalive.

import type { Chapter } from '../../../../harness/chapter.ts'
import { COMPRESSION, INTERCEPTORS, KEEPALIVE, METADATA, WAIT_FOR_READY } from './examples.ts'
import { featureChecks } from './feature-checks.ts'
import { featureSections } from './feature-sections.ts'
import { PINGED } from './pinged-servers.ts'

export const FEATURES: Chapter = {
  title: 'Interceptors, metadata, compression, readiness, keepalive',
  runs: ({ name }) => [
    INTERCEPTORS.run,
    METADATA.direct.run,
    METADATA.envoy.run,
    COMPRESSION.run,
    WAIT_FOR_READY.run,
    KEEPALIVE.run,
    ...PINGED.filter(({ isSlow }) => name !== 'quick' || !isSlow).map(({ example }) => example.run),
  ],
  checks: featureChecks,
  sections: featureSections,
}
