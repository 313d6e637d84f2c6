// The commands of pages about scenarios, and the test that runs each.

import { type CoveredBy, literally } from './covered-command.ts'

const WEB: CoveredBy = ['test/scenarios/grpc-web.test.ts', "'grpc-web'"]
const TRANSPORTS: CoveredBy = [
  'test/scenarios/grpc-transport-benchmark.test.ts',
  "'grpc-transport-benchmark'",
]
const OBSERVABILITY: CoveredBy = ['test/scenarios/grpc-observability.test.ts', "'grpc-observability'"]
export const WEB_EXAMPLE: CoveredBy = ['test/envoy/web-example.test.ts', "'example:web'"]
export const SCENARIO: CoveredBy = ['test/scenarios/grpc-security.test.ts', "'grpc-security'"]
const BALANCING: CoveredBy = ['test/scenarios/grpc-loadbalancing.test.ts', "'grpc-loadbalancing'"]
const HTTP2: CoveredBy = ['test/scenarios/http2-analysis.test.ts', "'http2-analysis'"]
export const TUNING: CoveredBy = ['test/scenarios/grpc-tuning.test.ts', "'grpc-tuning'"]
export const FUNDAMENTALS: CoveredBy = ['test/scenarios/grpc-fundamentals.test.ts', "'grpc-fundamentals'"]
export const SCENARIOS: CoveredBy = ['cli/verbs/scenario/list.test.ts', "'list'"]

/** By page, in its order. */
export const SCENARIO_COMMANDS: Readonly<Record<string, Readonly<Record<string, CoveredBy>>>> = {
  'docs/benchmarks/loadbalancing.md': {
    'npx yard scenario run grpc-loadbalancing --profile standard': BALANCING,
  },
  'docs/guides/load-balancing.md': {
    'npx yard scenario run grpc-loadbalancing': BALANCING,
    'npx yard scenario run grpc-loadbalancing --only change': BALANCING,
    'npx yard lb edge l7 round_robin': literally,
    "npx yard set 'upstreams.echo.lb={policy: least_request, slowStart: {enabled: true, window: 30s, minShare: 10}}'":
      ['test/features/slow-start.test.ts', 'slowStart: { enabled, window'],
  },
  'docs/benchmarks/grpc-fundamentals.md': {
    'npx yard scenario run grpc-fundamentals --profile standard': FUNDAMENTALS,
  },
  'experiments/scenarios/grpc-transport-benchmark/README.md': {
    'npx yard scenario run grpc-transport-benchmark': TRANSPORTS,
  },
  'experiments/scenarios/grpc-fundamentals/README.md': {
    'npx yard scenario run grpc-fundamentals': FUNDAMENTALS,
  },
  'experiments/scenarios/grpc-loadbalancing/README.md': {
    'npx yard scenario run grpc-loadbalancing': BALANCING,
  },
  'docs/guides/scenarios.md': {
    'npx yard scenario list': SCENARIOS,
    'npx yard scenario run grpc-security --profile quick': SCENARIO,
    'npx yard scenario run grpc-security --profile quick --resume': [
      'cli/verbs/scenario/run.test.ts',
      "'--resume'",
    ],
    'npx yard scenario report reports/scenarios/grpc-security-quick': SCENARIO,
    'npx yard scenario compare reports/scenarios/grpc-security-quick reports/scenarios/grpc-security-standard':
      SCENARIO,
    'npx yard scenario run message-size --profile quick': ['test/scenarios/guide.test.ts', 'message-size'],
  },
  'experiments/scenarios/grpc-loadbalancing-cluster/README.md': {
    'npx yard scenario manifests --image switchyard:cluster --mesh istio': [
      'cli/verbs/scenario/manifests.test.ts',
      "'manifests'",
    ],
  },
  'experiments/scenarios/grpc-transport-benchmark-cluster/README.md': {
    'npx yard scenario manifests grpc-transport-benchmark --image switchyard:cluster': [
      'cli/verbs/scenario/manifests.test.ts',
      "'grpc-transport-benchmark'",
    ],
  },
  'docs/benchmarks/http2.md': {
    'npx yard scenario run http2-analysis --profile standard --only head-of-line reuse hpack latency flow-control':
      HTTP2,
  },
  'docs/guides/http2.md': {
    'npx yard scenario run http2-analysis --profile standard --only head-of-line reuse hpack latency flow-control':
      HTTP2,
    'npx yard scenario run http2-analysis': HTTP2,
    'npx yard scenario run http2-analysis --only flow-control': HTTP2,
  },
  'experiments/scenarios/http2-analysis/README.md': { 'npx yard scenario run http2-analysis': HTTP2 },
  'docs/benchmarks/grpc-transports.md': {
    'npx yard scenario run grpc-transport-benchmark --profile standard': TRANSPORTS,
  },
  'docs/guides/transports.md': {
    'npx yard scenario run grpc-transport-benchmark --profile quick': TRANSPORTS,
    'npx yard scenario run grpc-transport-benchmark': TRANSPORTS,
  },
  'docs/benchmarks/grpc-tuning.md': {
    'npx yard scenario run grpc-tuning --profile standard': TUNING,
  },
  'docs/guides/tuning.md': {
    'npx yard scenario run grpc-tuning': TUNING,
    'npx yard scenario run grpc-tuning --only curves': TUNING,
  },
  'experiments/scenarios/grpc-tuning/README.md': { 'npx yard scenario run grpc-tuning': TUNING },
  'docs/guides/grpc-web.md': {
    'npx yard scenario run grpc-web': WEB,
    'npm run example:web': WEB_EXAMPLE,
  },
  'experiments/scenarios/grpc-web/README.md': { 'npx yard scenario run grpc-web': WEB },
  'docs/guides/observability.md': {
    'npx yard scenario run grpc-observability --profile standard --only cost': OBSERVABILITY,
  },
  'experiments/scenarios/grpc-observability/README.md': {
    'npx yard scenario run grpc-observability': OBSERVABILITY,
  },
  'experiments/scenarios/grpc-security/README.md': { 'npx yard scenario run grpc-security': SCENARIO },
}
