// The commands that the pages tell a person to run, and the test that runs each.

import { blocksOf } from '../support/markdown-blocks.ts'
import { type CoveredBy, literally } from './covered-command.ts'
import type { SourceFile } from './rules.ts'
import {
  FUNDAMENTALS,
  SCENARIO,
  SCENARIO_COMMANDS,
  SCENARIOS,
  TUNING,
  WEB_EXAMPLE,
} from './scenario-commands.ts'

const MUTANTS: CoveredBy = ['test/mutation/choose-sources.test.ts', 'a folder or a file can be chosen']
const PUSH: CoveredBy = ['bench/push.test.ts', 'a cell is measured']
const COMPARE: CoveredBy = ['cli/launch.test.ts', "'--against'"]
const DEMO: CoveredBy = ['test/envoy/demo.test.ts', "'demo'"]
const PACKAGE: CoveredBy = ['packaging/library-package.test.ts', 'it has at most 3 MiB']
const INSTALLED: CoveredBy = ['test/envoy/installed-library.test.ts', 'install']
const TOKEN_COMMANDS: Readonly<Record<string, CoveredBy>> = {
  'npx yard token create ci --role operator --fleet edge --lifetime 12h': [
    'cli/verbs/token.test.ts',
    "'token', 'create', 'ci'",
  ],
  'npx yard token list': ['cli/verbs/token.test.ts', "'token', 'list'"],
  'npx yard token revoke ci': ['cli/verbs/token.test.ts', "'token', 'revoke', 'ci'"],
}
/** Runs the `main.ts` of an example, as `npm run example NAME` does. */
const example = (name: string): CoveredBy => [`examples/${name}/${name}.test.ts`, `'${name}'`]
/** What its page starts beside it. */
const beside = (part: string): CoveredBy => ['examples/first-control-plane/first-control-plane.test.ts', part]
const SECURITY: CoveredBy = ['test/envoy/yard-security.test.ts', "'--security'"]
const PROTO: CoveredBy = ['cli/verbs/proto/decode.test.ts', "'proto', 'decode'"]
const CERTS: CoveredBy = ['testbed/certificates/folder.test.ts', "'certs'"]
const KILLED: CoveredBy = ['test/envoy/testbed-restarts.test.ts', "kill('control-plane')"]
const CLIENTS: CoveredBy = ['test/proxyless/yard-up-clients.test.ts', 'clients=proxyless:node,python']
const LOAD: CoveredBy = ['cli/verbs/load.test.ts', "'load'"]
const ENDPOINTS: CoveredBy = ['cli/verbs/endpoints.test.ts', "'endpoints', 'echo', 'put'"]
const WIRESHARK: CoveredBy = ['test/scenarios/wireshark-guide.test.ts', "startsWith('tshark ')"]
const TAP: CoveredBy = ['cli/verbs/tap.test.ts', "'tap'"]
const ADDING: CoveredBy = ['test/envoy/adding-a-switch.test.ts', 'docs/adding-a-switch.md']

const CLUSTER_GUIDES: CoveredBy = ['test/scenarios/cluster-guides.test.ts', 'commandsOf(text)']

const TRAFFIC_GUIDES: CoveredBy = ['test/envoy/traffic-guides.test.ts', 'commandsOf(guide)']

/** Pages with tests that run all their commands, from the first to the last. */
export const WHOLE_PAGES: Readonly<Record<string, CoveredBy>> = {
  'docs/guides/load-balancing-in-a-cluster.md': CLUSTER_GUIDES,
  'docs/guides/limit-who-takes-how-much.md': ['test/envoy/limits-guide.test.ts', 'commandsOf(here(GUIDE))'],
  'docs/guides/browsers-and-json.md': ['test/envoy/browsers-guide.test.ts', 'commandsOf(GUIDE)'],
  'docs/guides/proxyless.md': ['test/proxyless/guide.test.ts', 'commandsOf(GUIDE)'],
  'docs/guides/transports-in-a-cluster.md': CLUSTER_GUIDES,
  'docs/guides/protect-a-slow-service.md': TRAFFIC_GUIDES,
  'docs/guides/roll-out-a-canary.md': TRAFFIC_GUIDES,
  'docs/guides/survive-a-failing-backend.md': TRAFFIC_GUIDES,
  'docs/guides/see-every-call.md': ['test/envoy/see-every-call-guide.test.ts', 'commandsOf(here(GUIDE))'],
  'docs/guides/test-your-policies.md': ['test/envoy/policies-guide.test.ts', 'commandsOf(GUIDE)'],
  'docs/guides/run-it.md': ['test/envoy/run-it.test.ts', 'commandsOf(GUIDE)'],
}

/** By page, in its order. Commands that run for long name a test that starts the same program for a shorter time. */
export const DOC_COMMANDS: Readonly<Record<string, Readonly<Record<string, CoveredBy>>>> = {
  ...SCENARIO_COMMANDS,
  'CONTRIBUTING.md': { 'npm test': ['cli/launch.test.ts', "'test'"] },
  'README.md': {
    'npm start': DEMO,
    'npm test': ['cli/launch.test.ts', "'test'"],
    'npx yard lb edge l7 least_request': literally,
    'npx yard set upstreams.echo.healthCheck.enabled=true': literally,
    'npx yard status': literally,
    'npx yard history': literally,
    'curl -H "authorization: Bearer $(npx yard token)" http://127.0.0.1:PORT/v1/status': literally,
  },
  'docs/adding-a-switch.md': {
    'npm run golden': ADDING,
    'npm run docs': ADDING,
    'npm test -- test/features/keepalive.test.ts test/golden/*.test.ts test/envoy/golden.test.ts': ADDING,
  },
  'docs/benchmarks/README.md': {
    'npm run bench': PUSH,
    'npm run bench -- --full': PUSH,
    'npm run bench:push -- --full --out docs/benchmarks/push.md': PUSH,
    "npm run bench:push -- --full --only delta/100/1 --only 'sotw/*/1000'": PUSH,
    'npm run bench:propagation -- --full --out docs/benchmarks/propagation.md': [
      'test/envoy/flip.test.ts',
      'flip',
    ],
    'npm run bench:load -- --full --out docs/benchmarks/load-reports.md': [
      'bench/load-reports.test.ts',
      'measureLoad',
    ],
    'npm run bench:scale -- --full --out docs/benchmarks/scale.md': ['bench/scale.test.ts', 'measureScale'],
    'npm run bench:rollout -- --full --out docs/benchmarks/rollout.md': ['bench/rollout.test.ts', 'rollout'],
    'npm run bench:proxyless -- --full --out docs/benchmarks/proxyless.md': [
      'test/envoy/bench-proxyless.test.ts',
      'proxyless',
    ],
    'npm run bench:proxyless -- --only swarm --full --out docs/benchmarks/proxyless.md': [
      'bench/proxyless.test.ts',
      'measureSwarms',
    ],
    'npm run bench -- --against main': COMPARE,
    'npm run bench -- --against e959c24 --full': COMPARE,
    "npm run bench -- --against HEAD~3 --only 'delta/*/100' --only sotw/1000/1000 --starts 5": COMPARE,
  },
  'docs/first-fifteen-minutes.md': {
    'npm start': DEMO,
    'npx yard up': literally,
    'npx yard call edge -n 300 -c 1': literally,
    'npx yard lb edge l7 round_robin': literally,
    'npx yard status': literally,
    'curl -H "authorization: Bearer $(npx yard token viewer)" http://127.0.0.1:42221/v1/status': literally,
    'npx yard get > my.yaml': literally,
    'npx yard apply -f my.yaml': literally,
    'npx yard history': literally,
    'npx yard call edge -k alice': literally,
    'npx yard call edge -n 20000': KILLED,
    'npx yard kill control-plane': KILLED,
  },
  'docs/guides/client-side.md': {
    'npm test -- test/proxyless/plain-dns.test.ts test/proxyless/plain-health.test.ts test/proxyless/plain-pools.test.ts test/proxyless/plain-resolver.test.ts':
      ['test/proxyless/plain-dns.test.ts', 'round_robin calls every address'],
  },
  'docs/guides/endpoints.md': {
    'npx yard endpoints echo put b4 10.0.0.7:8080 --weight 2 --keep': ENDPOINTS,
  },
  'docs/guides/grpc-patterns.md': {
    'npx yard scenario run grpc-fundamentals': FUNDAMENTALS,
    'npx yard scenario run grpc-fundamentals --profile quick --only statuses': FUNDAMENTALS,
    'npx yard scenario run grpc-fundamentals --profile quick --only deadlines': FUNDAMENTALS,
    'npm run example grpc-patterns interceptors': example('grpc-patterns'),
    'npx yard proto decode "08 96 01 12 07 74 65 73 74 69 6e 67"': PROTO,
  },
  'docs/guides/load-reports.md': {
    'npx yard load': LOAD,
    'npx yard load --fleet edge --upstream echo --watch': LOAD,
    "npx yard set 'upstreams.echo.loadMetrics=[cpu_utilization, named_metrics.queue]'": [
      'test/features/load-reports.test.ts',
      "loadMetrics: ['cpu_utilization', 'named_metrics.queue']",
    ],
  },
  'docs/library.md': {
    'npm run build:library': PACKAGE,
    'npm install /path/to/switchyard-0.1.0.tgz @bufbuild/protobuf': INSTALLED,
    'envoy -c envoy.yaml --disable-hot-restart': beside('asInExamples('),
    'curl http://127.0.0.1:10000/': beside('fetchText('),
  },
  'docs/mutation-testing.md': {
    'npm run mutants': MUTANTS,
    'npm run mutants -- type-state streams': MUTANTS,
    'npm run mutants -- streams/step.ts --jobs 1': MUTANTS,
    'npm run mutants -- type-state --again': MUTANTS,
  },
  'docs/security/calls.md': {
    'npx yard issuer --issuer https://issuer.local --listen 127.0.0.1:7300': [
      'cli/verbs/foreground.test.ts',
      "'issuer', '--issuer'",
    ],
  },
  'docs/security/control-plane.md': {
    'npx yard certs --out .': CERTS,
    'npx yard serve --config my.yaml --xds-certificate identities/control-plane.pem --xds-key identities/control-plane.key --xds-client-ca identities/ca.pem':
      ['control-plane/main.test.ts', '--xds-client-ca'],
    'npx yard serve --config my.yaml --state /var/lib/yard --admin 0.0.0.0:9000 --admin-certificate rest.pem --admin-key rest.key':
      ['test/policies/rest-tls.test.ts', '--admin-certificate'],
    'YARD_TOKEN=… npx yard status --admin https://rest.example.org:9000 --admin-ca ca.pem': [
      'test/policies/rest-tls.test.ts',
      '--admin-ca',
    ],
    'npx yard serve --config my.yaml --state /var/lib/yard --oidc-issuer https://login.example.org/realms/ops --oidc-audience switchyard --oidc-role groups=platform:operator --oidc-role groups=edge-team:operator:edge':
      ['test/policies/oidc-login.test.ts', '--oidc-issuer'],
    ...TOKEN_COMMANDS,
    'npx yard audit verify /var/lib/yard/audit.jsonl': [
      'test/policies/audit-chain.test.ts',
      "'audit', 'verify'",
    ],
  },
  'docs/security/limits.md': {
    "npx yard set fleets.edge.connectionLimit='{ enabled: true, max: 1000, delay: 1s }'": [
      'test/features/connection-limit.test.ts',
      'connectionLimit',
    ],
    'npx yard set upstreams.echo.circuitBreaker.requests=4096': [
      'test/features/circuit-breaker.test.ts',
      'circuitBreaker',
    ],
    "npx yard scenario run grpc-tuning --only 'windows.envoy-*'": TUNING,
    'npm run bench:callers -- --full': ['bench/callers.test.ts', 'bench:callers'],
  },
  'docs/security/opa.md': {
    'npx yard authorizer --listen unix:/run/switchyard/authorizer.sock --bundle policy.tar.gz --verification-key policy.pub --state authorizer-state --decision-log decisions.jsonl':
      ['cli/verbs/foreground.test.ts', "'authorizer'"],
    'opa test policies': ['test/policies/rego.test.ts', "'opa', ['test'"],
    'cd policies/authz && opa build -t wasm -e switchyard/authz/decision authz.rego -o /tmp/b.tar.gz && tar xzf /tmp/b.tar.gz /policy.wasm':
      ['test/policies/rego.test.ts', "'build', '--target', 'wasm'"],
    'npx yard authorizer --listen 0.0.0.0:7400 --policy policies/authz --tls-certificate authorizer.pem --tls-key authorizer.key --tls-client-ca ca.pem':
      ['test/policies/authorizer-process.test.ts', '--tls-'],
    'npx yard bundle --policy policies/authz --key policy.key --out policy.tar.gz': [
      'cli/verbs/bundle.test.ts',
      "'bundle'",
    ],
  },
  'docs/guides/wireshark.md': {
    'npx yard scenario run http2-analysis --profile quick --only frames wireshark': WIRESHARK,
    'npx yard tap --to 127.0.0.1:10000 --listen 127.0.0.1:7100 --out calls.pcapng': TAP,
    'tshark -r reports/scenarios/http2-analysis-quick/files/every-frame-type.pcapng -d tcp.port==1-65535,http2 -Y http2':
      WIRESHARK,
    'tshark -r reports/scenarios/http2-analysis-quick/files/every-frame-type.pcapng -d tcp.port==1-65535,http2 -o "uat:protobuf_search_paths:\\"$PWD/proto\\",\\"TRUE\\"" -o protobuf.preload_protos:TRUE -o protobuf.pbf_as_hf:TRUE -Y pbf.switchyard.echo.v1.EchoRequest.message -T fields -e http2.headers.path -e pbf.switchyard.echo.v1.EchoRequest.message':
      WIRESHARK,
    'tshark -r reports/scenarios/http2-analysis-quick/files/tls.pcapng -o tls.keylog_file:reports/scenarios/http2-analysis-quick/files/tls-keys.log -Y http2':
      WIRESHARK,
  },
  'docs/yard.md': {
    ...TOKEN_COMMANDS,
    'npx yard tap --to 127.0.0.1:10000 --listen 127.0.0.1:7100 --out calls.pcapng': TAP,
    'npx yard proto decode "08 96 01 12 07 74 65 73 74 69 6e 67"': PROTO,
    'npx yard proto decode 0a0568656c6c6f1805 --type switchyard.echo.v1.EchoRequest': PROTO,
    'npx yard scenario list': SCENARIOS,
    'npx yard scenario run grpc-security': SCENARIO,
    'npx yard scenario report reports/scenarios/grpc-security-standard': SCENARIO,
    'npx yard scenario compare reports/scenarios/grpc-security-quick reports/scenarios/grpc-security-standard':
      SCENARIO,
    'npx yard up --fleet clients=proxyless:node,python': CLIENTS,
    'npx yard call --from clients': CLIENTS,
    'npx yard set upstreams.echo.endpoints.b2=null': CLIENTS,
    'npx yard call --from clients/python -n 1000': CLIENTS,
    'npx yard init --port 8443 --endpoint 10.0.0.5:7000 10.0.0.6:7000 --out my.yaml': [
      'cli/verbs/init.test.ts',
      "'--out'",
    ],
    'npx yard certs --out .': CERTS,
    'npx yard endpoints echo put b4 10.0.0.7:8080 --weight 2 --lease 1m': ENDPOINTS,
    'npx yard endpoints echo put b5 10.0.0.8:8080 --keep': ENDPOINTS,
    'npx yard endpoints echo delete b4': ['cli/verbs/endpoints.test.ts', "'endpoints', 'echo', 'delete'"],
    'npx yard load --fleet edge --watch': LOAD,
    'npx yard lint my.yaml': ['cli/verbs/lint.test.ts', "'lint', file"],
    'npx yard up --config my.yaml --backends 3 --mtls': ['test/envoy/yard-up.test.ts', "'--config', file"],
    'npx yard call edge': ['test/envoy/yard-up.test.ts', "'call', 'edge'"],
    'npx yard call edge -n 20000': ['test/envoy/yard-up.test.ts', "'call', 'edge'"],
    'npx yard kill control-plane': ['test/envoy/yard-up.test.ts', "'kill', 'control-plane'"],
    'npx yard dashboards --out dashboards-of-switchyard': ['cli/verbs/dashboards.test.ts', "'dashboards'"],
    'npx yard schema > switchyard.schema.json': ['cli/verbs/explain.test.ts', "'schema'"],
    'npx yard set fleets.edge.security.jwt.enabled=true': SECURITY,
    'npx yard set fleets.edge.security.opa.enabled=true': SECURITY,
    'npx yard set fleets.edge.security.rbac.enabled=true fleets.edge.security.rbac.shadow=false': SECURITY,
    'npx yard set fleets.edge.listeners.main.tls.enabled=true': SECURITY,
    'export YARD_ADMIN=127.0.0.1:9000 YARD_TOKEN=$(npx yard token --file /var/lib/yard/tokens.json)': [
      'cli/verbs/foreground.test.ts',
      'YARD_TOKEN',
    ],
    'npx yard ui --open': ['cli/verbs/ui.test.ts', "'ui'"],
    'npx yard bootstrap edge edge-9 > edge-9.json': ['test/envoy/yard-bootstrap.test.ts', "'bootstrap'"],
    'envoy -c edge-9.json --disable-hot-restart --drain-time-s 4': [
      'test/envoy/yard-bootstrap.test.ts',
      '--disable-hot-restart',
    ],
    'npx yard status --effective': ['test/proxyless/effective.test.ts', "'--effective'"],
    'npx yard status --csds 10.0.0.7:50052 --envoy-admin unix:edge-9.admin.sock': [
      'test/envoy/effective.test.ts',
      "'--envoy-admin'",
    ],
    'npx yard bootstrap clients py-1 --client python > py-1.json': [
      'cli/verbs/bootstrap/grpc.test.ts',
      "'--client'",
    ],
    'GRPC_XDS_BOOTSTRAP=py-1.json python client.py xds:///echo': [
      'cli/verbs/bootstrap/grpc.test.ts',
      'GRPC_XDS_BOOTSTRAP',
    ],
    'npx yard set fleets.edge.lb.mode=l7 upstreams.echo.endpoints.b1.weight=5': literally,
    'npx yard call edge --to 10.0.0.7:443 --ca ca.pem --authority shop.local': [
      'cli/verbs/call.test.ts',
      "'--authority'",
    ],
    'npx yard call edge -t $(npx yard issue --role admin)': SECURITY,
    'curl -H "authorization: Bearer $(npx yard token)" http://127.0.0.1:42221/v1/status': literally,
    'source <(npx yard completion bash)': ['cli/verbs/completion.test.ts', "'completion', shell"],
  },
  'examples/beside-fastify/README.md': {
    'npm run example beside-fastify': example('beside-fastify'),
    "curl -X PUT -H 'content-type: application/json' -d '[8080, 8081]' http://127.0.0.1:8000/endpoints": [
      'examples/beside-fastify/beside-fastify.test.ts',
      "method: 'PUT'",
    ],
    'curl http://127.0.0.1:8000/status': ['examples/beside-fastify/beside-fastify.test.ts', '/status'],
  },
  'examples/first-control-plane/README.md': {
    'npm run example first-control-plane': example('first-control-plane'),
    'python3 -m http.server --bind 127.0.0.1 8080': beside('startHttpBackend('),
    'envoy -c examples/envoy.yaml --disable-hot-restart': beside('asInExamples('),
    'curl http://127.0.0.1:10000/': beside('fetchText('),
  },
  'examples/grpc-patterns/README.md': {
    'npm run example grpc-patterns interceptors': example('grpc-patterns'),
    'npm run example grpc-patterns metadata': example('grpc-patterns'),
    'npm run example grpc-patterns compression': example('grpc-patterns'),
    'npm run example grpc-patterns wait-for-ready': example('grpc-patterns'),
    'npm run example grpc-patterns keepalive': example('grpc-patterns'),
  },
  'examples/mutual-tls/README.md': {
    'npx yard certs --out .state --for edge-1=spiffe://switchyard/fleet/edge/node/edge-1': CERTS,
    'cd .state/identities && npm run example mutual-tls $PWD/ca.pem $PWD/control-plane.pem $PWD/control-plane.key':
      example('mutual-tls'),
  },
  'examples/on-demand-hosts/README.md': {
    'npm run example on-demand-hosts 127.0.0.1:18000 10000 orders.example=50051 payments.example=50052':
      example('on-demand-hosts'),
  },
  'examples/on-demand/README.md': {
    'npm run example on-demand 127.0.0.1:18000 orders=50051 payments=50052': example('on-demand'),
  },
  'examples/per-node/README.md': { 'npm run example per-node': example('per-node') },
  'examples/several-processes/README.md': {
    'npm run example several-processes': example('several-processes'),
    'curl -X PUT http://127.0.0.1:18080/8081': [
      'examples/several-processes/several-processes.test.ts',
      "method: 'PUT'",
    ],
  },
  'packaging/README.md': { 'npm install switchyard @bufbuild/protobuf': INSTALLED },
  'web/grpc-web-example/README.md': {
    'npm run example:web': WEB_EXAMPLE,
    'npm run example:web -- --jwt': WEB_EXAMPLE,
  },
}

/** The commands in the `sh` blocks of a page, without comments, and continued lines as one. */
export function commandsOf(markdown: string): readonly string[] {
  return blocksOf(markdown)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.replaceAll(/ *\\\n */g, ' ').split('\n'))
    .map((line) => line.replace(/(^|\s{2,})#.*/, '').trim())
    .filter((line) => line !== '')
}

/** What a block of commands could be called besides `sh`. */
const OTHER_SHELLS = ['bash', 'shell', 'zsh', 'console', 'shell-session']
/** Only the Node that npm installs here runs TypeScript: `npx node`, or `node` inside npm scripts. */
const NODE_ON_TYPESCRIPT = /(?<!npx )\bnode\s+(?:-\S+\s+)*[\w./-]+\.ts\b/

/** Problems of the pages and of the table, as `PAGE: what is wrong`. */
export function findCommandProblems(
  pages: readonly SourceFile[],
  table: typeof DOC_COMMANDS,
  tests: ReadonlyMap<string, string>,
  scripts: readonly string[],
  wholePages: typeof WHOLE_PAGES = {},
): string[] {
  const known = new Set(pages.map(({ path }) => path))
  return [
    ...pages.flatMap(({ path, text }) => {
      const whole = wholePages[path]
      const rows = whole
        ? Object.fromEntries(commandsOf(text).map((command) => [command, whole]))
        : (table[path] ?? {})
      return problemsOf(text, rows, tests, scripts).map((one) => `${path}: ${one}`)
    }),
    ...[...Object.keys(table), ...Object.keys(wholePages)]
      .filter((path) => !known.has(path))
      .map((path) => `${path}: is in the table, and is no page`),
  ]
}

function problemsOf(
  text: string,
  rows: Readonly<Record<string, CoveredBy>>,
  tests: ReadonlyMap<string, string>,
  scripts: readonly string[],
): string[] {
  const commands = commandsOf(text)
  return [
    ...blocksOf(text)
      .filter(({ language }) => OTHER_SHELLS.includes(language))
      .map(
        ({ language, line }) => `line ${line}: write sh for commands and text for output, not ${language}`,
      ),
    ...text
      .split('\n')
      .flatMap((line, index) =>
        NODE_ON_TYPESCRIPT.test(line)
          ? [`line ${index + 1}: a Node of version 20 cannot run TypeScript: name npm run or npx yard`]
          : [],
      ),
    ...commands.filter((command) => rows[command] === undefined).map((command) => `"${command}" has no test`),
    ...[...text.matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g)]
      .filter(([, script = '']) => !scripts.includes(script))
      .map(([, script]) => `package.json has no script "${script}"`),
    ...Object.entries(rows).flatMap(([command, [test, evidence]]) => {
      if (!commands.includes(command)) return [`"${command}" is in the table, and not on the page`]
      return tests.get(test)?.includes(evidence)
        ? []
        : [`${test}, which is to run "${command}", has no ${evidence}`]
    }),
  ]
}
