// REST of the control plane that serves this page. The cookie of the session goes with every request.

import { RestClient } from '../../../../api/client.ts'

export const rest = new RestClient({ url: '' })
