// Mutations with made-up runs: who noticed, what could not be served, and what the outputs say about it.

import t from 'tap'
import type { Config } from '../../control-plane/document/model.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { REPORT_FORMATS } from '../formats/formats.ts'
import type { CellResult } from '../result.ts'
import { isNoticed, renderMutations, reportOfMutations } from './mutation-report.ts'
import type { Mutant } from './protections.ts'
import { runMutations, type Target } from './run-mutations.ts'
import { usesOf } from './uses.ts'

const document = (name: string) =>
  ({ version: 1, upstreams: {}, routes: {}, fleets: {}, name }) as unknown as Config
const mutant = (name: string): Mutant => ({
  steps: ['fleets', 'edge', 'security', name, 'enabled'],
  path: `fleets.edge.security.${name}.enabled`,
  change: 'false instead of true',
  document: document(name),
})
const cell = (caller: string, passed: boolean): CellResult => ({
  file: 'shop.test.yaml',
  line: 1,
  call: 'read',
  caller,
  passed,
  problems: passed ? [] : ['it gives OK'],
  expected: { status: 'UNAUTHENTICATED' },
  observed: { status: 'OK', message: '', headers: {}, tries: 1 },
  milliseconds: 1,
})

/** Callers that notice, by the mutant. */
const NOTICED: Readonly<Record<string, readonly string[]>> = {
  jwt: ['anonymous', 'late', 'stranger'],
  rbac: [],
}
const run = async (config: Config) => {
  const { name } = config as unknown as { readonly name: string }
  if (name === 'opa') throw new SwitchyardError('nacked', 'Envoy rejects it')
  const cells = ['anonymous', 'late', 'stranger', 'alice'].map((caller) =>
    cell(caller, !NOTICED[name]?.includes(caller)),
  )
  return { cells, milliseconds: 4, envoy: '1.40.0' }
}

const target = (names: readonly string[], more: object = {}): Target => ({
  protections: { mutants: names.map(mutant), inseparable: [], ...more },
  run,
})

t.test('each document runs, and its failed cells are those that noticed', async (t) => {
  const order: string[] = []
  const inseparable = [{ path: 'a', change: 'removed', why: 'b is missing' }]
  const targets = [target(['jwt', 'rbac', 'opa'], { inseparable })]
  const result = await runMutations(
    targets,
    () => true,
    (one) => order.push(one.mutant.path),
  )
  t.same(
    order,
    result.outcomes.map((one) => one.mutant.path),
  )
  t.same(
    result.outcomes[0]?.noticedBy.map(({ caller }) => caller),
    NOTICED.jwt,
  )
  t.same(result.outcomes.map(isNoticed), [true, false, false])
  t.match(result.outcomes[2], { refused: 'Envoy rejects it' })

  const text = renderMutations(result, '1.40.0')
  t.match(text, /security\.jwt\.enabled: false instead of true +read by anonymous, read by late and 1 more\n/)
  t.match(text, /security\.rbac\.enabled: false instead of true +NOBODY\n/)
  t.match(text, /security\.opa\.enabled: false instead of true +NOT TRIED: Envoy rejects it\n/)
  t.match(text, '  a, removed: not tried, since the document is invalid then (b is missing)\n')
  t.match(text, /^3 protections, 2 unnoticed, in [\d.]+ s on Envoy 1\.40\.0$/m)

  const report = reportOfMutations(
    result,
    (steps) => ({ file: 'document.yaml', line: steps.length }),
    '1.40.0',
  )
  t.same(
    report.tests.map(({ passed }) => passed),
    [true, false, false],
  )
  t.equal(
    REPORT_FORMATS.github(report).split('\n')[0],
    '::error file=document.yaml,line=5,title=fleets.edge.security.rbac.enabled%3A false instead of true::no test fails without this protection: write one',
  )
})

t.test('what one document does not notice, another may', async (t) => {
  const elsewhere: Target = {
    ...target(['rbac']),
    run: async () => ({ ...(await run(document('jwt'))), milliseconds: 1 }),
  }
  const { outcomes } = await runMutations([target(['rbac', 'jwt']), elsewhere])
  t.same(
    outcomes.map(({ mutant: { path }, noticedBy }) => [path, noticedBy.length]),
    [
      ['fleets.edge.security.rbac.enabled', 3],
      ['fleets.edge.security.jwt.enabled', 3],
    ],
  )
})

t.test('what is accepted is not tried', async (t) => {
  const { outcomes } = await runMutations([target(['rbac', 'jwt'])], ({ path }) => path.includes('jwt'))
  t.equal(outcomes.length, 1)
})

t.test('an error that is not about the document ends the run', async (t) => {
  const broken = async () => {
    throw new SwitchyardError('process-failed', 'Envoy ended')
  }
  await t.rejects(runMutations([{ ...target(['jwt']), run: broken }]), { message: 'Envoy ended' })
})

t.test('what tests use: methods by fleet, and audiences of tokens', async (t) => {
  const one = { fleets: { edge: { kind: 'envoy' }, inner: { kind: 'grpc-server' } } } as unknown as Config
  const get = { method: 'shop.Orders/Get' }
  const uses = usesOf(one, [
    {
      calls: {
        a: get,
        b: { ...get, metadata: {} },
        c: { path: '/elsewhere' },
        d: { ...get, fleet: 'other' },
      },
      callers: {
        anonymous: {},
        alice: { token: { provider: 'main', claims: { aud: 'payments' } } },
        both: {
          tokens: [{ provider: 'main' }, { provider: 'device', claims: { aud: ['ads', 'payments'] } }],
        },
        none: { token: { provider: 'main', claims: { aud: null } } },
      },
    },
  ])
  t.strictSame(uses, {
    methods: { edge: ['shop.Orders/Get'], other: ['shop.Orders/Get'] },
    audiences: ['payments', 'ads'],
  })
})
