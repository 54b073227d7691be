/** What is wrong with a line or with a whole statement, for the person who must correct it. */
export type Problem = { readonly en: string; readonly zh: string }
