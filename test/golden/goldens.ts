// Golden cases: a document (`NAME.in.yaml`) and the resources of its fleets (`NAME.out.yaml`).

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { parseConfig } from '../../control-plane/document/file.ts'
import type { Config } from '../../control-plane/document/model.ts'
import { formatSteps } from '../../control-plane/document/problem.ts'
import { translate } from '../../control-plane/translate/translate.ts'
import { namedFiles } from '../support/named-files.ts'
import { resourceJson } from '../support/resource-json.ts'
import { namedSecretBytes } from '../support/secret-bytes.ts'

export const GOLDEN_FOLDER = import.meta.dirname

export const IN = '.in.yaml'
export const OUT = '.out.yaml'

/** The names of the files with this ending, without the ending. */
export function namesOf(folder: string, end: typeof IN | typeof OUT): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(end))
    .map((file) => file.slice(0, -end.length))
    .sort()
}

/** Reads and validates the document of a case. */
export function readCase(folder: string, name: string): Config {
  return parseConfig(readFileSync(join(folder, name + IN), 'utf8'), name + IN)
}

/** By fleet: each resource as JSON, the path in the document that it comes from, and those of the patches on it. */
export function renderOutput(config: Config): string {
  const fleets = Object.keys(config.fleets).map((fleet) => {
    const { resources, provenance, patches } = translate(
      config,
      fleet,
      namedSecretBytes(config),
      namedFiles(config),
    )
    const rendered = resources.map((resource) => {
      const typeUrl = `type.googleapis.com/${resource.$typeName}`
      const json = resourceJson(resource)
      const key = `${typeUrl} ${json.clusterName ?? json.name}`
      const from = provenance.get(key) ?? null
      const patched = patches.get(key)?.map(({ steps }) => formatSteps(steps))
      return { from, ...(patched && { patched }), resource: shorten({ '@type': typeUrl, ...json }) }
    })
    return [fleet, rendered]
  })
  return stringify(Object.fromEntries(fleets), { lineWidth: 0, aliasDuplicateObjects: false })
}

/** The content of a file is in other tests; here a person reads where it goes. */
function shorten(value: unknown): unknown {
  if (typeof value === 'string') return value.length > LONGEST ? `${value.slice(0, SHOWN)}…` : value
  if (Array.isArray(value)) return value.map(shorten)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shorten(one)]))
}
const LONGEST = 4_000
const SHOWN = 40

/** Documents without an output, and outputs without a document. */
export function findOrphans(folder: string): string[] {
  const [documents, outputs] = [namesOf(folder, IN), namesOf(folder, OUT)]
  return [
    ...documents.filter((name) => !outputs.includes(name)).map((name) => name + IN),
    ...outputs.filter((name) => !documents.includes(name)).map((name) => name + OUT),
  ]
}
