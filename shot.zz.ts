import { launchChromium } from '/work/wt/schema/test/support/chromium.ts'
const [,, file, out, find='main', width='1280', scheme='light'] = process.argv
const b = await launchChromium(); const c = await b.newContext({viewport:{width:Number(width),height:900},colorScheme:scheme as 'light'}); const p = await c.newPage()
await p.goto('file://'+file); 
const e = p.locator(find).first(); await e.screenshot({path:out}); await b.close()
