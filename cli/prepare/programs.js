// What `--run NAME` starts, by the name of the npm script, and what each program needs.

/**
 * @typedef {object} Program
 * @property {string} file
 * @property {readonly string[]} [before] arguments before the given ones
 * @property {'required' | 'wanted' | 'unused'} [envoy] default: `unused`
 * @property {boolean} [tap] whether it runs tests of tap
 * @property {boolean} [bundles] whether its tests load packages from bundles
 */

const TESTS = { tap: true, bundles: true }

/** @type {Readonly<Record<string, Program>>} */
export const PROGRAMS = {
  test: { file: 'test/support/run-suites.ts', envoy: 'wanted', ...TESTS },
  'test:unit': { file: 'test/support/run-suites.ts', before: ['--unit'], ...TESTS },
  'test:proxyless': { file: 'test/proxyless/main.ts' },
  'test:kubernetes': { file: 'test/kubernetes/apply-manifests.ts' },
  'test:dashboards': { file: 'test/dashboards/check-strictly.ts' },
  'test:documents': { file: 'test/documents/main.ts', envoy: 'required' },
  'test:rounds': { file: 'test/rounds/main.ts', envoy: 'wanted', ...TESTS },
  mutants: { file: 'test/mutation/main.ts', tap: true },
  model: { file: 'test/conformance/model/main.ts' },
  golden: { file: 'test/golden/regenerate.ts' },
  docs: { file: 'test/house/write-docs.ts' },
  'docs:api': { file: 'packaging/write-reference.ts' },
  'docs:switches': { file: 'test/switches/main.ts', envoy: 'required', tap: true },
  'build:library': { file: 'packaging/build.ts' },
  'build:page': { file: 'web/live/build.ts' },
  'example:web': { file: 'web/grpc-web-example/main.ts', envoy: 'required' },
  bench: { file: 'bench/bench.ts', envoy: 'required' },
  'bench:push': { file: 'bench/push.ts' },
  'bench:propagation': { file: 'bench/propagation.ts', envoy: 'required' },
  'bench:rollout': { file: 'bench/rollout.ts' },
  'bench:scale': { file: 'bench/scale.ts' },
  'bench:proxyless': { file: 'bench/proxyless.ts', envoy: 'required' },
  'bench:load': { file: 'bench/load-reports.ts' },
  'bench:authz': { file: 'bench/authz.ts', envoy: 'required' },
  'bench:callers': { file: 'bench/callers.ts', envoy: 'required' },
}

/** `bench --against REV` compares two commits of ours, without Envoys. */
export const BENCH_AGAINST = { file: 'bench/against.ts' }
