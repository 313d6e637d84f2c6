// The guides of scenarios in a cluster: their commands run from the first to the last. Programs that a cluster needs are replaced by
// ones that record what they are given; `yard` is the real one.

import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { cellId, labelsOf } from '../../experiments/scenarios/grpc-transport-benchmark/matrix/cells.ts'
import { PROFILE } from '../../harness/profile.ts'
import type { Results, RunResult } from '../../harness/results.ts'
import { encodeLatencies } from '../../testbed/measure/histogram.ts'
import { commandsOf } from '../house/doc-commands.ts'
import { testFolder } from '../support/test-folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Guide {
  readonly row: string
  readonly page: string
  /** The scenario on one machine; that of the Job has `-cluster` behind it. */
  readonly scenario: string
  readonly namespace: string
  /** The folder of the report, below `reports/scenarios`. */
  readonly report: string
  readonly run: Pick<RunResult, 'id' | 'labels' | 'measured'>
  /** What the page of the report must have. */
  readonly shown: string
}

const NOTHING = { histograms: {}, processes: [], figures: {} }
const CELL = { pattern: 'unary', payload: 64, concurrency: 1 } as const

const GUIDES: readonly Guide[] = [
  {
    ...{ row: 'O4.4', page: 'load-balancing-in-a-cluster.md', scenario: 'grpc-loadbalancing' },
    ...{ namespace: 'grpc-loadbalancing-istio', report: 'cluster-istio', shown: 'Istio, least request' },
    run: {
      ...{ id: 'mesh-sidecars-istio.unary.open.1c.3b', labels: { way: 'Istio, least request' } },
      measured: {
        ...{ seconds: 1, calls: 300, codes: { OK: 300 }, ...NOTHING },
        shares: { 'echo-a': 100, 'echo-b': 101, 'echo-c': 99 },
      },
    },
  },
  {
    ...{ row: 'O8.13', page: 'transports-in-a-cluster.md', scenario: 'grpc-transport-benchmark' },
    ...{ namespace: 'grpc-transports-none', report: 'transports-kind', shown: 'Unix socket, emptyDir' },
    run: {
      ...{ id: cellId('uds', CELL), labels: labelsOf('Unix socket, emptyDir', CELL) },
      measured: {
        ...{ seconds: 1, calls: 3, messages: 6, bytes: 400, codes: { OK: 3 }, ...NOTHING },
        histograms: { service: encodeLatencies([100, 110, 120]) },
      },
    },
  },
]

function resultsOf({ scenario, run }: Guide): Results {
  return {
    ...{ format: 1, scenario: `${scenario}-cluster`, title: 'In a cluster', question: 'Who gets the calls?' },
    ...{ profile: PROFILE.quick, command: 'yard scenario run', begun: '2026-11-29T04:00:00Z' },
    ended: '2026-11-29T04:10:00Z',
    environment: { cores: '2' },
    checks: [],
    plan: { runs: [run.id], rounds: 1 },
    runs: [{ ...run, round: 1, begun: '2026-11-29T04:00:01Z', state: 'measured' }],
  }
}

for (const guide of GUIDES) {
  const { row, page, scenario, namespace, report, shown } = guide
  t.test(`${row}: the commands of ${page} lead from a cluster to a report of it`, async (t) => {
    const folder = testFolder(t, { bin: {}, home: {} })
    const calls = join(folder, 'calls')
    const program = (name: string, script: string) => {
      const file = join(folder, 'bin', name)
      writeFileSync(file, `#!/bin/sh\necho ${name} "$@" >> ${calls}\n${script}\n`)
      chmodSync(file, 0o755)
    }
    for (const name of ['docker', 'kind']) program(name, '')
    // A log has progress before the results.
    writeFileSync(join(folder, 'log'), `run 1 of 1 …\n${JSON.stringify(resultsOf(guide))}\n`)
    program('kubectl', `case "$*" in *logs*) cat ${join(folder, 'log')};; esac`)
    // The scenario on this machine takes minutes, and has tests of its own.
    program(
      'npx',
      `case "$*" in *"scenario run"*) dir=reports/scenarios/${scenario}-standard; mkdir -p $dir
      sed s/${scenario}-cluster/${scenario}/ reports/scenarios/${report}/results.json > $dir/results.json;;
    *) shift; exec node ${root}/cli/yard.ts "$@";; esac`,
    )
    const text = readFileSync(join(root, 'docs/guides', page), 'utf8')
    for (const command of commandsOf(text)) {
      const { status, stderr } = spawnSync('sh', ['-c', command], {
        cwd: join(folder, 'home'),
        env: {
          ...process.env,
          PATH: `${join(folder, 'bin')}:${dirname(process.execPath)}:${process.env.PATH}`,
        },
        encoding: 'utf8',
      })
      t.equal(status, 0, `${command}\n${stderr}`)
    }

    const made = readFileSync(calls, 'utf8').trim().split('\n')
    const built = made.find((line) => line.startsWith('docker build')) ?? ''
    const [, dockerfile = '', image = ''] = /-f (\S+) -t (\S+)/.exec(built) ?? []
    t.ok(existsSync(join(root, dockerfile)), built)
    t.ok(made.includes(`kind load docker-image ${image}`), 'the image that was built is loaded')
    const applied = made.flatMap((line) => /^kubectl apply -f (\S+)/.exec(line)?.[1] ?? [])
    const manifests = applied.flatMap((file) =>
      parseAllDocuments(readFileSync(join(folder, 'home', file), 'utf8')),
    )
    t.match(
      manifests.map((document) => document.toJS()).find(({ kind }) => kind === 'Job'),
      {
        metadata: { name: 'workload', namespace },
        spec: { template: { spec: { containers: [{ image }] } } },
      },
    )
    const namespaces = made.flatMap((line) => /kubectl -n (\S+)/.exec(line)?.[1] ?? [])
    t.same(new Set(namespaces), new Set([namespace]))

    const reports = join(folder, 'home/reports/scenarios')
    t.match(readFileSync(join(reports, report, 'report.html'), 'utf8'), shown)
    t.ok(existsSync(join(reports, 'comparison')))
  })
}
