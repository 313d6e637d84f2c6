// Which test covers a source file of the benchmarks. Part of covered-by.ts.

import { by, type Cover, spawnedBy } from './cover.ts'

const FOR_MEASURING = {
  untested: 'a program for measurements by hand; a person reads its report',
}

/** By path from the root. If several match, the longest counts. */
export const COVERED_BENCHMARKS: Readonly<Record<string, Cover>> = {
  'bench/': FOR_MEASURING,
  'bench/harness/': by('bench/push.test.ts'),
  'bench/harness/environment.ts': FOR_MEASURING,
  'bench/harness/publish.ts': FOR_MEASURING,
  'bench/harness/resource-file.ts': by('bench/rollout.test.ts'),
  'bench/scale/': by('bench/scale.test.ts'),
  'bench/servers/scale-server.ts': spawnedBy('bench/scale.test.ts'),
  'bench/proxyless/': by('test/envoy/bench-proxyless.test.ts'),
  'bench/proxyless/measure-swarm.ts': by('bench/proxyless.test.ts'),
  'bench/proxyless/swarm-report.ts': by('bench/proxyless.test.ts'),
  'bench/push/': by('bench/push.test.ts'),
  'bench/push/comparison-report.ts': by('bench/push/compare-commits.test.ts'),
  'bench/load-reports/': by('bench/load-reports.test.ts'),
  'bench/load-reports/reporters.ts': spawnedBy('bench/load-reports.test.ts'),
  'bench/rollout/': by('bench/rollout.test.ts'),
  'bench/servers/': spawnedBy('bench/servers/servers.test.ts'),
  'bench/servers/target-server.ts': spawnedBy('bench/proxyless.test.ts'),
  'bench/servers/targets.ts': by('bench/proxyless.test.ts'),
  'bench/servers/update-server.ts': spawnedBy('bench/rollout.test.ts'),
}
