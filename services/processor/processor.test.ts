// The processor as a process: its flags, and what it answers Envoy.

import { fileURLToPath } from 'node:url'
import { create } from '@bufbuild/protobuf'
import {
  ExternalProcessor,
  type ProcessingRequest,
  ProcessingRequestSchema,
} from '@envoy/xds-protos/envoy/service/ext_proc/v3/external_processor_pb.js'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { startProcess } from '../../processes/running-process.ts'
import { createClient } from '../rpc/index.ts'
import { parseProcessorFlags } from './processor-flags.ts'

const PROGRAM = fileURLToPath(new URL('./processor.ts', import.meta.url))

const headers = (kind: 'requestHeaders' | 'responseHeaders', ...names: string[]) =>
  create(ProcessingRequestSchema, {
    request: { case: kind, value: { headers: { headers: names.map((key) => ({ key })) } } },
  })

t.test('T29: it sets headers on calls and answers, and refuses calls by a header', async (t) => {
  const running = startProcess({
    name: 'the processor',
    command: process.execPath,
    args: [PROGRAM, '--header', 'x-region=eu', '--refuse', 'x-blocked', '--status', 'UNAVAILABLE'],
    ready: (line) =>
      line.startsWith('{"address"') ? (JSON.parse(line) as { readonly address: string }) : undefined,
  })
  t.teardown(() => running.stop())
  const client = createClient(ExternalProcessor, (await running.ready).address)
  t.teardown(() => client.close())
  const answersTo = async (...requests: ProcessingRequest[]) => {
    const answers = []
    for await (const { response } of client.process(requests)) answers.push(response)
    return answers
  }
  const setHeaders = [{ header: { key: 'x-region', rawValue: Buffer.from('eu') } }]
  const value = { response: { headerMutation: { setHeaders } } }
  t.match(await answersTo(headers('requestHeaders', ':path'), headers('responseHeaders')), [
    { case: 'requestHeaders', value },
    { case: 'responseHeaders', value },
  ])
  t.match(await answersTo(headers('requestHeaders', 'x-blocked')), [
    { case: 'immediateResponse', value: { grpcStatus: { status: status.UNAVAILABLE } } },
  ])
  const bodies = ['requestBody', 'responseBody', 'requestTrailers', 'responseTrailers'] as const
  const others = bodies.map((kind) => create(ProcessingRequestSchema, { request: { case: kind, value: {} } }))
  t.match(
    await answersTo(...others, create(ProcessingRequestSchema)),
    bodies.map((kind) => ({ case: kind })),
    'what it does not change, and what it does not know',
  )
})

t.test('T29: all invalid flags of the processor are reported', async (t) => {
  t.match(parseProcessorFlags([]), {
    rules: {
      headers: { 'x-processed-by': 'switchyard' },
      refuse: 'x-refuse',
      status: status.PERMISSION_DENIED,
    },
  })
  t.throws(() => parseProcessorFlags(['--header', 'X=1', '--refuse', 'A b', '--status', 'NOPE']), {
    code: 'invalid-argument',
    problems: [
      { path: '--header' },
      { path: '--refuse' },
      { path: '--status', message: /Use one of: CANCELLED/ },
    ],
  })
})
