// `yard proto decode`: from arguments, a file and standard input; with and without a schema; and its errors.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { KINDS_PROTO } from '../../../test/support/kinds-schema.ts'
import { testFolder } from '../../../test/support/test-folder.ts'
import { runYard, runYardWithInput } from '../../../test/support/yard-process.ts'

const decode = (t: Parameters<typeof runYard>[0], ...args: readonly string[]) =>
  runYard(t, t.testdirName, 'proto', 'decode', ...args)

t.test('O1.2: yard proto decode prints each byte with its field, type and value', async (t) => {
  const { code, stdout, output } = await decode(t, '08', '96', '01')
  t.equal(code, 0)
  t.match(output, 'read as hex: 3 bytes')
  t.match(stdout, /^ +0 {2}08 +1 +tag +field 1, VARINT$/m)
  t.match(stdout, /^ +1 {2}96 01 +1 +value +uint\? +150 {2}or sint 75$/m)
})

t.test('O1.2: types of this project are known, and others come from a schema', async (t) => {
  const own = await decode(t, '0a0161', '--type', 'switchyard.echo.v1.EchoRequest')
  t.match(own.stdout, /message +value +string +"a"$/m)
  const other = await decode(t, 'CJYB', '--schema', KINDS_PROTO, '--type', 'switchyard.test.v1.Kinds')
  t.match(other.stdout, /int32 +value +int32 +150$/m)
})

t.test('O1.2: files and standard input are read, also as gRPC frames', async (t) => {
  const file = join(testFolder(t), 'frame.bin')
  writeFileSync(file, Buffer.from('0000000003089601', 'hex'))
  const { stdout, output } = await decode(t, '--file', file)
  t.match(output, 'read as raw: 8 bytes')
  t.match(stdout, 'frame 1: a message of 3 bytes')
  const piped = await runYardWithInput(t, t.testdirName, '08 96 01', 'proto', 'decode', '-', '-o', 'json')
  t.match(JSON.parse(piped.stdout), [
    {
      pieces: [
        { at: 0, bytes: '08' },
        { at: 1, bytes: '9601', part: 'value', text: '150', type: 'uint?' },
      ],
    },
  ])
})

t.test('O1.2: what can be read of damaged bytes is printed before all that is wrong with them', async (t) => {
  const { code, stdout, output } = await decode(t, '089601 12', '1a')
  t.equal(code, 2)
  t.match(stdout, /value +uint\? +150/)
  t.match(stdout, /^ +3 {2}12 1a +rest +not read$/m)
  t.match(output, /^1 problem:\n {2}byte 4: field 2 says that 26 bytes follow, and 0 are left$/m)
})

t.test('O1.2: flags and texts that are wrong say how they are right', async (t) => {
  t.match(await decode(t), { code: 2, output: /no bytes: give hex or base64, or --file PATH/ })
  t.match(await decode(t, '--file', '/no/file'), { code: 2, output: /cannot read \/no\/file/ })
  t.match(await decode(t, '08', '--schema', KINDS_PROTO), { code: 2, output: /--schema needs --type/ })
  t.match(await decode(t, '08', '--type', 'EchoRequest'), {
    code: 2,
    output: /unknown message type "EchoRequest": did you mean switchyard\.echo\.v1\.EchoRequest\?/,
  })
  t.match(await decode(t, '08 9!'), {
    code: 2,
    output: /neither hex nor base64; as hex:\n {2}character 5: "!" is not a hex digit/,
  })
})

t.test('O1.2: long values are cut short unless all is wanted', async (t) => {
  testFolder(t)
  const long = `3a64${'ab'.repeat(100)}`
  t.match((await decode(t, long)).stdout, '… 68 more')
  t.notMatch((await decode(t, long, '--all')).stdout, '…')
})
