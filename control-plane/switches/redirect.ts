// Redirects: the caller learns another address, and calls it itself.

import { RedirectAction_RedirectResponseCode as Code } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { Type } from 'typebox'
import { ruleSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

const CODES = {
  301: Code.MOVED_PERMANENTLY,
  302: Code.FOUND,
  303: Code.SEE_OTHER,
  307: Code.TEMPORARY_REDIRECT,
  308: Code.PERMANENT_REDIRECT,
} as const

/**
 * `redirect` of a rule, instead of a call to `to`. It is for pages and HTTP clients: gRPC clients do not follow redirects, and end
 * such a call with UNKNOWN. Filters see the call before. https://www.rfc-editor.org/rfc/rfc9110#section-15.4
 */
export const redirect = ruleSwitch({
  field: 'redirect',
  schema: Type.Object(
    {
      enabled: Type.Boolean({
        description: 'true or false: whether callers are sent elsewhere',
        ...facts({ weaker: { value: false } }),
      }),
      https: Type.Optional(
        Type.Boolean({
          default: false,
          description: 'true or false: whether the new address begins with https',
          ...facts({ envoy: 'RedirectAction.https_redirect' }),
        }),
      ),
      host: Type.Optional(
        Type.String({
          pattern: '^([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])$',
          maxLength: 255,
          description: 'the host of the new address, such as shop.example.com',
          ...facts({ envoy: 'RedirectAction.host_redirect', example: 'shop.example.com' }),
        }),
      ),
      port: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 65_535,
          description: 'the port of the new address, 1 to 65535',
          ...facts({ envoy: 'RedirectAction.port_redirect', example: 8443 }),
        }),
      ),
      path: Type.Optional(
        Type.String({
          pattern: '^/[^#\\s]*$',
          description: 'the whole path of the new address, such as /docs/',
          ...facts({ envoy: 'RedirectAction.path_redirect', example: '/docs/' }),
        }),
      ),
      prefix: Type.Optional(
        Type.String({
          pattern: '^/[^?#\\s]*$',
          description: 'the text instead of the path or prefix that the rule matches, such as /docs/v2/',
          ...facts({ envoy: 'RedirectAction.prefix_rewrite', example: '/docs/v2/' }),
        }),
      ),
      code: Type.Optional(
        Type.Enum([301, 302, 303, 307, 308], {
          default: 307,
          description: '301, 302, 303, 307 or 308',
          ...facts({ envoy: 'RedirectAction.response_code' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'another address such as { enabled: true, host: shop.example.com }',
      ...facts({ envoy: 'Route.redirect', example: { enabled: true, host: 'shop.example.com' } }),
    },
  ),
  appliesTo: ['envoy'],
  // A client that called the service in spite of it would reach what callers are kept away from.
  protects: true,
  *problems({ https = false, host, port, path, prefix }) {
    if (!https && [host, port, path, prefix].every((part) => part === undefined)) {
      yield {
        steps: [],
        message: 'leads back to the same address: write host, port, path, prefix, or https: true',
      }
    }
    if (path !== undefined && prefix !== undefined) {
      yield { steps: ['prefix'], message: 'cannot be combined with path: remove one' }
    }
  },
  *problemsWith({ enabled, prefix }, { match: { regex, service } = {} }) {
    if (!enabled) return
    if (service !== undefined) {
      yield {
        steps: [],
        message:
          'would end each call of this service with UNKNOWN, because gRPC clients do not follow redirects: match a path or a prefix of pages',
      }
    }
    if (regex !== undefined && prefix !== undefined) {
      yield {
        steps: ['prefix'],
        message: 'has no prefix to replace, because the rule matches by a regular expression: write path',
      }
    }
  },
  toAnswers: ({ enabled, https, host, port, path, prefix, code }) =>
    enabled
      ? [
          {
            action: {
              case: 'redirect',
              value: {
                ...(host !== undefined && { hostRedirect: host }),
                ...(port !== undefined && { portRedirect: port }),
                ...(https && { schemeRewriteSpecifier: { case: 'httpsRedirect', value: true } }),
                ...(path !== undefined && { pathRewriteSpecifier: { case: 'pathRedirect', value: path } }),
                ...(prefix !== undefined && {
                  pathRewriteSpecifier: { case: 'prefixRewrite', value: prefix },
                }),
                responseCode: CODES[code],
              },
            },
          },
        ]
      : [],
})
