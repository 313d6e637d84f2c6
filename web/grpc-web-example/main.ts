// `npm run example:web`: a testbed with an Envoy for pages, and the page, until Ctrl-C.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { interruption } from '../../processes/interruption.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { startExample } from './start-example.ts'

const { values } = parseArgs({ options: { jwt: { type: 'boolean', default: false } } })

const group = new ProcessGroup()
const interrupted = interruption()
const folder = await mkdtemp(join(tmpdir(), 'grpc-web-example-'))
try {
  process.exitCode = await Promise.race([stay(), interrupted])
} finally {
  await group.stop()
  await rm(folder, { recursive: true, force: true })
}
process.exit()

async function stay(): Promise<never> {
  const report = (line: string) => process.stderr.write(`… ${line}\n`)
  const { url, token } = await startExample(group, folder, { jwt: values.jwt, onProgress: report })
  const tokenLine = token === undefined ? '' : `\n  A token for it, valid for an hour:\n  ${token}\n`
  process.stdout.write(`\n  ${url}\n${tokenLine}\n  Running until Ctrl-C.\n`)
  return await new Promise(() => {})
}
