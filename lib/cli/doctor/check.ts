import type { Text } from '../../two-languages.ts'

/**
 * The result of a check. `bad` sets the exit code 1 and says how to fix it; `note` needs no action today; `skipped` was
 * not checked.
 */
export type Finding = {
  readonly state: 'ok' | 'note' | 'bad' | 'skipped'
  readonly found: Text
  readonly mend?: Text
}

/** One line of the table: the part, and the function that checks it. */
export type Check = { readonly name: string; readonly title: Text; readonly look: () => Promise<Finding> }

export const ok = (en: string, zh: string): Finding => ({ state: 'ok', found: { en, zh } })
export const skipped = (en: string, zh: string): Finding => ({ state: 'skipped', found: { en, zh } })
export const note = (found: Text, mend: Text): Finding => ({ state: 'note', found, mend })
export const bad = (found: Text, mend: Text): Finding => ({ state: 'bad', found, mend })

/** An unknown error is named but its message is not shown, since the message may quote file contents. */
export const look = async ({ look: run }: Check): Promise<Finding> => {
  try {
    return await run()
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown error'
    return bad(
      { en: name, zh: name },
      mends.find(([pattern]) => pattern.test(name))?.[1] ?? {
        en: 'Check the network, AWS_REGION and your credentials.',
        zh: '请检查网络、AWS_REGION 和凭证。',
      },
    )
  }
}

const mends: readonly (readonly [RegExp, Text])[] = [
  [
    /Credentials|UnrecognizedClient|ExpiredToken|InvalidClientTokenId/,
    { en: 'Log in to AWS (aws sso login), or set AWS_PROFILE.', zh: '请登录 AWS(aws sso login)或设置 AWS_PROFILE。' },
  ],
  [
    /AccessDenied|NotAuthorized/,
    {
      en: 'Your identity may not look at this: ask an administrator to run doctor.',
      zh: '当前身份无权查看:请由管理员运行 doctor。',
    },
  ],
]
