// The media types that REST accepts and returns.

export const JSON_TYPE = 'application/json'
/** https://www.rfc-editor.org/rfc/rfc9512 */
export const YAML_TYPE = 'application/yaml'
/** https://www.rfc-editor.org/rfc/rfc7396 */
export const MERGE_PATCH_TYPE = 'application/merge-patch+json'
/** https://www.rfc-editor.org/rfc/rfc9457 */
export const PROBLEM_TYPE = 'application/problem+json'
/** https://html.spec.whatwg.org/multipage/server-sent-events.html */
export const EVENT_STREAM_TYPE = 'text/event-stream'
