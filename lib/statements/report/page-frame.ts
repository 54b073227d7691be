import { html, type Markup } from './markup.ts'
import { PAGE_STYLE, PAGE_STYLE_HASH } from './page-style.ts'

/** Allows no script, no image and no request; the style sheet is allowed by its hash. */
const POLICY = `default-src 'none'; style-src '${PAGE_STYLE_HASH}'; base-uri 'none'; form-action 'none'`

/** A whole HTML file, which needs nothing beside it. */
export const htmlPage = (title: string, main: Markup): string => {
  // The policy and the style are constants of ours with quotes that must not be escaped.
  const head: Markup = {
    markup: `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><style>${PAGE_STYLE}</style>`,
  }
  const page = html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
${head}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
<title>${title}</title>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`
  return page.markup
}
