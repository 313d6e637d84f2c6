// Details that a caller asks for by metadata: the id of its request, a text in its language, and where the backend allows it the stack.

import { create } from '@bufbuild/protobuf'
import {
  DebugInfoSchema,
  LocalizedMessageSchema,
  RequestInfoSchema,
} from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { status } from '@grpc/grpc-js'
import { type ErrorDetail, type Explain, withDetails } from './rpc/index.ts'

/** Envoy gives one to every call. */
export const REQUEST_ID_HEADER = 'x-request-id'
export const LANGUAGE_HEADER = 'accept-language'

/** For the end user, who can do nothing with the text for developers. */
const TEXTS: Readonly<Record<string, Partial<Record<status, string>>>> = {
  de: {
    [status.INVALID_ARGUMENT]: 'Die Eingabe ist unvollständig oder fehlerhaft.',
    [status.NOT_FOUND]: 'Dieser Eintrag existiert nicht.',
    [status.ALREADY_EXISTS]: 'Diesen Eintrag gibt es schon.',
    [status.ABORTED]: 'Jemand anderes hat den Eintrag inzwischen geändert.',
    [status.FAILED_PRECONDITION]: 'Dieser Eintrag kann nicht mehr geändert werden.',
    [status.RESOURCE_EXHAUSTED]: 'Zu viele Änderungen. Bitte später noch einmal versuchen.',
  },
  fr: {
    [status.INVALID_ARGUMENT]: 'La saisie est incomplète ou incorrecte.',
    [status.NOT_FOUND]: "Cet élément n'existe pas.",
    [status.ALREADY_EXISTS]: 'Cet élément existe déjà.',
    [status.ABORTED]: "Quelqu'un d'autre a modifié cet élément entre-temps.",
    [status.FAILED_PRECONDITION]: 'Cet élément ne peut plus être modifié.',
    [status.RESOURCE_EXHAUSTED]: 'Trop de modifications. Veuillez réessayer plus tard.',
  },
}

/**
 * `RequestInfo` if the call has an `x-request-id`, `LocalizedMessage` if we have a text in a language of its `accept-language`, and
 * with `debug` a `DebugInfo` with the stack of the error, which reveals the inside of the service.
 */
export function explainErrors({ debug = false }: { readonly debug?: boolean } = {}): Explain {
  return (error, { metadata }) => {
    const [requestId] = metadata.get(REQUEST_ID_HEADER)
    const localized = textFor(error.code, metadata.get(LANGUAGE_HEADER).join(','))
    const details: ErrorDetail[] = []
    if (requestId !== undefined) details.push(create(RequestInfoSchema, { requestId: String(requestId) }))
    if (localized) details.push(create(LocalizedMessageSchema, localized))
    if (debug) details.push(debugInfoOf(error))
    return withDetails(error, details)
  }
}

/** The first language that we have; a region and a weight after it are ignored, and so is the order by weights. */
function textFor(code: status, accepted: string) {
  for (const range of accepted.split(',')) {
    const locale = range.trim().toLowerCase().split(/[-;]/)[0] ?? ''
    const message = Object.hasOwn(TEXTS, locale) ? TEXTS[locale]?.[code] : undefined
    if (message !== undefined) return { locale, message }
  }
  return undefined
}

function debugInfoOf(error: Error) {
  const { cause } = error
  const origin = cause instanceof Error ? cause : error
  const [, ...stackEntries] = (origin.stack ?? '').split('\n').map((line) => line.trim())
  return create(DebugInfoSchema, { detail: origin.message, stackEntries })
}
