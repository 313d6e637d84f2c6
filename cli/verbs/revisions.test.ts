// The verbs about documents and revisions, against a real control plane: get, apply, diff, rollback, history.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { sampleConfig } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { startYardAndControlPlane } from '../../test/support/yard-and-control-plane.ts'
import { runYardWithInput } from '../../test/support/yard-process.ts'

const { adminUrl, rest, yard } = await startYardAndControlPlane(t, sampleConfig())

const inForce = async () => {
  const { revision } = (await rest.getStatus()).revision
  return revision
}
const setWeight = (weight: number) =>
  rest.patchConfig({ upstreams: { echo: { endpoints: { b2: { weight } } } } })

/** A file of `yard get`. */
async function savedFile(t: Test, ...flags: string[]) {
  const file = join(testFolder(t), 'my.yaml')
  const { code, stdout } = await yard(t, 'get', ...flags)
  t.equal(code, 0)
  writeFileSync(file, stdout)
  return { file, read: () => readFileSync(file, 'utf8'), write: (text: string) => writeFileSync(file, text) }
}

t.test('get writes the revision and its ETag as a comment, for a whole document in YAML', async (t) => {
  testFolder(t)
  const { revision, etag } = (await rest.getStatus()).revision
  const { stdout } = await yard(t, 'get')
  t.match(stdout, `# revision ${revision}, ETag "${etag}": "yard apply" rejects`)
  t.same(parse(stdout), (await rest.getConfig()).config)
  t.same(JSON.parse((await yard(t, 'get', '-o', 'json')).stdout), parse(stdout))
  t.notMatch((await yard(t, 'get', 'fleets')).stdout, '#')
})

t.test('a file can be applied, edited and applied again', async (t) => {
  const { file, read, write } = await savedFile(t)
  for (const weight of [3, 4]) {
    write(read().replace(/weight: \d+/, `weight: ${weight}`))
    t.match(await yard(t, 'apply', '-f', file), {
      code: 0,
      stdout: '',
      output: /: stored; no node is connected/,
    })
    t.match(await yard(t, 'get', 'upstreams.echo.endpoints.b2.weight'), { stdout: `${weight}\n` })
  }
  t.match(read(), `# revision ${await inForce()}, ETag "`)
})

t.test("apply does not undo another person's edit: it lists the edit, and --force undoes it", async (t) => {
  const { file, read, write } = await savedFile(t)
  await setWeight(7)
  const theirs = await inForce()
  write(read().replace('port: 10000', 'port: 10001'))
  const rejected = await yard(t, 'apply', '-f', file)
  t.match(rejected, {
    code: 1,
    output: /changed since .*my\.yaml was saved from revision \d+; revision \d+ by rest/,
  })
  t.match(rejected.output, /\n {2}upstreams\.echo\.endpoints\.b2\.weight: \d+ → 7\n/)
  t.match(rejected.output, '--force')
  t.equal(await inForce(), theirs)
  t.match(await yard(t, 'apply', '--force', '-f', file), { code: 0 })
  t.equal(await inForce(), theirs + 1)
  write(read().replace('port: 10001', 'port: 10000'))
  t.match(await yard(t, 'apply', '-f', file), { code: 0 }, 'its comment was renewed')
})

t.test('apply accepts a file whose document is in force again, as after a rollback', async (t) => {
  const { file, read, write } = await savedFile(t)
  const { config } = await rest.getConfig()
  await setWeight(8)
  await rest.putConfig(config as object)
  write(read().replace('port: 10000', 'port: 10002'))
  t.match(await yard(t, 'apply', '-f', file), { code: 0 })
})

t.test('apply says that a file comes from another control plane', async (t) => {
  const { file, read, write } = await savedFile(t)
  for (const comment of ['# revision 1, ETag "1-other"', '# revision 9999, ETag "9999-other"']) {
    write(read().replace(/^# revision .*$/m, comment))
    t.match(await yard(t, 'apply', '-f', file), { code: 1, output: /of another control plane: .*--force/ })
  }
  write(read().replace(/^# revision .*\n/, ''))
  t.match(await yard(t, 'apply', '-f', file), { code: 0 }, 'without the comment nothing is checked')
})

t.test('an older document is checked against the revision in force when it was printed', async (t) => {
  const { file, read } = await savedFile(t, '--revision', '1')
  t.match(read(), /^# The document of revision 1, .*\n# revision \d\d?, ETag/)
  t.same(parse(read()), sampleConfig())
  await setWeight(9)
  t.match(await yard(t, 'apply', '-f', file), { code: 1, output: /b2\.weight: \d+ → 9/ })
  t.match(await yard(t, 'get', '--revision', '9999'), { code: 2, output: /revision 9999/ })
})

for (const format of ['json', 'yaml']) {
  t.test(`apply takes a revision in ${format}, with problems by line`, async (t) => {
    await setWeight(5)
    const file = join(testFolder(t), `revision.${format}`)
    const { stdout } = await yard(t, 'history', '1', '-o', format)
    writeFileSync(file, stdout)
    t.match(await yard(t, 'apply', '-f', file), { code: 0 })
    t.same((await rest.getConfig()).config, sampleConfig())
    writeFileSync(file, stdout.replace('round_robin', 'round_robbin'))
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .findIndex((one) => one.includes('robbin'))
    t.match(await yard(t, 'apply', '-f', file), {
      code: 2,
      output: new RegExp(`revision\\.${format}:${line + 1}:\\d+ fleets\\.edge\\.lb\\.policy: unknown policy`),
    })
  })
}

t.test('apply and diff read standard input', async (t) => {
  await setWeight(5)
  const { stdout } = await yard(t, 'history', '1', '-o', 'json')
  const pipe = (...args: string[]) => runYardWithInput(t, testFolder(t), stdout, ...args, '--admin', adminUrl)
  t.match(await pipe('diff', '-'), { code: 0, stdout: /b2\.weight: 5 → 2\n$/ })
  t.match(await pipe('apply', '-f', '-'), { code: 0 })
  t.same((await rest.getConfig()).config, sampleConfig())
})

const statName = (value: string, more: object = {}) => ({
  enabled: true,
  type: 'cluster' as const,
  resource: 'echo',
  operations: [{ op: 'add' as const, path: '/altStatName', value }],
  ...more,
})

t.test('T30: diff shows what patches change in the resources of Envoys', async (t) => {
  const { file, read, write } = await savedFile(t)
  const before = await inForce()
  await rest.patchConfig({ fleets: { edge: { patches: { name: statName('x') } } } })
  const effect = 'fleets.edge.patches.name on Cluster echo at /altStatName'
  t.match((await yard(t, 'diff', String(before))).stdout, `  ${effect}: added: "x"\n`)
  t.match((await yard(t, 'diff', file)).stdout, `  ${effect}: removed: "x"\n`, 'the file does not have it')
  await rest.patchConfig({ fleets: { edge: { patches: { name: statName('y') } } } })
  t.match((await yard(t, 'diff', String(before + 1))).stdout, `  ${effect}: added: "y"\n`)

  const saved = JSON.stringify(statName('z', { resource: 'gone' }))
  write(`${read()}    patches: { name: ${saved} }\n`)
  const broken = await yard(t, 'diff', file)
  t.match(broken, {
    code: 0,
    output: /cannot show what patches change: fleets\.edge\.patches\.name\.resource: /,
  })
  await rest.patchConfig({ fleets: { edge: { patches: null } } })
})

t.test('diff compares a file with the document in force, and revisions with each other', async (t) => {
  const { file, read, write } = await savedFile(t)
  t.match(await yard(t, 'diff', file, '--exit-code'), { code: 0, stdout: '  no differences\n' })
  const before = await inForce()
  await rest.patchConfig({
    upstreams: { echo: { endpoints: { b1: null, b4: { address: '127.0.0.1:7104' } } } },
  })
  write(read().replace('port: 10000', 'port: 10003'))
  const lines = (await yard(t, 'diff', String(before), '-o', 'table')).stdout
  t.equal(
    lines,
    `  upstreams.echo.endpoints.b1: removed: {"address":"127.0.0.1:7101"}
  upstreams.echo.endpoints.b4: added: {"address":"127.0.0.1:7104"}
`,
  )
  t.equal((await yard(t, 'diff', String(before), String(before + 1))).stdout, lines)
  t.match(await yard(t, 'diff', file), {
    code: 0,
    stdout: /b4: removed: .*\n.*b1: added: .*\n {2}fleets\.edge\.listeners\.main\.port: 10000 → 10003\n/,
  })
  const json = await yard(t, 'diff', String(before), file, '-o', 'json', '--exit-code')
  t.equal(json.code, 1)
  t.same(JSON.parse(json.stdout), [
    { path: 'fleets.edge.listeners.main.port', before: 10_000, after: 10_003 },
  ])
  write('version: [')
  t.match(await yard(t, 'diff', file), { code: 2, output: /is not valid YAML: "yard lint .*my\.yaml"/ })
  t.match(await yard(t, 'diff', '9999'), { code: 2, output: /revision 9999/ })
})

t.test('rollback applies an earlier document as a new revision, and shows what changes', async (t) => {
  testFolder(t)
  await rest.putConfig(sampleConfig())
  await setWeight(6)
  const before = await inForce()
  t.match(await yard(t, 'rollback', '1'), {
    code: 0,
    stdout: '',
    output: new RegExp(`b2\\.weight: 6 → 2\\nrevision ${before + 1}: stored`),
  })
  t.same((await rest.getConfig()).config, sampleConfig())
  t.match(await yard(t, 'rollback', '1'), { code: 0, output: /nothing to do: revision \d+/ })
  t.equal(await inForce(), before + 1)
  t.match(await yard(t, 'rollback', '9999'), { code: 2, output: /revision 9999/ })
})
