// A call over TLS, captured with the keys that decrypt it.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunContext } from '../../../../harness/scenario.ts'
import { startBackend } from '../../../../services/backend-server.ts'
import { writeCertificates } from '../../../../testbed/certificates/folder.ts'
import { captureFile } from '../../../../testbed/http2/pcapng.ts'
import { startTap } from '../../../../testbed/http2/tap.ts'
import { parseReady, sourceFile } from '../../../../testbed/part.ts'
import { tlsFilesIn } from '../h2c/alpn.ts'

export interface TlsCapture {
  /** Paths below the folder of the run. */
  readonly withoutKeys: string
  readonly withKeys: string
  readonly keyLog: string
  /** Of the message that the client has sent. */
  readonly message: string
}

const MESSAGE = 'over TLS'

/** The client is a process of its own, started with `--tls-keylog`. */
export async function captureTls({ group, folder }: RunContext): Promise<TlsCapture> {
  await writeCertificates(folder)
  const files = tlsFilesIn(folder)
  const path = (name: string) => join(folder, name)
  const keyLog = path('tls-keys.log')
  const backend = await startBackend({
    ...{ id: 'tls', listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 },
    tls: { certificate: files.certificate, key: files.key },
  })
  const tap = await startTap({ to: backend.address })
  try {
    const client = group.start({
      name: 'client with TLS',
      command: process.execPath,
      args: [
        `--tls-keylog=${keyLog}`,
        sourceFile('experiments/scenarios/http2-analysis/wireshark/tls-call.ts'),
        ...[tap.address.replace('127.0.0.1', 'localhost'), files.ca, MESSAGE],
      ],
      logFile: path('tls-call.log'),
      ready: (line) => parseReady<{ readonly answered: string }>(line, 'answered'),
    })
    await client.ready
  } finally {
    await tap.stop()
    await backend.close()
  }
  const keys = await readFile(keyLog, 'utf8')
  const [withoutKeys, withKeys] = [path('tls.pcapng'), path('tls-with-keys.pcapng')]
  await writeFile(withoutKeys, captureFile(tap.connections()))
  await writeFile(withKeys, captureFile(tap.connections(), keys))
  return { withoutKeys, withKeys, keyLog, message: MESSAGE }
}
