// Descriptor sets: what is wrong with one, and the one form that Envoys get.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import t from 'tap'
import { descriptorSetOf } from '../../test/support/descriptor-set-of.ts'
import { echoDescriptors } from '../../test/support/echo-descriptors.ts'
import { checkDescriptors, descriptorsFor } from './descriptor-set.ts'

const ECHO = 'switchyard.echo.v1.EchoService'
const BUILT = echoDescriptors()
const check = (bytes: Uint8Array, services: readonly string[], autoMapping = false) =>
  checkDescriptors(bytes, { services, autoMapping })
const files = (bytes: Uint8Array) => fromBinary(FileDescriptorSetSchema, bytes).file
const setOf = (file: ReturnType<typeof files>) =>
  toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }))

t.test('T24: the set that buf builds has no problem for a service with annotations', async (t) => {
  t.same(check(BUILT, [ECHO]), [])
})

t.test('T24: an unknown service is an error with the nearest name', async (t) => {
  t.match(check(BUILT, ['switchyard.echo.v1.EkoService', 'EchoService', 'nothing.Like.It']), [
    {
      steps: ['services', '0'],
      message: /is not a service.*Did you mean switchyard\.echo\.v1\.EchoService\?/,
    },
    { steps: ['services', '1'], message: /Did you mean switchyard\.echo\.v1\.EchoService\?/ },
    { steps: ['services', '2'], message: /descriptors\. It has switchyard\.echo\.v1\.EchoService$/ },
  ])
})

t.test('T24: a service that no JSON call could reach is an error, unless autoMapping is on', async (t) => {
  const bytes = descriptorSetOf(KeyValueService)
  t.match(check(bytes, [KeyValueService.typeName]), [
    { steps: ['services', '0'], message: /google\.api\.http.*autoMapping/ },
  ])
  t.same(check(bytes, [KeyValueService.typeName], true), [])
})

t.test('T24: bytes that are no descriptors, or not all of them, are an error', async (t) => {
  const steps = ['descriptors']
  for (const bytes of [new Uint8Array(), Buffer.from('syntax = "proto3";'), Buffer.from([0x0a, 0])]) {
    t.match(check(bytes, [ECHO]), [{ steps, message: /has no descriptors.*buf build/ }])
  }
  const alone = setOf(files(BUILT).filter(({ name }) => name === 'echo.proto'))
  t.match(check(alone, [ECHO]), [{ steps, message: /lacks what its files import/ }])
})

t.test('T24: Envoys get the same bytes whatever order, comments and other files a set has', async (t) => {
  const canonical = descriptorsFor(BUILT, ECHO)
  t.ok(canonical.length < BUILT.length / 2, 'without comments')
  t.same(check(canonical, [ECHO]), [], 'it is complete')
  t.same(descriptorsFor(canonical, ECHO), canonical)
  const more = [...files(descriptorSetOf(KeyValueService)), ...files(BUILT)]
  const once = [...new Map(more.map((one) => [one.name, one])).values()]
  t.same(descriptorsFor(setOf(once), ECHO), canonical)
  for (const { sourceCodeInfo, $unknown } of files(canonical)) {
    t.equal(sourceCodeInfo, undefined)
    t.equal($unknown, undefined)
  }
})
