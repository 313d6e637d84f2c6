import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { splitAddress } from '../../core/host-and-port.ts'

const moduleOf = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))

t.test('a server ends with its benchmark, even if that is killed', async (t) => {
  const program = `
const { startServer } = await import(${moduleOf('servers.ts')})
const { ProcessGroup } = await import(${moduleOf('../../processes/process-group.ts')})
console.log((await startServer(new ProcessGroup(), {}, 'switchyard', 1)).xds)`
  const benchmark = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => benchmark.kill('SIGKILL'))
  const [xds] = await once(createInterface({ input: benchmark.stdout }), 'line')
  const { host, port } = splitAddress(xds) ?? { host: '', port: 0 }
  const connection = createConnection({ host, port })
  await once(connection, 'connect')
  // A process that is killed may reset its connections.
  const closed = new Promise((resolve) =>
    connection
      .resume()
      .on('error', () => {})
      .once('close', resolve),
  )
  benchmark.kill('SIGKILL')
  await closed
  t.pass('the server has closed its connections')
})
