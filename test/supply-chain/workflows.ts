import { existsSync, readdirSync, readFileSync } from 'node:fs'

const FOLDER = new URL('../../.github/workflows/', import.meta.url)

/** Every `uses:` of the workflows, if there are any. */
export const usedActions = (): readonly string[] =>
  existsSync(FOLDER)
    ? readdirSync(FOLDER).flatMap((name) => actionsIn(readFileSync(new URL(name, FOLDER), 'utf8')))
    : []

export const actionsIn = (workflow: string): readonly string[] =>
  [...workflow.matchAll(/^[\s-]*uses:\s*['"]?([^\s'"#]+)/gm)].map(([, action = '']) => action)

/** A tag can be moved to other code; a commit cannot. An action of our own goes with the commit itself. */
export const isPinned = (action: string): boolean => action.startsWith('./') || /@[0-9a-f]{40}$/.test(action)
