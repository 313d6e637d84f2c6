// Mutations with made-up runs: who noticed, what could not be served, and what the outputs say about it.

import t from 'tap'
import type { Config } from '../../control-plane/document/model.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { renderGithub } from '../formats/github.ts'
import type { CellResult } from '../result.ts'
import { isNoticed, renderMutations, reportOfMutations } from './mutation-report.ts'
import type { Mutant } from './protections.ts'
import { runMutations } from './run-mutations.ts'
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

t.test('each document runs, and its failed cells are those that noticed', async (t) => {
  const order: string[] = []
  const inseparable = [{ path: 'a', change: 'removed', why: 'b is missing' }]
  const found = await runMutations(
    { mutants: ['jwt', 'rbac', 'opa'].map(mutant), inseparable },
    run,
    (one) => {
      order.push(one.mutant.path)
    },
  )
  const [jwt, rbac, opa] = found.outcomes
  t.same(
    order,
    found.outcomes.map((one) => one.mutant.path),
  )
  t.same(
    jwt?.noticedBy.map(({ caller }) => caller),
    NOTICED.jwt,
  )
  t.same(found.outcomes.map(isNoticed), [true, false, false])
  t.match(opa, { refused: 'Envoy rejects it' })

  const result = { ...found, envoy: '1.40.0' }
  const text = renderMutations(result)
  t.match(text, /security\.jwt\.enabled: false instead of true +read by anonymous, read by late and 1 more\n/)
  t.match(text, /security\.rbac\.enabled: false instead of true +NOBODY\n/)
  t.match(text, /security\.opa\.enabled: false instead of true +NOT TRIED: Envoy rejects it\n/)
  t.match(text, '  a, removed: not tried, since the document is invalid then (b is missing)\n')
  t.match(text, /^3 protections, 2 unnoticed, in [\d.]+ s on Envoy 1\.40\.0$/m)

  const report = reportOfMutations(result, (steps) => ({ file: 'document.yaml', line: steps.length }))
  t.same(
    report.tests.map(({ passed }) => passed),
    [true, false, false],
  )
  t.equal(
    renderGithub(report).split('\n')[0],
    '::error file=document.yaml,line=5,title=fleets.edge.security.rbac.enabled%3A false instead of true::no test fails without this protection: write one',
  )
  t.equal(rbac?.refused, undefined)
})

t.test('an error that is not about the document ends the run', async (t) => {
  const broken = async () => {
    throw new SwitchyardError('process-failed', 'Envoy ended')
  }
  await t.rejects(runMutations({ mutants: [mutant('jwt')], inseparable: [] }, broken), {
    message: 'Envoy ended',
  })
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
