import { buildGoTools } from './bench/harness/go-tools.ts'
import { measureServers } from './bench/push/measure-cell.ts'
import { startProgram } from './bench/harness/servers.ts'
import { ProcessGroup } from './processes/process-group.ts'
import { sourceFile } from './testbed/part.ts'
const [size, streams, mode, rounds='11', file='bench/servers/push-server.ts'] = process.argv.slice(2)
const g = new ProcessGroup()
const r = await measureServers(g, buildGoTools(), { mode: mode as never, size: Number(size), streams: Number(streams), rounds: Number(rounds), warmUps: 2 }, [['s', (group) => startProgram(group, 's', sourceFile(file), Number(size))]])
const {peakMiB, firstSyncMs, firstSyncCpuMs, pushCpuMs} = r.s
console.log(size, streams, mode, 'peak', peakMiB, 'first', firstSyncMs, 'cpu', firstSyncCpuMs, 'push', pushCpuMs.reduce((a,b)=>a+b,0)/pushCpuMs.length)
await g.stop()
