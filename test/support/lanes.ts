// How tests share the cores: those that can start an Envoy run one after another, and the others beside them.

import { isEnvoyTest } from '../house/kinds-of-tests.ts'

export interface Lane {
  readonly files: readonly string[]
  /** Files at a time; undefined: as .taprc or a flag says. */
  readonly jobs?: number
}

/**
 * A test of an Envoy waits for half of its time, for drains and timers, so the tests beside it cost it little; two such tests
 * would also share ports and memory.
 * @param cores of the machine; one is for the Envoys
 */
export function lanesOf(files: readonly string[], cores: number): readonly Lane[] {
  const [envoy = [], others = []] = [true, false].map((wanted) =>
    files.filter((file) => isEnvoyTest(file) === wanted),
  )
  if (envoy.length === 0) return [{ files: others }]
  if (others.length === 0) return [{ files: envoy, jobs: 1 }]
  return [
    { files: envoy, jobs: 1 },
    { files: others, jobs: Math.max(1, cores - 1) },
  ]
}
