/** What is wrong with a line, or with a whole statement, for whoever must mend it. */
export type Problem = { readonly en: string; readonly zh: string }
