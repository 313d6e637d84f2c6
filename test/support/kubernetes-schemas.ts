// Checks Kubernetes objects by the schemas of Kubernetes, Istio and the Gateway API. As for an API server that validates strictly,
// a field that a schema does not name is an error. Go fetches the schemas, as parts of modules, once.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parseAllDocuments } from 'yaml'

export const KUBERNETES_VERSION = '1.36.3'
const KUBERNETES = `k8s.io/kubernetes@v${KUBERNETES_VERSION}`
const ISTIO = 'istio.io/api@v1.32.0'
const GATEWAY_API = 'sigs.k8s.io/gateway-api@v1.6.3'

interface Schema {
  readonly [keyword: string]: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
}

export interface CheckedObject {
  readonly apiVersion: string
  readonly kind: string
}

export interface KubernetesSchemas {
  /** Each problem as `PATH: what is wrong`; none if the object is valid. A kind without a schema is a problem too. */
  readonly problemsOf: (object: CheckedObject) => readonly string[]
  /** CustomResourceDefinitions, as they can be applied. */
  readonly definitions: readonly object[]
  /** Names of labels and annotations that Istio knows. */
  readonly istioKeys: ReadonlySet<string>
}

let fetched: KubernetesSchemas | undefined

/** @throws if Go cannot fetch the modules */
export function fetchKubernetesSchemas(): KubernetesSchemas {
  fetched ??= readSchemas()
  return fetched
}

function readSchemas(): KubernetesSchemas {
  const [kubernetes = '', istio = '', gateway = ''] = [KUBERNETES, ISTIO, GATEWAY_API].map(downloadModule)
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  const definitions = [join(istio, 'kubernetes'), join(gateway, 'config/crd/standard')].flatMap(
    readDefinitions,
  )
  const custom = new Map(definitions.flatMap(versionsOf))

  function schemaOf({ apiVersion, kind }: CheckedObject): Schema | undefined {
    const ofCustom = custom.get(`${apiVersion} ${kind}`)
    if (ofCustom !== undefined) return ofCustom
    const group = `${apiVersion.includes('/') ? 'apis' : 'api'}__${apiVersion.replace('/', '__')}`
    const file = join(kubernetes, 'api/openapi-spec/v3', `${group}_openapi.json`)
    if (!existsSync(file)) return undefined
    const document = JSON.parse(readFileSync(file, 'utf8'))
    const schemas: Readonly<Record<string, Schema>> = document.components.schemas
    const name = Object.keys(schemas).find((one) => isOf(schemas[one], apiVersion, kind))
    if (name === undefined) return undefined
    const closed = Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, close(schema)]))
    return { components: { schemas: closed }, $ref: `#/components/schemas/${name}` }
  }

  const compiled = new Map<string, ReturnType<Ajv2020['compile']> | undefined>()
  return {
    definitions,
    istioKeys: new Set(
      ['annotation/annotations.yaml', 'label/labels.yaml'].flatMap((file) => readNames(join(istio, file))),
    ),
    problemsOf(object) {
      const key = `${object.apiVersion} ${object.kind}`
      if (!compiled.has(key)) {
        const schema = schemaOf(object)
        compiled.set(key, schema && ajv.compile(schema))
      }
      const validate = compiled.get(key)
      if (validate === undefined) return [`${key}: has no schema`]
      if (validate(object)) return []
      return (validate.errors ?? []).map(({ instancePath, message, params }) =>
        [`${instancePath || '/'}: ${message}`, params.additionalProperty].filter(Boolean).join(' '),
      )
    },
  }
}

/** @returns the folder of the module in Go's cache, where it stays */
export function downloadModule(module: string): string {
  const { stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8' })
  const { Dir, Error: error } = JSON.parse(stdout || '{}')
  if (typeof Dir !== 'string') throw new Error(`go could not fetch ${module}: ${error ?? stderr}`)
  return Dir
}

interface Definition {
  readonly kind?: string
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string }
    readonly versions: readonly {
      readonly name: string
      readonly schema: { readonly openAPIV3Schema: Schema }
    }[]
  }
}

function readDefinitions(folder: string): Definition[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
  return files
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')))
    .map((document): Definition | null => document.toJS())
    .filter((one): one is Definition => one?.kind === 'CustomResourceDefinition')
}

function versionsOf({ spec: { group, names, versions } }: Definition): [string, Schema][] {
  return versions.map(({ name, schema: { openAPIV3Schema } }) => {
    // The API server adds these; a definition need not name them.
    const added = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } }
    const properties = { ...added, ...openAPIV3Schema.properties }
    return [`${group}/${name} ${names.kind}`, close({ ...openAPIV3Schema, properties })]
  })
}

/**
 * The schema without fields that it does not name. Only structural keywords are followed: those below `oneOf` and the like only
 * constrain what is named elsewhere. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
 */
function close(schema: Schema): Schema {
  const { properties, items, additionalProperties } = schema
  const isOpen = additionalProperties !== undefined || schema['x-kubernetes-preserve-unknown-fields'] === true
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, close(one)])),
      ...(!isOpen && { additionalProperties: false }),
    }),
    ...(items && { items: close(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: close(additionalProperties) }),
  }
}

function isOf(schema: Schema | undefined, apiVersion: string, kind: string): boolean {
  const [version = '', group = ''] = apiVersion.split('/').toReversed()
  const kinds = schema?.['x-kubernetes-group-version-kind']
  return (
    Array.isArray(kinds) &&
    kinds.some((one) => one.group === group && one.version === version && one.kind === kind)
  )
}

/** `- name: sidecar.istio.io/inject` */
function readNames(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^ +- name: (\S+)$/gm)].map(([, name = '']) => name)
}
