import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import GithubSlugger from 'github-slugger'
import { lexer, type Token, type Tokens, walkTokens } from 'marked'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export type Table = { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
export type Document = {
  readonly headings: readonly { readonly depth: number; readonly slug: string }[]
  readonly blocks: readonly { readonly language: string; readonly text: string }[]
  readonly tables: readonly Table[]
  /** Of links and pictures. */
  readonly targets: readonly string[]
}

/** What a Markdown file of the repository is made of, as GitHub reads it. */
export const readDocument = (file: string): Document => {
  const slugger = new GithubSlugger()
  const headings: { depth: number; slug: string }[] = []
  const blocks: { language: string; text: string }[] = []
  const tables: Table[] = []
  const targets: string[] = []
  walkTokens(lexer(readFileSync(`${ROOT}${file}`, 'utf8')), (token) => {
    switch (token.type) {
      case 'heading':
        headings.push({ depth: token.depth, slug: slugger.slug(plainText(token.tokens)) })
        break
      case 'code':
        blocks.push({ language: token.lang ?? '', text: token.text })
        break
      case 'table': {
        const { header, rows } = token as Tokens.Table
        tables.push({ head: header.map(({ text }) => text), rows: rows.map((row) => row.map(({ text }) => text)) })
        break
      }
      case 'link':
      case 'image':
        targets.push(token.href)
    }
  })
  return { headings, blocks, tables, targets }
}

const plainText = (tokens: readonly Token[] = []): string =>
  tokens
    .map((token) => ('tokens' in token && token.tokens ? plainText(token.tokens) : 'text' in token ? token.text : ''))
    .join('')
