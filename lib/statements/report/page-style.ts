import { createHash } from 'node:crypto'

/** Colours by class of line; the same in charts, tables and marks. */
const STYLE = `
:root{color-scheme:light dark;--page:#f4f5f7;--sheet:#fff;--ink:#1c2330;--soft:#5f6b7c;--line:#e2e6ec;--red:#c8322b;--red-bg:#fdf1f0;--amber:#b26a00;--amber-bg:#fff7e8;--green:#12804a;--green-bg:#eef8f2;
--charged_twice:#c8322b;--rejected:#e4684f;--held:#f0997d;--amount_differs:#d9822b;--repeated_differs:#b5651d;--malformed:#8d5a97;--pending:#e0a100;--not_paid:#7a8699;--till_sum:#b8c0cc;--paid_time_differs:#4f86c6;--repeated:#9db4cf;--synced_by_statement:#5bb98a;--synced_before:#12804a}
@media (prefers-color-scheme:dark){:root{--page:#12161d;--sheet:#1b212b;--ink:#e8ecf2;--soft:#9aa7b8;--line:#2d3644;--red:#ff8177;--red-bg:#33201f;--amber:#f0b64a;--amber-bg:#322a18;--green:#5fd09a;--green-bg:#16291f}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.6 -apple-system,BlinkMacSystemFont,"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif;-webkit-text-size-adjust:100%}
main{max-width:860px;margin:0 auto;padding:16px}
section,header{background:var(--sheet);border:1px solid var(--line);border-radius:14px;padding:18px;margin:0 0 14px}
h1{font-size:26px;line-height:1.3;margin:0}
h2{font-size:18px;line-height:1.4;margin:0 0 12px}
h3{font-size:16px;margin:18px 0 6px;display:flex;align-items:center;gap:8px;flex-wrap:wrap}
h2+h3{margin-top:0}
p{margin:4px 0}
[lang=en]{color:var(--soft);font-size:.82em;font-weight:400;font-family:-apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans","DejaVu Sans",sans-serif}
section>h3:first-child{margin-top:0}
.name{color:var(--soft);font-size:14px;margin:0 0 10px;overflow-wrap:anywhere}
.person{border-left:6px solid var(--red)}.waiting{border-left:6px solid var(--amber)}.good{border-left:6px solid var(--green)}
.person h1{color:var(--red)}.waiting h1{color:var(--amber)}.good h1{color:var(--green)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(146px,1fr));gap:10px;margin:16px 0 0}
.facts div{background:var(--page);border-radius:10px;padding:10px 12px}
.facts b{display:block;font-size:19px;line-height:1.3;font-variant-numeric:tabular-nums;white-space:nowrap}
.facts [lang=en]{display:block;line-height:1.3}
.facts .alert b{color:var(--red)}
.badge{background:var(--page);border-radius:99px;padding:1px 10px;font-size:14px;font-variant-numeric:tabular-nums}
.mark{display:inline-block;width:12px;height:12px;border-radius:3px;flex:none}
.todo{background:var(--red-bg);border-radius:10px;padding:12px 14px;margin:8px 0 0}
ul+.todo,details+.todo{margin-top:32px}.todo+ul>li:first-child,.todo+details li:first-child{border-top:0}.todo+ul{margin-top:2px}
.note{background:var(--amber-bg);border-radius:10px;padding:10px 14px;margin:12px 0 0}.note [lang=en]{display:block}
.todo.wait{background:var(--amber-bg)}
.todo strong{display:block}
details{margin-top:8px}summary{cursor:pointer;color:var(--soft);font-size:14px;padding:6px 0}
.todo p[lang=en]{margin:2px 0 0}
.todo .next::before{content:"→ "}
ul{list-style:none;margin:8px 0 0;padding:0}
li{border-top:1px solid var(--line);padding:8px 0;display:flex;flex-wrap:wrap;gap:2px 14px;align-items:baseline}
li:last-child{padding-bottom:0}
code{font:600 15px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono",monospace;overflow-wrap:anywhere}
li .sum{margin-left:auto;font-variant-numeric:tabular-nums;font-weight:600}
li .more{flex-basis:100%;color:var(--soft);font-size:14px;overflow-wrap:anywhere}
li .more code{font-weight:400;font-size:13px;color:var(--ink)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:7px 0 7px 14px;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0;white-space:normal;min-width:5.2em;overflow-wrap:anywhere}
th{color:var(--soft);font-weight:500;font-size:13px;line-height:1.3;vertical-align:bottom}
td .mark{margin-right:8px;vertical-align:-1px}
tfoot td{font-weight:700;border-bottom:0}
td.zero{color:var(--soft)}td.alert{color:var(--red);font-weight:700}
td [lang=en]{display:inline-block}
svg{display:block;width:100%;height:auto}
svg text{fill:var(--soft);font-size:12px;font-family:inherit}
svg .axis{stroke:var(--line)}
svg .value{fill:var(--ink);font-weight:600}
.bar{border-radius:8px;margin:0 0 12px;height:26px}
.key{display:flex;gap:4px 16px;flex-wrap:wrap;font-size:14px;margin:8px 0 0}
.key span{display:inline-flex;align-items:center;gap:6px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:14px}
.charts section{margin:0}.charts{margin:0 0 14px}
footer{color:var(--soft);font-size:13px;padding:4px 4px 24px}
.f-charged_twice{background:var(--charged_twice);fill:var(--charged_twice)}.f-rejected{background:var(--rejected);fill:var(--rejected)}.f-held{background:var(--held);fill:var(--held)}.f-amount_differs{background:var(--amount_differs);fill:var(--amount_differs)}.f-repeated_differs{background:var(--repeated_differs);fill:var(--repeated_differs)}.f-not_paid{background:var(--not_paid);fill:var(--not_paid)}.f-till_sum{background:var(--till_sum);fill:var(--till_sum)}.f-malformed{background:var(--malformed);fill:var(--malformed)}.f-pending{background:var(--pending);fill:var(--pending)}.f-paid_time_differs{background:var(--paid_time_differs);fill:var(--paid_time_differs)}.f-repeated{background:var(--repeated);fill:var(--repeated)}.f-synced_by_statement{background:var(--synced_by_statement);fill:var(--synced_by_statement)}.f-synced_before{background:var(--synced_before);fill:var(--synced_before)}.f-ledger_only{background:var(--soft);fill:var(--soft)}
@media (max-width:560px){main{padding:10px}section,header{padding:14px;border-radius:12px}h1{font-size:23px}th,td{padding-left:10px;font-size:14px}.facts{grid-template-columns:1fr 1fr}td [lang=en]{display:block}.facts div:last-child:nth-child(odd){grid-column:1/-1}}
@media print{:root{--page:#fff;--sheet:#fff;--ink:#000;--soft:#444;--line:#bbb;--red:#a00;--red-bg:#fff;--amber-bg:#fff;--green-bg:#fff}body{font-size:11pt}main{max-width:none;padding:0}section,header{border-radius:0;border-width:0 0 1px;padding:8pt 0;break-inside:auto}.person,.waiting,.good{border-left-width:0}h2,h3{break-after:avoid}li,tr,.todo,svg{break-inside:avoid}.todo{border:1px solid var(--line)}details::details-content{content-visibility:visible;height:auto}summary{display:none}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}@page{margin:14mm}}
`

/** The only style sheet that the page's Content-Security-Policy allows. */
export const PAGE_STYLE = STYLE.trim()
export const PAGE_STYLE_HASH = `sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}`
