import { existsSync } from 'node:fs'

export const CHROMIUM =
  process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

/** Where a browser is promised, its lack is a failure. */
export const hasBrowser = CHROMIUM !== undefined || Boolean(process.env.CI)
