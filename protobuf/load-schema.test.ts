// Descriptors at run time: from files, folders and descriptor sets, and what is not one.

import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { KINDS_PROTO } from '../test/support/kinds-schema.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { buildByBuf } from './buf.ts'
import { joinRegistries, loadSchema, requireMessage } from './load-schema.ts'

const NAME = 'switchyard.test.v1.Kinds'

t.test('O1.1: a schema is a file, a folder, or a descriptor set', async (t) => {
  const folder = testFolder(t, { 'set.binpb': '' })
  writeFileSync(join(folder, 'set.binpb'), buildByBuf(KINDS_PROTO))
  for (const path of [KINDS_PROTO, dirname(KINDS_PROTO), join(folder, 'set.binpb')]) {
    t.equal(requireMessage(loadSchema(path), NAME).field.int32?.number, 1, path)
  }
})

t.test('O1.1: a file that is not a schema is an error that says what a schema is', async (t) => {
  const folder = testFolder(t, {
    'a.proto': 'syntax = "proto3"; message A { Missing b = 1; }',
    'b.bin': 'text',
  })
  t.throws(() => loadSchema(join(folder, 'a.proto')), {
    code: 'invalid-argument',
    message: /buf cannot compile .*\n.*Missing/,
  })
  t.throws(() => loadSchema(join(folder, 'b.bin')), { message: /is neither a \.proto file/ })
  t.throws(() => loadSchema(join(folder, 'none')), { message: /cannot read .*none: ENOENT/ })
  t.throws(() => loadSchema(join(folder, 'none.proto')), { message: /cannot read .*none\.proto: ENOENT/ })
})

t.test('O1.1: an unknown message gets the nearest name', async (t) => {
  const registry = joinRegistries([loadSchema(KINDS_PROTO)])
  t.throws(() => requireMessage(registry, 'switchyard.test.v1.Kind'), {
    message: `unknown message type "switchyard.test.v1.Kind": did you mean ${NAME}?`,
  })
  t.throws(() => requireMessage(registry, 'Kinds'), { message: /did you mean switchyard\.test\.v1\.Kinds\?/ })
  t.throws(() => requireMessage(registry, 'far.away'), { message: 'unknown message type "far.away"' })
})
