// Authorizers for tests: in this process with the policy in git, as a process, and one that never answers.

import { EventEmitter, on } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Authorization } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import { Server } from '@grpc/grpc-js'
import { startProcess } from '../../processes/running-process.ts'
import { startAuthorizer } from '../../services/authorizer/authorizer-server.ts'
import { compilePolicy, type Policy } from '../../services/authorizer/policy.ts'
import type { PolicyInput } from '../../services/authorizer/policy-input.ts'
import { readPolicyFolder } from '../../services/authorizer/policy-location.ts'
import { DrainingListener } from '../../services/draining-listener.ts'
import { addService } from '../../services/rpc/index.ts'
import type { Teardowns } from './real-envoy.ts'

export const POLICY_FOLDER = fileURLToPath(new URL('../../policies/authz', import.meta.url))
const AUTHORIZER = fileURLToPath(new URL('../../services/authorizer/authorizer.ts', import.meta.url))
const LOOPBACK = { host: '127.0.0.1', port: 0 } as const

export interface TestAuthorizer {
  readonly address: string
  /** The inputs of its decisions, the newest last. */
  readonly asked: readonly PolicyInput[]
}

/** @param policy default: the policy in git */
export async function startTestAuthorizer(
  t: Teardowns,
  policy?: { readonly current: Policy },
): Promise<TestAuthorizer> {
  const asked: PolicyInput[] = []
  const deciding = policy ?? { current: await compilePolicy(await readPolicyFolder(POLICY_FOLDER)) }
  const authorizer = await startAuthorizer({
    listen: LOOPBACK,
    policy: {
      get current() {
        const { current } = deciding
        return {
          revision: current.revision,
          decide: (input: PolicyInput) => {
            asked.push(input)
            return current.decide(input)
          },
        }
      },
    },
  })
  t.teardown(() => authorizer.close())
  return { address: authorizer.address, asked }
}

/** Receives checks and never answers. */
export async function startSilentAuthorizer(t: Teardowns): Promise<string> {
  const server = new Server()
  addService(server, Authorization, { check: () => new Promise(() => {}) })
  const listener = new DrainingListener(server)
  t.teardown(() => listener.close(0))
  return listener.listen(LOOPBACK)
}

export interface AuthorizerProcess {
  readonly address: string
  readonly pid: number
  /** Kills it with SIGKILL, and resolves when it has ended. */
  readonly kill: () => Promise<void>
  /** Resolves when it has ended, with its log written. */
  readonly stop: () => Promise<unknown>
  /** The next line of its output that matches, or the nth. Ask before the cause. */
  readonly untilLine: (pattern: RegExp, nth?: number) => Promise<string>
  /** Their IDs, if it was started with several. */
  readonly processes: readonly number[]
  /** @returns the number of connections that got GOAWAY */
  readonly drain: () => Promise<number>
}

const LIMIT = '--evaluation-limit-ms'
/** On a busy machine a thread may be paused for longer than the second that a policy may take. */
export const PATIENT: readonly string[] = [LIMIT, '30000']

/** An authorizer as a process, with the policy in git and time to evaluate it unless `flags` say otherwise. */
export async function startAuthorizerProcess(
  t: Teardowns,
  listen: string,
  flags: readonly string[] = ['--policy', POLICY_FOLDER],
): Promise<AuthorizerProcess> {
  const lines = new EventEmitter<{ line: [string] }>()
  const running = startProcess<Pick<AuthorizerProcess, 'address'> & { processes?: readonly number[] }>({
    name: 'the authorizer',
    command: process.execPath,
    args: [
      ...[AUTHORIZER, '--listen', listen, ...(flags.includes(LIMIT) ? [] : PATIENT), ...flags],
      ...(listen.startsWith('unix:') || flags.includes('--tls-key') ? [] : ['--allow-plaintext']),
    ],
    ready: (line) => (line.startsWith('{"address"') ? JSON.parse(line) : undefined),
    onLine: (line) => lines.emit('line', line),
  })
  t.teardown(async () => void (await running.stop()))
  const { address, processes = [] } = await running.ready
  return {
    address,
    pid: running.pid as number,
    processes,
    drain: () => running.ask('drain', (line) => /^\{"drained":(\d+)/.exec(line)?.[1]).then(Number),
    kill: async () => {
      process.kill(running.pid as number, 'SIGKILL')
      await running.exited
    },
    stop: () => running.stop(),
    untilLine: async (pattern, nth = 1) => {
      let left = nth
      for await (const [line] of on(lines, 'line')) {
        if (!pattern.test(line)) continue
        left -= 1
        if (left === 0) return line
      }
      throw new Error('the lines ended')
    },
  }
}

/** The upstream `authorizer` at an address. */
export function authorizerAt(address: string) {
  return { authorizer: { endpoints: { a1: { address } } } }
}
