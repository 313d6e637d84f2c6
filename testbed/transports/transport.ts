// A transport: a way that calls take from a client's process to a server's, laid for as long as its group of processes runs.

import type { ProcessGroup, ProcessStarter } from '../../processes/process-group.ts'

export type TransportFamily = 'local' | 'same-node' | 'cross-node' | 'lan' | 'internet'

export interface Transport {
  /** Such as `veth`. */
  readonly id: string
  /** For people: `veth pair`. */
  readonly title: string
  readonly family: TransportFamily
  /** Whose data path has this mechanism: `like Flannel's VXLAN`. It is the mechanism, not the product. */
  readonly like?: string
  /** The part that something else stands for, and with what it is emulated. Undefined: all of it is real. */
  readonly emulates?: string
  /** Why it cannot be laid here, as the one command or hint that helps; undefined if it can. */
  readonly missing: () => string | undefined
  /**
   * Lays it: namespaces, devices, rules and programs. All of it ends with the group.
   * @param folder for sockets: its path has at most 90 bytes
   * @throws SwitchyardError `process-failed` with what the system says
   */
  readonly lay: (group: ProcessGroup, folder: string) => Promise<LaidTransport>
}

export interface LaidTransport {
  /** Starts processes on the client's side: in its namespace, on its CPUs. */
  readonly client: ProcessStarter
  /** The same on the server's side. */
  readonly server: ProcessStarter
  /** Where a server listens on its side: `unix:/…` or `10.x.y.z:0`. An `index` above 0 is for a further server there. */
  readonly listen: (index?: number) => string
  /** What a client calls to reach the server that listens at this address: a service address where the transport has one. */
  readonly target: (serverAddress: string) => Promise<string>
  /** MTU, offloads, congestion control, socket buffers, CPU sets: as they are, read from the system. */
  readonly settings: () => Promise<Readonly<Record<string, string>>>
  /** What its devices, rules and programs have counted until now, such as `node2/flannel.1 bytes`: shows which way calls took. */
  readonly counts: () => Promise<Readonly<Record<string, number>>>
  /** Processes that carry packets in user space, such as WireGuard's: their CPU time is a cost of the transport. */
  readonly carriers: readonly number[]
  /** Namespaces in the order of the way, the client's first. Empty where there are none. */
  readonly namespaces: readonly { readonly name: string; readonly pid: number }[]
}
