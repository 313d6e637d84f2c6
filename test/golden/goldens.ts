// Golden cases: a document (`NAME.in.yaml`) and all that its fleets are served of it (`NAME.out.yaml`).

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { parseConfig } from '../../control-plane/document/file.ts'
import type { Config } from '../../control-plane/document/model.ts'
import { translate } from '../../control-plane/translate/translate.ts'
import { resourceJson } from '../support/resource-json.ts'
import { namedSecretBytes } from '../support/secret-bytes.ts'

export const GOLDEN_FOLDER = import.meta.dirname

export const IN = '.in.yaml'
export const OUT = '.out.yaml'

/** The names of the files that end so, without that end. */
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

/** By fleet, each resource in Envoy's own JSON and the path of what it is made from. */
export function renderOutput(config: Config): string {
  const fleets = Object.keys(config.fleets).map((fleet) => {
    const { resources, provenance } = translate(config, fleet, namedSecretBytes(config))
    const rendered = resources.map((resource) => {
      const typeUrl = `type.googleapis.com/${resource.$typeName}`
      const json = resourceJson(resource)
      const from = provenance.get(`${typeUrl} ${json.clusterName ?? json.name}`) ?? null
      return { from, resource: { '@type': typeUrl, ...json } }
    })
    return [fleet, rendered]
  })
  return stringify(Object.fromEntries(fleets), { lineWidth: 0, aliasDuplicateObjects: false })
}

/** Files that have lost the other half of their case. */
export function findOrphans(folder: string): string[] {
  const [documents, outputs] = [namesOf(folder, IN), namesOf(folder, OUT)]
  return [
    ...documents.filter((name) => !outputs.includes(name)).map((name) => name + IN),
    ...outputs.filter((name) => !documents.includes(name)).map((name) => name + OUT),
  ]
}
