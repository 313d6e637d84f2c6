// docs/guides/load-balancing-in-a-cluster.md: its commands run from the first to the last. Programs that a cluster needs are replaced
// by ones that record what they are given; `yard` is the real one.

import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { PROFILE } from '../../experiments/harness/profile.ts'
import type { Results } from '../../experiments/harness/results.ts'
import { commandsOf } from '../house/doc-commands.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const GUIDE = readFileSync(join(root, 'docs/guides/load-balancing-in-a-cluster.md'), 'utf8')

const MESH = 'istio'
const NAMESPACE = `grpc-loadbalancing-${MESH}`

const RUN = 'mesh-sidecars-istio.unary.open.1c.3b'
const RESULTS: Results = {
  ...{
    format: 1,
    scenario: 'grpc-loadbalancing-cluster',
    title: 'In a cluster',
    question: 'Who gets the calls?',
  },
  ...{ profile: PROFILE.quick, command: 'yard scenario run', begun: '2026-11-29T04:00:00Z' },
  ended: '2026-11-29T04:10:00Z',
  environment: { cores: '2' },
  checks: [],
  plan: { runs: [RUN], rounds: 1 },
  runs: [
    {
      ...{ id: RUN, round: 1, labels: { way: 'Istio, least request' } },
      ...{ begun: '2026-11-29T04:00:01Z', state: 'measured' },
      measured: {
        ...{
          seconds: 1,
          calls: 300,
          codes: { OK: 300 },
          shares: { 'echo-a': 100, 'echo-b': 101, 'echo-c': 99 },
        },
        ...{ histograms: {}, processes: [], figures: {} },
      },
    },
  ],
}

t.test('O4.4: the commands of the guide lead from a cluster to a report of it', async (t) => {
  const folder = t.testdir({ bin: {}, home: {} })
  const calls = join(folder, 'calls')
  const program = (name: string, script: string) => {
    const file = join(folder, 'bin', name)
    writeFileSync(file, `#!/bin/sh\necho ${name} "$@" >> ${calls}\n${script}\n`)
    chmodSync(file, 0o755)
  }
  for (const name of ['docker', 'kind']) program(name, '')
  // A log has progress before the results.
  writeFileSync(join(folder, 'log'), `run 1 of 1 …\n${JSON.stringify(RESULTS)}\n`)
  program('kubectl', `case "$*" in *logs*) cat ${join(folder, 'log')};; esac`)
  // The scenario on this machine takes minutes, and has tests of its own.
  program(
    'npx',
    `case "$*" in *"scenario run"*) dir=reports/scenarios/grpc-loadbalancing-standard; mkdir -p $dir
      sed s/grpc-loadbalancing-cluster/grpc-loadbalancing/ reports/scenarios/cluster-istio/results.json > $dir/results.json;;
    *) shift; exec node ${root}/cli/yard.ts "$@";; esac`,
  )
  for (const command of commandsOf(GUIDE)) {
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
  const manifests = parseAllDocuments(readFileSync(join(folder, 'home', `${MESH}.yaml`), 'utf8'))
  const objects = manifests.map((document) => document.toJS())
  t.match(
    objects.find(({ kind }) => kind === 'Job'),
    {
      metadata: { name: 'workload', namespace: NAMESPACE },
      spec: { template: { spec: { containers: [{ image }] } } },
    },
  )
  const namespaces = made.flatMap((line) => /kubectl -n (\S+)/.exec(line)?.[1] ?? [])
  t.same(new Set(namespaces), new Set([NAMESPACE]))

  const report = join(folder, 'home/reports/scenarios/cluster-istio')
  t.match(readFileSync(join(report, 'report.html'), 'utf8'), 'Istio, least request')
  t.ok(existsSync(join(folder, 'home/reports/scenarios/comparison')))
})
