// A proxy of a run as an open way: its processes are measured, and it ends with the run.

import type { RunningProxy } from '../../../../testbed/proxies/proxy.ts'
import type { OpenWay } from './way.ts'

export function measuredProxy({ address, processes, stop }: RunningProxy): OpenWay {
  return {
    targets: [address],
    processes: processes.map(({ name, pid }) => ({ role: 'proxy', name, pid })),
    close: stop,
  }
}
