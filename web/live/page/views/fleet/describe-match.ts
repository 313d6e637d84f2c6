// What a route matches, in one line.

import { at, listAt, textAt } from './json.ts'

/** Such as `switchyard.echo.v1.EchoService/Unary · x-canary: 1`, or `all calls`. */
export function describeMatch(match: unknown): string {
  const headers = listAt(match, 'headers').map(describeHeader)
  const parameters = listAt(match, 'queryParameters').map((one) => `?${textAt(one, 'name') ?? ''}`)
  const path = describePath(match)
  const rest = [...headers, ...parameters]
  return path === '' && rest.length > 0 ? rest.join(' · ') : [path || 'all calls', ...rest].join(' · ')
}

function describePath(match: unknown): string {
  const exact = textAt(match, 'path')
  if (exact !== undefined) return exact.replace(/^\//, '')
  const regex = textAt(match, 'safeRegex', 'regex')
  if (regex !== undefined) return `~ ${regex}`
  const prefix = textAt(match, 'prefix') ?? textAt(match, 'pathSeparatedPrefix') ?? ''
  return prefix === '/' ? '' : `${prefix.replace(/^\//, '')}*`.replace(/^\*$/, '')
}

function describeHeader(header: unknown): string {
  const name = textAt(header, 'name') ?? ''
  const not = at(header, 'invertMatch') === true
  const match = at(header, 'stringMatch')
  const range = at(header, 'rangeMatch')
  if (match !== undefined) {
    const [kind = 'exact', value] =
      Object.entries(match as object).find(([key]) => key !== 'ignoreCase') ?? []
    const text = typeof value === 'object' ? (textAt(value, 'regex') ?? '') : String(value)
    return `${name}${not ? ' not' : ''}: ${SHAPES[kind]?.(text) ?? text}`
  }
  if (range !== undefined)
    return `${name}${not ? ' not' : ''}: ${at(range, 'start') ?? 0} to ${at(range, 'end') ?? 0}`
  const isPresent = at(header, 'presentMatch') !== false
  return isPresent === not ? `no ${name}` : name
}

const SHAPES: Readonly<Record<string, (text: string) => string>> = {
  prefix: (text) => `${text}*`,
  suffix: (text) => `*${text}`,
  contains: (text) => `*${text}*`,
  safeRegex: (text) => `~ ${text}`,
}
