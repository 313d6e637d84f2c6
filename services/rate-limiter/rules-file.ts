// Reads files of rules, in the format of github.com/envoyproxy/ratelimit: YAML with a domain and nested descriptors.

import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Ajv, type ErrorObject } from 'ajv'
import { parseDocument } from 'yaml'
import { type Problem, SwitchyardError } from '../../core/errors.ts'
import type { WatchedFiles } from '../active-files.ts'
import { digestOfAll } from '../authorizer/bundle/digest.ts'
import { exactly, type Level, type Node, type Rules } from './rules.ts'
import { TIME_UNITS, type TimeUnit } from './time-unit.ts'

interface WrittenDescriptor {
  readonly key: string
  readonly value?: string
  readonly rate_limit?: WrittenLimit
  readonly shadow_mode?: boolean
  readonly share_threshold?: boolean
  readonly descriptors?: readonly WrittenDescriptor[]
}
type WrittenLimit =
  | { readonly unlimited: true }
  | { readonly unlimited?: false; readonly unit: TimeUnit; readonly requests_per_unit: number }
interface WrittenDomain {
  readonly domain: string
  readonly descriptors?: readonly WrittenDescriptor[]
}

const NAME = { type: 'string', minLength: 1 }
const DESCRIPTORS = {
  type: 'array',
  items: { $ref: '#/$defs/descriptor' },
  description: 'a list of descriptors, each with a key',
}
const SCHEMA = {
  type: 'object',
  description: 'rules such as { domain: shop, descriptors: […] }',
  required: ['domain'],
  additionalProperties: false,
  properties: {
    domain: { ...NAME, description: 'the name by which Envoys ask for these rules, such as shop' },
    descriptors: DESCRIPTORS,
  },
  $defs: {
    descriptor: {
      type: 'object',
      description:
        'a descriptor such as { key: tenant, rate_limit: { unit: minute, requests_per_unit: 10 } }',
      required: ['key'],
      additionalProperties: false,
      properties: {
        key: { ...NAME, description: 'the key of an entry, such as tenant' },
        value: { ...NAME, description: 'a value in quotes, or its beginning and a star, such as "free-*"' },
        rate_limit: {
          type: 'object',
          description: 'a limit such as { unit: minute, requests_per_unit: 10 }, or { unlimited: true }',
          additionalProperties: false,
          properties: {
            unit: {
              enum: [...TIME_UNITS, ...TIME_UNITS.map((unit) => unit.toUpperCase())],
              description: `one of ${TIME_UNITS.join(', ')}`,
            },
            requests_per_unit: {
              type: 'integer',
              minimum: 0,
              maximum: 4_294_967_295,
              description: 'a number of hits from 0 to 4294967295',
            },
            unlimited: { type: 'boolean', description: 'true or false' },
          },
        },
        shadow_mode: { type: 'boolean', description: 'true or false: whether hits beyond the limit pass' },
        share_threshold: {
          type: 'boolean',
          description: 'true or false: whether all values that a value with a star matches share one count',
        },
        descriptors: DESCRIPTORS,
      },
    },
  },
}
const isDomain = new Ajv({ allErrors: true, verbose: true }).compile<WrittenDomain>(SCHEMA)

/** Files of rules; a file may have several domains, as YAML documents. */
export function watchRules(paths: readonly string[]): WatchedFiles<Rules> {
  return {
    watched: [...new Set(paths.map((path) => dirname(path)))],
    read: () =>
      Promise.all(
        paths.map((path) =>
          readFile(path).catch((cause: Error) => {
            throw new SwitchyardError('not-found', `${path} cannot be read: ${cause.message}`, { cause })
          }),
        ),
      ),
    parse: async (files) => parseRules(files.map((file, index) => [paths[index] ?? '', file.toString()])),
  }
}

/** @throws SwitchyardError `invalid-config` with all problems */
export function parseRules(files: readonly (readonly [path: string, text: string])[]): Rules {
  const problems: Problem[] = []
  const domains = new Map<string, Level>()
  for (const [path, text] of files) {
    for (const written of readDomains(path, text, problems)) {
      const { domain, descriptors = [] } = written
      if (domains.has(domain)) {
        const message = `the rules of "${domain}" are there twice: put them into one list`
        problems.push({ path: `${path}: domain`, message })
      }
      domains.set(domain, toLevel(descriptors, { path: `${path}: descriptors`, name: domain, problems }))
    }
  }
  if (problems.length > 0) throw new SwitchyardError('invalid-config', 'invalid rules:', { problems })
  const revision = digestOfAll(files.map(([, text]) => Buffer.from(text)))
  return { revision, domains }
}

function readDomains(path: string, text: string, problems: Problem[]): readonly WrittenDomain[] {
  // A stream of documents begins a new one at each line of three dashes.
  return text.split(/^---$/m).flatMap((one) => {
    const document = parseDocument(one)
    if (document.errors.length > 0) {
      problems.push(...document.errors.map(({ message }) => ({ path, message })))
      return []
    }
    const value: unknown = document.toJS()
    if (value === null) return []
    if (isDomain(value)) return [value]
    problems.push(...(isDomain.errors ?? []).map((error) => problemOf(path, error)))
    return []
  })
}

function problemOf(path: string, { keyword, instancePath, params, parentSchema }: ErrorObject): Problem {
  const place = instancePath
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.')
  const at = (field?: string) => `${path}: ${[place, field].filter(Boolean).join('.') || 'the document'}`
  const { missingProperty, additionalProperty } = params as Readonly<Record<string, string>>
  if (keyword === 'required') return { path: at(missingProperty), message: 'is missing' }
  if (keyword === 'additionalProperties') {
    const known = Object.keys((parentSchema?.properties as object | undefined) ?? {})
    return { path: at(additionalProperty), message: `is not supported: use one of ${known.join(', ')}` }
  }
  return { path: at(), message: `must be ${parentSchema?.description}` }
}

interface Place {
  readonly path: string
  readonly name: string
  readonly problems: Problem[]
}

function toLevel(descriptors: readonly WrittenDescriptor[], { path, name, problems }: Place): Level {
  const exact = new Map<string, Node>()
  const prefixes = new Map<string, (readonly [string, Node])[]>()
  const any = new Map<string, Node>()
  const seen = new Set<string>()
  for (const [index, written] of descriptors.entries()) {
    const { key, value } = written
    const place = { path: `${path}[${index}]`, name: `${name}.${key}${value ? `_${value}` : ''}`, problems }
    const node = toNode(written, place)
    if (seen.has(place.name)) {
      const message = `${place.name} is there twice: put what is below it into one list`
      problems.push({ path: place.path, message })
    }
    seen.add(place.name)
    if (value === undefined) any.set(key, node)
    else if (value.endsWith('*')) {
      const longestFirst = [...(prefixes.get(key) ?? []), [value.slice(0, -1), node] as const]
      prefixes.set(
        key,
        longestFirst.toSorted(([a], [b]) => b.length - a.length),
      )
    } else exact.set(exactly(key, value), node)
  }
  return { exact, prefixes, any }
}

function toNode(written: WrittenDescriptor, { path, name, problems }: Place): Node {
  const {
    value,
    rate_limit: limit,
    shadow_mode: isShadow = false,
    share_threshold: isShared = false,
  } = written
  const report = (field: string, message: string) => problems.push({ path: `${path}.${field}`, message })
  if (isShared && !value?.endsWith('*'))
    report('share_threshold', 'needs a value with a star, such as "free-*"')
  const below = toLevel(written.descriptors ?? [], { path: `${path}.descriptors`, name, problems })
  const node = { name, isShared, below }
  if (limit === undefined) {
    if (isShadow) report('shadow_mode', 'has no effect without rate_limit')
    return node
  }
  if (limit.unlimited) {
    if (Object.keys(limit).length > 1) report('rate_limit', 'is unlimited: remove unit and requests_per_unit')
    return { ...node, limit: { requestsPerUnit: Number.POSITIVE_INFINITY, unit: 'second', isShadow } }
  }
  const { unit, requests_per_unit: requestsPerUnit } = limit
  if (unit === undefined) report('rate_limit.unit', `is missing: write one of ${TIME_UNITS.join(', ')}`)
  if (requestsPerUnit === undefined)
    report('rate_limit.requests_per_unit', 'is missing: write a number of hits')
  if (unit === undefined || requestsPerUnit === undefined) return node
  return { ...node, limit: { requestsPerUnit, unit: unit.toLowerCase() as TimeUnit, isShadow } }
}
