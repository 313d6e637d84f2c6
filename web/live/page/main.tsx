// The live page: one control plane, watched and switched.

import { render } from 'preact'
import './style/tokens.css'
import './style/base.css'
import './style/shell.css'
import './style/controls.css'
import './style/fields.css'
import { App } from './shell/app.tsx'
import { restoreTheme } from './shell/theme.ts'
import { start } from './store/start.ts'

restoreTheme()
const root = document.getElementById('page')
if (root) render(<App />, root)
start()
