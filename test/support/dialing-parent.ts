// A parent process that tests end. It starts two processes, first and second, which connect to the test's server and stay, and it reports when they end.
import { ProcessGroup } from '../../processes/process-group.ts'

const STAY = `
  const [port, name, watch] = process.argv.slice(1)
  require('node:net').connect(port, '127.0.0.1', function () { this.write(name, () => console.log('dialled')) })
  if (watch === 'watching-stdin') process.stdin.resume().on('end', () => process.exit())
`

const [port = '', kind = ''] = process.argv.slice(2)
const group = new ProcessGroup()
group.stopOnSignals()
for (const name of ['first', 'second']) {
  const child = group.start({
    name,
    command: process.execPath,
    args: ['-e', STAY, port, name, kind],
    ready: (line) => line === 'dialled' || undefined,
    dieWithParent: kind === 'die-with-parent',
  })
  void child.exited.then(() => console.log(`${name} ended`))
  await child.ready
}
console.log('ready')
