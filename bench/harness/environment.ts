// The machine and the versions of a measurement.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

/** One line per fact, for the head of a report. */
export function describeEnvironment(): readonly string[] {
  return [
    ...describeMachine(),
    `go-control-plane ${goVersionOf('github.com/envoyproxy/go-control-plane')}, grpc-go ${goVersionOf('google.golang.org/grpc')}, ${goVersion()}`,
    new Date().toISOString().slice(0, 10),
  ]
}

/** The same without the peer's versions and the date. */
export function describeMachine(): readonly string[] {
  const [cpu] = cpus()
  return [
    `${availableParallelism()} cores (${cpu?.model.trim() || 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB of memory, shared with the load client`,
    `Node ${process.versions.node}, grpc-js ${versionOf('@grpc/grpc-js')}, protobuf-es ${versionOf('@bufbuild/protobuf')}`,
  ]
}

function versionOf(name: string): string {
  const file = fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url))
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version
}

function goVersionOf(module: string): string {
  const text = readFileSync(new URL('../gcp-peer/go.mod', import.meta.url), 'utf8')
  const line = text.split('\n').find((one) => one.trim().startsWith(`${module} v`))
  return line?.trim().split(' v')[1] ?? 'unknown'
}

function goVersion(): string {
  return spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).stdout.trim()
}
