// `yard status --effective`: asks nodes what they have, and compares it with what they are served.

import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { RestClient } from '../../api/client.ts'
import { SwitchyardError } from '../../core/errors.ts'
import type { TestbedDescription } from '../../testbed/state-file.ts'
import { isInEffect } from '../effective/compare.ts'
import { renderEffective } from '../effective/render.ts'
import { type Sources, surveyEffective } from '../effective/survey-effective.ts'
import { type Format, print } from '../output/print.ts'

export interface EffectiveFlags {
  readonly effective?: boolean
  readonly csds?: readonly string[]
  readonly envoyAdmin?: readonly string[]
}

const appended = (value: string, before: readonly string[] = []) => [...before, value]

export function withEffective(command: Command): Command {
  return command
    .option(
      '--effective',
      'Ask each node of "yard up" what it has, and compare that with what it is served; exit 1 if it differs.',
    )
    .option(
      '--csds <address>',
      'The same for the gRPC program whose CSDS is at HOST:PORT; again for more.',
      appended,
    )
    .option(
      '--envoy-admin <address>',
      'The same for the Envoy whose admin is at unix:/PATH or HOST:PORT; again for more.',
      appended,
    )
}

export function isEffective({ effective = false, csds, envoyAdmin }: EffectiveFlags): boolean {
  return effective || csds !== undefined || envoyAdmin !== undefined
}

/** Sets the exit code 1 unless each node has just what it is served. */
export async function printEffective(
  rest: RestClient,
  testbed: TestbedDescription | undefined,
  flags: EffectiveFlags,
  output: Format,
): Promise<void> {
  const survey = await surveyEffective(rest, sourcesOf(testbed, flags))
  if (survey.problems.length > 0 || !survey.nodes.every(isInEffect)) process.exitCode = 1
  print(survey, output, renderEffective)
}

/** Addresses that are given by hand are asked instead of the testbed's. */
function sourcesOf(testbed: TestbedDescription | undefined, { csds, envoyAdmin }: EffectiveFlags): Sources {
  if (csds !== undefined || envoyAdmin !== undefined) {
    return { csds: csds ?? [], envoys: (envoyAdmin ?? []).map(toUrl) }
  }
  if (testbed === undefined) {
    throw new SwitchyardError(
      'invalid-argument',
      '--effective asks the nodes of "yard up", and this control plane has none: name nodes with --csds HOST:PORT or --envoy-admin unix:/PATH',
    )
  }
  return {
    envoys: Object.values(testbed.fleets).flatMap((nodes) => nodes.map(({ admin }) => admin)),
    csds: Object.values(testbed.clients ?? {})
      .flat()
      .flatMap(({ admin }) => admin ?? []),
  }
}

/** @throws SwitchyardError `invalid-argument` */
function toUrl(address: string): string {
  if (address.startsWith('unix:')) return `unix:${resolve(address.slice('unix:'.length))}`
  const url = address.includes('://') ? address : `http://${address}`
  if (/^https?:/.test(url) && URL.canParse(url)) return url.replace(/\/+$/, '')
  throw new SwitchyardError(
    'invalid-argument',
    `--envoy-admin: "${address}" is not an address: write unix:/PATH of its socket, or HOST:PORT`,
  )
}
