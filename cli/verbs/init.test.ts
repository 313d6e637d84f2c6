// `yard init`: its documents are valid, with each setting uncommented too, and a control plane serves them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { RestClient } from '../../api/client.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { NO_ENVOY, runYard, runYardWithInput, spawnYard } from '../../test/support/yard-process.ts'
import { readToken } from '../../testbed/token-file.ts'

const KINDS = [
  [],
  ['--security', 'tokens'],
  ['--security', 'mtls'],
  ['--clients', 'proxyless'],
  ['--clients', 'proxyless', '--security', 'mtls', '--upstream', 'shop'],
] as const

/** The text with each of its settings uncommented in turn; one of a part comes with the line of the part. */
function uncommentedOnes(text: string): readonly { readonly setting: string; readonly text: string }[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    if (!/^ *# ( {2})?\w+: ./.test(line) || / over TLS/.test(line)) return []
    const uncommented = lines.map((one, other) => {
      const isPart = /^ *# {3}/.test(line) && other < index && /^ *# \w+:$/.test(one)
      return other === index || isPart ? one.replace('# ', '') : one
    })
    return [{ setting: line.trim(), text: uncommented.join('\n') }]
  })
}

t.test('documents that yard init writes beside certificates', async (t) => {
  const folder = testFolder(t)
  t.equal((await runYard(t, folder, 'certs', '--out', folder)).code, 0)
  for (const [at, flags] of KINDS.entries()) {
    const file = join(folder, `${at}.yaml`)
    await t.test(
      `yard init ${flags.join(' ')} writes a valid document, also with each setting uncommented`,
      async (t) => {
        t.equal((await runYard(t, folder, 'init', ...flags, '--out', file)).code, 0)
        const written = readFileSync(file, 'utf8')
        t.match(written, /^# yaml-language-server: \$schema=switchyard\.schema\.json\n/)
        validateConfig(parse(written))
        const ones = uncommentedOnes(written)
        t.ok(ones.length > 5)
        for (const { setting, text } of ones) {
          // It is the comment of a page, which refers to the secrets that are in another comment.
          if (/^# (tls|secrets):/.test(setting)) continue
          t.doesNotThrow(() => validateConfig(parse(text)), setting)
          t.not(JSON.stringify(parse(text)), JSON.stringify(parse(written)), setting)
        }
      },
    )
    await t.test(`yard serve accepts the document of yard init ${flags.join(' ')}`, async (t) => {
      // Secrets go over a Unix socket, whose path has at most 107 bytes.
      const socket = mkdtempSync(join(tmpdir(), 'yard-init-'))
      t.teardown(() => rmSync(socket, { recursive: true }))
      const flagsOfServe = ['--config', file, '--xds', `unix:${socket}/xds`, '--state', `${file}-kept`]
      const yard = spawnYard(t, folder, NO_ENVOY, ['serve', ...flagsOfServe])
      await yard.printed('"tokens":')
      const line = yard
        .stdout()
        .split('\n')
        .find((one) => one.includes('"tokens":'))
      const { admin, tokens } = JSON.parse(line ?? '')
      const token = await readToken(tokens, 'viewer')
      const { config } = await new RestClient({ url: admin, token }).getConfig()
      t.same(config, parse(readFileSync(file, 'utf8')))
      yard.kill('SIGTERM')
      t.equal(await yard.ended, 0)
    })
  }
})

t.test('the lines of TLS can be uncommented together', async (t) => {
  const { stdout } = await runYard(t, testFolder(t), 'init')
  const uncommented = stdout.replace(/^( *)# ((?:tls|secrets): .*)$/gm, '$1$2')
  t.match(validateConfig(parse(uncommented)), {
    upstreams: { backend: { tls: { ca: 'mesh' } } },
    secrets: { edge: {}, mesh: {} },
    fleets: { edge: { listeners: { main: { tls: { certificate: 'edge' } } } } },
  })
})

t.test('flags set its values, and all that are invalid are reported', async (t) => {
  const folder = testFolder(t)
  const out = join(folder, 'my.yaml')
  const flags = ['--fleet', 'on', '--port', '8443', '--endpoint', '10.0.0.5:7000', 'unix:/run/b.sock']
  const { code, stdout, output } = await runYard(t, folder, 'init', ...flags, '--out', out)
  t.same([code, stdout], [0, ''])
  t.match(
    output,
    `"yard up --config ${out} --backends 1" (with secrets, add --mtls)`,
    'the Unix socket is here',
  )
  t.match(validateConfig(parse(readFileSync(out, 'utf8'))), {
    fleets: { on: { listeners: { main: { port: 8443 } } } },
    upstreams: { backend: { endpoints: { b1: {}, b2: { address: 'unix:/run/b.sock' } } } },
  })
  t.match(await runYard(t, folder, 'init', '--fleet', 'a b', '--port', '0', '--endpoint', 'here'), {
    code: 2,
    output: /--fleet: is not a name .*--port: must be .*--endpoint: must be IP:PORT/s,
  })
})

t.test('an existing file is kept unless --force is given', async (t) => {
  const folder = testFolder(t)
  const out = join(folder, 'my.yaml')
  writeFileSync(out, 'mine')
  t.match(await runYard(t, folder, 'init', '--out', out), { code: 2, output: /my\.yaml exists: .*--force/ })
  t.equal(readFileSync(out, 'utf8'), 'mine')
  const forced = await runYard(t, folder, 'init', '--out', out, '--force')
  t.match(forced, { code: 0, output: `"yard up --config ${out} --backends 3"` })
  const nowhere = join(folder, 'missing', 'my.yaml')
  t.match(await runYard(t, folder, 'init', '--out', nowhere), {
    code: 2,
    output: /--out: cannot write .*missing.my\.yaml: ENOENT.*folder that exists/,
  })
  const elsewhere = ['--endpoint', '10.0.0.5:7000', '--out', out, '--force']
  t.match(await runYard(t, folder, 'init', ...elsewhere), { output: `"yard up --config ${out}"` })
  t.match(readFileSync(out, 'utf8'), 'version: 1')
})

t.test(
  'three questions set the values: an invalid answer is asked again, an empty one is the default',
  async (t) => {
    const answers = 'nginx\nproxyless\nhere\n10.0.0.5:7000\ntokens\n\n'
    const { code, stdout, output } = await runYardWithInput(t, testFolder(t), answers, 'init', '--ask')
    t.equal(code, 0)
    for (const said of [
      /Who calls: envoy, or proxyless .*\? \[envoy\] {3}"nginx" is not one of envoy, proxyless/,
      /Addresses of the backends\? \[127.*\] {3}must be IP:PORT/,
      /What do callers need: none, mtls\? \[none\] {3}"tokens" is not one of none, mtls/,
    ]) {
      t.match(output, said)
    }
    t.match(validateConfig(parse(stdout)), {
      fleets: { clients: { kind: 'proxyless', listeners: { backend: {} } } },
      upstreams: { backend: { endpoints: { b1: { address: '10.0.0.5:7000' } } } },
    })
    const early = await runYardWithInput(t, testFolder(t), 'envoy', 'init', '--ask')
    t.match(early, { code: 0, stdout: /port: 10000/ }, 'the end of the input takes the defaults')
  },
)

t.test('tokens need Envoys, and a name of their own for the issuer', async (t) => {
  const folder = testFolder(t)
  const tokens = ['init', '--security', 'tokens']
  t.match(await runYard(t, folder, ...tokens, '--clients', 'proxyless'), {
    code: 2,
    output: /--security: tokens are checked by Envoys/,
  })
  t.match(await runYard(t, folder, ...tokens, '--upstream', 'issuer'), {
    code: 2,
    output: /--upstream: is the name/,
  })
  for (const clients of ['envoy', 'proxyless']) {
    const invalid = await runYard(t, folder, 'init', '--upstream', 'a b', '--clients', clients)
    t.match(invalid, { code: 2, output: /--upstream: is not a name/ })
    t.equal(invalid.output.match(/--\w+:/g)?.length, 1, `no other flag is blamed for it (${clients})`)
  }
  const out = join(folder, 'my.yaml')
  t.match(await runYard(t, folder, ...tokens, '--out', out), {
    code: 0,
    output: `"yard up --config ${out} --backends 3 --security"`,
  })
})

t.test('with certificates, the commands that start a testbed come in the order to run them', async (t) => {
  const folder = testFolder(t)
  const out = join(folder, 'my.yaml')
  const { output } = await runYard(t, folder, 'init', '--security', 'mtls', '--out', out)
  const commands = [
    `"yard lint ${out}", "yard certs --out ${folder}"`,
    `"yard up --config ${out} --backends 3 --mtls"`,
  ]
  t.equal(output.trim(), `${out}: edit it, then run ${commands.join(' and ')}`)
})
