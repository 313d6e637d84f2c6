// A load that goes on for as long as a person watches: real calls at a steady rate, on connections that stay open.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type { TestbedLoad, TestbedLoadSetting } from '../../api/schemas/testbed.ts'
import { createClient, type RpcClient } from '../../services/rpc/index.ts'

export interface SteadyLoadOptions {
  readonly fleet: string
  /** Addresses of the fleet's Envoys. Connections are spread over them. */
  readonly targets: readonly string[]
}

interface Connection {
  readonly client: RpcClient<typeof EchoService>
  /** Calls that have not ended. */
  open: number
  isRetired: boolean
}

/** How often calls are made that are due, in milliseconds. */
const TICK_MS = 10
/** A call that takes longer has failed. */
const DEADLINE_MS = 5_000
/** Calls that one connection may have open. What is due beyond that is left out, or slow backends would fill the memory. */
const MAX_OPEN = 50
/** Calls that are made up for after the process had no time, in seconds of load. */
const MAX_LATE_S = 0.2
/** An Envoy that was restarted is called again soon: the default backs off for two minutes. */
const CHANNEL = {
  'grpc.use_local_subchannel_pool': 1,
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2_000,
}

/** Off until it is set to run. */
export class SteadyLoad {
  readonly #fleet: string
  readonly #targets: readonly string[]
  readonly #connections: Connection[] = []
  #setting: TestbedLoadSetting = { running: false, connections: 4, callsPerSecond: 50 }
  #timer: NodeJS.Timeout | undefined
  #lastTick = 0
  /** Calls that are due, with fractions. */
  #due = 0
  #next = 0
  #calls = 0
  #failed = 0
  #since: string | undefined

  constructor({ fleet, targets }: SteadyLoadOptions) {
    this.#fleet = fleet
    this.#targets = targets
  }

  read(): TestbedLoad {
    return {
      ...this.#setting,
      fleet: this.#fleet,
      calls: this.#calls,
      failed: this.#failed,
      ...(this.#since !== undefined && { since: this.#since }),
    }
  }

  /** Starts, changes or stops it. Counts begin anew with each start. */
  set(setting: TestbedLoadSetting): TestbedLoad {
    const { running } = this.#setting
    this.#setting = setting
    this.#connect(setting.running ? setting.connections : 0)
    if (setting.running && !running) this.#start()
    if (!setting.running) clearInterval(this.#timer)
    return this.read()
  }

  /** Stops. Open calls end by themselves. */
  close(): void {
    this.set({ ...this.#setting, running: false })
  }

  #start(): void {
    this.#calls = 0
    this.#failed = 0
    this.#since = new Date().toISOString()
    this.#due = 0
    this.#lastTick = performance.now()
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref()
  }

  #connect(count: number): void {
    while (this.#connections.length < count) {
      const target = this.#targets[this.#connections.length % this.#targets.length] ?? ''
      const client = createClient(EchoService, target, { options: CHANNEL })
      this.#connections.push({ client, open: 0, isRetired: false })
    }
    for (const connection of this.#connections.splice(count)) {
      connection.isRetired = true
      if (connection.open === 0) connection.client.close()
    }
  }

  #tick(): void {
    const now = performance.now()
    const { callsPerSecond } = this.#setting
    this.#due += ((now - this.#lastTick) / 1_000) * callsPerSecond
    this.#due = Math.min(this.#due, Math.max(1, MAX_LATE_S * callsPerSecond))
    this.#lastTick = now
    for (; this.#due >= 1; this.#due -= 1) {
      const connection = this.#connections[this.#next % this.#connections.length]
      this.#next += 1
      if (connection !== undefined && connection.open < MAX_OPEN) void this.#call(connection)
    }
  }

  async #call(connection: Connection): Promise<void> {
    const since = this.#since
    connection.open += 1
    const isOk = await connection.client
      .unary({ message: 'load' }, { deadline: Date.now() + DEADLINE_MS })
      .then(
        () => true,
        () => false,
      )
    connection.open -= 1
    if (connection.isRetired && connection.open === 0) connection.client.close()
    // A call of the run before is not one of this run.
    if (since !== this.#since) return
    this.#calls += 1
    if (!isOk) this.#failed += 1
  }
}
